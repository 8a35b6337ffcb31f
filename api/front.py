"""What every request passes first: its id and bound, the headers of every answer, a line in the log, the metrics."""

import logging
import time
import uuid
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics

logger = logging.getLogger(__name__)

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of every answer that does not bring its own."""
_BODY = 256 * 1024  # bytes of a request's body; the longest schema has a tenth of it
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})


class Front:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; the server runs without lifespan and websockets."""
        began = time.perf_counter()
        request_id = uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        status, left = int(HTTPStatus.INTERNAL_SERVER_ERROR), _BODY

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, f"A request has at most {_BODY} bytes.")
            return message

        async def completed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Request-Id"] = request_id
            await send(message)

        try:
            await self.app(scope, bounded, completed)
        except Exception:  # it was answered as a failure already; what is left is to say why, in the log alone
            logger.exception("request %s failed", request_id)
        # Templates and known words only: what a client writes into a path or a method reaches neither log nor metrics.
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path", "none")
        seconds = time.perf_counter() - began
        self.metrics.request(method, route, status, seconds)
        logger.info("%s %s %d %.1f ms %s", method, route, status, seconds * 1000, request_id)
