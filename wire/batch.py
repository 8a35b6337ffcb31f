"""Whole record batches handed to kafka-python's producer: the other file that reaches into it (see `wire/fetch.py`).

Its own `send` looks at every header of a record three times, and makes a lock and five objects for each record: more
work than signing it. Here the records of one batch are encoded together, and the batch has one answer. `clients.py`
pins the version; a test compares the bytes with those of the client's own builder.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from time import time
from typing import Any, NamedTuple

from kafka import KafkaProducer
from kafka.errors import IllegalStateError, KafkaTimeoutError
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecordsBuilder
from kafka.structs import TopicPartition

from schemas.encoding import long

_MAGIC, _UNCOMPRESSED = 2, 0


class Outgoing(NamedTuple):
    """A record before it has a place."""

    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Stored(NamedTuple):
    """Where the first record of a batch lies, the others right behind it; `timestamp` is the broker's, Unix ms."""

    offset: int
    timestamp: int


class _Batch(ProducerBatch):  # type: ignore[misc] # the client ships no types
    """A batch that is never split: one over the limit of its topic fails. The client would split it by records, and
    answer neither half."""

    record_count = 1


def enqueue(
    client: KafkaProducer, topic: str, partition: int, records: Sequence[Outgoing],
    answered: Callable[[Stored | None, BaseException | None], None],
) -> None:  # fmt: skip
    """Put records into the client's queue as one batch; `answered` is called on the client's thread, with one or the
    other. Raises the client's errors, KafkaTimeoutError for a topic that cannot be seen."""
    client.partitions_for(topic)  # its thread looks for leaders only of topics that were asked for
    builder = MemoryRecordsBuilder(_MAGIC, _UNCOMPRESSED, 0)
    fill(builder, records, int(time() * 1000))
    place = TopicPartition(topic, partition)
    batch = _Batch(place, builder)
    batch.produce_future.add_callback(lambda told: answered(*answer(*told)))
    queue: Any = client._accumulator  # noqa: SLF001 - see above
    with queue._tp_lock(place):  # noqa: SLF001
        if queue._closed:  # noqa: SLF001
            raise IllegalStateError("the producer is closed")
        queue._batches[place].append(batch)  # noqa: SLF001
        queue._incomplete.add(batch)  # noqa: SLF001
    client._sender.wakeup()  # noqa: SLF001


def answer(
    offset: int, timestamp: int, failure: Callable[[int], BaseException] | None
) -> tuple[Stored | None, BaseException | None]:
    """What the client tells of a batch, as one or the other. That it was stored before, so long ago that the broker
    does not know where, is no answer: the topic has to be read."""
    if failure is not None:
        return None, failure(0)
    if offset < 0:
        return None, KafkaTimeoutError("the broker does not know where it stored a batch")
    return Stored(offset, timestamp), None


def fill(builder: MemoryRecordsBuilder, records: Sequence[Outgoing], now: int) -> None:
    """What `builder.append` does for each record, for all of them."""
    inner: Any = builder._builder  # noqa: SLF001
    out: bytearray = inner._buffer  # noqa: SLF001
    for number, (key, value, headers) in enumerate(records):
        parts = [b"\0\0", _number(number), _number(len(key)), key, _number(len(value)), value, _number(len(headers))]
        for name, data in headers:
            size = len(data)
            parts += (_name(name), _SMALL[size] if size < _FEW else _number(size), data)
        body = b"".join(parts)  # attributes and time are those of the batch
        out += _number(len(body))
        out += body
    inner._first_timestamp = inner._max_timestamp = now  # noqa: SLF001
    inner._num_records = builder._next_offset = len(records)  # noqa: SLF001
    inner._last_offset = len(records) - 1  # noqa: SLF001


_number = lru_cache(maxsize=8192)(long)


@lru_cache(maxsize=1024)
def _name(name: str) -> bytes:
    data = name.encode()
    return _number(len(data)) + data


_FEW = 512
_SMALL = [long(number) for number in range(_FEW)]
