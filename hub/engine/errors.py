"""Errors as a ClickHouse HTTP server reports them: a code, a name, a text, an HTTP status."""

import re

SYNTAX_ERROR = 62
BAD_ARGUMENTS = 36
NOT_IMPLEMENTED = 48
QUERY_IS_TOO_LARGE = 223
READONLY = 164
TOO_MANY_SIMULTANEOUS_QUERIES = 202
UNKNOWN_EXCEPTION = 1002
SESSION_NOT_FOUND = 372
SESSION_IS_LOCKED = 373
CANNOT_DECOMPRESS = 271
TOO_MANY_ROWS_OR_BYTES = 396
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516

NAMES = {
    BAD_ARGUMENTS: "BAD_ARGUMENTS",
    NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
    SYNTAX_ERROR: "SYNTAX_ERROR",
    QUERY_IS_TOO_LARGE: "QUERY_IS_TOO_LARGE",
    READONLY: "READONLY",
    TOO_MANY_SIMULTANEOUS_QUERIES: "TOO_MANY_SIMULTANEOUS_QUERIES",
    UNKNOWN_EXCEPTION: "UNKNOWN_EXCEPTION",
    SESSION_NOT_FOUND: "SESSION_NOT_FOUND",
    SESSION_IS_LOCKED: "SESSION_IS_LOCKED",
    CANNOT_DECOMPRESS: "CANNOT_DECOMPRESS",
    TOO_MANY_ROWS_OR_BYTES: "TOO_MANY_ROWS_OR_BYTES",
    ACCESS_DENIED: "ACCESS_DENIED",
    AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
}

# The statuses ClickHouse's own HTTP handler gives; any other code is 500.
_STATUS = {
    **dict.fromkeys((6, 26, 27, 33, 36, 38, 41, 43, 53, 62, 69, 72, 117, 271, 321, 386, 427, 456, 457, 467, 507), 400),
    **dict.fromkeys((192, 193, 497, 516), 403),
    **dict.fromkeys((16, 46, 47, 50, 56, 60, 63, 73, 81, 115, 372), 404),
    159: 408,
    223: 413,
    48: 501,
}

_CODED = re.compile(r"Code: (\d+)\. DB::Exception: (.*)", re.DOTALL)
_VERSION = re.compile(r" \(version [^)]*\)\.?")
_NAMED = re.compile(r"\(([A-Z0-9_]{3,})\)\s*$")
_SOURCE_FILE = re.compile(
    r"\(in file/uri [^)]*\): While executing [^:]*: While executing File: data for INSERT was parsed from file"
)


class EngineError(Exception):
    """A refusal or failure with ClickHouse's error `code`; `str()` is the body a ClickHouse server would send."""

    def __init__(self, code: int, message: str, name: str | None = None) -> None:
        self.code = code
        self.name = name or NAMES.get(code, "UNKNOWN_EXCEPTION")
        super().__init__(f"Code: {code}. DB::Exception: {message} ({self.name})")

    @property
    def status(self) -> int:
        """The HTTP status that ClickHouse's handler sends with this code."""
        return _STATUS.get(self.code, 500)


def from_engine(error: BaseException) -> EngineError:
    """Translate what chDB raised. It nests "Code: N. DB::Exception:" and names its own temporary files: neither is
    of use to a client. Damaged input can make chDB's message itself undecodable (UnicodeDecodeError)."""
    if isinstance(error, EngineError):
        return error
    found = _CODED.search(str(error))
    if found is None or isinstance(error, UnicodeError):
        return EngineError(UNKNOWN_EXCEPTION, f"The engine failed without a readable message: {type(error).__name__}.")
    message = _SOURCE_FILE.sub("While reading the request body", _VERSION.sub("", found[2])).rstrip()
    name: str | None = None
    while (named := _NAMED.search(message)) is not None:
        name = name or named[1]
        message = message[: named.start()].rstrip()
    inner = _CODED.match(message)
    if inner is not None:
        message = inner[2]
    return EngineError(int(found[1]), message.strip(), name)
