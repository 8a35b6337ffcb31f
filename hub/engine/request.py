"""A query as it comes over HTTP: URL parameters, form fields and headers, sorted by what they are."""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers

from hub.engine.errors import AUTHENTICATION_FAILED, BAD_ARGUMENTS, NOT_IMPLEMENTED, EngineError

_TRANSPORT = frozenset(
    "query database default_format compress decompress user password quota_key query_id stacktrace role buffer_size "
    "wait_end_of_query session_id session_timeout session_check close_session client_protocol_version".split()
)
_FALSE = {b"", b"0", b"false"}
_LONGEST_SESSION = 3600


@dataclass
class ExternalTable:
    """A table sent along with a query: `structure` as ClickHouse writes it ("a UInt8, b String")."""

    name: str
    form: str
    structure: bytes
    data: bytes


@dataclass
class QueryRequest:
    """One request. Values of `settings` and `parameters` are bytes as sent (parameters in TSV escapes)."""

    fields: dict[str, bytes]
    headers: Headers
    body: bytes = b""
    read_only: bool = False
    externals: list[ExternalTable] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        """The transport parameter `name`."""
        value = self.fields.get(name)
        return default if value is None else value.decode(errors="replace")

    def flag(self, name: str) -> bool:
        """The transport parameter `name` as a truth value."""
        return self.fields.get(name, b"").lower() not in _FALSE

    def refuse_block_compression(self) -> None:
        """Raise EngineError if the client wants ClickHouse's own block format for bodies."""
        for name in ("compress", "decompress"):
            if self.flag(name):
                raise EngineError(NOT_IMPLEMENTED, f"{name}=1 is not offered: use Content-Encoding, Accept-Encoding.")

    @property
    def query(self) -> bytes:
        """The query outside the body; ClickHouse puts the body after it, on a new line."""
        return self.fields.get("query", b"")

    @property
    def settings(self) -> dict[str, bytes]:
        """What the query wants set: every parameter that is neither the transport's nor a query's."""
        external = {table.name + suffix for table in self.externals for suffix in ("_format", "_structure", "_types")}
        return {
            name: value
            for name, value in self.fields.items()
            if name not in _TRANSPORT and name not in external and not name.startswith("param_")
        }

    @property
    def parameters(self) -> dict[str, bytes]:
        """Values for the query's {name:Type} places, under `param_name`."""
        return {name: value for name, value in self.fields.items() if name.startswith("param_")}

    @property
    def database(self) -> str:
        """The database for this request only, or nothing."""
        return self.text("database") or self.headers.get("x-clickhouse-database", "")

    @property
    def default_format(self) -> str:
        """The format of a result whose statement names none."""
        return self.text("default_format") or self.headers.get("x-clickhouse-format", "TabSeparated")

    @property
    def session_timeout(self) -> int:
        """Seconds that the session outlives this request."""
        given = self.text("session_timeout", "60")
        if not given.isdigit() or int(given) > _LONGEST_SESSION:
            raise EngineError(BAD_ARGUMENTS, f"session_timeout must be 0 to {_LONGEST_SESSION} seconds.")
        return int(given)

    @property
    def response_encoding(self) -> str | None:
        """How to compress the answer: the first that both sides know, if the client asked for compression at all."""
        if not self.flag("enable_http_compression"):
            return None
        accepted = {part.split(";")[0].strip() for part in self.headers.get("accept-encoding", "").split(",")}
        return next((name for name in ("lz4", "zstd", "gzip", "deflate") if name in accepted), None)


def url_fields(query_string: bytes) -> dict[str, bytes]:
    """The parameters of a URL; the values may be any bytes."""
    found: dict[str, bytes] = {}
    for part in query_string.split(b"&"):
        name, _, value = part.partition(b"=")
        if name:
            key = unquote_to_bytes(name.replace(b"+", b" ")).decode(errors="replace")
            found[key] = unquote_to_bytes(value.replace(b"+", b" "))
    return found


def authenticate(headers: Headers, fields: dict[str, bytes], password: bytes, *, optional: bool = False) -> None:
    """Raise EngineError unless the request carries the password of the user `default` (Basic, X-ClickHouse-User and
    -Key, or URL parameters). With `optional`, a request without any credentials passes."""
    user, key = b"", b""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, key = base64.b64decode(credentials, validate=True).partition(b":")
        except (binascii.Error, ValueError):
            key = b""
    elif "x-clickhouse-key" in headers or "x-clickhouse-user" in headers:
        user = headers.get("x-clickhouse-user", "").encode()
        key = headers.get("x-clickhouse-key", "").encode()
    elif "password" in fields or "user" in fields:
        user, key = fields.get("user", b""), fields.get("password", b"")
    elif optional and not scheme:
        return
    known = hmac.compare_digest(user or b"default", b"default")
    if not hmac.compare_digest(key, password) or not known:
        name = (user or b"default").decode(errors="replace")
        raise EngineError(
            AUTHENTICATION_FAILED, f"{name}: Authentication failed: password is incorrect, or there is no such user."
        )
