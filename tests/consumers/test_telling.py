"""What a member is told about its records is what the hub's own queries say of them, and nothing is lost on the way."""

import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons import conclusions, generation
from commons.ask import OPERATOR, ask
from commons.log import LogRecord
from consumers import telling
from consumers.rebuild import rebuild
from consumers.telling import Teller, Telling
from producers.conclusions import Announcer, Conclusions, read_conclusions
from producers.governance import participant_registered
from producers.profile import Profile
from producers.publisher import publish
from producers.standing import StandingError
from schemas import keys
from schemas.codec import decode
from schemas.registry import SCHEMAS, latest
from tests.broker_fixture import RunningBroker
from tests.consumers.conftest import Pipeline
from tests.records import Hub, Member, report
from wire import names
from wire.access import Access
from wire.admin import Admin
from wire.consumer import TopicReader
from wire.errors import WireError
from wire.producer import Producer

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]
_numbers = count(1)
Values = list[Mapping[str, Any]]


@pytest.fixture(scope="module")
def announced(broker: RunningBroker) -> Ed25519PrivateKey:
    """The key of a hub that is registered on the broker's governance topic."""
    key = Ed25519PrivateKey.generate()
    pair = (keys.public_bytes(key.public_key()), keys.proof(key, "hub"))
    publish(broker.access_hub, "hub", key, [participant_registered("hub", "Hub", ["HUB"], [pair])],
            topic=names.GOVERNANCE)  # fmt: skip
    return key


class Told:
    """A member whose topic on the broker is as its records say, and what it is told there."""

    def __init__(self, broker: RunningBroker, pipeline: Pipeline, hub: Hub) -> None:
        self.member = Member(f"told-{next(_numbers)}", "OPERATOR")
        self.access = broker.member(self.member.org)
        with Admin(broker.access_admin) as admin:
            self.topic_id = admin.topics()[self.member.topic]
        self._pipeline = pipeline
        hub.now = max(hub.now, self.member.now - 1)
        pipeline.take(hub.register(self.member))

    def take(self, records: Iterable[LogRecord]) -> None:
        """Judge records of the member."""
        self._pipeline.take(*[self.at_home(record) for record in records])

    def at_home(self, record: LogRecord) -> LogRecord:
        return record._replace(topic_id=str(UUID(bytes=self.topic_id)))

    def events(self) -> Values:
        """Every event on the topic of conclusions."""
        with TopicReader(self.access, names.conclusions_topic(self.member.org)) as reader:
            return [decode(record.value or b"")[1] for batch in reader.to_end() for record in batch.records]

    def conclusions(self) -> Conclusions:
        a = self.access
        profile = Profile(self.member.org, ("OPERATOR",), a.bootstrap, a.user, a.password, "-", "-")
        found = read_conclusions(profile, self.topic_id)
        assert found is not None
        return found

    def agrees(self) -> None:
        """Told and asked are the same: positions, and every fault with its reason."""
        asked = ask(self._pipeline.client, "faults", OPERATOR, {"org": self.member.org})
        told = self.conclusions().document(self.member.org)
        assert told["rows"] == asked.table.drop_columns(["total"]).to_pylist()
        assert told["positions"] == {k: v for k, v in asked.positions.items() if k.startswith(f"{self.member.topic}/")}


@pytest.fixture
def hub(pipeline: Pipeline) -> Hub:
    made = Hub()
    pipeline.take(made.register(made))
    return made


@pytest.fixture
def told(broker: RunningBroker, pipeline: Pipeline, hub: Hub) -> Told:
    return Told(broker, pipeline, hub)


@pytest.fixture
def teller(broker: RunningBroker, pipeline: Pipeline, announced: Ed25519PrivateKey) -> Callable[[], Teller]:
    """Makes a teller as a process has it that has just started."""
    announcer = Announcer(broker.access_hub, announced)
    return lambda: Teller(pipeline.client, broker.access_hub, announcer.publish)


def mixed(member: Member, chance: random.Random, n: int) -> list[LogRecord]:
    """Facts, repetitions, other content under a known id, and what is no event."""
    made: list[LogRecord] = []
    for _ in range(n):
        number = chance.randrange(6)
        kind = chance.choice(["fact", "fact", "conflict", "rubbish", "unsigned"])
        value = report(f"r{number}", severity="MINOR") if kind == "conflict" else report(f"r{number}")
        (record,) = member.sign([member.event("OccurrenceReported", f"r{number}", value, id=f"id-{number}")])
        if kind in ("rubbish", "unsigned"):
            member.offset -= 1
            content = (b"k", b"no framing", ()) if kind == "rubbish" else (b"other", record.value, record.headers)
            record = member.record(*content)
        made.append(record)
    return made


def test_told_and_asked_agree_whatever_comes_in_whatever_batches(
    broker: RunningBroker, pipeline: Pipeline, hub: Hub, teller: Callable[[], Teller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conclusions, "CHUNK", 8)
    monkeypatch.setattr(telling, "CHUNK", 8)
    monkeypatch.setattr(telling, "_MOST", 3)
    chance = random.Random(7)
    both = [Told(broker, pipeline, hub), Told(broker, pipeline, hub)]
    process = teller()
    for round_ in range(3):
        for one in both:
            one.take(mixed(one.member, chance, chance.randrange(8, 30)))
        if round_ == 1:
            process = teller()  # killed after judging, before telling
        process.step()
        assert process.step() == 0
    for one in both:
        one.agrees()
        stretches = [stretch for event in one.events() for stretch in event["stretches"]]
        outcomes = {"accepted": 0, "repeated": 0, "faults": 0}
        for stretch in stretches:
            outcomes["accepted"] += stretch["accepted"]
            outcomes["repeated"] += stretch["repeated"]
            outcomes["faults"] += len(stretch["faults"])
        (totals,) = ask(pipeline.client, "totals", OPERATOR, {"org": one.member.org}).rows
        assert (outcomes["accepted"], sum(outcomes.values())) == (totals["versions"], one.member.offset)
        assert len({fault["reason"] for stretch in stretches for fault in stretch["faults"]}) >= 3


def test_many_members_are_told_at_once_and_only_those_with_news(
    broker: RunningBroker, pipeline: Pipeline, hub: Hub, announced: Ed25519PrivateKey
) -> None:
    several = [Told(broker, pipeline, hub) for _ in range(6)]
    announcer, said = Announcer(broker.access_hub, announced), list[set[str]]()

    def noted(values: Mapping[str, Sequence[dict[str, Any]]]) -> None:
        said.append(set(values))
        announcer.publish(values)

    teller = Teller(pipeline.client, broker.access_hub, noted)
    pipeline.take(*[one.at_home(record) for one in several for record in one.member.reports(report("r1"))])
    assert teller.step() == len(several)
    several[3].take(several[3].member.reports(report("r2")))
    assert (teller.step(), teller.step()) == (1, 0)
    assert said == [{one.member.org for one in several}, {several[3].member.org}]
    announcer.close()


def test_what_kafka_did_not_take_is_told_later(
    pipeline: Pipeline, broker: RunningBroker, told: Told, teller: Callable[[], Teller]
) -> None:
    def refuses(_: object) -> None:
        raise WireError("away")

    told.take(told.member.reports(report("r1"), report("r2")))
    failing = Teller(pipeline.client, broker.access_hub, refuses)
    with pytest.raises(WireError):
        failing.step()
    assert told.events() == []
    assert told.conclusions().positions == {}
    failing._publish = teller()._publish
    assert failing.step() == 1
    told.agrees()


def test_a_mended_fault_and_a_new_generation_are_told_again(
    pipeline: Pipeline, told: Told, hub: Hub, teller: Callable[[], Teller], monkeypatch: pytest.MonkeyPatch
) -> None:
    member, process = told.member, teller()
    value = {"report_id": "r1", "reason": "ERROR", "note": None}
    records = [*member.reports(report("r1")), *member.sign([member.event("ReportRetracted", "r1", value)])]
    with monkeypatch.context() as older_release:
        older_release.delitem(SCHEMAS, latest("ReportRetracted").id)
        told.take(records)
        told.take([member.record(b"k", b"rubbish", ())])
    process.step()
    assert [fault["reason"] for _, fault in told.conclusions().by_time()] == ["UNKNOWN_SCHEMA", "HEADER_MISSING"]
    coordinates = {"topic": member.topic, "partition": 0, "offset": 1, "record_sha256": records[1].sha, "reason": "x"}
    hub.now = member.now
    pipeline.take(*hub.sign([hub.event("FaultMended", "mended", coordinates)]))
    assert teller().step() == 1, "a process that starts now looks for what was mended since"
    told.agrees()
    assert [fault["reason"] for _, fault in told.conclusions().by_time()] == ["HEADER_MISSING"]
    assert process.step() == 1, "another that was not stopped says the same"
    told.agrees()
    rebuild(pipeline.client, "test")
    assert generation.current(pipeline.client) == 2
    assert (process.step(), process.step()) == (1, 0)
    last = told.events()[-1]
    assert (last["generation"], last["stretches"][0]["first_offset"], last["stretches"][0]["next_offset"]) == (2, 0, 3)
    told.agrees()


def test_what_the_hub_did_not_sign_is_not_believed(
    broker: RunningBroker, told: Told, pipeline: Pipeline
) -> None:  # fmt: skip
    told.take(told.member.reports(report("r1")))
    Teller(pipeline.client, broker.access_hub, Announcer(broker.access_hub, told.member.key).publish).step()
    with pytest.raises(StandingError, match="not signed by the hub"):
        told.conclusions()


def test_a_member_without_its_topic_keeps_nobody_else_waiting(
    broker: RunningBroker, pipeline: Pipeline, told: Told, hub: Hub, teller: Callable[[], Teller]
) -> None:
    stranger = Member("told-nowhere", "OPERATOR")
    hub.now = max(hub.now, stranger.now - 1)
    pipeline.take(hub.register(stranger))
    pipeline.take(*stranger.reports(report("r1")), *map(told.at_home, told.member.reports(report("r1"))))
    assert teller().step() == 1
    told.agrees()


def test_an_unforeseen_failure_ends_the_consumer() -> None:
    stop, tries = threading.Event(), count(1)

    def step() -> int:
        if next(tries) == 1:
            raise ValueError("nobody foresaw this")
        return 0

    with pytest.raises(ValueError, match="nobody foresaw"), Telling(step, stop):
        assert stop.wait(30)


def test_a_hub_that_tells_nothing_is_not_taken_for_one_that_found_nothing(broker: RunningBroker) -> None:
    with Admin(broker.access_admin) as admin:
        admin.add_member("told-before", "password")
        admin._client.delete_topics([names.conclusions_topic("told-before")])
    access = Access(broker.broker.bootstrap, "told-before", "password")
    with Producer(access) as producer:
        producer.send(names.events_topic("told-before"), 0, b"k", b"v")
    profile = Profile("told-before", ("OPERATOR",), access.bootstrap, access.user, access.password, "-", "-")
    assert read_conclusions(profile, bytes(16)) is None
