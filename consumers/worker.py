"""The loop of a consumer: poll -> append -> (judge -> project -> link, see projection.py) -> poll.

While it catches up, a second thread processes one batch as the loop appends the next; in the log first, always.

1. Append: one INSERT of everything polled. From here on nothing can be lost; a crash before it reads the records again.
2. Wait for governance: records are judged once `hub.governance` has been read to its end.
3. Process: judge, project, link, positions. A crash in here repeats it from the log at the next start.
Kafka's committed offsets are a hint for lag tools; where to read on is what the log holds.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self
from uuid import UUID

from commons import generation as generations
from commons import log
from commons.client import Client, connect
from commons.log import GOVERNANCE, LogRecord, Partition
from consumers.projection import Learn, Projection
from consumers.rebuild import first
from wire.access import Access
from wire.consumer import Batch, Reader
from wire.consumer import Partition as KafkaPartition
from wire.names import CONSUMED

logger = logging.getLogger("hub.consumer")

GROUP = "sys.hub.consumer"
_BATCH = 5000  # records
_BATCH_BYTES = 32 * 1024 * 1024
_HEARTBEAT = 5.0  # seconds between notes that all ends are reached, while nothing arrives


def run(
    access: Access,
    url: str,
    password: str,
    stop: threading.Event,
    release: str,
    *,
    instance: str = "worker-1",
    learn: Learn | None = None,
    processed: Callable[[], None] = lambda: None,
) -> None:
    """Consume until `stop`. Whatever goes wrong ends the process loudly; starting again loses and doubles nothing.

    `learn` keeps the keys of sealed sections; without it they cannot be opened. `processed` is called when a batch is
    processed whole; it must return at once.
    """
    client = connect(url, password)
    first(client, release)
    with (
        Reader(access, GROUP, CONSUMED, lambda places: start_positions(client, places), instance=instance) as reader,
        Worker(client, connect(url, password), reader, learn, processed) as worker,
    ):
        while not stop.is_set():
            worker.step()


def start_positions(client: Client, places: Collection[KafkaPartition]) -> dict[tuple[str, int], int]:
    """Where to read on: behind what the log holds of each partition, under its topic's present id."""
    ends = log.ends(client)
    return {(p.topic, p.partition): ends.get((str(UUID(bytes=p.topic_id)), p.topic, p.partition), 0) for p in places}


class Worker:
    """One reader, one projection, and the records between them.

    `client` is used by the thread that calls, `second` by the one that processes; never by both.
    """

    def __init__(
        self,
        client: Client,
        second: Client,
        reader: Reader,
        learn: Learn | None = None,
        processed: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._learn, self._processed = learn, processed
        self._second = second
        self._reader = reader
        self._projection: Projection | None = None  # made when governance is first read to its end
        self._pending: list[LogRecord] = []
        self._lane = ThreadPoolExecutor(1, "process")
        self._running: Future[None] | None = None
        self._reached: dict[tuple[str, int], int] = {}  # what is processed when `_running` is done
        self._noted = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Wait for the batch that is being processed; it is in the log, so nothing rests on how it ends."""
        self._lane.shutdown()

    def step(self) -> None:
        """One poll and what follows from it. Raises what processing the batch before raised."""
        batch = self._reader.poll()
        if batch.revoked or (self._running and self._running.done()):
            self._finish()
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
        self._finish()
        self._process(batch, self._identified(ends), now)
        if not behind:
            self._finish()

    def _finish(self) -> None:
        """Wait for the batch that is being processed, if there is one; raises what went wrong with it."""
        if self._running:
            self._running.result()
            self._running = None
            self._reader.commit(self._reached)
            self._processed()

    def _process(self, batch: Batch, ends: Mapping[Partition, int], now: int) -> None:
        """Have the current generation brought to the end of what was appended; governance has been read to its end."""
        generation = generations.current(self._client)
        if self._projection is None or generation != self._projection.generation:
            self._projection = Projection(self._second, generation, self._learn)
            self._projection.catch_up(self._before_pending())
            self._noted = 0.0
        if self._pending or time.monotonic() - self._noted >= _HEARTBEAT:
            self._reached = dict(batch.positions)
            self._running = self._lane.submit(_processed, self._projection, self._pending, ends, now)
            self._pending = []
            self._noted = time.monotonic()

    def _before_pending(self) -> dict[Partition, int]:
        """How far the log goes without what is pending; governance goes first, so it is taken to the end."""
        before = log.ends(self._second)
        for record in self._pending:
            if record.topic != GOVERNANCE:
                before[record.place] = min(before[record.place], record.offset)
        return before

    def _identified(self, ends: Mapping[tuple[str, int], int]) -> dict[Partition, int]:
        return {
            (str(UUID(bytes=self._reader.topic_id(topic))), topic, partition): end
            for (topic, partition), end in ends.items()
        }


def _processed(projection: Projection, records: list[LogRecord], ends: Mapping[Partition, int], now: int) -> None:
    started = time.monotonic()
    projection.process(records)
    projection.complete(ends, now)
    if records:
        logger.info("processed %d records in %.3f s", len(records), time.monotonic() - started)


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
