"""What the supervisor knows, and run.json says: who runs, in which state, at which address."""

import os
import threading
from typing import Any

from hub.home import Home
from hub.processes import entry
from hub.settings import Settings

STARTING, READY, WAITING = "starting", "ready", "waiting"
"""States of a part: started and not answering yet; answering; ended, and to be started again."""


class Board:
    """run.json while a supervisor lives; every change is written at once."""

    def __init__(self, home: Home, settings: Settings, version: str) -> None:
        self.home = home
        self._lock = threading.Lock()
        ca = settings.kafka_ca.absolute() if settings.kafka_ca else None
        external = settings.kafka_bootstrap is not None
        self._run: dict[str, Any] = {
            "home": str(home.path),
            "release": version,
            "ready": False,
            "problem": None,
            "processes": {"supervisor": entry(os.getpid())},
            "addresses": {},
            "kafka": {
                "security": settings.kafka_security if external else "SASL_PLAINTEXT",
                "ca": str(ca) if ca and external else None,
                "admin": settings.kafka_admin_user if external else "admin",
                "replicas": settings.kafka_replicas if external else 1,
            },
        }
        self._write()

    @property
    def addresses(self) -> dict[str, str]:
        """A copy of the addresses known so far."""
        with self._lock:
            return dict(self._run["addresses"])

    def snapshot(self) -> dict[str, Any]:
        """What `Reach` needs."""
        with self._lock:
            return {**self._run, "addresses": dict(self._run["addresses"])}

    def address(self, name: str, where: str) -> None:
        """Say where something answers."""
        with self._lock:
            self._run["addresses"][name] = where
            self._write()

    def process(self, name: str, pid: int) -> None:
        """A process was started."""
        with self._lock:
            self._run["processes"][name] = {**entry(pid), "state": STARTING, "log": str(self.home.log(name))}
            self._write()

    def state(self, name: str, state: str) -> None:
        """A process answers, or has ended."""
        with self._lock:
            if name in self._run["processes"]:
                self._run["processes"][name]["state"] = state
                self._write()

    def ready(self) -> None:
        """Every part has answered."""
        with self._lock:
            self._run["ready"] = True
            self._write()

    def problem(self, text: str) -> None:
        """Why the hub cannot start; the first one counts."""
        with self._lock:
            self._run["problem"] = self._run["problem"] or text
            self._write()

    def clear(self) -> None:
        """The hub is down. What stopped it stays, for whoever waits for it."""
        with self._lock:
            if self._run["problem"] is None:
                self.home.run_file.unlink(missing_ok=True)
            else:
                self._run["processes"] = {"supervisor": self._run["processes"]["supervisor"]}
                self._run["addresses"] = {}
                self._write()

    def _write(self) -> None:
        self.home.write_run(self._run)
