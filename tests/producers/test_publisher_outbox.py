"""The publisher and its outbox against a real broker: what is found is not sent, what cannot be sent is said."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub import ConflictError, EventError, OutboxError, OutboxFullError, Publisher
from producers.draft import draft
from producers.outbox import Outbox
from producers.sign import Signer
from producers.standing import StandingError
from schemas.event import Event
from schemas.signature import Signature, leaf, verifies
from tests.broker_fixture import RunningBroker
from tests.producers.members import headers, registered, stored
from wire.access import Access
from wire.errors import UnreachableError, WireError
from wire.names import events_topic

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Member = Callable[[], Access]
KEY = Ed25519PrivateKey.generate()


def event(org: str, number: int, stage: str = "INITIAL", version: int = 1) -> Event:
    value = {"report_id": f"r{number}", "version": version, "stage": stage, "class": "NEAR_MISS",
             "place": {"country": None}}  # fmt: skip
    return draft(org, "OccurrenceReported", f"r{number}", value, role="OPERATOR", version=version)


def events(org: str, count: int = 150) -> list[Event]:
    return [event(org, number) for number in range(count)]


def accepted(own: Access, file: Path, given: list[Event], key: Ed25519PrivateKey = KEY) -> None:
    """An outbox as a publisher leaves it that died before it could send."""
    outbox = Outbox(file, own.user, events_topic(own.user))
    signer = Signer(own.user, key)
    outbox.accept([signer.prepare(one) for one in given])
    outbox.close()


def open_(own: Access, file: Path, key: Ed25519PrivateKey = KEY) -> Publisher:
    return Publisher(own, own.user, key, file)


def test_what_the_topic_has_is_confirmed_and_not_sent_again(member: Member, tmp_path: Path) -> None:
    own = member()
    accepted(own, tmp_path / "a", events(own.user))
    shutil.copy(tmp_path / "a", tmp_path / "b")
    with open_(own, tmp_path / "a") as publisher:
        publisher.flush()
        told = publisher.metrics()
        assert (told.sent, told.acknowledged, told.found, told.waiting, told.waiting_bytes) == (150, 150, 0, 0, 0)
    with open_(own, tmp_path / "b") as publisher:  # every answer was lost
        publisher.flush()
        told = publisher.metrics()
        assert (told.sent, told.acknowledged, told.found) == (0, 0, 150)
    assert len(stored(own)) == 150


def test_more_batches_than_may_be_on_their_way_are_sent_bit_by_bit(
    member: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("producers.sending._ROUND", 1)
    monkeypatch.setattr("producers.sending._IN_FLIGHT", 0.25)  # one in all
    own = member()
    accepted(own, tmp_path / "a", events(own.user, 10))
    with open_(own, tmp_path / "a") as publisher:
        publisher.flush(patience=20)
    assert len(stored(own)) == 10


def test_a_receipt_says_where_the_event_lies_and_survives_a_restart(member: Member, tmp_path: Path) -> None:
    own = member()
    given = events(own.user)
    seen: list[int] = []
    with Publisher(
        own, own.user, KEY, tmp_path / "a", watch=lambda metrics: seen.append(metrics.acknowledged)
    ) as publisher:
        assert publisher.receipt(given[0]) is None
        assert [publisher.publish(one) for one in given[:3]] == [True, True, True]
        assert publisher.publish(given[0]) is False
        report = publisher.publish_all(given)
        assert (report.events.total(), report.already_published) == (147, 3)
        publisher.flush()
    assert (seen[-1], seen) == (150, sorted(seen))
    with open_(own, tmp_path / "a") as publisher:
        publisher.wait_ready()
        assert publisher.publish(given[5]) is False
        receipts = {one.id: publisher.receipt(one) for one in given}
    for record in stored(own):
        told = headers(record)
        receipt = receipts[told["ce_id"].decode()]
        assert receipt is not None
        place = receipt.topic, receipt.partition, receipt.offset, receipt.appended
        assert place == (record.topic, record.partition, record.offset, record.append_time)
        assert receipt.leaf == leaf(own.user, list(told.items()), record.key or b"", record.value or b"")
    assert len(receipts) == len(stored(own)) == 150


def test_after_a_rotation_what_waits_is_signed_with_the_new_key(member: Member, tmp_path: Path) -> None:
    own, new = member(), Ed25519PrivateKey.generate()
    accepted(own, tmp_path / "a", events(own.user, 3))
    with open_(own, tmp_path / "a", new):
        pass
    for record in stored(own):
        told = headers(record)
        digest = leaf(own.user, list(told.items()), record.key or b"", record.value or b"")
        assert verifies(new.public_key(), digest, Signature.parse(told["ce_sig"]))


def test_a_known_id_with_other_content_is_never_sent(member: Member, tmp_path: Path) -> None:
    own = member()
    with open_(own, tmp_path / "a") as publisher:
        publisher.publish(event(own.user, 1))
        with pytest.raises(ConflictError, match="OccurrenceReported r1 .* give it a new version"):
            publisher.publish(event(own.user, 1, "FINAL"))
        publisher.publish(event(own.user, 1, "FINAL", version=2))
    accepted(own, tmp_path / "b", [event(own.user, 1, "UPDATE"), event(own.user, 2)])
    with open_(own, tmp_path / "b") as publisher:
        publisher.flush()
        assert publisher.conflicts() == [("OccurrenceReported", "r1")]
    assert [r.key for r in stored(own) if headers(r)["ce_id"].decode() == event(own.user, 1).id] == [b"r1"]
    assert len(stored(own)) == 3


def test_a_bad_event_is_refused_before_anything_is_stored(
    broker: RunningBroker, member: Member, tmp_path: Path
) -> None:
    own = member()
    good = event(own.user, 1)
    bad = [
        Event(good.type, good.id, "/other/own", "r1", "OPERATOR", good.value, "FIRST_HAND"),
        Event(good.type, good.id, good.source, "r1", "INSURER", good.value, "FIRST_HAND"),
        Event(good.type, good.id, good.source, "r1", "OPERATOR", good.value, "HEARSAY"),
        Event(good.type, good.id, good.source, "r1", "OPERATOR", good.value, "FIRST_HAND", "SECRET"),
        Event(good.type, good.id, good.source, "r1", "OPERATOR", good.value, "FIRST_HAND", audience=("a,b",)),
        Event(good.type, good.id, good.source, "r" * 40_000, "OPERATOR", good.value, "FIRST_HAND"),
        Event(good.type, good.id, good.source, "", "OPERATOR", good.value, "FIRST_HAND"),
        Event(good.type, good.id, good.source, "r1", "OPERATOR", good.value | {"version": "1"}, "FIRST_HAND"),
    ]
    with Publisher.open(registered(broker, own, "OPERATOR", tmp_path)) as publisher:
        for one in bad:
            with pytest.raises(EventError, match="OccurrenceReported"):
                publisher.publish(one)
        assert publisher.metrics().waiting == 0
        assert publisher.publish(good)
    assert len(stored(own)) == 1


def test_who_may_not_publish_is_told_and_the_outbox_keeps_what_waits(
    broker: RunningBroker, member: Member, tmp_path: Path
) -> None:
    own = member()
    profile = registered(broker, own, "OPERATOR", tmp_path)
    accepted(own, profile.outbox, events(own.user, 2))
    stranger = Publisher(own, own.user, KEY, profile.outbox, registered=True)
    with pytest.raises(StandingError, match="the key .* is not registered"):
        stranger.wait_ready()
    with pytest.raises(StandingError):
        stranger.publish(event(own.user, 9))
    assert "is not registered" in (stranger.metrics().trouble or "")
    stranger.close(flush=False)
    assert stored(own) == []
    with Publisher.open(profile):
        pass
    assert len(stored(own)) == 2


def test_a_topic_that_is_shorter_than_what_was_acknowledged_is_not_written_to(member: Member, tmp_path: Path) -> None:
    own = member()
    with open_(own, tmp_path / "a") as publisher:
        publisher.publish(event(own.user, 1))
    outbox = Outbox(tmp_path / "a", own.user, events_topic(own.user))
    outbox.found([], dict.fromkeys(range(4), 100))
    outbox.close()
    with pytest.raises(WireError, match="shorter than what was acknowledged"), open_(own, tmp_path / "a") as publisher:
        publisher.wait_ready()


def test_without_a_broker_events_are_kept_until_the_outbox_is_full(tmp_path: Path) -> None:
    nowhere = Access("127.0.0.1:9", "acme", "x")
    publisher = Publisher(nowhere, "acme", KEY, tmp_path / "a", max_events=5)
    for one in events("acme", 5):
        assert publisher.publish(one)
    with pytest.raises(OutboxFullError, match="5 events .* try again later"):
        publisher.publish(event("acme", 9), timeout=0)
    with pytest.raises(OutboxError, match="in use by another process"):
        Publisher(nowhere, "acme", KEY, tmp_path / "a")
    with pytest.raises(UnreachableError, match=r"5 events wait in .*/a"):
        publisher.flush(patience=0.01)
    with pytest.raises(UnreachableError):
        publisher.wait_ready(patience=0.01)
    publisher.close(flush=False)
    with pytest.raises(RuntimeError, match="closed"):
        publisher.publish(event("acme", 1))


def test_a_service_loads_neither_the_command_nor_the_engine() -> None:
    code = (
        "import sys; from hub import Publisher;"
        "heavy = {'typer', 'rich', 'pydantic', 'chdb', 'clickhouse_connect', 'pyarrow', 'streamlit', 'psutil'};"
        "sys.exit(str(heavy & sys.modules.keys()) if heavy & sys.modules.keys() else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
