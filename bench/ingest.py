"""Events per second from Kafka to queryable, beside the plain way: ConsumerRecord -> fastavro -> client.insert.

Ours checks every signature, keeps every byte in the log, judges, projects and links occurrences; the peer decodes each
record and inserts the same lean columns into one table. Both read the same crash reports from the same broker into the
same engine, one after the other, in one process each time.

    python -m bench.ingest [--events 12000] [--runs 5]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from clickhouse_connect.driver.client import Client
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kafka import KafkaConsumer, TopicPartition

from bench.recording import keep, spread
from commons import generation as generations
from commons import log
from commons.client import connect
from commons.migrate import migrate
from consumers.rebuild import first
from consumers.worker import GROUP, TOPICS, Worker, start_positions
from hub.commands.demo import bundled
from producers import governance
from producers.publisher import publish
from producers.sources import nhtsa_sgo
from schemas import codec, keys
from schemas.event import Event, fact_id
from tests.broker_fixture import RunningBroker, start_broker
from tests.engine_fixture import EngineProcess, start_engine
from wire import names
from wire.consumer import Reader

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


def ours(broker: RunningBroker, engine: EngineProcess, client: Client) -> float:
    """Seconds until every record is judged, projected, linked and within the positions that readers use."""
    empty(client)
    began = time.perf_counter()
    with Reader(
        broker.access_consumer, f"{GROUP}.{uuid4().hex}", TOPICS, lambda p: start_positions(client, p), instance="bench"
    ) as reader, Worker(client, connect(engine.url, engine.password), reader) as worker:
        while True:
            worker.step()
            places = [(topic, number) for topic, number in _partitions(reader)]
            ends = reader.end_offsets(places)
            positions = generations.positions(client, generations.current(client), "link")
            reached = {(place[1], place[2]): position.offset for place, position in positions.items()}
            if places and all(reached.get(place, 0) >= end for place, end in ends.items()):
                return time.perf_counter() - began


def _partitions(reader: Reader) -> list[tuple[str, int]]:
    return [*[("hub.events.public-records", number) for number in range(4)], ("hub.governance", 0)]


def plain(broker: RunningBroker, client: Client) -> float:
    """Seconds for the plain way over the same records."""
    client.command("DROP TABLE IF EXISTS plain SYNC")
    client.command(
        "CREATE TABLE plain (report_id String, version Int32, reporter String, stage String, severity String,"
        " occurred String, submitted String, state String, city String, tokens Array(String))"
        " ENGINE = MergeTree ORDER BY report_id"
    )
    access = broker.access_consumer
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


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=12_000)
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    hub, bridge = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as folder:
        engine, broker = start_engine(Path(folder) / "engine"), start_broker(Path(folder))
        try:
            access = broker.member("public-records")
            for org, key, role in (("hub", hub, "HUB"), ("public-records", bridge, "PUBLIC_RECORDS")):
                pair = (keys.public_bytes(key.public_key()), keys.proof(key, org))
                event = governance.participant_registered(org, org, [role], [pair])
                publish(broker.access_hub, "hub", hub, [event], topic=names.GOVERNANCE)
            publish(access, "public-records", bridge, crash_reports(told.events))
            client = connect(engine.url, engine.password)
            seconds = [(ours(broker, engine, client), plain(broker, client)) for _ in range(told.runs)]
            records = sum(log.ends(client).values())
        finally:
            engine.stop()
            broker.stop()
    figures = {
        "events": told.events,
        "records_in_the_log": records,
        "ours_events_per_second": spread([told.events / mine for mine, _ in seconds]),
        "plain_events_per_second": spread([told.events / other for _, other in seconds]),
        "ratio_ours_to_plain": spread([other / mine for mine, other in seconds]),
    }
    sys.stdout.write(f"{keep('ingest', 'python -m bench.ingest', figures)}\n")


if __name__ == "__main__":
    main()
