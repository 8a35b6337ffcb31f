"""The data commons: migrations, log, projections, named queries. The only importer of the ClickHouse client."""
