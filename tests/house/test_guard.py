"""The guard of tests/guard.py: what it must catch, what it must leave alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_CONFTEST = """
import socket, threading
import pytest

pytest_plugins = ["tests.guard"]

@pytest.fixture(scope="session")
def served():
    stop, said = threading.Event(), threading.Event()
    def beat():
        while not stop.wait(0.005):
            connect()
            said.set()
    thread = threading.Thread(target=beat)
    thread.start()
    said.wait()
    yield said
    stop.set()
    thread.join()

@pytest.fixture
def dialling():
    connect()

@pytest.fixture
def broker():
    return None

def connect():
    with socket.socket() as made:
        try:
            made.connect(("127.0.0.1", 9))
        except OSError:
            pass
"""
_TESTS = """
import asyncio, socket, subprocess, threading
import pytest
from conftest import connect

def test_swallowed(): connect()

def test_in_a_thread():
    thread = threading.Thread(target=connect)
    thread.start()
    thread.join()

def test_bound():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))

def test_sent():
    with socket.socket(type=socket.SOCK_DGRAM) as made:
        made.sendto(b"", ("127.0.0.1", 9))

def test_in_a_fixture(dialling): pass

def test_a_program():
    with pytest.raises(OSError):
        subprocess.Popen(["/nowhere/java"])

def test_a_broker_without_its_marker(broker): pass

@pytest.mark.net
def test_ok_marked(): connect()

@pytest.mark.kafka
def test_ok_broker(broker): pass

def test_ok_asyncio(): asyncio.run(asyncio.sleep(0))

@pytest.mark.net
def test_ok_serving(served): pass

def test_ok_while_a_fixture_serves(served):
    served.clear()
    assert served.wait(5)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tests above, run by a pytest of their own: name -> PASSED, FAILED or ERROR."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "conftest.py").write_text(_CONFTEST)
    (folder / "test_guarded.py").write_text(_TESTS)
    markers = "\n".join(f"    {mark}: -" for mark in ("kafka", "clickhouse", "net", "browser"))
    (folder / "pytest.ini").write_text(f"[pytest]\nmarkers =\n{markers}\n")
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:randomly", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(_ROOT)}, capture_output=True, text=True, check=False
    )
    lines = [
        line.split("::", 1)[1].split() for line in done.stdout.splitlines() if line.startswith("test_guarded.py::")
    ]
    assert lines, done.stdout + done.stderr
    return {words[0]: words[1] for words in lines}


def test_a_socket_without_a_marker_fails_though_its_error_was_swallowed(outcomes: dict[str, str]) -> None:
    caught = {name for name, outcome in outcomes.items() if outcome != "PASSED"}
    assert caught == {name for name in outcomes if "_ok_" not in name}


def test_all_of_them_ran(outcomes: dict[str, str]) -> None:
    assert len(outcomes) == _TESTS.count("def test_")
