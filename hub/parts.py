"""The five processes of a one-machine hub: how each is started, and when it answers."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub import answers
from hub.board import Board
from hub.broker import LOCALE, Broker
from hub.broker.listen import Listen
from hub.errors import HubError
from hub.processes import free_port
from hub.reach import Reach
from hub.settings import Settings

_GIVEN = frozenset({"HUB_KAFKA_ADMIN_PASSWORD", "HUB_CLICKHOUSE_PASSWORD"})
"""Passwords that the supervisor keeps in the home: no other process needs them in its environment."""


class Part(Protocol):
    """One process."""

    name: str
    needs: tuple[str, ...]
    """Parts that must answer before this one can start."""
    uses: tuple[str, ...]
    """Addresses that it is started with: when one changes, it is started again."""

    def prepare(self) -> list[str]:
        """Choose ports and make folders; returns the command. Raises what makes a start impossible."""
        ...

    def environment(self) -> Mapping[str, str]:
        """What it is told beside its command."""
        ...

    def answers(self, started: float) -> bool:
        """Whether the process that began at `started` (seconds since 1970 UTC) is ready."""
        ...

    def set_up(self) -> None:
        """What must be done once it answers, before others may use it."""
        ...


@dataclass
class _Base:
    board: Board
    settings: Settings
    name: str = ""
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def environment(self) -> Mapping[str, str]:
        return {name: value for name, value in os.environ.items() if name not in _GIVEN}

    def set_up(self) -> None:
        """Nothing, for most."""

    def _port(self, wanted: int | None) -> int:
        """The port of the last start or a free one; one that was asked for by name is never replaced."""
        port = free_port(wanted or self.board.home.ports().get(self.name))
        if wanted and port != wanted:
            raise HubError(f"port {wanted} is taken: stop what uses it, or unset HUB_{self.name.upper()}_PORT")
        self.board.home.keep_port(self.name, port)
        return port


@dataclass
class BrokerPart(_Base):
    """Kafka."""

    name: str = "broker"
    _set_up_at: str = ""

    def prepare(self) -> list[str]:
        """Jars, passwords, ports, formatted storage."""
        broker = self._broker()
        broker.prepare()
        self.board.home.keep_secret("admin", broker.admin_password)
        self.board.address("kafka", broker.bootstrap)
        if broker.listen:
            self.board.address("kafka_tls", broker.listen.address)
        return broker.command()

    def environment(self) -> Mapping[str, str]:
        """Java's file names are UTF-8 in any locale."""
        return {**super().environment(), **LOCALE}

    def answers(self, started: float) -> bool:
        """Whether an administrator is let in."""
        del started
        return self._broker().ready()

    def set_up(self) -> None:
        """Once at each address: topics, users, rights and the hub's own registration."""
        bootstrap = self._broker().bootstrap
        if self._set_up_at != bootstrap:
            from hub.setup import set_up_kafka

            set_up_kafka(Reach(self.board.home, self.board.snapshot()))
            self._set_up_at = bootstrap

    def _broker(self) -> Broker:
        return Broker(self.board.home.broker, Listen.load(self.board.home.listen_file))


@dataclass
class ClickHousePart(_Base):
    """The embedded engine."""

    name: str = "clickhouse"
    _migrated: bool = False

    def prepare(self) -> list[str]:
        """A port and a password."""
        home = self.board.home
        home.clickhouse.mkdir(exist_ok=True, mode=0o700)
        port = self._port(self.settings.clickhouse_port)
        self.board.address("clickhouse", f"http://127.0.0.1:{port}")
        command = [sys.executable, "-m", "hub.engine", "--path", str(home.clickhouse), "--port", str(port)]
        return [*command, "--password-file", str(home.secret_file("clickhouse"))]

    def answers(self, started: float) -> bool:
        """Whether it knows the password."""
        del started
        return answers.clickhouse(self.board.addresses["clickhouse"], self.board.home.secret("clickhouse"))

    def set_up(self) -> None:
        """Migrations, once."""
        if not self._migrated:
            from hub.setup import set_up_store

            set_up_store(Reach(self.board.home, self.board.snapshot()))
            self._migrated = True


@dataclass
class ConsumerPart(_Base):
    """Kafka to ClickHouse."""

    name: str = "consumer"
    needs: tuple[str, ...] = ("broker", "clickhouse")
    uses: tuple[str, ...] = ("kafka", "clickhouse")
    _client: Any = field(default=None, repr=False)

    def prepare(self) -> list[str]:
        """The command alone: it looks up the rest itself."""
        self._client = None
        return [sys.executable, "-m", "hub", "--home", str(self.board.home.path), "consume"]

    def answers(self, started: float) -> bool:
        """Whether it has read what governs the hub to its end, since it was started."""
        self._client = self._client or Reach(self.board.home, self.board.snapshot()).store()
        return answers.consumer(self._client, started)

    def set_up(self) -> None:
        """Nobody asks any more."""
        self._client.close()
        self._client = None


@dataclass
class _ServingPart(_Base):
    """What asks the data commons and answers over HTTP."""

    needs: tuple[str, ...] = ("clickhouse",)
    uses: tuple[str, ...] = ("clickhouse",)

    def _serve(self, wanted: int | None) -> list[str]:
        port = self._port(wanted)
        self.board.address(self.name, f"http://127.0.0.1:{port}")
        return [sys.executable, "-m", f"hub.run_{self.name}", str(port)]

    def environment(self) -> Mapping[str, str]:
        """Where the data commons is, in the two settings that it reads."""
        return {
            **super().environment(),
            "HUB_CLICKHOUSE_URL": self.board.addresses["clickhouse"],
            "HUB_CLICKHOUSE_PASSWORD_FILE": str(self.board.home.secret_file("clickhouse")),
        }


@dataclass
class ApiPart(_ServingPart):
    """The answers for programs."""

    name: str = "api"

    def prepare(self) -> list[str]:
        """A port."""
        return self._serve(self.settings.api_port)

    def answers(self, started: float) -> bool:
        """Whether it serves requests."""
        del started
        return answers.api(self.board.addresses["api"])


@dataclass
class DashboardPart(_ServingPart):
    """The pages."""

    name: str = "dashboard"

    def environment(self) -> Mapping[str, str]:
        """The keys of sealed sections too: its pages open records."""
        return {**super().environment(), "HUB_KEYRING_FILE": str(self.board.home.keyring)}

    def prepare(self) -> list[str]:
        """A port."""
        return self._serve(self.settings.dashboard_port)

    def answers(self, started: float) -> bool:
        """Whether it serves pages."""
        del started
        return answers.dashboard(self.board.addresses["dashboard"])
