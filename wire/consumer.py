"""Read topics from given positions. Positions live with the caller; what Kafka stores is a hint for lag tools.

Everything in the log is handed out (`read_uncommitted`): the log that is made of it has no hole but control batches,
and `Batch.positions` accounts for these.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NamedTuple, Self

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from wire.access import Access
from wire.clients import connect
from wire.errors import UnreachableError, WireError, explained
from wire.fetch import hand_out_records
from wire.records import Record, Unreadable

_FETCH = {
    "enable_auto_commit": False,
    "auto_offset_reset": "none",  # a position that the log does not have is an error, never a silent jump
    "isolation_level": "read_uncommitted",
    "fetch_min_bytes": 64 * 1024,
    "fetch_max_wait_ms": 100,
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": 4 * 1024 * 1024,  # few large inserts; all partitions together are bounded above
    "metrics_enabled": False,
}
_JOIN = 10  # seconds
_PATIENCE = 60  # seconds that a broker may be away
_STUCK = 30  # seconds after which what the client waits for does not come any more


class Partition(NamedTuple):
    """A partition of a topic that has this id (16 bytes)."""

    topic: str
    topic_id: bytes
    partition: int


@dataclass(frozen=True)
class Batch:
    """What one poll gave. Partitions are `(topic, partition)`."""

    records: list[Record] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    positions: dict[tuple[str, int], int] = field(default_factory=dict)
    """The next offset of every partition that is read now: all before it was handed out or holds no record."""
    revoked: frozenset[tuple[str, int]] = frozenset()
    """Another reader has these now: drop what is buffered of them before anything else."""


class _Client:
    """A consumer that hands out Record and Unreadable."""

    def __init__(self, access: Access, timeout: float, **options: Any) -> None:
        self._access = access
        self._timeout = timeout
        self._client: Any = connect(KafkaConsumer, access, timeout, **_FETCH, **options)
        hand_out_records(self._client, self.topic_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._client.close(autocommit=False, timeout_ms=2000)

    def topic_id(self, topic: str) -> bytes:
        """The id of a topic that is read, 16 bytes."""
        found = self._client._cluster.topic_id(topic)  # noqa: SLF001 - no public call
        if found is None:
            raise WireError(f"The topic {topic} is not there or may not be seen by user {self._access.user}.")
        return bytes(found.bytes)

    def end_offsets(self, partitions: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The offset behind the last record of each partition. Raises WireError for one that may not be read."""
        wanted = [TopicPartition(*p) for p in partitions]
        with explained(self._access, "read the ends of partitions"):
            ends = self._ends(wanted) if wanted else {}
        return {(tp.topic, tp.partition): end for tp, end in ends.items()}

    @retry(retry=retry_if_exception_type(KeyError), stop=stop_after_attempt(20), wait=wait_fixed(0.1), reraise=True)
    def _ends(self, wanted: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        # while a leader is being found the client's answer leaves partitions out, and it stumbles over that itself
        ends: dict[TopicPartition, int] = self._client.end_offsets(wanted, timeout_ms=int(self._timeout * 1000))
        return ends

    def last(self, topics: Collection[str]) -> dict[str, Record | None]:
        """See `last_records`."""
        with explained(self._access, "list topics"):
            there = self._client.topics()
        wanted = [TopicPartition(topic, 0) for topic in sorted(topics) if topic in there]
        found: dict[str, Record | None] = {tp.topic: None for tp in wanted}
        self._client.assign(wanted)
        ends = {TopicPartition(*place): end for place, end in self.end_offsets(wanted).items() if end > 0}
        for tp in wanted:
            self._client.seek(tp, max(0, ends.get(tp, 0) - 1))
        moved = time.monotonic()
        while ends:
            batch = self._batch(self._poll(self._timeout, 10_000), wanted)
            found |= {record.topic: record for record in batch.records}
            left = {tp: end for tp, end in ends.items() if batch.positions.get((tp.topic, tp.partition), 0) < end}
            if len(left) < len(ends):
                moved = time.monotonic()
            elif time.monotonic() - moved > _PATIENCE:
                raise UnreachableError(f"Nothing comes from {self._access.bootstrap}: check that the hub is up.")
            ends = left
        return found

    def _poll(self, timeout: float, max_records: int) -> dict[TopicPartition, list[Record | Unreadable]]:
        with explained(self._access, "read"):
            polled: dict[TopicPartition, list[Record | Unreadable]] = self._client.poll(
                timeout_ms=int(timeout * 1000), max_records=max_records
            )
            return polled

    def _batch(
        self,
        polled: Mapping[TopicPartition, list[Record | Unreadable]],
        reading: Collection[TopicPartition],
        revoked: frozenset[tuple[str, int]] = frozenset(),
    ) -> Batch:
        batch = Batch(revoked=revoked)
        for tp, found in polled.items():
            if tp in reading:
                batch.records.extend(r for r in found if isinstance(r, Record))
                batch.unreadable.extend(u for u in found if isinstance(u, Unreadable))
        states = self._client._subscription.assignment  # noqa: SLF001 - `position()` may ask the broker
        for tp in reading:
            state = states.get(tp)
            if state is not None and state.position is not None:
                batch.positions[tp.topic, tp.partition] = state.position.offset
        return batch


class TopicReader(_Client):
    """Reads one topic from given offsets, as often as asked, to what is its end then."""

    def __init__(
        self, access: Access, topic: str, start: Mapping[int, int] | None = None, *, timeout: float = 8
    ) -> None:
        """`start`: partition -> offset, 0 where none is given. Raises WireError if the topic cannot be read."""
        super().__init__(access, timeout)
        with explained(access, f"read {topic}"):
            numbers = sorted(self._client.partitions_for_topic(topic))
        if not numbers:
            raise WireError(f"The topic {topic} is not there or may not be seen by user {access.user}.")
        self._partitions = [TopicPartition(topic, number) for number in numbers]
        self._client.assign(self._partitions)
        self.end_offsets(self._partitions)  # a partition that may not be read polls nothing, for ever; this raises
        for tp in self._partitions:
            self._client.seek(tp, (start or {}).get(tp.partition, 0))

    def ends(self) -> dict[int, int]:
        """The offset behind the last record of each partition now. Raises WireError when it cannot be asked."""
        return {number: end for (_, number), end in self.end_offsets(self._partitions).items()}

    def to_end(self, max_records: int = 10_000) -> Iterator[Batch]:
        """Batches from where the last one ended to the end that the topic has now. Raises WireError if Kafka gives
        nothing of it for a minute."""
        ends = self.end_offsets(self._partitions)
        reached, moved = self._batch({}, self._partitions).positions, time.monotonic()
        while any(reached[p] < end for p, end in ends.items()):
            batch = self._batch(self._poll(self._timeout, max_records), self._partitions)
            if batch.positions != reached:
                reached, moved = batch.positions, time.monotonic()
                yield batch
            elif time.monotonic() - moved > _PATIENCE:
                raise UnreachableError(f"Nothing comes from {self._access.bootstrap}: check that the hub is up.")


def last_records(access: Access, topics: Collection[str], *, timeout: float = 8) -> dict[str, Record | None]:
    """The last record of each of these topics with one partition, None where there is none, in a few round trips for
    all together. A topic that is not there or may not be seen is left out. Raises WireError."""
    with _Client(access, timeout) as client:
        return client.last(topics)


class Reader(_Client):
    """One of a group of readers that share the topics matching `pattern`.

    `start` is called, on the polling thread, with the partitions that this reader was given, and returns the offset to
    read each from (0 where none is returned). Topics that appear later are read within a second or two.
    """

    def __init__(
        self,
        access: Access,
        group: str,
        pattern: str,
        start: Callable[[Collection[Partition]], Mapping[tuple[str, int], int]],
        *,
        instance: str,
        timeout: float = 8,
    ) -> None:
        """`instance` names this reader among its group for good: started again under it after a crash, it has its
        partitions back at once."""
        super().__init__(
            access,
            timeout,
            group_id=group,
            group_instance_id=instance,
            partition_assignment_strategy=(CooperativeStickyAssignor,),
            session_timeout_ms=10_000,
            heartbeat_interval_ms=500,  # how soon a reader learns that another came or went
            metadata_max_age_ms=1000,
        )
        self._group, self._instance = group, instance
        self._answered = self._moved = time.monotonic()
        self._due: Mapping[tuple[str, int], int] = {}  # the ends, asked when nothing came for some time
        self._start = start
        self._reading: dict[TopicPartition, bytes] = {}  # with the topic id they are read under
        self._changes = _Changes(self._client)
        self._client.subscribe(pattern=pattern, listener=self._changes)

    def poll(self, timeout: float = 0.5, max_records: int = 10_000) -> Batch:
        """What arrives within `timeout` seconds: whole stored batches until there are `max_records`, possibly more.

        While the group shares partitions anew it waits for the other readers, up to ten seconds. Raises WireError if
        another process reads as this instance, if a position is not in the log, if Kafka is gone for a minute, or has
        records and for some time gives none of them.
        """
        polled = self._patiently(timeout, max_records)
        revoked, assigned = self._changes.take()
        for tp in revoked:
            self._reading.pop(tp, None)
        for topic, topic_id in {tp.topic: topic_id for tp, topic_id in self._reading.items()}.items():
            if self.topic_id(topic) != topic_id:
                raise WireError(f"The topic {topic} was deleted and made again: start this reader again.")
        batch = self._batch(polled, self._reading.keys(), frozenset((tp.topic, tp.partition) for tp in revoked))
        self._begin(assigned)
        self._check_moving(batch)
        return batch

    def commit(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Leave positions with Kafka, for lag tools. Nothing rests on them, so failures are not reported."""
        offsets = {TopicPartition(*p): OffsetAndMetadata(at, "", -1) for p, at in positions.items()}
        self._client.commit_async(offsets)

    def _patiently(self, timeout: float, max_records: int) -> dict[TopicPartition, list[Record | Unreadable]]:
        """Join and poll; nothing while a broker is being started again, for some time."""
        try:
            self._join()
            polled = self._poll(timeout, max_records)
        except UnreachableError:
            if time.monotonic() - self._answered > _PATIENCE:
                raise
            time.sleep(timeout)
            return {}
        self._answered = time.monotonic()
        return polled

    def _check_moving(self, batch: Batch) -> None:
        """A fetch of which the client lost sight is waited for without end, and it says nothing of it."""
        if batch.records or batch.unreadable or batch.revoked:
            self._due, self._moved = {}, time.monotonic()
        elif time.monotonic() - self._moved > _STUCK:
            if any(batch.positions.get(place, end) < end for place, end in self._due.items()):
                raise WireError(f"Kafka has records for {self._instance} and gives it none: start this reader again.")
            self._due, self._moved = self.end_offsets(batch.positions), time.monotonic()

    def _join(self) -> None:
        """Join the group within one call: the client throws a join away that ends between two polls, and begins again,
        which makes every other reader do the same."""
        coordinator = self._client._coordinator  # noqa: SLF001
        with explained(self._access, f"join the group {self._group}"):
            coordinator.poll(timeout_ms=_JOIN * 1000)
        # Told that another has its name, the client only stops its heartbeat; it would go on reading for ever.
        if coordinator.stable() and not coordinator.need_rejoin() and not coordinator._heartbeat_enabled:  # noqa: SLF001
            raise WireError(f"Another process reads as {self._instance} of the group {self._group}: stop one of them.")
        # Seen on busy machines: of requests that were under way together none is ever answered or given up.
        told = max(coordinator.heartbeat.last_send, coordinator.heartbeat.last_reset)
        if coordinator._heartbeat_enabled and time.monotonic() - told > _STUCK:  # noqa: SLF001
            raise WireError(f"{self._instance} of the group {self._group} sends no heartbeats: start it again.")

    def _begin(self, assigned: Collection[TopicPartition]) -> None:
        if not assigned:
            return
        places = [Partition(tp.topic, self.topic_id(tp.topic), tp.partition) for tp in assigned]
        offsets = self._start(places)
        for tp, place in zip(assigned, places, strict=True):
            try:
                self._client.seek(tp, offsets.get((tp.topic, tp.partition), 0))
                self._client.resume(tp)
            except (ValueError, KeyError):
                continue  # taken away meanwhile; the next poll says so
            self._reading[tp] = place.topic_id


class _Changes(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what a rebalance gave and took. It runs on the client's own thread, where asking anybody would block
    heartbeats: new partitions are held until the polling thread has their positions."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._revoked: set[TopicPartition] = set()
        self._assigned: set[TopicPartition] = set()

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Note what another reader gets."""
        with self._lock:
            self._revoked.update(revoked)
            self._assigned.difference_update(revoked)

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Hold what this reader gets."""
        for tp in assigned:
            self._client.pause(tp)
            self._client.seek(tp, 0)  # any valid position: the client would ask Kafka for a committed one otherwise
        with self._lock:
            self._assigned.update(assigned)

    def take(self) -> tuple[set[TopicPartition], list[TopicPartition]]:
        """What was revoked and what was assigned since the last call."""
        with self._lock:
            changes = self._revoked, sorted(self._assigned)
            self._revoked, self._assigned = set(), set()
        return changes
