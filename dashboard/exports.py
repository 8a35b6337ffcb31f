"""Downloads: a named query as CSV, asked as the page asks it, in the scope of this dashboard.

They are a route of the dashboard's own: Streamlit's download button puts the file where no session is asked for.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from commons.ask import QuestionError, ask
from commons.client import connect
from dashboard import behind, settings
from dashboard.claims import asked
from dashboard.errors import new_id
from dashboard.url import CLOCKS, DOWNLOADS, State

MOST = 200_000
"""Rows in one file."""
_ASKED: Mapping[str, Callable[[State], dict[str, str]]] = {
    "claims": asked.dated,
    "claim_list": lambda state: {**asked.listed(state), "sort": state.get("sort"), "order": state.get("order")},
    "claims_triangle": lambda state: {**asked.filters(state), "basis": state.get("development")},
    "claim_lags": asked.filters,
    **{of.query: partial(behind.asked, of) for of in behind.LISTS.values()},
    "sources": lambda state: {name: state.get(name) for name in ("source", "org")},
    "faults": lambda state: {name: state.get(name) for name in ("source", "org", "reason")},
}
_PAGED = ("claim_list", "exposure_list", "reports", "faults")
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


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with their column names, CRLF, and a byte-order mark, so that spreadsheets read the text as UTF-8."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _rows(name: str, state: State) -> list[dict[str, Any]]:
    here = settings.current()
    params = {key: value for key, value in _ASKED[name](state).items() if value}
    if name in _PAGED:
        params["limit"] = str(MOST)
    client = connect(here.clickhouse_url, here.clickhouse_password)
    try:
        as_of, submitted_by = (state.get(clock) or None for clock in CLOCKS)
        return ask(client, name, here.scope, params, as_of=as_of, submitted_by=submitted_by).rows
    finally:
        client.close()


async def download(request: Request) -> Response:
    """`/export/NAME.csv?…` with the address of the page; other sites and other names of this machine get nothing."""
    name = str(request.path_params["name"])
    host = request.headers.get("host", "").rsplit(":", 1)[0]
    if host not in _LOCAL or request.headers.get("sec-fetch-site") == "cross-site":
        return PlainTextResponse("downloads are for pages of this dashboard on this machine", 403)
    if name not in DOWNLOADS:
        return PlainTextResponse("there is no such download", 404)
    try:
        rows = await run_in_threadpool(_rows, name, State.of(dict(request.query_params)))
    except QuestionError as refused:
        return PlainTextResponse(f"this question cannot be answered: {refused}", 400)
    except Exception as error:  # noqa: BLE001 - whatever the store's client raises, as on the pages
        return PlainTextResponse(f"the store does not answer; log id {new_id(error)}", 503)
    day = datetime.now(UTC).date().isoformat()
    headers = {
        "content-disposition": f'attachment; filename="{name}-{day}.csv"', "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }  # fmt: skip
    return Response(as_csv(rows), headers=headers, media_type="text/csv; charset=utf-8")
