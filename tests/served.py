"""The API and the dashboard as processes, as the hub starts them."""

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

_REPOSITORY = Path(__file__).parents[1]


@contextmanager
def served(module: str, health: str, folder: Path, url: str, password: str) -> Iterator[str]:
    """The address of a process of `module` once its path `health` answers; `url` and `password` are ClickHouse's. Its
    log is `folder`/served.log."""
    secret, log = folder / "password", folder / "served.log"
    secret.write_text(password)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(port)],
            cwd=_REPOSITORY,
            env={**os.environ, "HUB_CLICKHOUSE_URL": url, "HUB_CLICKHOUSE_PASSWORD_FILE": str(secret)},
            stdout=output,
            stderr=output,
        )
    try:
        while not _answers(port, health):
            if process.poll() is not None:
                raise RuntimeError(f"{module} did not start:\n{log.read_text()[-2000:]}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int, health: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", health)
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
