"""ClickHouse to programs: the HTTP API, with the event schemas as a registry shows them."""
