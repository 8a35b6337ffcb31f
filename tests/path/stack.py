"""A whole hub as its operator has it: every step through the `hub` command."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from commons.ask import OPERATOR, ask
from commons.client import Client, connect
from producers.sources.csv_records import records as read_records

T = TypeVar("T")

BRIDGE = "public-records"
_DEADLINE = 180.0
_POLL = threading.Event()  # never set: a wait on it gives the processor away between two questions


@dataclass(frozen=True)
class Stack:
    """One hub in one home."""

    home: Path

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """A `hub` command, not waited for."""
        return subprocess.Popen(
            [sys.executable, "-m", "hub", "--home", str(self.home), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def hub(self, *words: str, status: int = 0) -> str:
        """What a `hub` command prints; its exit status must be the expected one."""
        process = self.start(*words)
        out, err = process.communicate(timeout=_DEADLINE)
        assert process.returncode == status, f"hub {' '.join(words)}: {process.returncode}\n{out}\n{err}"
        return out

    def json(self, *words: str, status: int = 0) -> Any:
        """The one JSON document that a `hub` command prints."""
        return json.loads(self.hub(*words, "--json", status=status))

    def up(self) -> None:
        self.hub("up")
        self.hub("member", "add", BRIDGE, "--role", "PUBLIC_RECORDS")

    def publish(self, *files: Path) -> Any:
        return self.json("publish", "nhtsa-sgo", *map(str, files), "--as", BRIDGE)

    def settle(self) -> Any:
        """Wait until every part answers and everything that was published can be queried; the last status."""

        def settled() -> Any:
            told = self.json("status")
            return (
                told
                if told["up"] and told["partitions"] and not any(p["lag_records"] for p in told["partitions"])
                else None
            )

        return until(settled)

    def settle_records(self) -> int:
        """Wait until all is settled; how many records have been processed."""
        return sum(place["position"] for place in self.settle()["partitions"])

    def client(self) -> Client:
        """A client of this hub's data commons."""
        run = json.loads((self.home / "run.json").read_text())
        password = next(self.home.glob("secrets/clickhouse*")).read_text().strip()
        return connect(run["addresses"]["clickhouse"], password)

    def asker(self) -> Callable[..., list[dict[str, Any]]]:
        """Named queries, by keyword: `submitted_by` is the clock, the rest are parameters. Each is asked once."""
        client = self.client()
        known: dict[tuple[str, tuple[tuple[str, str], ...]], list[dict[str, Any]]] = {}

        def q(name: str, **params: str) -> list[dict[str, Any]]:
            at = (name, tuple(sorted(params.items())))
            if at not in known:
                filed = params.pop("submitted_by", None)
                known[at] = ask(client, name, OPERATOR, params, submitted_by=filed).rows
            return known[at]

        return q

    def kill(self, process: str) -> None:
        """SIGKILL one of the hub's processes."""
        pid = json.loads((self.home / "run.json").read_text())["processes"][process]["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def until(question: Callable[[], T]) -> T:
    """The first answer that is true; an assertion fails when there is none in time."""
    for _ in range(int(_DEADLINE / 0.05)):
        answer = question()
        if answer:
            return answer
        _POLL.wait(0.05)
    raise AssertionError("waited too long")


def pause(seconds: float) -> None:
    """Let a random moment of a load pass."""
    _POLL.wait(seconds)


def split(source: Path, folder: Path, parts: int) -> list[Path]:
    """A CSV file as several, each with the header; records keep their bytes."""
    header, *rows = (bytes(record.native) for record in read_records(source.read_bytes()))
    size = -(-len(rows) // parts)
    made = []
    for number in range(parts):
        path = folder / f"{source.stem}-{number}.csv"
        path.write_bytes(header + b"".join(rows[number * size : (number + 1) * size]))
        made.append(path)
    return made
