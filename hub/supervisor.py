"""Keeps the processes of one hub running: `python -m hub.supervisor HOME`, in a session of its own.

One thread for each part: start it when what it needs answers, ask until it answers, wait for its end, start it again
after a pause that doubles up to ten seconds. Parts that cannot be started at first end the supervisor; later they are
tried for ever. After SIGKILL of the supervisor the next one finds and ends what is left, then starts anew.
"""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import psutil

from hub.board import READY, WAITING, Board
from hub.errors import HubError
from hub.home import Home
from hub.parts import ApiPart, BrokerPart, ClickHousePart, ConsumerPart, DashboardPart, Part
from hub.processes import POLL, end, orphans
from hub.reach import Reach, quiet
from hub.settings import Settings
from hub.version import release

logger = logging.getLogger("hub.supervisor")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0  # seconds between the end of a process and its next start
_PROVEN = 60.0  # seconds a process must have lived for the pause to begin small again
_PATIENCE = 90.0  # seconds that a process may take until it answers
_WATCH = 0.2  # seconds between two looks whether a process still runs
_TRIES = 2  # failures of a part that never answered until the hub gives up
_LOG_BYTES = 16 * 1024 * 1024


class Keeper(threading.Thread):
    """Keeps one part running until it is told to stop."""

    def __init__(self, part: Part, board: Board, others: dict[str, "Keeper"]) -> None:
        super().__init__(name=part.name, daemon=True)
        self.part = part
        self.board = board
        self.answered = threading.Event()
        """Set while the part answers and is set up."""
        self.gave_up = threading.Event()
        self._others = others
        self._stopping = threading.Event()
        self._proven = False  # it has answered once

    def run(self) -> None:
        """Start, watch, start again."""
        failures, pause = 0, _FIRST_PAUSE
        while not self._stopping.is_set():
            if not all(self._others[name].answered.is_set() for name in self.part.needs if name in self._others):
                self._stopping.wait(POLL)
                continue
            began = time.monotonic()
            try:
                self._once()
            except Exception as error:  # whatever keeps a part from running, the others go on and it is tried again
                logger.exception("%s failed", self.part.name)
                failures += 1
                if failures >= _TRIES and not self._proven:
                    self.board.problem(
                        f"{self.part.name} cannot start: {_line(error)}; see {self.board.home.log(self.part.name)}"
                    )
                    self.gave_up.set()
                    return
            self.board.state(self.part.name, WAITING)
            pause = _FIRST_PAUSE if time.monotonic() - began > _PROVEN else pause
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def stop(self) -> None:
        """End the process and wait until it is gone."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def _once(self) -> None:
        command = self.part.prepare()
        told = {name: self.board.addresses[name] for name in self.part.uses}
        with _log(self.board.home.log(self.part.name)) as log:
            process = subprocess.Popen(
                command, cwd=self.board.home.path, env=dict(self.part.environment()), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self.board.process(self.part.name, process.pid)
            logger.info("%s started as process %d", self.part.name, process.pid)
            if self._await(process):
                self.part.set_up()
                self.board.state(self.part.name, READY)
                self._proven = True
                self.answered.set()
                logger.info("%s answers", self.part.name)
            self._watch(process, told)
        finally:
            self.answered.clear()
            end([psutil.Process(process.pid)] if process.poll() is None else [])
            process.wait()

    def _await(self, process: "subprocess.Popen[bytes]") -> bool:
        """Ask until it answers; False when the hub stops meanwhile, HubError when it never will."""
        began, deadline = psutil.Process(process.pid).create_time(), time.monotonic() + _PATIENCE
        while not self._stopping.is_set():
            if process.poll() is not None:
                raise HubError(f"it ended with status {process.returncode}")
            if time.monotonic() > deadline:
                raise HubError(f"no answer within {_PATIENCE:.0f} s")
            if self.part.answers(began):
                return True
            self._stopping.wait(POLL)
        return False

    def _watch(self, process: "subprocess.Popen[bytes]", told: dict[str, str]) -> None:
        """Return when the process has ended, or must: the hub stops, or an address that it was told has changed."""
        while not self._stopping.wait(_WATCH):
            if process.poll() is not None:
                logger.warning("%s ended with status %d", self.part.name, process.returncode)
                return
            now = self.board.addresses
            if any(now[name] != where for name, where in told.items()):
                logger.info("%s starts again: an address has changed", self.part.name)
                return


def serve(home: Home, settings: Settings, stop: threading.Event) -> int:
    """Run a hub until `stop`; 1 when it could not be started."""
    board = Board(home, settings, release())
    keepers: dict[str, Keeper] = {}
    try:
        parts = _parts(board, settings)
        keepers.update({part.name: Keeper(part, board, keepers) for part in parts})
        for keeper in keepers.values():
            keeper.start()
        complete = False
        while not stop.wait(_WATCH if complete else POLL):
            if any(keeper.gave_up.is_set() for keeper in keepers.values()):
                return 1
            if not complete and all(keeper.answered.is_set() for keeper in keepers.values()):
                complete = True
                board.ready()
                logger.info("every part answers")
    except Exception as error:  # whatever it is, `hub up` must be told, and what was started must be stopped
        logger.exception("the hub cannot start")
        board.problem(f"the hub cannot start: {_line(error)}")
        return 1
    finally:
        for keeper in reversed(keepers.values()):
            keeper.stop()
        board.clear()
    return 0


def _parts(board: Board, settings: Settings) -> list[Part]:
    """What is started here; what is elsewhere is set up at once."""
    from hub.setup import set_up_kafka, set_up_store

    parts: list[Part] = []
    if settings.clickhouse_url:
        board.home.keep_secret("clickhouse", settings.external_clickhouse_password())
        board.address("clickhouse", settings.clickhouse_url)
        set_up_store(Reach(board.home, board.snapshot()))
    else:
        parts.append(ClickHousePart(board, settings))
    if settings.kafka_bootstrap:
        board.home.keep_secret("admin", settings.external_kafka_password())
        board.address("kafka", settings.kafka_bootstrap)
        set_up_kafka(Reach(board.home, board.snapshot()))
    else:
        parts.insert(0, BrokerPart(board, settings))
    return [*parts, ConsumerPart(board, settings), ApiPart(board, settings), DashboardPart(board, settings)]


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def main(arguments: list[str]) -> int:
    """Serve HOME until SIGTERM; 0 also when another supervisor has it already."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    quiet()
    home = Home(Path(arguments[0]))
    home.make()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with home.lock_file.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            logger.info("another supervisor has %s", home.path)
            return 0
        old = home.run()
        if old and (left := orphans(old, home.path)):
            logger.warning("ending what a dead supervisor left: %s", ", ".join(str(process.pid) for process in left))
            end(left)
        logger.info("supervisor is process %d", os.getpid())
        return serve(home, Settings(), stop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
