"""Reaches into kafka-python, as `batch.py` does: fetched batches become records without its `ConsumerRecord`.

Its own way decodes header names as UTF-8 inside `poll()`, where a hostile name raises for ever, and makes four objects
for each record. `clients.py` pins the version; a test compares this path with the public one.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch

from wire.records import MalformedError, Record, Unreadable, read_records

_HEADER = DefaultRecordBatch.HEADER_STRUCT.size
_MAGIC = 2
_CODECS = {1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}


def hand_out_records(consumer: KafkaConsumer, topic_id: Callable[[str], bytes]) -> None:
    """From now on `consumer.poll()` returns lists of Record and Unreadable."""
    consumer._fetcher.PartitionRecords = partial(_Fetched, topic_id)  # noqa: SLF001 - see above


class _Fetched:
    """One partition's part of a fetch, with the interface of `Fetcher.PartitionRecords`."""

    def __init__(  # noqa: PLR0917 - the client's signature
        self,
        topic_id: Callable[[str], bytes],
        fetch_offset: int,
        tp: Any,
        records: Any,
        key_deserializer: None = None,
        value_deserializer: None = None,
        check_crcs: bool = True,  # noqa: FBT001, FBT002
        isolation_level: object = None,
        aborted_transactions: object = None,
        metric_aggregator: Any = None,
        on_drain: Callable[["_Fetched"], None] = lambda _: None,
    ) -> None:
        del key_deserializer, value_deserializer, check_crcs, isolation_level, aborted_transactions
        self.topic_partition = tp
        self.leader_epoch = -1
        self.next_fetch_offset = fetch_offset
        self.bytes_read = 0
        self.records_read = 0
        self._place = (tp.topic, topic_id(tp.topic), tp.partition)
        self._batches = records
        self._metrics = metric_aggregator
        self._on_drain = on_drain

    def __bool__(self) -> bool:
        return self._batches is not None

    def drain(self) -> None:
        """Give up what is left."""
        if self._batches is not None:
            self._batches = None
            if self._metrics:
                self._metrics.record(self.topic_partition, self.bytes_read, self.records_read)
            self._on_drain(self)

    def take(self, n: int) -> list[Record | Unreadable]:
        """Whole batches until there are at least `n` records, or none are left. `next_fetch_offset` then says what was
        reached, offsets without a record included: control batches, and batches that hold none any more."""
        taken: list[Record | Unreadable] = []
        while self._batches is not None and len(taken) < n:
            batch = self._batches.next_batch()
            if batch is None:
                self.drain()
                break
            if not batch.validate_crc():
                self.drain()
                if taken:
                    break  # the next fetch begins at this batch and raises
                raise CorruptRecordError(f"{self.topic_partition} offset {batch.base_offset}: wrong checksum")
            taken += self._read(batch)
        return taken

    def _read(self, batch: Any) -> list[Record | Unreadable]:
        fetched_from, self.next_fetch_offset = self.next_fetch_offset, batch.next_offset
        if batch.magic == _MAGIC:
            self.leader_epoch = batch.leader_epoch
            if batch.is_control_batch:
                return []
        whole = bytes(batch._buffer)  # noqa: SLF001
        self.bytes_read += len(whole)
        records = self._records(batch, whole)
        self.records_read += len(records)
        if batch.base_offset < fetched_from:  # a fetch may begin within a batch
            return [r for r in records if (r.last_offset if isinstance(r, Unreadable) else r.offset) >= fetched_from]
        return records

    def _records(self, batch: Any, whole: bytes) -> list[Record | Unreadable]:
        if batch.magic != _MAGIC:
            return [
                Unreadable(*self._place, batch.base_offset, batch.next_offset - 1, 0, "message format 0 or 1", whole)
            ]
        first, last, time = batch.base_offset, batch.last_offset, batch.max_timestamp
        if batch.compression_type:
            # The hub's topics are stored plain, so this is none of the broker's doing: unpacking it has no bound.
            codec = _CODECS.get(batch.compression_type, str(batch.compression_type))
            return [Unreadable(*self._place, first, last, time, f"stored with {codec} compression", whole)]
        appended = batch.timestamp_type == batch.LOG_APPEND_TIME
        base_time = time if appended else batch.first_timestamp
        try:
            found = read_records(whole[_HEADER:], batch.records_count, self._place, first, base_time, appended=appended)
        except MalformedError as error:
            return [Unreadable(*self._place, first, last, time, str(error), whole)]
        return list(found)
