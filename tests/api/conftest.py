"""The API in this process, behind a client of its own, and as the process that the hub starts."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import application
from api.settings import Settings

REPOSITORY = Path(__file__).parents[2]
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there: the schemas need no data commons."""


@pytest.fixture(scope="module")
def api() -> TestClient:
    return TestClient(application(Settings(NOWHERE, "secret", "1.2.3")))


@contextmanager
def serving(folder: Path, url: str = NOWHERE, password: str = "secret") -> Iterator[str]:
    """The address of an API process; its log is `folder`/api.log."""
    secret, log = folder / "password", folder / "api.log"
    secret.write_text(password)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.run_api", str(port)],
            cwd=REPOSITORY,
            env={**os.environ, "HUB_CLICKHOUSE_URL": url, "HUB_CLICKHOUSE_PASSWORD_FILE": str(secret)},
            stdout=output,
            stderr=output,
        )
    try:
        while not _healthy(port):
            if process.poll() is not None:
                raise RuntimeError(f"the API did not start:\n{log.read_text()[-2000:]}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
