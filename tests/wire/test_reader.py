"""What lies in the log is handed out once, from the position asked for, and every missing offset is accounted for."""

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Self

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.future import Future
from kafka.record.default_records import DefaultRecordBatchBuilder

from tests.broker_fixture import RunningBroker
from wire import consumer, fetch, names
from wire.access import Access
from wire.admin import PARTITIONS, Admin
from wire.consumer import Batch, Partition, Reader, TopicReader
from wire.errors import WireError
from wire.producer import Producer
from wire.records import MalformedError, Record

pytestmark = [pytest.mark.kafka, pytest.mark.net]


class _RawName(str):
    """A header name that is sent as bytes that are no text."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe" + super().encode()


def _publish(access: Access, count: int, first: int = 0) -> None:
    topic = names.events_topic(access.user)
    with Producer(access) as producer:
        for number in range(first, first + count):
            producer.send(topic, number % PARTITIONS, b"%d" % number, bytes(500), [("ce_id", b"%d" % number)])


def _all(access: Access, topic: str) -> list[Record]:
    with TopicReader(access, topic) as reader:
        return [record for batch in reader.to_end() for record in batch.records]


def test_the_fast_path_gives_what_the_public_path_gives(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    _publish(own, 3000)
    consumer = KafkaConsumer(**own.options(), auto_offset_reset="earliest")
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    public = []
    try:
        ends = consumer.end_offsets(partitions)
        while any(consumer.position(p) < end for p, end in ends.items()):
            public += [record for found in consumer.poll(1000).values() for record in found]
    finally:
        consumer.close()
    with Admin(own) as admin:
        topic_id = admin.topics()[topic]
    theirs = [
        Record(
            r.topic,
            topic_id,
            r.partition,
            r.offset,
            r.timestamp,
            r.key,
            r.value,
            tuple((name.encode(), value) for name, value in r.headers),
        )
        for r in public
    ]
    assert len(theirs) == 3000
    assert sorted(_all(own, topic)) == sorted(theirs)


def test_header_names_that_are_no_text_stop_nobody(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    producer = KafkaProducer(**own.options())
    try:
        producer.send(topic, b"hostile", partition=0, headers=[(_RawName("id"), b"1"), (_RawName(""), b"")])
        producer.send(topic, b"next", partition=0)
        producer.flush()
    finally:
        producer.close()
    hostile, after = _all(own, topic)
    assert hostile.headers == ((b"\xff\xfeid", b"1"), (b"\xff\xfe", b""))
    assert after.value == b"next"


def test_reading_begins_where_it_is_told_even_within_a_batch(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    _publish(own, 400)
    with TopicReader(own, topic, {0: 37, 1: 100}) as reader:
        records = [record for batch in reader.to_end() for record in batch.records]
        assert min(r.offset for r in records if r.partition == 0) == 37
        assert not [r for r in records if r.partition == 1]
        assert len(records) == 63 + 0 + 100 + 100
        assert list(reader.to_end()) == []
        _publish(own, 4, first=400)
        (batch,) = reader.to_end()
        assert sorted(r.key or b"" for r in batch.records) == [b"400", b"401", b"402", b"403"]
        assert batch.positions == {(topic, number): 101 for number in range(PARTITIONS)}


def test_a_position_behind_the_end_is_an_error(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    _publish(own, 8)
    with TopicReader(own, topic, {0: 5}) as reader, pytest.raises(WireError, match="OffsetOutOfRange"):
        _publish(own, 40)
        reader._client.seek(TopicPartition(topic, 0), 500)
        reader._client.seek(TopicPartition(topic, 1), 0)
        list(reader.to_end())


def test_offsets_without_a_record_are_accounted_for(broker: RunningBroker, member: Callable[[], Access]) -> None:
    topic = names.events_topic(member().user)
    producer = KafkaProducer(**broker.access_admin.options(), transactional_id=f"test-{topic}")
    try:
        producer.init_transactions()
        for end in (producer.commit_transaction, producer.abort_transaction, producer.commit_transaction):
            producer.begin_transaction()
            producer.send(topic, b"in a transaction", partition=0)
            producer.flush()
            end()
    finally:
        producer.close()
    with TopicReader(broker.access_admin, topic) as reader:
        batches = list(reader.to_end())
        ends = reader.end_offsets([(topic, 0)])
    assert [r.offset for b in batches for r in b.records] == [0, 2, 4]  # 1, 3 and 5 are control batches
    assert batches[-1].positions[topic, 0] == ends[topic, 0] == 6


def test_a_batch_stored_compressed_is_handed_out_as_bytes(broker: RunningBroker) -> None:
    topic = "hub.events.compressed"
    with Admin(broker.access_admin) as admin:
        admin._client.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    producer = KafkaProducer(**broker.access_admin.options(), compression_type="gzip", linger_ms=100)
    try:
        for _ in range(3):
            producer.send(topic, bytes(1000), partition=0)
        producer.flush()
        with TopicReader(broker.access_admin, topic) as reader:
            (batch,) = reader.to_end()
    finally:
        producer.close()
    assert batch.records == []
    (unreadable,) = batch.unreadable
    assert (unreadable.offset, unreadable.last_offset) == (0, 2)
    assert "gzip" in unreadable.reason
    assert len(unreadable.data) > 61
    assert batch.positions == {(topic, 0): 3}


def test_a_batch_that_is_no_records_is_handed_out_as_bytes(
    member: Callable[[], Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker checks a batch's structure when it is sent; what it would let through, or a disk, is tried here."""
    own = member()
    topic = names.events_topic(own.user)
    _publish(own, 4)

    def malformed(*_: object, **__: object) -> list[Record]:
        raise MalformedError("no records")

    monkeypatch.setattr(fetch, "read_records", malformed)
    with TopicReader(own, topic) as reader:
        batches = list(reader.to_end())
    unreadable = [u for batch in batches for u in batch.unreadable]
    assert sorted((u.partition, u.offset, u.last_offset) for u in unreadable) == [(n, 0, 0) for n in range(PARTITIONS)]


class _Log:
    """What a hub's log would be: records by coordinates, and the position of each partition."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.records: list[Record] = []
        self.positions: dict[tuple[str, int], int] = {}
        self.asked: list[Partition] = []

    def start(self, partitions: Collection[Partition]) -> Mapping[tuple[str, int], int]:
        with self.changed:
            self.asked += partitions
            return dict(self.positions)

    def append(self, batch: Batch) -> None:
        with self.changed:
            self.records += batch.records
            self.positions.update(batch.positions)
            self.changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, 60), f"{len(self.records)} records, {self.positions}"

    def count(self, topic: str) -> int:
        return sum(record.topic == topic for record in self.records)


class _Worker:
    """A reader that polls into a log on a thread of its own, as a process would; `error` is what ended it."""

    def __init__(self, access: Access, group: str, pattern: str, log: _Log, instance: str) -> None:
        self.reader = Reader(access, f"{names.HUB_GROUPS}{group}", pattern, log.start, instance=instance)
        self.has: set[tuple[str, int]] = set()
        self.revoked: set[tuple[str, int]] = set()
        self.error: WireError | None = None
        self._log = log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.reader.close()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                batch = self.reader.poll(0.1)
                self.has, self.revoked = set(batch.positions), self.revoked | batch.revoked
                self._log.append(batch)
        except WireError as error:
            self.error = error
            self._log.append(Batch())


def _only(topic: str) -> str:
    return f"^{topic.replace('.', '[.]')}$"


def test_a_group_shares_partitions_and_reads_each_record_once(
    broker: RunningBroker, member: Callable[[], Access]
) -> None:
    own = member()
    topic, log, every = names.events_topic(own.user), _Log(), {(names.events_topic(own.user), n) for n in range(4)}
    _publish(own, 1000)
    with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as one:
        log.wait(lambda: log.count(topic) == 1000)
        assert {(p.topic, p.partition) for p in log.asked} == every
        assert len({p.topic_id for p in log.asked}) == 1
        with _Worker(broker.access_consumer, own.user, _only(topic), log, "two") as two:
            log.wait(lambda: len(one.has) == len(two.has) == 2)
            assert one.has | two.has == every
            assert one.revoked == two.has
            _publish(own, 1000, first=1000)
            log.wait(lambda: log.count(topic) >= 2000)
    assert sorted(r.key or b"" for r in log.records) == sorted(b"%d" % number for number in range(2000))
    assert log.positions == dict.fromkeys(every, 500)


def test_a_reader_started_again_has_its_partitions_at_once(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    topic, log = names.events_topic(own.user), _Log()
    _publish(own, 100)
    with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as old:  # it never says goodbye
        log.wait(lambda: log.count(topic) == 100)
        with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as new:
            log.wait(lambda: len(new.has) == PARTITIONS)
            log.wait(lambda: old.error is not None)
            assert "Another process reads as one" in str(old.error)
            _publish(own, 100, first=100)
            log.wait(lambda: log.positions == {(topic, n): 50 for n in range(PARTITIONS)})


def test_a_member_added_meanwhile_is_read(broker: RunningBroker, member: Callable[[], Access]) -> None:
    early, log = member(), _Log()
    _publish(early, 4)
    with _Worker(broker.access_consumer, early.user, names.EVENT_TOPICS, log, "one") as worker:
        log.wait(lambda: log.count(names.events_topic(early.user)) == 4)
        late = member()
        _publish(late, 4)
        log.wait(lambda: log.count(names.events_topic(late.user)) == 4)
        worker.reader.commit(log.positions)
    assert worker.error is None


def test_a_topic_made_again_is_noticed(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    topic, log = names.events_topic(own.user), _Log()
    with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as worker:
        log.wait(lambda: len(worker.has) == PARTITIONS)
        with Admin(broker.access_admin) as admin:
            admin._client.delete_topics([topic])
            admin.add_member(own.user, own.password)
        log.wait(lambda: worker.error is not None)
    assert "made again" in str(worker.error) or "not there" in str(worker.error)


def test_a_fetch_that_is_never_answered_is_noticed(
    broker: RunningBroker, member: Callable[[], Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = member()
    topic, log = names.events_topic(own.user), _Log()
    monkeypatch.setattr(consumer, "_STUCK", 1)
    with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as worker:
        log.wait(lambda: len(worker.has) == PARTITIONS)
        monkeypatch.setattr(worker.reader._client._fetcher, "send_fetches", list)  # as if one were still on its way
        _publish(own, 4)
        log.wait(lambda: worker.error is not None)
        assert "gives it none" in str(worker.error)


def test_a_heartbeat_that_is_never_answered_is_noticed(
    broker: RunningBroker, member: Callable[[], Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = member()
    topic, log = names.events_topic(own.user), _Log()

    async def never() -> None:
        await Future()

    monkeypatch.setattr(consumer, "_STUCK", 2)
    with _Worker(broker.access_consumer, own.user, _only(topic), log, "one") as worker:
        log.wait(lambda: len(worker.has) == PARTITIONS)
        monkeypatch.setattr(worker.reader._client._coordinator, "_send_heartbeat_request", never)
        log.wait(lambda: worker.error is not None)
        assert "sends no heartbeats" in str(worker.error)


def test_the_client_still_asks_a_header_name_for_its_bytes() -> None:
    """What the hostile producer above rests on."""
    builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 1000)
    builder.append(0, 0, None, b"", [(_RawName("x"), b"")])
    assert b"\xff\xfex" in bytes(builder.build())
