"""Running one request on a handle. Everything here blocks and belongs on a worker thread."""

import dataclasses
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hub.engine import context, guard
from hub.engine.errors import BAD_ARGUMENTS, READONLY, TOO_MANY_ROWS_OR_BYTES, EngineError
from hub.engine.request import ExternalTable, QueryRequest
from hub.engine.statement import Statement, identifier, parse
from hub.engine.store import Counts, Handle, Store, assign

# Formats whose blocks, one after the other, are the whole result; others have a head or a tail.
_BLOCKWISE = frozenset(
    "Native TabSeparated TSV TabSeparatedRaw TSVRaw CSV RowBinary JSONEachRow JSONLines NDJSON JSONStringsEachRow "
    "JSONCompactEachRow LineAsString".split()
)
_IN_MEMORY = 8 << 20
# Bytes of a result that the engine makes as a whole, in memory, counted as columns: text takes ten times as much. A
# request's own max_result_bytes goes first.
_WHOLE_TEXT = 128 << 20
_WHOLE_COLUMNS = 512 << 20
_COLUMNAR = frozenset({"Arrow", "ArrowStream", "Parquet", "ORC"})
# Bytes of a result that waits on disk until it is complete.
_ON_DISK = 2 << 30


@dataclass
class Answer:
    """A result, or its beginning.

    `head` comes first, then what `spooled` holds; with `more`, the handle's open stream has the rest. `undo` brings
    the session back to what it was before the request. `form` is None for a statement without a result.
    """

    form: str | None
    head: list[bytes] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    spooled: IO[bytes] | None = None
    more: bool = False
    undo: list[bytes] = field(default_factory=list)


def read(request: QueryRequest, store: Store) -> Statement:
    """The statement of `request`. Raises EngineError if it is none, more than one, or not run here."""
    statement = _parse(request.query, request.body)
    guard.check(statement, store.refused)
    guard.check_settings(request.settings)
    for table in request.externals:
        guard.check(_create(table), store.refused)
    if request.read_only and (not statement.answers or statement.verb == "KILL"):
        raise EngineError(READONLY, "Cannot execute query in readonly mode: over HTTP, GET implies it. Use POST.")
    return statement


def _parse(query: bytes, body: bytes) -> Statement:
    if not query or not body:
        return parse(query or body)
    head = parse(query)
    if head.data is not None:
        return dataclasses.replace(head, data=head.data + body)
    return parse(query + b"\n" + body)


def run(request: QueryRequest, statement: Statement, handle: Handle, store: Store) -> Answer:
    """Run `statement` with the request's settings, parameters, database and external tables. Raises EngineError.

    With `more` in the answer, the caller fetches the rest from `handle` and then calls `finish`.
    """
    undo: list[bytes] = []
    try:
        _prepare(request, handle, statement, undo)
        answer = _execute(request, statement, handle, store.scratch)
    except EngineError:
        finish(handle, undo)
        raise
    if answer.more:
        answer.undo = undo
    else:
        finish(handle, undo)
    return answer


def finish(handle: Handle, undo: list[bytes]) -> None:
    """Make the handle ready for the session's next request."""
    handle.end_stream()
    for sql in reversed(undo):
        handle.query(sql)


def _execute(request: QueryRequest, statement: Statement, handle: Handle, scratch: Path) -> Answer:
    if statement.data is not None:
        with _file(statement.data) as path:
            _, counts = handle.query(statement.reading(path))
        return Answer(None, [], counts)
    form = statement.format or request.default_format
    if _in_blocks(request, statement):
        try:
            return _stream(statement, handle, form, scratch if request.flag("wait_end_of_query") else None)
        except EngineError as error:
            if error.code != BAD_ARGUMENTS:
                raise
            # Some statements cannot be streamed: the plain query gives the result, or the true error.
            handle.end_stream()
    data, counts = handle.query(statement.sql, form)
    return Answer(form if statement.answers else None, [data], counts)


def _in_blocks(request: QueryRequest, statement: Statement) -> bool:
    return statement.may_stream and (statement.format or request.default_format) in _BLOCKWISE


def _stream(statement: Statement, handle: Handle, form: str, scratch: Path | None) -> Answer:
    """With `scratch`, the whole result, on disk beyond a few MiB. Else the result if it is one block, or its
    beginning; an error in the first two blocks is raised here."""
    answer = Answer(form)
    handle.open_stream(statement.sql, form)
    size = 0
    while scratch is not None or len(answer.head) < 2:
        block = handle.fetch(answer.counts)
        if block is None:
            break
        size += len(block)
        if size > _ON_DISK:
            raise EngineError(TOO_MANY_ROWS_OR_BYTES, "The result is too large to wait for: read it as a stream.")
        if size > _IN_MEMORY and scratch is not None:
            answer.spooled = answer.spooled or tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - the app closes it
            answer.spooled.write(block)
        else:
            answer.head.append(block)
    else:
        answer.more = True
    if answer.spooled is not None:
        answer.spooled.seek(0)
    return answer


@contextmanager
def _file(data: bytes) -> Iterator[str]:
    """`data` as a file in memory, for FROM INFILE. Inline data is no way: the engine skips line feeds at its beginning,
    which shifts binary rows without an error."""
    descriptor = os.memfd_create("body")
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _prepare(request: QueryRequest, handle: Handle, statement: Statement, undo: list[bytes]) -> None:
    """Apply the request's settings, parameters, database and external tables; add to `undo` how to take them back."""
    settings = request.settings
    if statement.answers and not _in_blocks(request, statement):
        columnar = (statement.format or request.default_format) in _COLUMNAR
        most = _WHOLE_COLUMNS if columnar else _WHOLE_TEXT
        settings = {"max_result_bytes": str(most).encode(), **settings}
    undo += context.enter(handle, settings, request.database, statement.verb)
    if request.parameters:
        handle.query(assign(request.parameters))
    for table in request.externals:
        undo.append(b"DROP TEMPORARY TABLE IF EXISTS " + identifier(table.name))
        _create_external(table, handle)


def _create_external(table: ExternalTable, handle: Handle) -> None:
    handle.query(_create(table).sql)
    if table.data:
        insert = parse(b"INSERT INTO " + identifier(table.name) + b" FORMAT " + identifier(table.form))
        with _file(table.data) as path:
            handle.query(insert.reading(path))


def _create(table: ExternalTable) -> Statement:
    return parse(b"CREATE TEMPORARY TABLE " + identifier(table.name) + b" (" + table.structure + b") ENGINE = Memory")
