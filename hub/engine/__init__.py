"""The embedded ClickHouse: chDB behind ClickHouse's own HTTP interface, on loopback and with a password.

For one machine and one trusted person: chDB has no users and locks its folder to one process. Every other process
reaches it with an ordinary ClickHouse HTTP client, so a real ClickHouse differs only in its address.
Started as `python -m hub.engine --path DIR --port P --password-file FILE`.
"""
