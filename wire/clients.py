"""Make kafka-python's clients: the only place that knows how they fail to start."""

import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any, TypeVar

import crc32c  # noqa: F401 - without it kafka-python checks records in pure Python, ten times slower: fail at import
import kafka
from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket
from kafka.net.transport import KafkaSSLTransport

from wire.access import Access
from wire.errors import UnreachableError, WireError, explain

TESTED = "3.0.12"  # wire.fetch replaces a private class, so another version must be tried first
if kafka.__version__ != TESTED:
    raise ImportError(
        f"wire needs kafka-python {TESTED}, found {kafka.__version__}: install it, or run tests/wire first."
    )

# At DEBUG the client logs its whole configuration, passwords included; at WARNING every connection on loopback.
logging.getLogger("kafka").setLevel(logging.ERROR)

Client = TypeVar("Client")
_connect_socket, _shake_hands = KafkaNetSocket.sock_connect, KafkaSSLTransport.handshake


async def _connect_or_close(self: KafkaNetSocket, net: object, sock: socket.socket, *rest: Any, **named: Any) -> Any:
    """The client forgets a socket whose connection fails: a broker that is away costs one at every attempt."""
    try:
        return await _connect_socket(self, net, sock, *rest, **named)
    except BaseException:
        sock.close()
        raise


async def _shake_or_close(self: KafkaSSLTransport) -> None:
    """The same for a socket whose TLS handshake fails."""
    try:
        await _shake_hands(self)
    except BaseException:
        self._sock.close()
        raise


KafkaNetSocket.sock_connect = _connect_or_close
KafkaSSLTransport.handshake = _shake_or_close


def connect(kind: Callable[..., Client], access: Access, timeout: float, **options: Any) -> Client:
    """A started client of `kind`. Raises UnreachableError unless it is connected and let in within `timeout` s."""
    made: list[KafkaNetClient] = []

    def make(**configuration: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**configuration))
        return made[0]

    try:
        told = access.options(timeout)
    except OSError as error:
        raise WireError(
            f"The authority's certificate for {access.bootstrap} cannot be used: ask the operator of the hub for the "
            f"profile again. ({error.strerror or error})"
        ) from error
    try:
        return kind(**told, **options, kafka_client=make)
    except errors.KafkaError as error:
        for net in made:  # a client whose start failed has no `close` that would end its thread and sockets
            net.close()
        raise _refusal(error, access) from error


def _refusal(error: errors.KafkaError, access: Access) -> WireError:
    """A wrong password and a dead broker look the same to the client; they do not to the operator."""
    if not isinstance(error, errors.KafkaTimeoutError):
        return explain(error, access, "connect")
    addresses = access.bootstrap.split(",")
    if refused := next((why for address in addresses if (why := _distrusted(address, access))), None):
        return UnreachableError(refused)
    if any(_listens(address) for address in addresses):
        return UnreachableError(
            f"The broker at {access.bootstrap} did not let user {access.user} in: check user and password."
        )
    return UnreachableError(f"Nothing answers at {access.bootstrap}: check the address, and that the hub is up.")


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def _distrusted(address: str, access: Access) -> str | None:
    """Why whoever answers there is not taken for the hub; None when it is, or nothing answers."""
    if access.security != "SASL_SSL":
        return None
    host, _, port = address.rpartition(":")
    try:
        with (
            socket.create_connection((host, int(port)), timeout=1) as plain,
            access.tls().wrap_socket(plain, server_hostname=host),
        ):
            return None
    except ssl.SSLCertVerificationError as error:
        return (
            f"The broker at {address} shows a certificate that the authority of this profile does not vouch for "
            f"({error.verify_message}): nothing was sent. Ask the operator of the hub for the profile as it is now."
        )
    except (OSError, ValueError):
        return None
