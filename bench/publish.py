"""Events per second from a typed event to the broker's acknowledgement, beside kafka-python's bare `send`.

Ours encodes, writes to the outbox, signs in batches, sends, looks at every answer and writes each event's place; the
peer sends the same bytes (keys, values, headers, partitions) with the same producer settings, and flushes. Two sizes: a
member's near miss, and NHTSA's crash reports. `one_at_a_time` is `publish`, each event on disk before it returns. The
machine may be shared: beside the time there is this process's processor time for an event, in microseconds.

    python -m bench.publish [--events 20000] [--runs 5]
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaProducer

from bench.ingest import crash_reports
from bench.recording import keep, spread
from producers.draft import draft, time_of
from producers.publisher import Publisher
from schemas.event import Event
from tests.broker_fixture import start_broker
from wire.access import Access
from wire.consumer import TopicReader
from wire.names import events_topic
from wire.records import Record

ONE_BY_ONE = 2000


def near_misses(org: str, count: int) -> list[Event]:
    """Small events of a member's own system."""
    return [
        draft(
            org, "OccurrenceReported", f"near-misses:{number}",
            {
                "report_id": f"near-misses:{number}", "version": 1, "stage": "INITIAL", "class": "NEAR_MISS",
                "occurred": time_of("2026-03-16T02:14"), "place": {"country": "US", "state": "AZ", "city": "Tempe"},
                "parties": [{"role": "OPERATOR", "name": "Operator"}],
                "near_miss": {"realisation": "EXECUTED_NO_EFFECT", "credible_worst": "SERIOUS", "proximity": "0.4 m"},
            },
            role="OPERATOR", adapter="near-misses",
        )
        for number in range(count)
    ]  # fmt: skip


def ours(access: Access, key: Ed25519PrivateKey, outbox: Path, events: Sequence[Event]) -> float:
    """Seconds until all are acknowledged and noted."""
    with Publisher(access, access.user, key, outbox) as publisher:
        publisher.wait_ready()
        began = time.perf_counter()
        publisher.publish_all(events)
        publisher.flush()
        return time.perf_counter() - began


def one_by_one(access: Access, key: Ed25519PrivateKey, outbox: Path, events: Sequence[Event]) -> float:
    """The same with a `publish` for each."""
    with Publisher(access, access.user, key, outbox) as publisher:
        publisher.wait_ready()
        began = time.perf_counter()
        for event in events:
            publisher.publish(event)
        publisher.flush()
        return time.perf_counter() - began


def measured(run: Callable[[], float], events: int) -> tuple[float, float]:
    """Events per second, and microseconds of processor time an event."""
    before = time.process_time()
    seconds = run()
    return events / seconds, (time.process_time() - before) / events * 1e6


def stored(access: Access) -> list[Record]:
    """What ours sent, byte for byte."""
    with TopicReader(access, events_topic(access.user)) as reader:
        return [record for batch in reader.to_end() for record in batch.records]


def bare(access: Access, records: Sequence[Record]) -> float:
    """Seconds until kafka-python has flushed these records, in a topic of another member."""
    topic = events_topic(access.user)
    sent = [(r.partition, r.key, r.value, [(name.decode(), data) for name, data in r.headers]) for r in records]
    client = KafkaProducer(
        **access.options(), acks="all", enable_idempotence=True, batch_size=128 * 1024, linger_ms=5,
        max_request_size=4 * 1024 * 1024, metrics_enabled=False,
    )  # fmt: skip
    client.partitions_for(topic)
    began = time.perf_counter()
    for partition, key, value, headers in sent:
        client.send(topic, value=value, key=key, headers=headers, partition=partition)
    client.flush()
    seconds = time.perf_counter() - began
    client.close()
    return seconds


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    key = Ed25519PrivateKey.generate()
    # threads that share one interpreter suffer more from a busy machine than the peer does
    figures: dict[str, object] = {"events": told.events, "load_average_before": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as folder:
        broker = start_broker(Path(folder))
        try:
            for kind in ("near_miss", "crash_report"):
                mine, other, single, size = [], [], [], 0
                for run in range(told.runs):
                    own = broker.member(f"{kind.replace('_', '-')}-{run}")
                    made = near_misses(own.user, told.events)
                    if kind == "crash_report":
                        made = [_owned(own.user, event) for event in crash_reports(told.events)]
                    file = Path(folder) / f"{own.user}.outbox"
                    _settle()
                    mine.append(measured(partial(ours, own, key, file, made), told.events))
                    records = stored(own)
                    _settle()
                    size = sum(len(r.value or b"") for r in records) // len(records)
                    peer = broker.member(f"{own.user}-bare")
                    other.append(measured(partial(bare, peer, records), told.events))
                    alone = broker.member(f"{own.user}-alone")
                    few = [_owned(alone.user, event) for event in made[:ONE_BY_ONE]]
                    single.append(len(few) / one_by_one(alone, key, Path(folder) / f"{alone.user}.outbox", few))
                figures[kind] = {
                    "value_bytes": size,
                    "publisher_events_per_second": spread([rate for rate, _ in mine]),
                    "bare_send_events_per_second": spread([rate for rate, _ in other]),
                    "ratio": spread([a / b for (a, _), (b, _) in zip(mine, other, strict=True)]),
                    "publisher_processor_time": spread([busy for _, busy in mine]),
                    "bare_send_processor_time": spread([busy for _, busy in other]),
                    "ratio_of_processor_time": spread([b / a for (_, a), (_, b) in zip(mine, other, strict=True)]),
                    "one_at_a_time_events_per_second": spread(single),
                }
        finally:
            broker.stop()
    sys.stdout.write(f"{keep('publish', 'python -m bench.publish', figures)}\n")


def _settle() -> None:
    """Keep the collector from looking at the input again and again: it is the same for both, and none of their work."""
    gc.collect()
    gc.freeze()


def _owned(org: str, event: Event) -> Event:
    """The same event as one of `org`."""
    return Event(
        event.type, event.id, f"/{org}/{event.source.split('/')[2]}", event.subject, event.role, event.value,
        event.provenance, event.sharing,
    )  # fmt: skip


if __name__ == "__main__":
    main()
