"""ClickHouse's HTTP interface as an ASGI application over one `Store`."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from hub.engine import body, execute
from hub.engine.errors import TOO_MANY_SIMULTANEOUS_QUERIES, EngineError
from hub.engine.execute import Answer
from hub.engine.reply import Reply
from hub.engine.request import QueryRequest, authenticate, url_fields
from hub.engine.sessions import Sessions
from hub.engine.statement import Statement
from hub.engine.store import Handle, Store

log = logging.getLogger(__name__)
T = TypeVar("T")

_PIECE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Bounds of the endpoint: bytes of a request body, before and after decompression; statements that run at once
    (the others wait); requests and sessions at once (more are refused)."""

    body_bytes: int = 256 << 20
    running: int = 8
    requests: int = 200


@dataclass
class _Lease:
    """A handle for one request; `session` is the name under which it goes back, if any."""

    handle: Handle
    session: str
    timeout: int
    returned: bool = False


class Endpoint:
    """The ASGI application. No call into the engine is made on the event loop."""

    def __init__(self, store: Store, password: bytes, limits: Limits) -> None:
        self._store = store
        self._password = password
        self._limits = limits
        self._workers = ThreadPoolExecutor(limits.running, "statement")
        # Stopping and closing must get through while every worker is busy.
        self._closers = ThreadPoolExecutor(2, "closer")
        self._sessions = Sessions(limits.requests, self._discard)
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; uvicorn runs without lifespan and websockets."""
        fields = url_fields(scope["query_string"])
        query_id = fields.get("query_id", b"").decode(errors="replace") or str(uuid.uuid4())
        reply = Reply(send, self._store.version, query_id)
        try:
            try:
                authenticate(Headers(scope=scope), fields, self._password, optional=scope["path"] == "/ping")
                await self._route(scope, receive, reply, fields)
            except EngineError as error:
                await reply.error(error)
        except body.ClientGoneError:
            log.debug("a client left before its response was complete")

    def close(self) -> None:
        """Stop running statements, close every handle, then the engine. Call it when no request is served any more."""
        self._store.kill_all()
        self._sessions.close()
        self._workers.shutdown()
        self._closers.shutdown()
        self._store.close()

    async def _route(self, scope: Scope, receive: Receive, reply: Reply, fields: dict[str, bytes]) -> None:
        reading = scope["method"] in {"GET", "HEAD"}
        if scope["path"] == "/ping" or (scope["path"] == "/" and reading and "query" not in fields):
            await reply.text(200, "Ok.\n")
        elif scope["path"] != "/":
            await reply.text(404, "There is no such handle. Use / for queries, /ping to see whether it answers.\n")
        elif scope["method"] not in {"GET", "POST"}:
            await reply.text(405, "Use GET or POST.\n")
        elif self._requests >= self._limits.requests:
            raise EngineError(TOO_MANY_SIMULTANEOUS_QUERIES, "Too many simultaneous queries: try again later.")
        else:
            self._requests += 1
            try:
                request = await self._read(scope, receive, fields)
                statement = await self._on(self._workers, lambda: execute.read(request, self._store))
                await self._query(request, statement, receive, reply)
            finally:
                self._requests -= 1

    async def _read(self, scope: Scope, receive: Receive, fields: dict[str, bytes]) -> QueryRequest:
        headers = Headers(scope=scope)
        request = QueryRequest(fields, headers, read_only=scope["method"] == "GET")
        request.refuse_block_compression()
        limit = self._limits.body_bytes
        stream = body.receive(receive, headers, limit)
        if headers.get("content-type", "").startswith("multipart/form-data"):
            await body.read_form(stream, request, limit)
            return request
        raw = b"".join([chunk async for chunk in stream])
        encoding = headers.get("content-encoding", "").lower()
        request.body = await self._on(self._workers, lambda: body.decode(raw, encoding, limit)) if encoding else raw
        return request

    async def _query(self, request: QueryRequest, statement: Statement, receive: Receive, reply: Reply) -> None:
        lease = await self._lease(request)
        gone = asyncio.create_task(_disconnected(receive))
        answer = Answer(None)
        try:
            running = asyncio.create_task(
                self._on(self._workers, lambda: execute.run(request, statement, lease.handle, self._store))
            )
            # As on a ClickHouse server, a write goes on without its client.
            answer = await (self._until(running, gone, lease.handle) if statement.answers else running)
            await reply.answer(answer, request, self._pieces(answer, lease, gone))
        finally:
            gone.cancel()
            if answer.spooled is not None:
                answer.spooled.close()
            await self._return(lease, answer)

    async def _pieces(self, answer: Answer, lease: _Lease, gone: asyncio.Task[None]) -> AsyncIterator[bytes]:
        """The whole result. The lease goes back before the last piece is known to be the last: the client's next
        request may come at once, in the same session."""
        if not answer.more:
            await self._return(lease, answer)
        for block in answer.head:
            yield block
        while answer.spooled is not None and (piece := answer.spooled.read(_PIECE)):
            yield piece
        while answer.more:
            fetching = asyncio.create_task(self._on(self._workers, lambda: lease.handle.fetch(answer.counts)))
            fetched = await self._until(fetching, gone, lease.handle)
            if gone.done():
                raise body.ClientGoneError
            if fetched is None:
                answer.more = False
                await self._return(lease, answer)
            else:
                yield fetched

    async def _until(self, running: asyncio.Task[T], gone: asyncio.Task[None], handle: Handle) -> T:
        """What `running` gives; if the client leaves before, its statement is stopped."""
        await asyncio.wait((running, gone), return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await self._stop(handle)
        return await running

    async def _lease(self, request: QueryRequest) -> _Lease:
        session = request.text("session_id")
        timeout = 0 if request.flag("close_session") else request.session_timeout
        known = await self._sessions.take(session, must_exist=request.flag("session_check")) if session else None
        try:
            handle = known if known is not None else await self._on(self._workers, self._store.handle)
        except EngineError:
            if session:
                self._sessions.keep(session, None, 0)
            raise
        return _Lease(handle, session, timeout)

    async def _return(self, lease: _Lease, answer: Answer) -> None:
        """Give the lease's handle back, once: an unread result is stopped first."""
        if lease.returned:
            return
        lease.returned = True
        handle: Handle | None = lease.handle
        if answer.more:
            await self._stop(lease.handle)
        if not lease.session:
            self._discard(lease.handle)
            return
        if answer.undo or answer.more:
            try:
                await self._on(self._closers, lambda: execute.finish(lease.handle, answer.undo))
            except EngineError as error:
                log.warning("session ended: it could not be brought back to what it was (%s)", error.name)
                self._discard(lease.handle)
                handle = None
        self._sessions.keep(lease.session, handle, lease.timeout)

    async def _on(self, pool: Executor, call: Callable[[], T]) -> T:
        """Run `call` on a thread of `pool`. Cancelling the waiting task does not stop the call: `Handle` has a lock."""
        return await asyncio.get_running_loop().run_in_executor(pool, call)

    async def _stop(self, handle: Handle) -> None:
        await self._on(self._closers, lambda: self._store.kill(handle.tag))

    def _discard(self, handle: Handle) -> None:
        self._closers.submit(handle.close)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
