"""One way to ClickHouse: the unmodified HTTP client, whether the engine is embedded or a cluster."""

from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

# other rooms know the client from here
__all__ = ["Client", "DatabaseError", "OperationalError", "StoreError", "connect"]

DATABASE = "hub"
USER = "default"


class StoreError(RuntimeError):
    """ClickHouse does not answer, or refuses this password."""


def connect(url: str, password: str, *, timeout: int = 300) -> Client:
    """A client for the data commons at `http://host:port`; not shared between threads. `timeout`: seconds in which a
    statement must begin to answer.

    Inserts are synchronous and never deduplicated by the server: being a set is the tables' own property.
    Raises StoreError when nobody answers there or the password is wrong.
    """
    parts = urlsplit(url)
    try:
        return clickhouse_connect.get_client(
            interface=parts.scheme,
            host=parts.hostname,
            port=parts.port,
            username=USER,
            password=password,
            database=DATABASE,
            autogenerate_session_id=False,
            settings={"async_insert": 0, "insert_deduplicate": 0},
            query_limit=0,
            connect_timeout=min(timeout, 10),
            send_receive_timeout=timeout,
        )
    except OperationalError as error:
        raise StoreError(f"ClickHouse at {url} does not answer: is the hub up? (hub status)") from error
