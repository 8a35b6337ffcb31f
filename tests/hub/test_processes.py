import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hub.processes import alive, end, entry, free_port, orphans

STUBBORN = "import signal,sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); sys.stdin.read()"


@pytest.fixture
def child() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that ends on SIGKILL only."""
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_process_is_known_by_pid_and_start_time(child: "subprocess.Popen[bytes]") -> None:
    told = entry(child.pid)
    assert alive(told) is not None
    assert alive({**told, "started": told["started"] - 100}) is None, "another process has the pid now"
    assert alive(None) is None


def test_what_ignores_sigterm_is_killed(child: "subprocess.Popen[bytes]") -> None:
    told = entry(child.pid)
    end([psutil.Process(child.pid)], patience=0.2)
    assert alive(told) is None
    assert child.wait() == -signal.SIGKILL


def test_a_process_that_has_ended_is_no_orphan(child: "subprocess.Popen[bytes]") -> None:
    told = entry(child.pid)
    child.kill()
    child.wait()
    run = {"processes": {"supervisor": {**told}, "broker": {**told}}}
    assert orphans(run, Path("/nowhere")) == []


def test_orphans_are_named_or_in_the_session_of_the_dead_supervisor(tmp_path: Path) -> None:
    family = (
        "import subprocess,sys\n"
        "children=[subprocess.Popen([sys.executable,'-c','import sys; sys.stdin.read()',sys.argv[1]]) for _ in '12']\n"
        "print(*(child.pid for child in children), flush=True)\n"
        "sys.stdin.read()\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", family, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    with supervisor:
        assert supervisor.stdout is not None
        named, unnamed = (int(pid) for pid in supervisor.stdout.readline().split())
        run = {"processes": {"supervisor": entry(supervisor.pid), "broker": entry(named)}}
        supervisor.kill()
        supervisor.wait()
        left = orphans(run, tmp_path)
        end(left)
    assert {process.pid for process in left} == {named, unnamed}


@pytest.mark.net
def test_a_port_that_is_taken_is_replaced_by_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(port) != port
    assert free_port(port) == port


def test_this_process_is_alive() -> None:
    assert alive(entry(os.getpid())) is not None
