"""What is acknowledged is stored, what cannot be stored is said, and nothing is stored that unpacks without bound."""

from collections.abc import Callable

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import KafkaProducer, codec
from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.record import default_records
from kafka.record.memory_records import MemoryRecordsBuilder

from tests.broker_fixture import RunningBroker
from wire import names
from wire.access import Access
from wire.admin import MAX_MESSAGE_BYTES, PARTITIONS, Admin
from wire.batch import Outgoing, Stored, answer, fill
from wire.consumer import TopicReader
from wire.errors import UnreachableError, WireError, explain
from wire.producer import Producer, partition_for
from wire.records import Record

_MIB = 1024 * 1024
_HEADER = st.tuples(st.text(st.characters(codec="utf-8"), max_size=40), st.binary(max_size=600))


@pytest.mark.parametrize(
    ("key", "murmur2"),
    [  # from Kafka's own UtilsTest
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_keys_go_where_other_clients_put_them(key: bytes, murmur2: int) -> None:
    for n in (1, 4, 7):
        assert partition_for(key, n) == (murmur2 & 0x7FFFFFFF) % n


def _stored(access: Access) -> list[Record]:
    with TopicReader(access, names.events_topic(access.user)) as reader:
        return [record for batch in reader.to_end() for record in batch.records]


@pytest.mark.kafka
@pytest.mark.net
def test_records_come_back_as_they_were_sent(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    headers = [("ce_id", b"1"), ("ce_id", b""), ("naïve", b"\x00\xff")]
    with Producer(own) as producer:
        assert producer.partitions(topic) == PARTITIONS
        sent = producer.send(topic, 2, b"key", b"value", headers)
        producer.send(topic, 2, None, b"")
        producer.flush()
    first, second = _stored(own)
    assert (first.topic, first.partition, first.offset) == (topic, 2, sent.get().offset)
    assert first.append_time == sent.get().timestamp
    assert (first.key, first.value) == (b"key", b"value")
    assert first.headers == tuple((name.encode(), value) for name, value in headers)
    assert (second.key, second.value, second.headers) == (None, b"", ())


@given(
    st.lists(
        st.builds(Outgoing, st.binary(max_size=100), st.binary(max_size=9000), st.lists(_HEADER, max_size=20)),
        min_size=1,
        max_size=70,
    )
)
@settings(max_examples=30)
def test_a_batch_is_byte_for_byte_what_the_client_makes_of_its_records(records: list[Outgoing]) -> None:
    ours, theirs = MemoryRecordsBuilder(2, 0, 0), MemoryRecordsBuilder(2, 0, 1 << 30)
    fill(ours, records, 1_700_000_000_000)
    for record in records:
        theirs.append(1_700_000_000_000, record.key, record.value, list(record.headers))
    assert ours.next_offset() == theirs.next_offset()
    for builder in (ours, theirs):
        builder.set_producer_state(7, 1, 5, is_transactional=False)
        builder.close()
    assert ours.buffer() == theirs.buffer()


def test_an_answer_is_a_place_or_a_reason() -> None:
    assert answer(5, 7, None) == (Stored(5, 7), None)
    stored, reason = answer(-1, -1, lambda _: MessageSizeTooLargeError())
    assert (stored, type(reason)) == (None, MessageSizeTooLargeError)
    stored, reason = answer(-1, -1, None)  # stored, and forgotten where
    assert stored is None
    assert isinstance(explain(reason or KafkaError(), Access("host:1", "me", "x"), "publish"), UnreachableError)


@pytest.mark.kafka
@pytest.mark.net
def test_a_batch_lies_together_and_its_place_is_told(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    batches = [[Outgoing(b"k", b"%d" % (10 * batch + n), [("ce_id", b"1")]) for n in range(10)] for batch in range(3)]
    told: list[Stored | None] = []
    with Producer(own) as producer:
        for batch in batches:
            producer.send_batch(topic, 1, batch, 1000, told.append)
        producer.send(topic, 1, b"k", b"alone")
        producer.flush()
    records = _stored(own)
    assert [r.value for r in records] == [b"%d" % number for number in range(30)] + [b"alone"]
    assert records[0].headers == ((b"ce_id", b"1"),)
    assert told == [Stored(records[10 * n].offset, records[10 * n].append_time) for n in range(3)]


@pytest.mark.kafka
@pytest.mark.net
def test_a_batch_over_the_limit_fails_whole(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    told: list[Stored | None] = []
    producer = Producer(own)
    try:
        producer.send_batch(topic, 0, [Outgoing(b"k", bytes(_MIB), [])] * 5, 5 * _MIB, told.append)
        with pytest.raises(WireError, match="larger than the topic takes"):
            producer.flush()
        with pytest.raises(WireError, match="larger than the topic takes"):
            producer.send_batch(topic, 0, [Outgoing(b"k", b"small", [])], 5, told.append)
    finally:
        producer.close(flush=False)
    assert (told, _stored(own)) == ([None], [])


@pytest.mark.kafka
@pytest.mark.net
def test_more_than_may_be_in_flight_is_sent_bit_by_bit(member: Callable[[], Access]) -> None:
    own = member()
    topic = names.events_topic(own.user)
    with Producer(own) as producer:
        for number in range(60):
            producer.send(topic, 0, b"%d" % number, bytes(_MIB))
    assert [record.key for record in _stored(own)] == [b"%d" % number for number in range(60)]


@pytest.mark.kafka
@pytest.mark.net
@pytest.mark.parametrize("size", [MAX_MESSAGE_BYTES - 40, MAX_MESSAGE_BYTES, 2 * MAX_MESSAGE_BYTES])
def test_a_record_over_the_limit_is_refused_and_the_producer_stays_failed(
    member: Callable[[], Access], size: int
) -> None:
    own = member()
    topic = names.events_topic(own.user)
    producer = Producer(own)
    try:
        with pytest.raises(WireError, match="larger than the topic takes"):
            producer.send(topic, 0, b"key", bytes(size))
            producer.flush()
        with pytest.raises(WireError, match="larger than the topic takes"):
            producer.flush()
        with pytest.raises(WireError, match="larger than the topic takes"):
            producer.send(topic, 0, b"key", b"small")
    finally:
        producer.close(flush=False)
    assert _stored(own) == []


@pytest.mark.kafka
@pytest.mark.net
def test_a_topic_that_is_not_there_is_named(broker: RunningBroker) -> None:
    with pytest.raises(WireError, match=r"hub\.events\.nobody"), Producer(broker.access_admin, timeout=2) as producer:
        producer.send("hub.events.nobody", 0, b"key", b"value")


@pytest.mark.kafka
@pytest.mark.net
@pytest.mark.parametrize("inflated", [8 * _MIB, 512 * _MIB])
def test_a_decompression_bomb_is_not_stored(
    broker: RunningBroker, member: Callable[[], Access], monkeypatch: pytest.MonkeyPatch, inflated: int
) -> None:
    """A few kilobytes on the wire that unpack to more than a topic takes. The second would not fit in the broker's
    heap; it goes on all the same."""
    own = member()
    monkeypatch.setattr(default_records, "zstd_encode", lambda batch: zstd.compress(bytes(batch)))
    monkeypatch.setattr(codec, "has_zstd", lambda: True)
    monkeypatch.setitem(KafkaProducer._COMPRESSORS, "zstd", (lambda: True, 4))
    producer = KafkaProducer(
        **own.options(), compression_type="zstd", max_request_size=2**30, enable_idempotence=False, retries=0
    )
    try:
        future = producer.send(names.events_topic(own.user), bytes(inflated), partition=0)
        with pytest.raises(KafkaError):
            future.get(30)
    finally:
        producer.close(0)
    assert future.failed()
    if inflated < 64 * _MIB:
        assert isinstance(future.exception, MessageSizeTooLargeError)
    assert broker.process.poll() is None
    assert _stored(own) == []
    with Producer(own) as after:
        after.send(names.events_topic(own.user), 0, b"key", b"value")
    assert len(_stored(own)) == 1


@pytest.mark.kafka
@pytest.mark.net
def test_a_compressed_batch_is_stored_plain(member: Callable[[], Access]) -> None:
    own = member()
    producer = KafkaProducer(**own.options(), compression_type="gzip", linger_ms=100)
    try:
        for number in range(10):
            producer.send(names.events_topic(own.user), b"%d" % number, partition=0)
        producer.flush()
    finally:
        producer.close()
    assert [record.value for record in _stored(own)] == [b"%d" % number for number in range(10)]


@pytest.mark.kafka
@pytest.mark.net
def test_a_producer_of_a_suspended_member_is_refused(broker: RunningBroker, member: Callable[[], Access]) -> None:
    own = member()
    with Admin(broker.access_admin) as admin:
        admin.suspend(own.user)
    with pytest.raises(WireError, match="suspended"), Producer(own, timeout=4) as producer:
        producer.send(names.events_topic(own.user), 0, b"key", b"value")
