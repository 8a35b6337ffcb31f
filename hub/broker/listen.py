"""Where members elsewhere reach the broker: chosen once with `hub up --listen`, kept in HUB_HOME."""

import json
import re
import socket
from dataclasses import asdict, dataclass
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path

from hub.broker.tools import BrokerError
from producers.profile import ProfileError, read_private, write_private

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


@dataclass(frozen=True)
class Listen:
    """The address in every profile, and a certificate that was given (absolute paths; None: the hub's own authority).

    The port never changes by itself: profiles on other machines name it.
    """

    host: str
    port: int
    cert: str | None = None
    key: str | None = None
    ca: str | None = None

    @property
    def address(self) -> str:
        """`host:port` as members write it."""
        return f"{self.host}:{self.port}"

    @property
    def interface(self) -> str:
        """What the broker binds: an address is one of this machine's own, a name may lead here by any way."""
        return self.host if _is_address(self.host) else ""

    def check_free(self) -> None:
        """Raise BrokerError unless the port can be bound now."""
        bind(self.host, self.port)

    def save(self, path: Path) -> None:
        """Keep the choice."""
        write_private(path, json.dumps(asdict(self), indent=1).encode())

    @classmethod
    def load(cls, path: Path) -> "Listen | None":
        """The choice that was kept; None when members elsewhere are not served. BrokerError: it cannot be read."""
        if not path.exists():
            return None
        try:
            return cls(**json.loads(read_private(path)))
        except (ProfileError, TypeError, ValueError) as error:
            raise BrokerError(f"{path} cannot be read: choose again with `hub up --listen`. ({error})") from error


def parse(text: str) -> tuple[str, int | None]:
    """Host and port of `HOST` or `HOST:PORT`. BrokerError: it is neither a name nor an IPv4 address of one machine."""
    host, colon, port = text.lower().partition(":")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise BrokerError(f"--listen {text}: after the colon comes a port; an IPv6 machine is given by its name")
    named = _NAME.fullmatch(host) and not host.replace(".", "").isdigit()
    if not (named or (_is_address(host) and not IPv4Address(host).is_unspecified)):
        raise BrokerError(f"--listen {text}: give the name or the IPv4 address by which members reach this machine")
    return host, int(port) if colon else None


def bind(host: str, port: int | None) -> int:
    """`port`, or a free one, if it can be bound for `host` now; BrokerError says which of the two is the trouble."""
    listen = Listen(host, port or 0)
    try:
        with socket.create_server((listen.interface, listen.port)) as server:
            return int(server.getsockname()[1])
    except OSError as error:
        what = f"port {port} is taken" if _own(listen.interface) else f"{host} is no address of this machine"
        raise BrokerError(
            f"Members elsewhere cannot be served at {listen.address}: {what} ({error.strerror}). Stop what uses it, or "
            "choose anew with `hub up --listen HOST:PORT` and send each member its new profile."
        ) from error


def _own(interface: str) -> bool:
    try:
        with socket.create_server((interface, 0)):
            return True
    except OSError:
        return False


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True
