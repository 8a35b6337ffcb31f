"""How the processes of a hub reach its broker and its data commons: run.json has the addresses, secrets/ the rest."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.home import Home
from wire.access import Access
from wire.names import CONSUMER_USER, PUBLISHER_USER

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from commons.client import Client


def quiet() -> None:
    """The Kafka client warns of every password that goes over loopback, and reports each error in many lines. A process
    with a log keeps the errors; a command says the one line of the exception."""
    import wire.clients  # noqa: F401 - it sets the level itself when it is loaded

    logging.getLogger("kafka").setLevel(logging.ERROR if logging.getLogger().handlers else logging.CRITICAL)


class Reach:
    """Connections as the hub; HubError when it is not up."""

    def __init__(self, home: Home, run: dict[str, Any] | None = None) -> None:
        self.home = home
        self._run = run or home.running()
        quiet()

    @property
    def addresses(self) -> dict[str, str]:
        """Kafka (host:port), clickhouse, api and dashboard (URLs)."""
        addresses: dict[str, str] = self._run["addresses"]
        return addresses

    def address(self, name: str) -> str:
        """One of them; HubError while the hub is still starting."""
        if name not in self.addresses:
            raise HubError("the hub is still starting: `hub up` returns when it can be used")
        return self.addresses[name]

    @property
    def replicas(self) -> int:
        """Copies of each topic."""
        return int(self._run["kafka"]["replicas"])

    @property
    def admin(self) -> Access:
        """The super user."""
        return self.access(self._run["kafka"]["admin"], self.home.secret("admin"))

    @property
    def hub(self) -> Access:
        """The hub itself, as a publisher."""
        return self.access(PUBLISHER_USER, self.home.secret("hub"))

    @property
    def consumer(self) -> Access:
        """The hub's consumers."""
        return self.access(CONSUMER_USER, self.home.secret("consumer"))

    def access(self, user: str, password: str) -> Access:
        """Any user at this hub's broker."""
        kafka = self._run["kafka"]
        bootstrap = self.address("kafka")
        ca = Path(kafka["ca"]) if kafka["ca"] else None
        return Access(bootstrap, user, password, kafka["security"], ca)

    def for_member(self, user: str, password: str) -> Access:
        """A member's way in, on any machine: over TLS where the hub listens so, with what vouches for it in PEM."""
        access = self.access(user, password)
        if "kafka_tls" in self.addresses:
            from hub.broker import Broker

            ca = Broker(self.home.broker).trust
            return Access(self.addresses["kafka_tls"], user, password, "SASL_SSL", ca)
        return replace(access, ca=access.ca.read_text("ascii")) if isinstance(access.ca, Path) else access

    def store(self) -> "Client":
        """A client of the data commons; StoreError when it does not answer."""
        from commons.client import connect

        return connect(self.address("clickhouse"), self.home.secret("clickhouse"))

    def key(self) -> "Ed25519PrivateKey":
        """The hub's own key."""
        from producers.profile import load_key

        return load_key(self.home.hub_key)
