"""Processes of this machine, told apart by pid and start time: a pid alone may be somebody else's by now."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

POLL = 0.05  # seconds between two questions
_SAME = 2.0  # seconds: start times are computed from a boot time that clock corrections move a little
_PATIENCE = 15.0  # seconds that a process has to end after SIGTERM


def entry(pid: int) -> dict[str, Any]:
    """What run.json says of a process that runs now."""
    return {"pid": pid, "started": psutil.Process(pid).create_time()}


def alive(told: Mapping[str, Any] | None) -> psutil.Process | None:
    """The process that an entry of run.json means, if it still runs."""
    if not told or told.get("pid") is None:
        return None
    try:
        process = psutil.Process(int(told["pid"]))
        same = abs(process.create_time() - float(told["started"])) < _SAME
    except psutil.Error:
        return None
    return process if same and _runs(process) else None


def end(processes: Iterable[psutil.Process], patience: float = _PATIENCE) -> None:
    """SIGTERM, then SIGKILL to what is left; returns when all are gone."""
    waiting = list(processes)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in waiting:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        deadline = time.monotonic() + patience
        while waiting := [process for process in waiting if _runs(process)]:
            if time.monotonic() > deadline:
                break
            time.sleep(POLL)


def orphans(run: Mapping[str, Any], home: Path) -> list[psutil.Process]:
    """What is left of a supervisor that died, the last started first.

    Its children are named in run.json, or were started just before it could name them: those are still in its session.
    """
    named = [alive(told) for name, told in run["processes"].items() if name != "supervisor"]
    found = {process.pid: process for process in named if process}
    leader = run["processes"]["supervisor"]["pid"]
    if not psutil.pid_exists(leader):  # else the number is somebody else's session now
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or ())
            if _session(process.pid) == leader and (str(home) in words or " hub." in words):
                found[process.pid] = process
    return sorted(found.values(), key=lambda process: process.pid, reverse=True)


def free_port(wanted: int | None = None) -> int:
    """`wanted` if it can be bound on loopback, else a free one."""
    for port in (wanted, 0):
        try:
            if port is not None:
                with socket.create_server(("127.0.0.1", port)) as server:
                    return int(server.getsockname()[1])
        except OSError:
            continue
    raise OSError("no port is free on 127.0.0.1")


def _runs(process: psutil.Process) -> bool:
    """Whether it still does anything: a zombie is only waiting for its parent to notice."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None
