"""Send ready bytes: idempotent, acknowledged by all, bounded in flight, every future checked."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError
from kafka.partitioner.default import murmur2

from wire.access import Access
from wire.admin import MAX_MESSAGE_BYTES
from wire.batch import Outgoing, Stored, enqueue
from wire.clients import connect
from wire.errors import UnreachableError, WireError, explain, explained

_IN_FLIGHT = 32 * 1024 * 1024  # bytes that are sent and not yet acknowledged; the client itself never blocks
_END = 5  # seconds
_RECORD = 512  # bytes that a record costs in memory beside its content


@lru_cache(maxsize=65536)
def partition_for(key: bytes, n: int) -> int:
    """The partition of `key` among `n`, as every other Kafka client computes it."""
    return int(murmur2(key) & 0x7FFFFFFF) % n


class Producer:
    """Sends in order per partition. After the first failure it stays failed: `send` and `flush` raise WireError.

    Make one after the member's rights were granted: one that started before them stays refused.
    """

    def __init__(self, access: Access, *, timeout: float = 8, delivery_timeout: float = 60) -> None:
        self._access = access
        self._client: Any = connect(
            KafkaProducer,
            access,
            timeout,
            acks="all",
            enable_idempotence=True,
            batch_size=128 * 1024,
            linger_ms=5,
            max_request_size=MAX_MESSAGE_BYTES,
            max_block_ms=int(timeout * 1000),
            delivery_timeout_ms=int(delivery_timeout * 1000),
            request_timeout_ms=int(min(30, delivery_timeout / 2) * 1000),
            metrics_enabled=False,
        )
        self._patience = delivery_timeout + 10
        self._changed = threading.Condition()
        self._in_flight = 0
        self._closed = False
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(flush=kind is None)

    def partitions(self, topic: str) -> int:
        """How many partitions `topic` has. Raises WireError if it cannot be seen."""
        with explained(self._access, f"see {topic}"):
            return len(self._client.partitions_for(topic))

    def expect(self, topics: Iterable[str]) -> None:
        """Have all these topics looked up together: `send` looks up each by itself, a tenth of a second a topic."""
        for topic in topics:
            self._client._metadata.add_topic(topic)  # noqa: SLF001 - no public call

    def send(
        self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Sequence[tuple[str, bytes]] = ()
    ) -> Any:
        """Send one record; waits while too much is in flight. The future's `get()` gives `offset` and `timestamp` (the
        broker's, Unix milliseconds). Raises WireError if anything sent before has failed."""
        size = _RECORD + len(key or b"") + len(value) + sum(len(name) + len(content) for name, content in headers)
        with self._sending(topic, size):
            future = self._client.send(topic, value=value, key=key, headers=list(headers), partition=partition)
        future.add_callback(lambda _: self._done(size, None))
        future.add_errback(lambda error: self._done(size, error))
        return future

    def send_batch(
        self,
        topic: str,
        partition: int,
        records: Sequence[Outgoing],
        size: int,
        answered: Callable[[Stored | None], None],
    ) -> None:
        """Send records as one batch, which is stored whole or not at all; `size` is what they count as in flight,
        bytes. `answered` is told on the client's own thread where they lie; None after a failure, which `flush` raises.
        Waits and raises as `send` does."""

        def done(stored: Stored | None, error: BaseException | None) -> None:
            self._done(size, error)
            answered(stored)

        with self._sending(topic, size):
            enqueue(self._client, topic, partition, records, done)

    def flush(self) -> None:
        """Return when everything sent is acknowledged; raise WireError with the first failure otherwise.

        The client's own `flush` raises nothing, and waits for ever if its thread has failed.
        """
        with self._changed:
            while self._error is None and self._in_flight > 0:
                self._wait()
            self._raise()

    def close(self, *, flush: bool = True) -> None:
        """Flush unless told otherwise, then end. Does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        try:
            if flush:
                self.flush()
        finally:
            self._end()

    def _end(self) -> None:
        try:
            self._client.close(timeout=0)
        except KafkaTimeoutError:  # it stops at what is not acknowledged, with its thread still running
            self._client._sender.force_close()  # noqa: SLF001
        self._client._sender.join(_END)  # noqa: SLF001 - its sockets are closed by its thread

    @contextmanager
    def _sending(self, topic: str, size: int) -> Iterator[None]:
        with self._changed:
            while self._error is None and self._in_flight > _IN_FLIGHT:
                self._wait()
            self._raise()
            self._in_flight += size
        try:
            with explained(self._access, f"publish to {topic}"):
                yield
        except BaseException as error:
            self._done(size, error)
            raise

    def _wait(self) -> None:
        """Wait for any acknowledgement or failure: one or the other comes within the delivery timeout."""
        if not self._changed.wait(self._patience):
            raise UnreachableError(
                f"Could not publish: {self._access.bootstrap} acknowledged nothing within {self._patience:.0f} s: "
                "check that the hub is up."
            )

    def _done(self, size: int, error: BaseException | None) -> None:
        with self._changed:
            self._in_flight -= size
            if self._error is None:
                self._error = error
            self._changed.notify_all()

    def _raise(self) -> None:
        if isinstance(self._error, WireError):
            raise self._error
        if self._error is not None:
            raise explain(self._error, self._access, "publish") from self._error
