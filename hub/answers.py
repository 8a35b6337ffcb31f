"""Does a part answer? Asked of the part itself, never read off a log line."""

import base64
import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wire.access import Access

if TYPE_CHECKING:
    from commons.client import Client

_USER = "default"
_TIMEOUT = 2.0  # seconds that one question may take


def kafka(access: Access) -> bool:
    """Whether the broker answers a request of an administrator."""
    from wire.admin import Admin
    from wire.errors import WireError

    try:
        with Admin(access, timeout=_TIMEOUT) as admin:
            admin.topics()
    except WireError:
        return False
    return True


def clickhouse(url: str, password: str) -> bool:
    """Whether the endpoint that has this password answers: another process may have been given the port."""
    return _get(url, "/ping", f"{_USER}:{password}")


def api(url: str) -> bool:
    """Whether the API serves requests."""
    return _get(url, "/health")


def dashboard(url: str) -> bool:
    """Whether the dashboard serves pages."""
    return _get(url, "/_stcore/health")


def consumer(client: "Client", since: float) -> bool:
    """Whether a consumer has read all of `hub.governance` and said so after `since` (seconds since 1970 UTC)."""
    from commons import generation, log

    positions = generation.positions(client, generation.current(client), "link")
    return any(place[1] == log.GOVERNANCE and p.complete_at >= since * 1_000_000 for place, p in positions.items())


def _get(url: str, path: str, login: str | None = None) -> bool:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=_TIMEOUT)
    headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"} if login else {}
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
