"""A hub that has read both federal files, the estimated miles, claims of an insurer and a little of another source of
reports, all the way from file to ClickHouse; one record is a fault, and one member never published."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

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
from tests.amounts import exposure
from tests.broker_fixture import RunningBroker, start_broker
from tests.engine_fixture import start_engine
from tests.records import Member, report
from wire import names

ORG = "public-records"
INSURER = "demo-insurer"
SILENT = "demo-certifier"
FILES = (
    ("nhtsa-sgo", "sgo-ads/SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv"),
    ("nhtsa-sgo", "sgo-ads/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv"),
    ("av-exposure", "av-exposure/vmt_by_operator_month.csv"),
)
OTHER_REPORTS = ("ca-dmv-disengagement", "ca-dmv/2022-Autonomous-Vehicle-Disengagement-Reports-CSV.csv", 40)
"""Another source of reports: its file, and how many of its rows."""
MILES = ("ca-dmv-mileage", "ca-dmv/2022-Autonomous-Mileage-Reports-CSV.csv", 4)
"""Miles of two permits: that of the reports above, and one that declares no disengagement; and how many rows."""
ELSEWHERE = "elsewhere"
"""A source of invented reports: one fatal crash after all the federal ones, told by two reporters, and a near miss of
each, of whom only the first filed miles."""
CLAIMS = (
    ("motor-claims", "insurer-motor/fremotor1sev0304a.csv", 9246),
    ("motor-claims", "insurer-motor/ausautoBI8999.csv", 400),
)
"""Files of claims and how many of their rows: all payments of one, the first settled claims of the other."""
NEAR: dict[str, Any] = {"class": "NEAR_MISS"}
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
    own, bridge, insurer, certifier = (Ed25519PrivateKey.generate() for _ in range(4))
    access, insurers = broker.member(ORG), broker.member(INSURER)
    governance = [
        _registered("hub", "HUB", own), _registered(ORG, "PUBLIC_RECORDS", bridge),
        _registered(INSURER, "INSURER", insurer), _registered(SILENT, "CERTIFICATION_BODY", certifier),
        *known_parties(),
    ]  # fmt: skip
    publish(broker.access_hub, "hub", own, governance, topic=names.GOVERNANCE)
    events = [event for source, file in FILES for event in _events(source, test_data / file, ORG)]
    events += _events(OTHER_REPORTS[0], test_data / OTHER_REPORTS[1], ORG, OTHER_REPORTS[2])
    events += _events(MILES[0], test_data / MILES[1], ORG, MILES[2])
    events += _invented()
    claims = [event for source, file, rows in CLAIMS for event in _events(source, test_data / file, INSURER, rows)]
    # no bridge may publish a claim: this record is a fault
    events += _events(CLAIMS[0][0], test_data / CLAIMS[0][1], ORG, 1)
    stop = threading.Event()
    consumer = threading.Thread(
        target=worker.run, args=(broker.access_consumer, hub.url, hub.password, stop, "test"), name="consumer"
    )
    consumer.start()
    try:
        publish(access, ORG, bridge, events)
        publish(insurers, INSURER, insurer, claims)
        _wait(hub.client(), len(governance) + len(events) + len(claims), consumer)
    finally:
        stop.set()
        consumer.join(30)


def _registered(org: str, role: str, key: Ed25519PrivateKey) -> Event:
    return participant_registered(org, org, [role], [(keys.public_bytes(key.public_key()), keys.proof(key, org))])


def _events(source: str, file: Path, org: str, rows: int | None = None) -> Iterator[Event]:
    """The events of the first `rows` rows of a file, or of all of them."""
    for found in islice(SOURCES[source].read(file.read_bytes(), org, Pseudonyms(bytes(KEY_BYTES))), rows):
        several = found if isinstance(found, tuple) else (found,)
        for event in several:
            assert isinstance(event, Event), event
            yield event


def _invented() -> Iterator[Event]:
    bridge = Member(ORG, "PUBLIC_RECORDS")
    for reporter in ("Elsewhere LLC", "Nowhere LLC"):
        value = report(
            reporter, reporter=reporter, token="t", severity="FATAL", occurred="2030-01", submitted="2030-02"
        )
        near = report(f"near/{reporter}", reporter=reporter, occurred="2030-01", submitted="2030-02", **NEAR)
        for told in (value, near):
            yield bridge.event("OccurrenceReported", told["report_id"], told, source=f"/{ORG}/{ELSEWHERE}")
    miles = exposure("miles", 50, "2030-01", "Elsewhere LLC")
    yield bridge.event("ExposureReported", "miles", miles, source=f"/{ORG}/{ELSEWHERE}-miles")


def _wait(client: Client, expected: int, consumer: threading.Thread) -> None:
    """Until every record can be queried."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        answer = ask(client, "positions", OPERATOR)
        if sum(row["position"] for row in answer.rows) == expected:
            return
        if not consumer.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"{expected} records were published, the hub answers {answer.rows}")
        consumer.join(0.2)
