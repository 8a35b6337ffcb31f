"""The API in this process, behind a client of its own."""

import pytest
from fastapi.testclient import TestClient

from api.app import application
from api.settings import Settings

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: the schemas need no data commons."""


@pytest.fixture(scope="module")
def api() -> TestClient:
    return TestClient(application(Settings(NOWHERE, "secret", "1.2.3")))
