"""Liveness whatever happens, readiness as the data commons is: on a real engine that is stopped and started."""

import os
import signal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import application
from api.settings import Settings
from commons.client import connect
from commons.migrate import migrate
from consumers.rebuild import first
from tests.engine_fixture import start_engine

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]


def asked(url: str, password: str) -> tuple[int, str]:
    """Status and text of a fresh API's readiness; it lives whatever that says."""
    client = TestClient(application(Settings(url, password, "1.2.3")))
    answer = client.get("/health/ready")
    alive = client.get("/health")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive", "release": "1.2.3"})
    return answer.status_code, answer.text


def test_it_is_ready_when_the_data_commons_is_there_and_set_up(tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    try:
        status, text = asked(engine.url, engine.password)
        assert (status, "hub up" in text) == (503, True), "there are no tables yet"
        store = connect(engine.url, engine.password)
        migrate(store)
        assert "hub up" in asked(engine.url, engine.password)[1], "there is no generation yet"
        first(store, "test")
        client = TestClient(application(Settings(engine.url, engine.password, "1.2.3")))
        assert client.get("/health/ready").json() == {"status": "ready", "generation": 1}
        refused = asked(engine.url, "another")
        os.kill(engine.process.pid, signal.SIGSTOP)  # it takes connections and answers nothing
        hangs = asked(engine.url, engine.password)
        os.kill(engine.process.pid, signal.SIGCONT)
    finally:
        engine.stop()
    gone = asked(engine.url, engine.password)
    for status, text in (refused, hangs, gone):
        assert status == 503
        assert "ClickHouse" in text
        assert "hub status" in text
        for secret in (engine.password, "another", engine.url, "Traceback", "Error"):
            assert secret not in text
