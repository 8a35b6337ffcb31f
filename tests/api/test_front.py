"""What every answer has, whatever was asked: id, headers, bounds, a line in the log, counts."""

import logging
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from api.app import application
from api.errors import answer_errors
from api.front import Front
from api.metrics import Metrics
from api.settings import Settings
from tests.api.conftest import NOWHERE
from tests.house.files import ROOT

PATHS = ("/health", "/schemas/ids/4", "/subjects/nobody/versions", "/nowhere", "/docs", "/openapi.json", "/metrics")


def families(text: str) -> list[Metric]:
    """What a scraper makes of the text; it raises on anything that is not OpenMetrics."""
    return list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_closed_to_a_browser(api: TestClient, path: str) -> None:
    headers = api.get(path, headers={"Origin": "https://example.org"}).headers
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert not any(name.startswith("access-control-") for name in headers)
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])


def test_every_request_has_an_id_that_its_error_and_the_log_have_too(
    api: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "api"):
        first, second = api.get("/schemas/ids/9999"), api.get("/schemas/ids/9999", headers={"X-Request-Id": "mine"})
    ids = [first.json()["request_id"], second.json()["request_id"]]
    assert ids == [answer.headers["x-request-id"] for answer in (first, second)]
    assert len({*ids, "mine"}) == 3
    lines = [record.getMessage() for record in caplog.records if record.name == "api.front"]
    assert [line.split()[-1] for line in lines] == ids
    assert all(line.startswith("GET /schemas/ids/{schema_id} 404 ") for line in lines)


def test_what_a_client_writes_into_a_path_or_method_reaches_neither_log_nor_metrics(
    api: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "api"):
        api.get("/marker")
        api.get("/subjects/marker%0A/versions?marker=1")
        api.request("MARKER", "/health")
    assert "marker" not in caplog.text.lower()
    assert "marker" not in api.get("/metrics").text.lower()


def test_a_request_that_is_too_large_is_refused_however_it_is_sent(api: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    for content in (b" " * 300_000, pieces()):
        answer = api.post("/subjects/nobody", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error_code"]) == (413, 413)
    fits = api.post("/subjects/nobody", content=b" " * 200_000, headers={"content-type": "application/json"})
    assert fits.status_code == 422


def test_a_failure_is_told_to_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    answer_errors(app)

    @app.get("/fails")
    async def fails() -> None:
        raise RuntimeError("marker")

    answer = TestClient(Front(app, Metrics("1"))).get("/fails")
    assert (answer.status_code, answer.json()["error_code"]) == (500, 500)
    assert "marker" not in answer.text
    assert "Traceback" not in answer.text
    failed = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert answer.json()["request_id"] in failed.getMessage()
    assert "marker" in caplog.text


def test_the_metrics_are_those_of_the_document_and_no_others(api: TestClient) -> None:
    document = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    told = {row[0]: (row[1], set(re.findall(r"`(\w+)`", row[2]))) for row in re.findall(
        r"^\| `(hub_api_\w+)` \| (\w+) \| ([^|]*) \|", document, re.MULTILINE
    )}  # fmt: skip
    api.get("/health")
    answer = api.get("/metrics")
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    found = {
        family.name: (family.type, {label for sample in family.samples for label in sample.labels} - {"le"})
        for family in families(answer.text)
    }
    assert found == told


def test_requests_are_counted_by_template_and_status() -> None:
    client = TestClient(application(Settings(NOWHERE, "secret", "1.2.3")))
    for number in (4, 5, 9999):
        client.get(f"/schemas/ids/{number}")
    found = {family.name: family for family in families(client.get("/metrics").text)}
    counts = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in found["hub_api_requests"].samples
        if sample.name.endswith("_total")
    }
    assert counts == {("/schemas/ids/{schema_id}", "200"): 2, ("/schemas/ids/{schema_id}", "404"): 1}
    assert [sample.labels for sample in found["hub_api_build"].samples] == [{"release": "1.2.3"}]


def test_the_page_of_the_routes_has_them_all_and_loads_nothing(api: TestClient) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {"/health", "/health/ready", "/schemas/ids/{schema_id}", "/metrics"} <= paths.keys()
    page = api.get("/docs")
    shown = set(re.findall(r"<h2>([A-Z]+ [^<]+)</h2>", page.text))
    assert shown == {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|url\(|@import|https?:", page.text)


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(Settings(NOWHERE, "secret", "1.2.3"))
