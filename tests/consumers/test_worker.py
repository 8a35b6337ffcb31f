"""The loop over a real broker and a real engine, with batches so small that one is appended as another is processed."""

from collections.abc import Callable, Collection, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.ingest import crash_reports
from commons import generation as generations
from commons import log
from commons.client import Client, DatabaseError, connect
from consumers import worker as worker_module
from consumers.fsck import fsck
from consumers.worker import GROUP, Worker, start_positions
from producers import governance
from producers.publisher import publish
from schemas import keys
from tests.broker_fixture import RunningBroker, start_broker
from tests.engine_fixture import EngineProcess
from wire import names
from wire.consumer import Partition, Reader
from wire.names import CONSUMED

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]
EVENTS = 600


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """A broker of its own, since governance must begin with this hub: two registrations and 600 crash reports."""
    running = start_broker(tmp_path_factory.mktemp("worker-broker"))
    try:
        hub, bridge = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        access = running.member("public-records")
        for org, key, role in (("hub", hub, "HUB"), ("public-records", bridge, "PUBLIC_RECORDS")):
            pair = (keys.public_bytes(key.public_key()), keys.proof(key, org))
            event = governance.participant_registered(org, org, [role], [pair])
            publish(running.access_hub, "hub", hub, [event], topic=names.GOVERNANCE)
        publish(access, "public-records", bridge, crash_reports(EVENTS))
        yield running
    finally:
        running.stop()


@pytest.fixture
def consume(
    published: RunningBroker, client: Client, commons_engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    monkeypatch.setattr(worker_module, "_BATCH", 50)

    def started(places: Collection[Partition]) -> dict[tuple[str, int], int]:
        return start_positions(client, places)

    def until_linked() -> None:
        second = connect(commons_engine.url, commons_engine.password)
        with (
            Reader(published.access_consumer, f"{GROUP}.test", CONSUMED, started, instance="test") as reader,
            Worker(client, second, reader) as worker,
        ):
            while sum(p.offset for p in generations.positions(client, 1, "link").values()) < EVENTS + 2:
                worker.step()

    return until_linked


def test_batches_that_overlap_leave_what_a_rebuild_makes(consume: Callable[[], None], client: Client) -> None:
    consume()
    report = fsck(client, "test")
    assert (report.problems, report.records, report.facts) == ([], EVENTS + 2, EVENTS + 2)


def test_what_fails_while_processing_ends_the_loop_and_the_log_goes_on_from_there(
    consume: Callable[[], None], client: Client
) -> None:
    client.command("RENAME TABLE hub.reports_g1 TO hub.away")
    with pytest.raises(DatabaseError):
        consume()
    assert sum(log.ends(client).values()) > 2  # governance and more
    client.command("RENAME TABLE hub.away TO hub.reports_g1")
    consume()
    assert fsck(client, "test").problems == []
