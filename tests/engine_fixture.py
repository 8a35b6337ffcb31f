"""The embedded ClickHouse as a process, for tests of any room."""

import base64
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parents[1]
_DEADLINE = 60  # seconds until a start that did not answer is a failure


@dataclass
class EngineProcess:
    """A running endpoint: user `default`, database `hub`, the store under `path`."""

    path: Path
    port: int
    password: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """The address without credentials."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """SIGKILL, and wait until the process is gone."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, and wait; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_DEADLINE)


def start_engine(path: Path) -> EngineProcess:
    """Start an endpoint on the store under `path` (made if missing; a stopped or killed one's is opened again) and
    return when it answers. Raises RuntimeError with the end of its log if it ends first or does not answer."""
    path.mkdir(parents=True, exist_ok=True)
    password = secrets.token_urlsafe(24)
    secret = path / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    log = path / "engine.log"
    command = [sys.executable, "-m", "hub.engine", "--path", str(path / "store"), "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--password-file", str(secret)],
            cwd=_REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(_REPOSITORY)},
            stdout=output,
            stderr=output,
        )
    engine = EngineProcess(path, port, password, process, log)
    deadline = time.monotonic() + _DEADLINE
    while not _answers(engine):
        if process.poll() is not None or time.monotonic() > deadline:
            engine.kill()
            raise RuntimeError(f"The engine did not start:\n{log.read_text()[-2000:]}")
        _pause(process)
    return engine


def _pause(process: subprocess.Popen[bytes]) -> None:
    """Wait a moment for the process to end, so that asking again does not spin."""
    try:
        process.wait(0.02)
    except subprocess.TimeoutExpired:
        return


def _answers(engine: EngineProcess) -> bool:
    """Whether the endpoint that has *this* password answers: another process may have been given the port."""
    credentials = base64.b64encode(f"default:{engine.password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", engine.port, timeout=5)
    try:
        connection.request("GET", "/ping", headers={"Authorization": f"Basic {credentials}"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
