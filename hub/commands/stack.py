"""`hub up`, `hub down`."""

import contextlib
import os
import subprocess
import sys
import time
from typing import Any

import psutil

from hub.board import READY
from hub.broker import missing_tools
from hub.broker.jars import jars
from hub.commands import console
from hub.errors import HubError
from hub.home import PARTS, Home
from hub.processes import POLL, alive, end, orphans
from hub.settings import Settings

_TRIES = 5
_REAPED = 3.0  # seconds
_STOP = 90.0  # seconds that an orderly stop may take


def up(home: Home) -> dict[str, Any]:
    """Start a hub, or find it running; returns what run.json says once every part answers."""
    home.make()
    run = home.run()
    if run and _complete(run):
        return run
    if Settings().kafka_bootstrap is None:
        _prepare_broker()
    ours = None if run and alive(run["processes"]["supervisor"]) else _start(home)
    tries = 1
    with console.progress("starting", len(PARTS)) as update:
        while True:
            run = home.run()
            if run and alive(run["processes"]["supervisor"]):
                if _complete(run):
                    return run
                if run["problem"]:
                    _await_end(run)
                    raise HubError(run["problem"])
                update(sum(told.get("state") == READY for told in run["processes"].values()))
            elif ours is None or ours.poll() is not None:
                if ours is not None and (ours.returncode != 0 or tries == _TRIES):
                    raise HubError(_last_words(home, run, ours))
                ours, tries = _start(home), tries + 1  # another one had the home, and was stopped meanwhile
            time.sleep(POLL)


def down(home: Home) -> bool:
    """Stop everything in order and wait until it is gone; False when nothing ran."""
    run = home.run()
    if run is None:
        return False
    supervisor = alive(run["processes"]["supervisor"])
    if supervisor:
        end([supervisor], _STOP)
    left = orphans(run, home.path)
    end(left)
    home.run_file.unlink(missing_ok=True)
    if supervisor:
        _await_reaped(supervisor.pid)
    return bool(supervisor or left)


def _start(home: Home) -> "subprocess.Popen[bytes]":
    """A supervisor that outlives this command and its terminal."""
    with home.log("supervisor").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "hub.supervisor", str(home.path)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _complete(run: dict[str, Any]) -> bool:
    """Whether every part was found answering and still runs."""
    processes = run["processes"]
    parts = [told for name, told in processes.items() if name != "supervisor"]
    return bool(
        run["ready"]
        and alive(processes["supervisor"])
        and all(told["state"] == READY and alive(told) for told in parts)
    )


def _prepare_broker() -> None:
    """Here and not behind the scenes: tools may be missing, and fetching the jars takes a while the first time."""
    jars()
    if problem := next((line for line in missing_tools() if line.startswith("Java")), None):  # Maven has done its work
        raise HubError(problem)


def _last_words(home: Home, run: dict[str, Any] | None, ended: "subprocess.Popen[bytes]") -> str:
    """Why our supervisor ended."""
    if run and run["problem"] and run["processes"]["supervisor"]["pid"] == ended.pid:
        return str(run["problem"])
    return f"the supervisor ended with status {ended.returncode}: see {home.log('supervisor')}"


def _await_end(run: dict[str, Any]) -> None:
    """A supervisor that gave up still stops what it had started."""
    while alive(run["processes"]["supervisor"]):
        time.sleep(POLL)


def _await_reaped(pid: int) -> None:
    """An ended process keeps its pid until its parent, often process 1, takes note: not for long, so wait for that."""
    deadline = time.monotonic() + _REAPED
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # the parent may be this process
        time.sleep(POLL)
