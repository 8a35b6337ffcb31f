"""One session of the sending thread: read the topic to its end, then send the queue with one idempotent producer.

A batch is never given up by the Kafka client itself (`_NEVER`): it would send the next one, and a key's later event
could overtake its earlier one. When nothing is acknowledged for a while the whole producer is thrown away instead.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Event as Flag
from typing import NamedTuple

from producers.outbox import Outbox, Place
from producers.sign import Prepared, Signer, content, identity
from schemas.signature import MAX_BATCH, leaf
from wire.access import Access
from wire.batch import Outgoing, Stored
from wire.consumer import TopicReader
from wire.errors import UnreachableError, WireError
from wire.producer import Producer, partition_for
from wire.records import Record

_ROUND, _ROUND_BYTES = 2048, 8 * 1024 * 1024  # what is read from the queue at once
_BATCH_BYTES = 512 * 1024  # of one record batch, far below what a topic takes
_IN_FLIGHT = 2  # record batches for each partition, at which no more is read: the client sends one after the other
_STALLED = 30.0  # seconds without an acknowledgement until the session is given up
_ANSWERS = 4  # acknowledged batches that are written down together while there is more to send
_NEVER = 7 * 24 * 3600.0  # seconds


def read_topic(access: Access, org: str, topic: str, outbox: Outbox) -> int:
    """Take out of the outbox what lies on the topic behind the position known; how many events that were.

    Raises WireError when the topic cannot be read, or is shorter than what was acknowledged.
    """
    with TopicReader(access, topic) as reader:
        known, ends = outbox.positions(reader.topic_id(topic)), reader.ends()
    start = {number: known.get(number, 0) for number in ends}
    lost = sorted(number for number, at in start.items() if at > ends[number])
    if lost:
        raise WireError(
            f"{topic} is shorter than what was acknowledged (partition {lost[0]}): the broker lost records. Ask the"
            " operator of the hub, then publish again with a new outbox"
        )
    gone = outbox.found([], start)
    if start == ends:
        return gone
    with TopicReader(access, topic, start) as reader:
        for batch in reader.to_end():
            places = [place for record in batch.records if (place := place_of(org, record)) is not None]
            gone += outbox.found(places, {number: at for (_, number), at in batch.positions.items()})
    return gone


def place_of(org: str, record: Record) -> Place | None:
    """What a record is and where it lies; None for one that is no event at all."""
    try:
        attributes = [(name.decode(), data or b"") for name, data in record.headers]
        named = dict(attributes)
        fact = identity(named["ce_source"].decode(), named["ce_id"].decode())
    except (UnicodeDecodeError, KeyError):
        return None
    key, value = record.key or b"", record.value or b""
    told = content(org, attributes, key, value)
    signed = leaf(org, attributes, key, value)
    return Place(fact, told, signed, record.partition, record.offset, record.append_time)


class _Batch(NamedTuple):
    """A record batch on its way."""

    partition: int
    numbers: Sequence[int]
    events: Sequence[tuple[bytes, bytes, bytes]]  # identity, content, leaf


class Queue:
    """The outbox's queue on its way to the broker; made anew for each session."""

    def __init__(self, outbox: Outbox, producer: Producer, signer: Signer, topic: str, wake: Flag) -> None:
        """`wake` is set by whoever accepts events or wants the session to stop, and by acknowledgements."""
        self._outbox, self._producer, self._signer, self._topic, self._wake = outbox, producer, signer, topic, wake
        self._answered: deque[tuple[_Batch, Stored | None]] = deque()  # filled on the client's own thread
        self._reached = self._in_flight = 0

    def send(self, stopping: Callable[[], bool], told: Callable[[str, int], None]) -> None:
        """Send until `stopping`; `told` is called after each round with how many were `sent` or `acknowledged`.

        Raises WireError with the first failure, UnreachableError when nothing is acknowledged for half a minute.
        """
        partitions = self._producer.partitions(self._topic)
        moved = time.monotonic()
        while True:
            self._wake.clear()
            if stopping():  # looked at after the flag is cleared: whoever stops the session sets the flag last
                return
            more = self._in_flight < _IN_FLIGHT * partitions
            queue = self._outbox.waiting(self._reached, _ROUND, _ROUND_BYTES) if more else []
            if queue:
                for batch in _batches(queue, partitions):
                    self._send(*batch)
                self._reached = queue[-1][0]
                told("sent", len(queue))
            # writing down few at a time would keep whoever accepts events waiting
            done = self.confirm() if not queue or len(self._answered) >= _ANSWERS else 0
            if done:
                told("acknowledged", done)
            if done or not self._in_flight:
                moved = time.monotonic()
            elif time.monotonic() - moved >= _STALLED:
                raise UnreachableError(f"the broker acknowledged nothing of {self._topic} for {_STALLED:.0f} s")
            if not queue and not done:
                self._wake.wait(_STALLED if self._in_flight else None)

    def confirm(self) -> int:
        """Take out of the outbox what the broker has acknowledged; how many. Raises WireError with a failure."""
        places: list[tuple[int, Place]] = []
        while self._answered:
            batch, stored = self._answered.popleft()
            if stored is None:
                self._producer.flush()  # raises the failure, in words for the operator
                break
            self._in_flight -= 1
            offsets = range(stored.offset, stored.offset + len(batch.numbers))
            places += (
                (number, Place(*event, batch.partition, offset, stored.timestamp))
                for number, event, offset in zip(batch.numbers, batch.events, offsets, strict=True)
            )
        if places:
            self._outbox.acknowledge(places)
        return len(places)

    def _send(self, partition: int, numbers: Sequence[int], events: Sequence[Prepared]) -> None:
        records: list[Outgoing] = []
        known: list[tuple[bytes, bytes, bytes]] = []
        for first in range(0, len(events), MAX_BATCH):
            part = events[first : first + MAX_BATCH]
            for event, told in zip(part, self._signer.sign(part), strict=True):
                records.append(Outgoing(event.key, event.value, told.headers))
                known.append((event.fact, event.content, told.leaf))
        batch = _Batch(partition, numbers, known)

        def answered(stored: Stored | None) -> None:
            self._answered.append((batch, stored))
            self._wake.set()

        self._in_flight += 1
        self._producer.send_batch(self._topic, partition, records, sum(event.size for event in events), answered)


def _batches(
    queue: Sequence[tuple[int, Prepared]], partitions: int
) -> Iterator[tuple[int, Sequence[int], Sequence[Prepared]]]:
    """(partition, numbers, events) of at most `_BATCH_BYTES` or one event, in the order of the queue within a
    partition."""
    by_partition: dict[int, list[tuple[int, Prepared]]] = {}
    for number, event in queue:
        by_partition.setdefault(partition_for(event.key, partitions), []).append((number, event))
    for partition, found in sorted(by_partition.items()):
        begin = size = 0
        for at, (_, event) in enumerate(found):
            size += event.size
            if size > _BATCH_BYTES and at > begin:
                yield partition, *_apart(found[begin:at])
                begin, size = at, event.size
        yield partition, *_apart(found[begin:])


def _apart(numbered: Sequence[tuple[int, Prepared]]) -> tuple[list[int], list[Prepared]]:
    return [number for number, _ in numbered], [event for _, event in numbered]


def new_producer(access: Access) -> Producer:
    """A producer that never gives a record up by itself."""
    return Producer(access, delivery_timeout=_NEVER)
