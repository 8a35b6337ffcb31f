"""Make kafka-python's clients: the only place that knows how they fail to start."""

import logging
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import crc32c  # noqa: F401 - without it kafka-python checks records in pure Python, ten times slower: fail at import
import kafka
from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

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
_connect_socket = KafkaNetSocket.sock_connect


async def _connect_or_close(self: KafkaNetSocket, net: object, sock: socket.socket, *rest: Any, **named: Any) -> Any:
    """The client forgets a socket whose connection fails: a broker that is away costs one at every attempt."""
    try:
        return await _connect_socket(self, net, sock, *rest, **named)
    except BaseException:
        sock.close()
        raise


KafkaNetSocket.sock_connect = _connect_or_close


def connect(kind: Callable[..., Client], access: Access, timeout: float, **options: Any) -> Client:
    """A started client of `kind`. Raises UnreachableError unless it is connected and let in within `timeout` s."""
    made: list[KafkaNetClient] = []

    def make(**configuration: Any) -> KafkaNetClient:
        made.append(KafkaNetClient(**configuration))
        return made[0]

    try:
        return kind(**access.options(timeout), **options, kafka_client=make)
    except errors.KafkaError as error:
        for net in made:  # a client whose start failed has no `close` that would end its thread and sockets
            net.close()
        raise _refusal(error, access) from error


def _refusal(error: errors.KafkaError, access: Access) -> WireError:
    """A wrong password and a dead broker look the same to the client; they do not to the operator."""
    if not isinstance(error, errors.KafkaTimeoutError):
        return explain(error, access, "connect")
    if any(_listens(address) for address in access.bootstrap.split(",")):
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
