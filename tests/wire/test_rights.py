"""Who may do what, asked of the broker itself."""

from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from tests.broker_fixture import RunningBroker
from wire import names
from wire.access import Access
from wire.admin import Admin
from wire.consumer import Reader, TopicReader, last_records
from wire.errors import NotAllowedError, UnreachableError, WireError
from wire.producer import Producer

pytestmark = [pytest.mark.kafka, pytest.mark.net]


def _write(access: Access, topic: str, value: bytes = b"value") -> None:
    with Producer(access, timeout=4) as producer:
        producer.send(topic, 0, b"key", value)


def _read(access: Access, topic: str) -> list[bytes | None]:
    with TopicReader(access, topic) as reader:
        return [record.value for batch in reader.to_end() for record in batch.records]


def test_a_member_writes_and_reads_its_own_topic(member: Callable[[], Access]) -> None:
    own = member()
    _write(own, names.events_topic(own.user))
    assert _read(own, names.events_topic(own.user)) == [b"value"]


def test_a_member_cannot_write_anothers_topic(member: Callable[[], Access]) -> None:
    own, other = member(), member()
    with pytest.raises(NotAllowedError):
        _write(own, names.events_topic(other.user))
    assert _read(other, names.events_topic(other.user)) == []


def test_a_member_cannot_read_anothers_topic(member: Callable[[], Access]) -> None:
    own, other = member(), member()
    with pytest.raises(WireError, match="may not be seen"):
        _read(own, names.events_topic(other.user))


def test_a_name_that_begins_like_a_members_is_another_member(broker: RunningBroker) -> None:
    short, long = broker.member("prefix"), broker.member("prefix-2")
    with pytest.raises(NotAllowedError):
        _write(short, names.events_topic(long.user))
    with pytest.raises(NotAllowedError):
        _write(long, names.events_topic(short.user))


@pytest.mark.parametrize("topic", [names.GOVERNANCE, names.CHECKPOINTS, names.events_topic("hub")])
def test_a_member_cannot_write_what_the_hub_writes(member: Callable[[], Access], topic: str) -> None:
    with pytest.raises(NotAllowedError):
        _write(member(), topic)


def test_what_the_hub_tells_a_member_is_for_it_alone(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own, other = member(), member()
    topic, empty = names.conclusions_topic(own.user), names.conclusions_topic(other.user)
    for value in (b"first", b"last"):
        _write(broker.access_hub, topic, value)
    assert _read(own, topic) == [b"first", b"last"]
    with pytest.raises(NotAllowedError):
        _write(own, topic)
    with pytest.raises(WireError, match="may not be seen"):
        _read(other, topic)
    found = last_records(broker.access_hub, [topic, empty, "hub.to.nobody"])
    assert {name: record and record.value for name, record in found.items()} == {topic: b"last", empty: None}
    assert last_records(other, [topic]) == {}


def test_a_hub_of_an_earlier_release_gets_what_it_lacks_at_its_next_start(broker: RunningBroker) -> None:
    with Admin(broker.access_admin) as admin:
        admin.create_topics({names.events_topic("early"): 4})
        admin.set_up(broker.hub_password, broker.consumer_password)
        assert names.conclusions_topic("early") in admin.topics()


def test_a_member_reads_governance_that_the_hub_wrote(broker: RunningBroker, member: Callable[[], Access]) -> None:
    _write(broker.access_hub, names.GOVERNANCE, b"a rule")
    assert b"a rule" in _read(member(), names.GOVERNANCE)


def test_consumers_cannot_write_and_the_hub_cannot_write_for_a_member(
    broker: RunningBroker, member: Callable[[], Access]
) -> None:
    topic = names.events_topic(member().user)
    for access in (broker.access_consumer, broker.access_hub):
        with pytest.raises(NotAllowedError):
            _write(access, topic)
    with pytest.raises(NotAllowedError):
        _write(broker.access_consumer, names.GOVERNANCE)


def test_a_member_cannot_use_the_hubs_groups_or_anothers(member: Callable[[], Access]) -> None:
    own, other = member(), member()
    for group in (f"{names.HUB_GROUPS}worker", f"{names.member_groups(other.user)}mine"):
        with (
            pytest.raises(NotAllowedError),
            Reader(own, group, f"^{names.events_topic(own.user)}$", lambda _: {}, instance="one") as reader,
        ):
            for _ in range(20):
                reader.poll(0.5)


def test_a_member_cannot_administer(member: Callable[[], Access]) -> None:
    own, other = member(), member()
    with Admin(own) as admin:
        with pytest.raises(WireError):
            admin.create_topics({"hub.events.new": 1})
        with pytest.raises(WireError):
            admin.set_password(other.user, "stolen")
        with pytest.raises(WireError):
            admin.suspend(other.user)
        assert set(admin.topics()) == {
            names.events_topic(own.user), names.conclusions_topic(own.user), names.GOVERNANCE, names.CHECKPOINTS,
        }  # fmt: skip
    _write(other, names.events_topic(other.user))


def test_suspending_stops_a_live_producer_and_adding_again_lifts_it(
    broker: RunningBroker, member: Callable[[], Access]
) -> None:
    own = member()
    topic = names.events_topic(own.user)
    with Admin(broker.access_admin) as admin:
        with Producer(own) as producer:
            producer.send(topic, 0, b"key", b"before")
            producer.flush()
            assert own.user in admin.may_write()
            admin.suspend(own.user)
            admin.suspend(own.user)
            assert own.user not in admin.may_write()
            producer.send(topic, 0, b"key", b"during")
            with pytest.raises(NotAllowedError):
                producer.flush()
            producer.close(flush=False)
        admin.add_member(own.user, own.password)
        assert own.user in admin.may_write()
    _write(own, topic, b"after")
    assert _read(own, topic) == [b"before", b"after"]


def test_a_wrong_password_is_named(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    wrong = Access(own.bootstrap, own.user, "wrong")
    for attempt in (Admin, Producer):
        with pytest.raises(UnreachableError, match=f"{own.user} in: check user and password"):
            attempt(wrong, timeout=2)
    with pytest.raises(UnreachableError, match="check user and password"):
        TopicReader(wrong, names.events_topic(own.user), timeout=2)
    assert broker.process.poll() is None


def test_a_broker_that_is_not_there_is_named(broker: RunningBroker) -> None:
    nowhere = Access("127.0.0.1:1", "admin", broker.access_admin.password)
    with pytest.raises(UnreachableError, match="Nothing answers at 127.0.0.1:1"):
        Admin(nowhere, timeout=1)


def test_nobody_gets_in_without_a_name(broker: RunningBroker) -> None:
    addresses = [line.rpartition("//")[2] for line in _listeners(broker)]
    assert len(addresses) == 3, "clients, controller, members elsewhere"
    for address in addresses:
        with pytest.raises(KafkaError):
            KafkaAdminClient(bootstrap_servers=address, bootstrap_timeout_ms=1500)


def _listeners(broker: RunningBroker) -> list[str]:
    lines = (broker.home / "server.properties").read_text().splitlines()
    return next(line for line in lines if line.startswith("listeners=")).removeprefix("listeners=").split(",")
