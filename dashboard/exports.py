"""Downloads: a named query as CSV, asked as the page asks it, in the scope of this dashboard.

They are a route of the dashboard's own: Streamlit's download button puts the file where no session is asked for.
"""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from dashboard.claims import figures
from dashboard.data import Reader, RefusedError, Rows, StoreDownError
from dashboard.url import DOWNLOADS, State

MOST = 200_000
"""Rows in one file."""
_ASKED: Mapping[str, Callable[[State], dict[str, str]]] = {
    "claims": figures.dated,
    "claim_list": lambda state: {**figures.listed(state), "sort": state.get("sort"), "order": state.get("order")},
    "claims_triangle": lambda state: {**figures.asked(state), "basis": state.get("development")},
    "claim_lags": figures.asked,
    "sources": lambda state: {name: state.get(name) for name in ("source", "org")},
    "faults": lambda state: {name: state.get(name) for name in ("source", "org", "reason")},
}
_PAGED = ("claim_list", "faults")
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


def _cell(value: Any) -> str:
    """A value as text; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_csv(rows: Rows) -> str:
    """Rows with their column names, CRLF, and a byte-order mark, so that spreadsheets read the text as UTF-8."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _answer(name: str, query: Mapping[str, str]) -> Rows:
    state = State.of(query)
    reader = Reader.of(state)
    reader.freshness()
    more = {"limit": str(MOST)} if name in _PAGED else {}
    rows = reader.rows(name, **{k: v for k, v in _ASKED[name](state).items() if v}, **more)
    if reader.shown_as_of:  # a file does not say that it is of an earlier moment
        raise StoreDownError(reader.error_id)
    return rows


async def download(request: Request) -> Response:
    """`/export/NAME.csv?…` with the address of the page; other sites and other names of this machine get nothing."""
    name = str(request.path_params["name"])
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    if host not in _LOCAL or request.headers.get("sec-fetch-site") == "cross-site":
        return PlainTextResponse("downloads are for pages of this dashboard on this machine", 403)
    if name not in DOWNLOADS:
        return PlainTextResponse("there is no such download", 404)
    try:
        rows = await run_in_threadpool(_answer, name, dict(request.query_params))
    except RefusedError as refused:
        return PlainTextResponse(f"this question cannot be answered: {refused}", 400)
    except StoreDownError as down:
        return PlainTextResponse(f"the store does not answer; log id {down.error_id}", 503)
    day = datetime.now(UTC).date().isoformat()
    headers = {
        "content-disposition": f'attachment; filename="{name}-{day}.csv"', "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }  # fmt: skip
    return Response(as_csv(rows), headers=headers, media_type="text/csv; charset=utf-8")
