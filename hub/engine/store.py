"""The engine: one chDB folder, its limits and grants, and handles on it."""

import logging
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chdb.state.sqlitelike import Connection, StreamingResult

from hub.engine import guard
from hub.engine.errors import EngineError, from_engine
from hub.engine.statement import identifier, literal

log = logging.getLogger(__name__)

# chDB has one user, `default`, and honours its grants: no sources (files, URLs, remote servers, Python objects), no
# users, roles, named collections, backups, functions of other languages.
_USERS = """<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>
    <grants>
      <query>GRANT SELECT, INSERT, ALTER TABLE, ALTER VIEW, ALTER DATABASE, CREATE, CREATE ARBITRARY TEMPORARY TABLE,
        DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, CHECK, SHOW, KILL QUERY, dictGet, SYSTEM MERGES, SYSTEM TTL MERGES,
        SYSTEM VIEWS, SYSTEM RELOAD DICTIONARY, SYSTEM DROP CACHE, SYSTEM FLUSH LOGS ON *.*</query>
    </grants>
  </default></users>
</clickhouse>
"""
_MIB = 1 << 20
# For one machine with two cores and small data; the caches' defaults would let them grow to gigabytes.
_LIMITS = {
    "mark_cache_size": 64 * _MIB,
    "primary_index_cache_size": 64 * _MIB,
    "uncompressed_cache_size": 0,
    "query_condition_cache_size": 16 * _MIB,
    "compiled_expression_cache_size": 16 * _MIB,
    "parquet_metadata_cache_size": 8 * _MIB,
    "background_pool_size": 2,
    "background_common_pool_size": 1,
    "background_move_pool_size": 1,
    "background_fetches_pool_size": 1,
    "background_schedule_pool_size": 2,
    "max_io_thread_pool_size": 8,
}
# chDB switches these on; a ClickHouse server does not.
_SERVER_DEFAULTS = {"implicit_select": b"0", "allow_introspection_functions": b"0"}


@dataclass
class Counts:
    """What a statement read and wrote, as X-ClickHouse-Summary tells it (rows, bytes, nanoseconds)."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    elapsed_ns: int = 0

    def add(self, result: Any) -> None:
        """Count one chDB result, or one block of a streaming result, in."""
        self.read_rows += result.storage_rows_read()
        self.read_bytes += result.storage_bytes_read()
        self.written_rows += result.rows_written()
        self.written_bytes += result.bytes_written()
        self.result_rows += result.rows_read()
        self.elapsed_ns += int(result.elapsed() * 1e9)


class Handle:
    """One chDB connection: its own settings, current database and temporary tables.

    Every method blocks and may be called from any thread, one at a time: a lock makes `close` wait for a running
    call. Closing the connection before its open result would block for ever, so `close` keeps that order. `defaults`
    are the settings a request finds; its log_comment, `tag`, is how `Store.kill` finds the handle's statement.
    """

    def __init__(self, connection: Connection, defaults: dict[str, bytes]) -> None:
        self.tag = uuid.uuid4().hex
        self.defaults = {**defaults, "log_comment": self.tag.encode()}
        self.changed = False  # by a SET or USE statement
        self.applied: tuple[dict[str, bytes], str] = ({}, "")  # settings and database of the last request
        self._connection = connection
        self._lock = threading.Lock()
        self._stream: StreamingResult | None = None
        self._closed = False

    def query(self, sql: bytes, form: str = "TabSeparated") -> tuple[bytes, Counts]:
        """Run a statement to its end: the whole result and its counts. Raises EngineError."""
        with self._lock:
            try:
                result = self._connection.query(sql, form)  # type: ignore[arg-type]  # bytes pass through unchanged
                counts = Counts()
                counts.add(result)
                return result.bytes(), counts
            except (RuntimeError, UnicodeError) as error:
                raise from_engine(error) from error

    def open_stream(self, sql: bytes, form: str) -> None:
        """Start a statement whose blocks `fetch` then returns. Raises EngineError."""
        with self._lock:
            try:
                self._stream = self._connection.send_query(sql, form)  # type: ignore[arg-type]
            except (RuntimeError, UnicodeError) as error:
                raise from_engine(error) from error

    def fetch(self, counts: Counts) -> bytes | None:
        """The next block of the open stream, None at its end. Raises EngineError."""
        with self._lock:
            if self._stream is None:
                return None
            try:
                block = self._stream.fetch()  # type: ignore[no-untyped-call]
                if block is None:
                    self._end_stream()
                    return None
                counts.add(block)
                return bytes(block.bytes())
            except (RuntimeError, UnicodeError) as error:
                raise from_engine(error) from error

    def end_stream(self) -> None:
        """Cancel the open stream, if any, so that the handle can be used again."""
        with self._lock:
            self._end_stream()

    def _end_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.close()  # type: ignore[no-untyped-call]
            except RuntimeError:
                log.warning("a cancelled result did not end cleanly")

    def close(self) -> None:
        """Give the connection back; idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._end_stream()
                self._connection.close()


class Store:
    """The chDB folder at `path`, locked to this process until `close`. Raises EngineError if it cannot be opened."""

    def __init__(self, path: Path, max_memory_bytes: int) -> None:
        self._path = path.resolve()
        self._max_memory_bytes = max_memory_bytes
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.scratch = self._path / "endpoint"
        self.scratch.mkdir(mode=0o700, exist_ok=True)
        users = self.scratch / "users.xml"
        users.write_text(_USERS)
        limits = {**_LIMITS, "max_server_memory_usage": max_memory_bytes, "users_config": users}
        options = "&".join(f"{name}={value}" for name, value in limits.items())
        try:
            # Held open to the end: the engine shuts down with its last connection.
            self._keeper = Handle(Connection(f"{self._path}?{options}"), {})
            self._close_default()
            self._keeper.query(b"CREATE DATABASE IF NOT EXISTS hub ENGINE = Atomic")
            self.version = self._keeper.query(b"SELECT version()")[0].decode().strip()
            names = self._keeper.query(b"SELECT name FROM system.table_functions")[0].decode().split()
            self.refused = guard.refused_functions(names)
        except RuntimeError as error:
            raise from_engine(error) from error

    def _close_default(self) -> None:
        """At every start chDB lays the machine's files over the database `default`: there `/etc/passwd` is a table's
        name, whatever the grants say. In its place stands one that can hold nothing."""
        self._keeper.query(b"DROP DATABASE default SYNC")
        self._keeper.query(b"CREATE DATABASE default ENGINE = Dictionary")

    def handle(self) -> Handle:
        """A new handle with a ClickHouse server's defaults."""
        # One statement must not leave the others without memory.
        memory = str(self._max_memory_bytes * 3 // 4).encode()
        handle = Handle(Connection(str(self._path)), {**_SERVER_DEFAULTS, "max_memory_usage": memory})
        handle.query(assign(handle.defaults))
        return handle

    def kill(self, tag: str) -> None:
        """Stop the running statement whose log_comment is `tag`; nothing happens if it has ended."""
        handle = self.handle()
        try:
            handle.query(b"KILL QUERY WHERE Settings['log_comment'] = " + literal(tag.encode()) + b" ASYNC")
        except EngineError as error:
            log.warning("could not stop a statement: %s", error.name)
        finally:
            handle.close()

    def kill_all(self) -> None:
        """Stop every running statement, so that their handles can be closed."""
        self._keeper.query(b"KILL QUERY WHERE query_id != queryID() ASYNC")

    def close(self) -> None:
        """Shut the engine down. Every other handle must be closed before."""
        self._keeper.close()


def assign(settings: dict[str, bytes]) -> bytes:
    """A SET statement; the engine converts each text to its setting's type."""
    return b"SET " + b", ".join(identifier(name) + b" = " + literal(value) for name, value in settings.items())
