"""`/docs`: the OpenAPI document as one plain page. It runs no script and loads nothing, from here or elsewhere."""

import base64
import hashlib
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}"
    "h2{font:600 1rem/1.5 monospace;margin:2rem 0 0;padding-top:1rem;border-top:1px solid #767676}"
    "p{margin:.25rem 0}dl{margin:.25rem 0}dt{font-family:monospace}dd{margin:0 0 .25rem 2rem}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def document(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def page(request: Request) -> HTMLResponse:
    """Every route with what it takes and answers."""
    return HTMLResponse(_page(request.app.openapi()), headers={"Content-Security-Policy": _POLICY})


def _page(api: dict[str, Any]) -> str:
    title = escape(f"{api['info']['title']} {api['info']['version']}")
    routes = "".join(
        _route(method, path, operation)
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"</head><body><main><h1>{title}</h1><p>{escape(api['info']['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">/openapi.json</a></p>{routes}</main></body></html>'
    )


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    told = "".join(f"<p>{escape(line)}</p>" for line in operation["description"].split("\n\n"))
    taken = [(f"{{{one['name']}}}", one.get("description", "")) for one in operation.get("parameters", [])]
    answers = [(status, one["description"]) for status, one in operation["responses"].items()]
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in [*taken, *answers])
    return f"<section><h2>{method.upper()} {escape(path)}</h2>{told}<dl>{rows}</dl></section>"
