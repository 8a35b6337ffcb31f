"""A hub that has read both federal files and the estimated miles, all the way from file to ClickHouse."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons.ask import OPERATOR, ask
from commons.client import Client, connect
from commons.migrate import migrate
from consumers import worker
from producers.governance import participant_registered
from producers.parties import known_parties
from producers.publisher import publish
from producers.sources import SOURCES, Pseudonyms
from producers.sources.pseudonyms import KEY_BYTES
from schemas import keys
from schemas.event import Event
from tests.broker_fixture import RunningBroker, start_broker
from tests.engine_fixture import start_engine
from wire import names

ORG = "public-records"
FILES = (
    ("nhtsa-sgo", "sgo-ads/SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv"),
    ("nhtsa-sgo", "sgo-ads/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv"),
    ("av-exposure", "av-exposure/vmt_by_operator_month.csv"),
)
_DEADLINE = 120  # seconds until a load that cannot be queried is a failure


@dataclass(frozen=True)
class LoadedHub:
    """Where its data commons answers. Broker and consumer have stopped: nothing changes any more."""

    url: str
    password: str = field(repr=False)

    def client(self) -> Client:
        """A client of its own, database `hub`."""
        return connect(self.url, self.password)


@contextmanager
def load(test_data: Path, home: Path) -> Iterator[LoadedHub]:
    """Start engine and broker under `home`, register the hub and the bridge, publish the files, consume them."""
    engine = start_engine(home / "engine")
    try:
        hub = LoadedHub(engine.url, engine.password)
        migrate(hub.client())
        (home / "broker").mkdir()
        broker = start_broker(home / "broker")
        try:
            _fill(hub, broker, test_data)
        finally:
            broker.stop()
        yield hub
    finally:
        engine.stop()


def _fill(hub: LoadedHub, broker: RunningBroker, test_data: Path) -> None:
    own, bridge = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    access = broker.member(ORG)
    members = [_registered("hub", "HUB", own), _registered(ORG, "PUBLIC_RECORDS", bridge)]
    publish(broker.access_hub, "hub", own, members, topic=names.GOVERNANCE)
    publish(broker.access_hub, "hub", own, known_parties(), topic=names.GOVERNANCE)
    events = [event for source, file in FILES for event in _events(source, (test_data / file).read_bytes())]
    stop = threading.Event()
    consumer = threading.Thread(
        target=worker.run, args=(broker.access_consumer, hub.url, hub.password, stop, "test"), name="consumer"
    )
    consumer.start()
    try:
        publish(access, ORG, bridge, events)
        _wait(hub.client(), len(events), consumer)
    finally:
        stop.set()
        consumer.join(30)


def _registered(org: str, role: str, key: Ed25519PrivateKey) -> Event:
    return participant_registered(org, org, [role], [(keys.public_bytes(key.public_key()), keys.proof(key, org))])


def _events(source: str, data: bytes) -> Iterator[Event]:
    for found in SOURCES[source].read(data, ORG, Pseudonyms(bytes(KEY_BYTES))):
        assert isinstance(found, Event), found
        yield found


def _wait(client: Client, expected: int, consumer: threading.Thread) -> None:
    """Until every record can be queried and the ends of all partitions have been read."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        answer = ask(client, "totals", OPERATOR)
        if sum(row["rows"] for row in answer.rows) == expected:
            return
        if not consumer.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"{expected} records were published, the hub answers {answer.rows}")
        consumer.join(0.2)
