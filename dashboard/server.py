"""Serves the pages: Streamlit as an ASGI application, with a strict content policy and the reader's language."""

import base64
import gc
import hashlib
import re
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as RequestScope

from dashboard import settings, theme
from dashboard.errors import log_script_error
from dashboard.exports import download
from dashboard.words import language_of

HERE = Path(__file__).parent
_LINKS = '<link rel="stylesheet" href="/hub/style.css"><script type="module" src="/hub/links.js"></script></head>'


def _policy(html: str) -> str:
    """Nothing from elsewhere, no script but our own files and the page's inline one, by its hash."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    )
    return (
        f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        " font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; object-src 'none';"
        " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


def _prepared(html: str, language: str) -> tuple[bytes, str]:
    policy = _policy(html)
    html = html.replace('<html lang="en">', f'<html lang="{language}">', 1).replace("</head>", _LINKS, 1)
    html = re.sub(r'<link\s+rel="preload"[^>]*?as="font"[^>]*?/>', "", html)  # we use none of Streamlit's own fonts
    return html.replace("<title>Streamlit</title>", "<title>Incident Hub</title>").encode(), policy


class ReaderLanguage:
    """ASGI middleware: the HTML page says its language, loads our style sheet, and may load nothing from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: RequestScope, receive: Receive, send: Send) -> None:
        """Pass everything through but HTML pages, which are completed whole."""
        headers = dict(scope.get("headers", []))
        if scope["type"] != "http" or b"text/html" not in headers.get(b"accept", b""):
            await self.app(scope, receive, send)
            return
        language = language_of(
            re.search(r"(?:^|&)lang=(\w\w)", scope["query_string"].decode("latin-1")),
            headers.get(b"accept-language", b"").decode("latin-1"),
        )
        # Without encodings and validators the application sends the page plain and whole.
        dropped = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"}
        plain = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k not in dropped]}
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await _finish(start, bytes(body), language, send)

        await self.app(plain, receive, collect)


async def _finish(start: MutableMapping[str, Any], body: bytes, language: str, send: Send) -> None:
    kept = [(k, v) for k, v in start["headers"] if k.lower() not in {b"content-length", b"etag", b"last-modified"}]
    if any(k.lower() == b"content-type" and v.startswith(b"text/html") for k, v in kept):
        body, policy = _prepared(body.decode(), language)
        kept += [(b"content-security-policy", policy.encode()), (b"vary", b"Accept-Language")]
        kept += [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"same-origin")]
    await send({**start, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _started(_app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    gc.freeze()  # what is loaded by now lives as long as the process: the collector need not walk it again
    yield None


def application() -> st.App:
    """The dashboard as an ASGI application; `settings.configure` comes first."""
    return st.App(
        HERE / "app.py",
        lifespan=_started,
        routes=[
            Route("/export/{name}.csv", download),
            Mount("/hub", StaticFiles(directory=HERE / "static")),
        ],
        middleware=[Middleware(ReaderLanguage)],
        on_script_error=log_script_error,
    )


def serve(handed: settings.Settings, port: int) -> None:
    """Serve on 127.0.0.1:`port` until the process is told to stop."""
    settings.configure(handed)
    application().run(config=theme.config(port))
