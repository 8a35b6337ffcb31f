"""HUB_HOME: the folder with everything that one hub writes.

run.json           who runs and where it answers; not there while the hub is down
ports.json         the ports that are kept from one start to the next
listen.json        where members elsewhere reach the broker; not there when they do not
supervisor.lock    held by the one supervisor
broker/            the broker's storage, with its own passwords
clickhouse/        the store of the embedded engine
secrets/           generated passwords, the hub's own key, the keyring of sealed sections; mode 600 in a folder of 700
members/           ORG.toml, the connection profile; ORG.key, a demo key; ORG.pseudonyms, the key of its pseudonyms;
                   ORG.subjects, the keys of its data subjects
logs/              NAME.log of each process
rejects/           rows that became no event
"""

import json
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.errors import HubError
from producers.profile import ProfileError, read_private, write_private

PARTS = ("broker", "clickhouse", "consumer", "api", "dashboard")
"""The processes beside the supervisor, in the order in which they need each other."""


_MISLEADING = frozenset(",?\\")
"""What Kafka's list of folders, its properties or the engine's connection string take for something else."""


class Home:
    """One hub's folder; nothing is made before it is needed."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.run_file = self.path / "run.json"
        self.listen_file = self.path / "listen.json"
        self.lock_file = self.path / "supervisor.lock"
        self.broker = self.path / "broker"
        self.clickhouse = self.path / "clickhouse"
        self.members = self.path / "members"
        self.rejects = self.path / "rejects"
        self.hub_key = self.path / "secrets" / "hub.key"
        self.keyring = self.path / "secrets" / "keyring.sqlite"
        self._keeping = threading.Lock()

    def make(self) -> None:
        """Make the folder, for its owner only; HubError where broker or engine would take its name for another's."""
        wrong = sorted(c for c in set(str(self.path)) if c in _MISLEADING or not c.isprintable())
        if wrong:
            raise HubError(
                f"{str(self.path)!r} cannot hold a hub: give HUB_HOME a path without {' '.join(map(repr, wrong))}"
            )
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("secrets", "logs", "members"):
            (self.path / name).mkdir(exist_ok=True, mode=0o700)

    def log(self, name: str) -> Path:
        """Where a process says what it does."""
        return self.path / "logs" / f"{name}.log"

    def profile(self, org: str) -> Path:
        """The connection profile of a member."""
        return self.members / f"{org}.toml"

    def secret_file(self, name: str) -> Path:
        """The file of a generated password; made on first use."""
        path = self.path / "secrets" / f"{name}.password"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24).encode())
        return path

    def secret(self, name: str) -> str:
        """A generated password."""
        return read_private(self.secret_file(name)).decode().strip()

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a password that was given."""
        write_private(self.path / "secrets" / f"{name}.password", value.encode())

    def ports(self) -> dict[str, int]:
        """The ports of the last start by process name."""
        found: dict[str, int] = _json(self.path / "ports.json") or {}
        return found

    def keep_port(self, name: str, port: int) -> None:
        """Use the same port at the next start if it is free then. Parts that start at the same time may both say so."""
        with self._keeping:
            write_private(self.path / "ports.json", json.dumps(self.ports() | {name: port}).encode())

    def run(self) -> dict[str, Any] | None:
        """What run.json says; None when no hub has been started, or it was stopped."""
        told: dict[str, Any] | None = _json(self.run_file)
        if told is not None and not _whole(told):
            raise HubError(f"{self.run_file} cannot be read: delete it, then run `hub up`")
        return told

    def running(self) -> dict[str, Any]:
        """What run.json says; HubError when the hub is down."""
        run = self.run()
        if run is None:
            raise HubError(f"the hub in {self.path} is not up: start it with `hub up`")
        return run

    def write_run(self, run: Mapping[str, Any]) -> None:
        """Replace run.json whole: a reader sees the old one or the new one."""
        write_private(self.run_file, json.dumps(run, indent=1).encode())


def _whole(told: object) -> bool:
    """Whether it has what every reader of run.json looks for."""
    return (
        isinstance(told, dict)
        and {"ready", "problem", "kafka"} <= told.keys()
        and isinstance(told.get("addresses"), dict)
        and isinstance(told.get("processes"), dict)
        and isinstance(told["processes"].get("supervisor"), dict)
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(read_private(path))
    except ProfileError:
        if path.exists():
            raise
        return None
    except ValueError as error:
        raise HubError(f"{path} cannot be read: delete it, then run `hub up` ({error})") from None
