"""Downloads: the query of the page, as a file that a spreadsheet reads and does not run."""

import csv
import io
from decimal import Decimal

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.exports import as_csv, download
from dashboard.url import DOWNLOADS, State
from tests.dashboard.conftest import Loaded
from tests.loaded_hub import MILES


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Route("/export/{name}.csv", download)]), base_url="http://127.0.0.1:1")


def rows_of(body: bytes) -> list[dict[str, str]]:
    assert body.startswith(b"\xef\xbb\xbf"), "without the mark a spreadsheet garbles Japanese"
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.clickhouse
@pytest.mark.net
def test_a_file_has_what_the_query_answers(client: TestClient, loaded: Loaded, configured: Loaded) -> None:
    state = State.of({"basis": "closed", "line": "motor bodily injury", "lang": "ja"})
    answer = client.get(state.download("claims"))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="claims-')
    rows = loaded.ask("claims", basis="closed", grain="year", line="motor bodily injury").rows
    told = rows_of(answer.content)
    assert [(row["period"], Decimal(row["paid"])) for row in told] == [(row["period"], row["paid"]) for row in rows]
    miles = State.of({"list": "exposures", "about": MILES[0], "operator": "AVT015", "from": "2022-01", "to": "2022-02"})
    told = rows_of(client.get(miles.download("exposure_list")).content)
    span = {"from": "2022-01", "to": "2022-02"}
    rows = loaded.ask("exposure_list", source=MILES[0], operator="AVT015", **span).rows
    assert [(row["report_id"], Decimal(row["value"])) for row in told] == [
        (row["report_id"], row["value"]) for row in rows
    ]
    assert len(rows) > 1
    for name in DOWNLOADS:
        assert client.get(State().download(name)).status_code == 200, name


@pytest.mark.clickhouse
@pytest.mark.net
def test_a_wrong_question_and_another_site_get_no_file(client: TestClient, configured: Loaded) -> None:
    assert client.get("/export/claims.csv?from=last+week").status_code == 400
    assert client.get("/export/claims.csv?as_of=2026-01-01&submitted_by=2026-01-01").status_code == 400
    assert client.get("/export/events.csv").status_code == 404
    assert client.get("/export/claims.csv", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/export/claims.csv", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_text_that_a_spreadsheet_would_run_is_text() -> None:
    told = rows_of(as_csv([{"a": "=1+1", "b": "-x", "c": Decimal("-0.500000"), "d": None, "e": ["p", "@q"]}]).encode())
    assert told == [{"a": "'=1+1", "b": "'-x", "c": "-0.5", "d": "", "e": "p; @q"}]
    assert as_csv([]) == "\ufeff"
