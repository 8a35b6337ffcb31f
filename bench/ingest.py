"""Events per second from Kafka to queryable, beside the plain way: ConsumerRecord -> fastavro -> client.insert.

Ours checks every signature, keeps every byte in the log, judges, projects and links occurrences; the peer decodes each
record and inserts the same lean columns into one table. Both read the same crash reports from the same broker into the
same engine, in turns. Both start from nothing, so joining the consumer group (ours) is in the figure; at the greatest
size it is measured once, with the query behind the headline and the closures of 100 reports.

The machine may be shared: besides the time there is the processor time, and the load before and after.

    python -m bench.ingest [--sizes 3000 12000] [--once 100000] [--runs 5]
"""

import argparse
import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from clickhouse_connect.driver.client import Client
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaConsumer, TopicPartition

from bench.recording import keep, spread
from bench.steps import shares, timed
from commons import generation as generations
from commons import linking
from commons.ask import OPERATOR, ask
from commons.client import connect
from commons.migrate import migrate
from consumers.rebuild import first
from consumers.telling import Teller, Telling
from consumers.worker import GROUP, Worker, start_positions
from hub.commands.demo import bundled
from producers import governance
from producers.conclusions import Announcer
from producers.publisher import publish
from producers.sources import nhtsa_sgo
from schemas import codec, keys
from schemas.event import Event, fact_id
from tests.broker_fixture import start_broker
from tests.engine_fixture import start_engine
from wire import names
from wire.consumer import Partition, Reader
from wire.names import CONSUMED

_PARTITIONS = [*[("hub.events.public-records", number) for number in range(4)], ("hub.governance", 0)]
_COLUMNS = ["report_id", "version", "reporter", "stage", "severity", "occurred", "submitted", "state", "city", "tokens"]


def crash_reports(count: int) -> Iterator[Event]:
    """The bundled reports over and over, each round under ids and tokens of its own."""
    rows = [e for _, data in bundled() for e in nhtsa_sgo.read(data, "public-records") if isinstance(e, Event)]
    for number in range(count):
        event, round_ = rows[number % len(rows)], number // len(rows)
        value = dict(event.value)
        value["report_id"] = f"{value['report_id']}#{round_}"
        if value.get("tokens"):
            value["tokens"] = [{**token, "value": f"{token['value']}#{round_}"} for token in value["tokens"]]
        yield replace(event, id=fact_id(event.id, round_), subject=value["report_id"], value=value)


def empty(client: Client) -> None:
    """A hub without a fact."""
    client.command("DROP DATABASE IF EXISTS hub SYNC", settings={"database": "default"})
    client.command("CREATE DATABASE hub ENGINE = Atomic", settings={"database": "default"})
    migrate(client)
    first(client, "bench")


def ours(hub: "Hub") -> float:
    """Seconds until every record is judged, projected, linked and within the positions that readers use, while members
    are told what was concluded."""
    announcer = Announcer(hub.broker.access_hub, hub.key)
    teller = Teller(connect(hub.engine.url, hub.engine.password), hub.broker.access_hub, announcer.publish)
    with contextlib.closing(announcer), Telling(teller.step, threading.Event()) as telling:
        return silent(hub, telling.wake)


def silent(hub: "Hub", processed: Callable[[], None] = lambda: None) -> float:
    """The same, and nobody is told."""

    def start(places: Collection[Partition]) -> dict[tuple[str, int], int]:
        return start_positions(hub.client, places)

    began = time.perf_counter()
    with (
        Reader(hub.broker.access_consumer, f"{GROUP}.{uuid4().hex}", CONSUMED, start, instance="bench") as reader,
        Worker(hub.client, connect(hub.engine.url, hub.engine.password), reader, processed=processed) as worker,
    ):
        while True:
            worker.step()
            ends = reader.end_offsets(_PARTITIONS)
            positions = generations.positions(hub.client, 1, "link")
            reached = {(place[1], place[2]): position.offset for place, position in positions.items()}
            if all(reached.get(place, 0) >= end for place, end in ends.items()):
                return time.perf_counter() - began


def plain(hub: "Hub") -> float:
    """Seconds for the plain way over the same records."""
    client = hub.client
    client.command("DROP TABLE IF EXISTS plain SYNC")
    client.command(
        "CREATE TABLE plain (report_id String, version Int32, reporter String, stage String, severity String,"
        " occurred String, submitted String, state String, city String, tokens Array(String))"
        " ENGINE = MergeTree ORDER BY report_id"
    )
    access = hub.broker.access_consumer
    began = time.perf_counter()
    consumer = KafkaConsumer(**access.options(), enable_auto_commit=False, auto_offset_reset="earliest")
    places = [TopicPartition("hub.events.public-records", number) for number in range(4)]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    consumer.seek_to_beginning(*places)
    done = dict.fromkeys(places, 0)
    while any(done[place] < end for place, end in ends.items()):
        rows = []
        for place, records in consumer.poll(timeout_ms=500, max_records=10_000).items():
            rows += [_row(record.value) for record in records]
            done[place] = records[-1].offset + 1
        if rows:
            client.insert("plain", rows, column_names=_COLUMNS)
    seconds = time.perf_counter() - began
    consumer.close()
    return seconds


def _row(framed: bytes) -> list[object]:
    _, value = codec.decode(framed)
    return [
        value["report_id"], value["version"],
        next((p["name"] for p in value["parties"] if p["role"] == "REPORTER"), ""), value.get("stage", ""),
        next((h["level"] for h in value.get("harms", []) if h["domain"] == "PHYSICAL"), ""),
        (value.get("occurred") or {}).get("text", ""), (value.get("submitted") or {}).get("text", ""),
        value.get("place", {}).get("state") or "", value.get("place", {}).get("city") or "",
        [token["value"] for token in value.get("tokens", [])],
    ]  # fmt: skip


class Hub:
    """A broker with crash reports in it, and an engine."""

    def __init__(self, folder: Path) -> None:
        self.engine, self.broker = start_engine(folder / "engine"), start_broker(folder)
        self.client = connect(self.engine.url, self.engine.password)
        self._bridge = Ed25519PrivateKey.generate()
        self._access = self.broker.member("public-records")
        self.key = Ed25519PrivateKey.generate()
        for org, key, role in (("hub", self.key, "HUB"), ("public-records", self._bridge, "PUBLIC_RECORDS")):
            pair = (keys.public_bytes(key.public_key()), keys.proof(key, org))
            event = governance.participant_registered(org, org, [role], [pair])
            publish(self.broker.access_hub, "hub", self.key, [event], topic=names.GOVERNANCE)

    def publish(self, events: int) -> None:
        """Have this many crash reports in Kafka; what is there already is not sent again."""
        publish(self._access, "public-records", self._bridge, crash_reports(events))

    def measure(self, way: Callable[["Hub"], float]) -> dict[str, float]:
        """Seconds, and processor seconds of this process and of the engine."""
        engine = psutil.Process(self.engine.process.pid)
        before = time.process_time(), sum(engine.cpu_times()[:2])
        seconds = way(self)
        return {
            "seconds": seconds,
            "python": time.process_time() - before[0],
            "engine": sum(engine.cpu_times()[:2]) - before[1],
        }

    def stop(self) -> None:
        """End both."""
        self.engine.stop()
        self.broker.stop()


def compare(hub: Hub, events: int, runs: int) -> dict[str, Any]:
    """Ours and the plain way in turns, over the same records."""
    hub.publish(events)
    load = os.getloadavg()[0]
    pairs = []
    for _ in range(runs):
        empty(hub.client)
        pairs.append((hub.measure(ours), hub.measure(plain)))
    told: dict[str, Any] = {
        "ours_events_per_second": spread([events / mine["seconds"] for mine, _ in pairs]),
        "plain_events_per_second": spread([events / other["seconds"] for _, other in pairs]),
        "ratio_ours_to_plain": spread([other["seconds"] / mine["seconds"] for mine, other in pairs]),
    }
    for number, name in enumerate(("ours", "plain")):
        for part in ("python", "engine"):
            used = [pair[number][part] / events * 1e6 for pair in pairs]
            told[f"{name}_cpu_microseconds_per_event_{part}"] = spread(used)
    return told | {"load_before_and_after": [round(load, 1), round(os.getloadavg()[0], 1)]}


def questions(hub: Hub) -> dict[str, Any]:
    """What is asked of a store that is full: the headline's query, and the closures of a hundred reports."""
    headline, small = [], []
    reports = {("public-records", event.subject) for event in crash_reports(100)}
    for _ in range(5):
        began = time.perf_counter()
        ask(hub.client, "totals", OPERATOR)
        headline.append(time.perf_counter() - began)
        began = time.perf_counter()
        linking.known(hub.client, 1, linking.closure(hub.client, 1, reports))
        small.append(time.perf_counter() - began)
    return {"totals_seconds": spread(headline), "facts_of_100_reports_seconds": spread(small)}


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 12_000], help="numbers of events, rising")
    parser.add_argument("--once", type=int, default=100_000, help="a greater number, for a single run")
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        hub = Hub(Path(folder))
        try:
            for events in told.sizes:
                figures[f"{events}_events"] = compare(hub, events, told.runs)
            empty(hub.client)
            with timed() as seconds:
                ours(hub)
            figures["share_of_time_by_step"] = shares(seconds)
            figures[f"{told.once}_events"] = compare(hub, told.once, 1) | questions(hub)
        finally:
            hub.stop()
    sys.stdout.write(f"{keep('ingest', 'python -m bench.ingest', figures)}\n")


if __name__ == "__main__":
    main()
