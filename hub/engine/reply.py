"""Writes one HTTP response as ClickHouse does: its headers, its summary, its way to tell an error in mid-stream."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

from starlette.types import Send

from hub.engine.body import ClientGoneError, Encoder
from hub.engine.errors import EngineError
from hub.engine.execute import Answer
from hub.engine.request import QueryRequest
from hub.engine.store import Counts

_CONTENT_TYPES = {
    "TabSeparated": "text/tab-separated-values; charset=UTF-8",
    "TSV": "text/tab-separated-values; charset=UTF-8",
    "TabSeparatedWithNames": "text/tab-separated-values; charset=UTF-8",
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "JSON": "application/json; charset=UTF-8",
    "JSONCompact": "application/json; charset=UTF-8",
    "JSONEachRow": "application/x-ndjson; charset=UTF-8",
}
_BINARY = "application/octet-stream"
_SEND_TIMEOUT = 300  # seconds that a client may leave a result unread


class Reply:
    """One response, sent once. Raises ClientGoneError when the client does not take it."""

    def __init__(self, send: Send, version: str, query_id: str) -> None:
        self._send = send
        self._version = version
        self._tag = uuid.uuid4().hex[:16]
        self._headers = {"X-ClickHouse-Query-Id": query_id, "X-ClickHouse-Server-Display-Name": "embedded"}

    async def text(self, status: int, text: str) -> None:
        """A plain text, for everything that is no query."""
        self._headers["Content-Type"] = "text/plain; charset=UTF-8"
        await self._whole(status, text.encode(errors="replace"))

    async def error(self, error: EngineError) -> None:
        """A failure before the result began."""
        self._headers["X-ClickHouse-Exception-Code"] = str(error.code)
        await self.text(error.status, f"{error} (version {self._version})\n")

    async def answer(self, answer: Answer, request: QueryRequest, pieces: AsyncIterator[bytes]) -> None:
        """A result: `pieces` yields all of it. An error in mid-stream is told inside the body behind the announced
        tag, and the response stays unfinished, so that no client takes it for the whole."""
        zone = request.settings.get("session_timezone", b"").decode(errors="replace")
        self._headers["X-ClickHouse-Timezone"] = zone or "UTC"
        self._headers["X-ClickHouse-Summary"] = _summary(answer.counts)
        self._headers["Content-Type"] = _CONTENT_TYPES.get(answer.form or "TabSeparated", _BINARY)
        encoding = request.response_encoding if answer.form else None
        if answer.form:
            self._headers["X-ClickHouse-Format"] = answer.form
        if encoding is None and not answer.more and answer.spooled is None:
            await self._whole(200, b"".join([piece async for piece in pieces]))
            return
        encoder = Encoder(encoding) if encoding else None
        if encoding:
            self._headers["Content-Encoding"] = encoding
        if answer.more:
            self._headers["X-ClickHouse-Exception-Tag"] = self._tag
        await self._start(200)
        try:
            async for piece in pieces:
                data = await asyncio.to_thread(encoder.add, piece) if encoder else piece
                if data:
                    await self._body(data, more=True)
        except EngineError as error:
            failure = self._failure(error)
            await self._body(encoder.add(failure) + encoder.end() if encoder else failure, more=True)
            raise ClientGoneError from error
        await self._body(encoder.end() if encoder else b"", more=False)

    def _failure(self, error: EngineError) -> bytes:
        text = f"{error} (version {self._version})".encode(errors="replace")
        tag = self._tag.encode()
        return b"\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n" % (tag, text, len(text) + 1, tag)

    async def _whole(self, status: int, data: bytes) -> None:
        self._headers["Content-Length"] = str(len(data))
        await self._start(status)
        await self._body(data, more=False)

    async def _start(self, status: int) -> None:
        pairs = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in self._headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": pairs})

    async def _body(self, data: bytes, *, more: bool) -> None:
        message = {"type": "http.response.body", "body": data, "more_body": more}
        try:
            await asyncio.wait_for(self._send(message), _SEND_TIMEOUT)
        except (TimeoutError, OSError) as error:
            raise ClientGoneError from error


def _summary(counts: Counts) -> str:
    """X-ClickHouse-Summary. `written_rows` counts a row once for the table it was sent to and once for every row that
    a materialised view wrote because of it: 10 rows into a Null table under a view that keeps 5 of them are 15."""
    values = {
        "read_rows": counts.read_rows,
        "read_bytes": counts.read_bytes,
        "written_rows": counts.written_rows,
        "written_bytes": counts.written_bytes,
        "total_rows_to_read": counts.read_rows,
        "result_rows": counts.result_rows or counts.written_rows,
        "result_bytes": 0,
        "elapsed_ns": counts.elapsed_ns,
    }
    return json.dumps({name: str(value) for name, value in values.items()}, separators=(",", ":"))
