"""The log: what the broker gave, byte for byte. A set keyed by coordinates and content, so appending twice is once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
from clickhouse_connect.driver.client import Client

from schemas.codec import BodyError, schema_id
from schemas.record import record_sha as record_sha  # noqa: PLC0414 - the log's own, as its readers know it

GOVERNANCE = "hub.governance"

Partition = tuple[str, str, int]
"""Topic id, topic, partition."""


class LogRecord(NamedTuple):
    """One Kafka record at its coordinates; append time in milliseconds since 1970 UTC.

    A stored batch that cannot be read as records is one too: `value` has its bytes, it reaches to `last_offset`, and
    `unreadable` says why.
    """

    topic_id: str
    topic: str
    partition: int
    offset: int
    append_time: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[bytes, bytes | None], ...]
    sha: bytes
    last_offset: int
    unreadable: str

    @property
    def place(self) -> Partition:
        """The partition it lies in."""
        return (self.topic_id, self.topic, self.partition)


def _framed_id(value: bytes | None) -> int:
    try:
        return schema_id(value)
    except BodyError:
        return -1


def append(client: Client, records: Sequence[LogRecord]) -> None:
    """The commit point: one INSERT for all partitions of a poll, acknowledged when it is on disk."""
    if not records:
        return
    table = pa.table(
        {
            "topic_id": pa.array([r.topic_id for r in records], pa.string()),
            "topic": pa.array([r.topic for r in records], pa.string()),
            "partition": pa.array([r.partition for r in records], pa.uint16()),
            "offset": pa.array([r.offset for r in records], pa.int64()),
            "last_offset": pa.array([r.last_offset for r in records], pa.int64()),
            "unreadable": pa.array([r.unreadable for r in records], pa.string()),
            "record_sha": pa.array([r.sha for r in records], pa.binary(32)),
            "append_time": pa.array([r.append_time for r in records], pa.timestamp("ms", "UTC")),
            "key": pa.array([r.key for r in records], pa.binary()),
            "value": pa.array([r.value for r in records], pa.binary()),
            "header_names": pa.array([[name for name, _ in r.headers] for r in records], pa.list_(pa.binary())),
            "header_values": pa.array([[data for _, data in r.headers] for r in records], pa.list_(pa.binary())),
            "schema_id": pa.array([_framed_id(r.value) for r in records], pa.int64()),
        }
    )
    written = client.insert_arrow("events", table).written_rows
    if written != len(records):
        raise RuntimeError(
            f"the log acknowledged {written} of {len(records)} records: stopping before anything is lost"
        )


def ends(client: Client) -> dict[Partition, int]:
    """The next offset to append, per partition."""
    rows = client.query("SELECT topic_id, topic, partition, max(last_offset) + 1 FROM events GROUP BY ALL").result_rows
    return {(topic_id, topic, partition): offset for topic_id, topic, partition, offset in rows}


def scan(client: Client, place: Partition, start: int, stop: int, step: int = 5000) -> Iterator[list[LogRecord]]:
    """The records of one partition with start <= offset < stop, in order, in lists of at most `step`.

    Equal copies are one; differing records at one offset (never from one healthy topic) all come, ordered by digest.
    """
    topic_id, topic, partition = place
    while start < stop:
        table = client.query_arrow(
            "SELECT offset, toUnixTimestamp64Milli(append_time) AS appended, key, value, header_names, header_values,"
            " record_sha, last_offset, unreadable FROM events FINAL"
            " WHERE topic_id = {topic_id:String} AND partition = {partition:UInt16}"
            " AND offset >= {start:Int64} AND offset < {stop:Int64}"
            " ORDER BY offset LIMIT {step:UInt32} WITH TIES",
            parameters={"topic_id": topic_id, "partition": partition, "start": start, "stop": stop, "step": step},
            settings={
                "output_format_arrow_string_as_string": 0,
                "output_format_arrow_fixed_string_as_fixed_byte_array": 1,
            },
        )
        records = [
            LogRecord(
                topic_id,
                topic,
                partition,
                offset,
                appended,
                key,
                value,
                tuple(zip(names, values, strict=True)),
                sha,
                last,
                unreadable.decode(),
            )
            for offset, appended, key, value, names, values, sha, last, unreadable in zip(
                *(column.to_pylist() for column in table.columns), strict=True
            )
        ]
        if not records:
            return
        yield sorted(records, key=lambda record: (record.offset, record.sha))
        start = max(record.last_offset for record in records) + 1


def one(client: Client, topic: str, partition: int, offset: int) -> list[LogRecord]:
    """What lies at one coordinate, in any incarnation of the topic: normally one record."""
    topic_ids = client.query(
        "SELECT DISTINCT topic_id FROM events WHERE topic = {topic:String}", parameters={"topic": topic}
    ).result_rows
    return [
        record
        for (topic_id,) in topic_ids
        for records in scan(client, (topic_id, topic, partition), offset, offset + 1)
        for record in records
    ]


def behind(positions: Mapping[Partition, int], log_ends: Mapping[Partition, int]) -> dict[Partition, tuple[int, int]]:
    """The stretches of the log that a set of positions has not reached: partition -> (start, stop)."""
    return {place: (positions.get(place, 0), end) for place, end in log_ends.items() if positions.get(place, 0) < end}
