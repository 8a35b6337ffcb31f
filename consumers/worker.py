"""The loop of a consumer: poll -> append -> (judge -> project -> link, see projection.py) -> poll.

1. Append: one INSERT of everything polled. From here on nothing can be lost; a crash before it reads the records again.
2. Wait for governance: records are judged once `hub.governance` has been read to its end.
3. Process: judge, project, link, positions. A crash in here repeats it from the log at the next start.
Kafka's committed offsets are a hint for lag tools; where to read on is what the log holds.
"""

import logging
import threading
import time
from collections.abc import Collection, Mapping
from uuid import UUID

from commons import generation as generations
from commons import log
from commons.client import Client, connect
from commons.log import GOVERNANCE, LogRecord, Partition
from consumers.projection import Projection
from consumers.rebuild import first
from wire.access import Access
from wire.consumer import Batch, Reader
from wire.consumer import Partition as KafkaPartition

logger = logging.getLogger("hub.consumer")

GROUP = "sys.hub.consumer"
TOPICS = r"^hub\.(governance|events\.[a-z0-9-]+)$"
_BATCH = 5000  # records
_BATCH_BYTES = 32 * 1024 * 1024
_HEARTBEAT = 5.0  # seconds between notes that all ends are reached, while nothing arrives


def run(
    access: Access, url: str, password: str, stop: threading.Event, release: str, instance: str = "worker-1"
) -> None:
    """Consume until `stop`. Whatever goes wrong ends the process loudly; starting again loses and doubles nothing."""
    client = connect(url, password)
    first(client, release)
    with Reader(access, GROUP, TOPICS, lambda places: start_positions(client, places), instance=instance) as reader:
        worker = Worker(client, reader)
        while not stop.is_set():
            worker.step()


def start_positions(client: Client, places: Collection[KafkaPartition]) -> dict[tuple[str, int], int]:
    """Where to read on: behind what the log holds of each partition, under its topic's present id."""
    ends = log.ends(client)
    return {(p.topic, p.partition): ends.get((str(UUID(bytes=p.topic_id)), p.topic, p.partition), 0) for p in places}


class Worker:
    """One reader, one projection, and the records between them."""

    def __init__(self, client: Client, reader: Reader) -> None:
        self._client = client
        self._reader = reader
        self._projection: Projection | None = None  # made when governance is first read to its end
        self._pending: list[LogRecord] = []
        self._noted = 0.0

    def step(self) -> None:
        """One poll and what follows from it."""
        batch = self._reader.poll()
        if batch.revoked:
            self._pending = [r for r in self._pending if (r.topic, r.partition) not in batch.revoked]
        records = _records(batch)
        log.append(self._client, records)
        self._pending += records
        now = int(time.time() * 1_000_000)  # before the ends are asked for: what they say holds as of then
        ends = self._reader.end_offsets(batch.positions.keys())
        governance = [batch.positions[place] >= end for place, end in ends.items() if place[0] == GOVERNANCE]
        if not governance or not all(governance):
            return
        behind = any(batch.positions[place] < end for place, end in ends.items())
        if behind and len(self._pending) < _BATCH and sum(len(r.value or b"") for r in self._pending) < _BATCH_BYTES:
            return  # a batch has a price of its own (queries to find closures, inserts): while catching up, fewer
        self._process(batch)
        if self._projection and time.monotonic() - self._noted >= _HEARTBEAT:
            self._projection.complete(self._identified(ends), now)
            self._noted = time.monotonic()

    def _process(self, batch: Batch) -> None:
        """Bring the current generation to the end of what was appended; governance has been read to its end."""
        if self._projection is None or generations.current(self._client) != self._projection.generation:
            self._projection = Projection(self._client, generations.current(self._client))
            self._projection.catch_up()
        elif self._pending:
            started = time.monotonic()
            self._projection.process(self._pending)
            logger.info("processed %d records in %.3f s", len(self._pending), time.monotonic() - started)
        if self._pending:
            self._reader.commit(batch.positions)
            self._noted = 0.0
        self._pending = []

    def _identified(self, ends: Mapping[tuple[str, int], int]) -> dict[Partition, int]:
        return {
            (str(UUID(bytes=self._reader.topic_id(topic))), topic, partition): end
            for (topic, partition), end in ends.items()
        }


def _records(batch: Batch) -> list[LogRecord]:
    records = [
        LogRecord(
            str(UUID(bytes=r.topic_id)), r.topic, r.partition, r.offset, r.append_time, r.key, r.value, r.headers,
            log.record_sha(r.key, r.value, r.headers, r.append_time), r.offset, "",
        )
        for r in batch.records
    ]  # fmt: skip
    return records + [
        LogRecord(
            str(UUID(bytes=u.topic_id)), u.topic, u.partition, u.offset, u.append_time, None, u.data, (),
            log.record_sha(None, u.data, (), u.append_time), u.last_offset, u.reason,
        )
        for u in batch.unreadable
    ]  # fmt: skip
