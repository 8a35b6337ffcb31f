"""The publisher against a real broker: exactly what is new, whatever happened before."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers import governance
from producers.profile import Profile, new_key
from producers.publisher import PublishReport, publish
from producers.sign import EventError
from producers.sources.nhtsa_sgo import read
from producers.standing import StandingError, check_may_publish, read_standings
from schemas.codec import decode
from schemas.event import Event
from schemas.keys import key_id, proof, public_bytes
from schemas.signature import MAX_BATCH, Signature, leaf, verifies
from tests.broker_fixture import RunningBroker
from tests.producers.sgo_files import made, section
from wire.access import Access
from wire.consumer import TopicReader
from wire.errors import WireError
from wire.names import GOVERNANCE, events_topic
from wire.producer import partition_for
from wire.records import Record

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Member = Callable[[], Access]
KEY = Ed25519PrivateKey.generate()
ROWS = [{"Report ID": f"1-{n}", "Report Version": str(v)} for n in range(1, 121) for v in (2, 1)]


def events(access: Access, rows: list[dict[str, str]]) -> Iterator[Event]:
    """The events of a file with these rows."""
    return (found for found in read(made(*rows), access.user) if isinstance(found, Event))


def stored(access: Access, topic: str | None = None) -> list[Record]:
    """All that lies in the member's topic."""
    with TopicReader(access, topic or events_topic(access.user)) as reader:
        return [record for batch in reader.to_end() for record in batch.records]


def headers(record: Record) -> dict[str, bytes]:
    """Attributes by name."""
    return {name.decode(): data or b"" for name, data in record.headers}


def facts(records: list[Record]) -> Counter[tuple[bytes, bytes]]:
    """How often each (id, value) lies there."""
    return Counter((headers(record)["ce_id"], record.value or b"") for record in records)


def test_every_record_is_signed_in_its_partition_and_in_order(member: Member) -> None:
    own = member()
    data = made(*ROWS)
    report = publish(own, own.user, KEY, events(own, ROWS))
    assert (report.events, report.already_published, report.conflicting) == ({"OccurrenceReported": 240}, 0, [])
    records = stored(own)
    assert len(records) == 240
    sizes = set()
    for record in records:
        told, key = headers(record), record.key or b""
        attributes = list(told.items())
        signature = Signature.parse(told["ce_sig"])
        assert verifies(KEY.public_key(), leaf(own.user, attributes, key, record.value or b""), signature)
        assert record.partition == partition_for(key, 4)
        assert told["ce_source"] == f"/{own.user}/nhtsa-sgo".encode()
        sizes.add(signature.size)
    assert max(sizes) <= MAX_BATCH
    assert len(sizes) > 1 or sizes == {60}
    for report_id in {record.key for record in records}:
        versions = [decode(r.value or b"")[1]["version"] for r in records if r.key == report_id]
        assert versions == [2, 1], "in the order of the file"
    natives = {section(decode(record.value or b"")[1], "native") for record in records}
    assert sorted(natives, key=lambda native: data.index(native or b"")) == [
        section(event.value, "native") for event in events(own, ROWS)
    ]


def test_publishing_again_adds_nothing_and_overlapping_files_add_what_is_new(member: Member) -> None:
    own = member()
    publish(own, own.user, KEY, events(own, ROWS[:100]))
    before = facts(stored(own))
    again = publish(own, own.user, KEY, events(own, ROWS[:100]))
    assert (again.events, again.already_published) == ({}, 100)
    assert facts(stored(own)) == before
    overlapping = publish(own, own.user, KEY, events(own, ROWS[60:160]))
    assert (overlapping.events, overlapping.already_published) == ({"OccurrenceReported": 60}, 40)
    whole = facts(stored(own))
    assert len(whole) == 160
    assert set(whole.values()) == {1}


def test_equal_rows_are_separate_facts_and_an_event_given_twice_is_one(member: Member) -> None:
    own = member()
    report = publish(own, own.user, KEY, events(own, [{}, {}]))
    assert report.events["OccurrenceReported"] == 2
    (one,) = events(own, [{"Report Version": "9"}])
    report = publish(own, own.user, KEY, [one, one])
    assert (report.events["OccurrenceReported"], report.already_published) == (1, 1)


def test_after_a_rotation_what_is_there_is_still_there(member: Member) -> None:
    own = member()
    publish(own, own.user, KEY, events(own, ROWS[:5]))
    report = publish(own, own.user, Ed25519PrivateKey.generate(), events(own, ROWS[:6]))
    assert (report.events["OccurrenceReported"], report.already_published) == (1, 5)


def test_the_same_id_with_other_content_is_reported_and_not_sent(member: Member) -> None:
    own = member()
    (one,) = events(own, [{}])
    changed = Event(one.type, one.id, one.source, one.subject, one.role, one.value | {"stage": "FINAL"}, one.provenance)
    publish(own, own.user, KEY, [one])
    report = publish(own, own.user, KEY, [changed])
    assert (report.events, report.conflicting) == ({}, [one.subject])
    assert len(stored(own)) == 1


def test_progress_is_told(member: Member) -> None:
    own = member()
    seen: list[int] = []

    def progress(report: PublishReport) -> None:
        seen.append(report.seen)

    publish(own, own.user, KEY, events(own, ROWS[:3]), progress)
    assert seen == [1, 2, 3]


def test_an_event_that_cannot_be_encoded_stops_the_run_and_the_next_goes_on(member: Member) -> None:
    own = member()
    good = list(events(own, ROWS))
    bad = Event("OccurrenceReported", "x", f"/{own.user}/nhtsa-sgo", "s", "INSURER", {"version": 1}, "FIRST_HAND")
    with pytest.raises(EventError, match="not of its schema"):
        publish(own, own.user, KEY, [*good[:200], bad, *good[200:]])
    publish(own, own.user, KEY, good)
    assert facts(stored(own)).total() == len(good)


def test_a_topic_that_is_not_ones_own_is_refused(member: Member) -> None:
    own, other = member(), member()
    with pytest.raises(WireError, match=own.user):
        publish(own, other.user, KEY, events(other, [{}]))


_CHILD = """
import sys
from pathlib import Path
from producers.profile import Profile
from producers.publisher import publish
from producers.sources.nhtsa_sgo import read

profile = Profile.load(Path(sys.argv[1]))

def progress(report):
    print(report.seen, flush=True)

publish(profile.access, profile.org, profile.private_key(), read(Path(sys.argv[2]).read_bytes(), profile.org), progress)
"""


@pytest.mark.parametrize("after", [1, 130, 700, 1100])
def test_a_killed_run_again_gives_the_same_facts(member: Member, tmp_path: Path, after: int) -> None:
    own = member()
    rows = [{"Report ID": f"7-{n}", "Narrative": "a word " * 200} for n in range(1, 1201)]
    (tmp_path / "file.csv").write_bytes(made(*rows))
    key = new_key(tmp_path / "own.key")
    Profile(own.user, ("INSURER",), own.bootstrap, own.user, own.password, "own.key", "-").save(tmp_path / "own.toml")
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path / "own.toml"), str(tmp_path / "file.csv")], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= after:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    report = publish(own, own.user, key, events(own, rows))
    assert report.events.total() + report.already_published == 1200
    assert report.conflicting == []
    assert {ce_id for ce_id, _ in facts(stored(own))} == {event.id.encode() for event in events(own, rows)}
    assert len(facts(stored(own))) == 1200, "an id says one thing only, however often it lies there"
    leaves = {leaf(own.user, list(headers(r).items()), r.key or b"", r.value or b"") for r in stored(own)}
    assert len(leaves) == 1200


def test_the_hub_registers_a_member_which_may_then_publish(broker: RunningBroker, member: Member) -> None:
    own, hub = member(), Ed25519PrivateKey.generate()
    mine = public_bytes(KEY.public_key())

    def register(status: str) -> None:
        event = governance.participant_registered(
            own.user, "Own", ["INSURER"], [(mine, proof(KEY, own.user))], status=status
        )
        standing = read_standings(broker.access_hub).get(own.user)
        if standing is None or standing.registration != event.value:
            event = governance.following(event, standing.event_id if standing else None)
            assert publish(broker.access_hub, "hub", hub, [event], topic=GOVERNANCE).events.total() == 1

    with pytest.raises(StandingError, match="not registered"):
        check_may_publish(own, own.user, key_id(mine))
    register("ACTIVE")
    register("ACTIVE")
    check_may_publish(own, own.user, key_id(mine))
    with pytest.raises(StandingError, match="the key ed25519:0"):
        check_may_publish(own, own.user, "ed25519:0")
    register("SUSPENDED")
    with pytest.raises(StandingError, match="suspended"):
        check_may_publish(own, own.user, key_id(mine))
    register("ACTIVE")
    check_may_publish(own, own.user, key_id(mine))
    revoked = governance.key_changed(own.user, "REVOKED", mine, proof(KEY, own.user))
    publish(broker.access_hub, "hub", hub, [revoked], topic=GOVERNANCE)
    with pytest.raises(StandingError, match="the key"):
        check_may_publish(own, own.user, key_id(mine))
    register("SUSPENDED")
    register("ACTIVE")
    with pytest.raises(StandingError, match="the key"):  # a later registration does not bring it back
        check_may_publish(own, own.user, key_id(mine))
    about = [r for r in stored(broker.access_hub, GOVERNANCE) if r.key == own.user.encode()]
    assert len(about) == 6
