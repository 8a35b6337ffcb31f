"""Records as they lie in Kafka's log: pure, without a client.

Header names are bytes here. Kafka calls them strings but takes any bytes, and a decoder that insists on UTF-8 lets one
member's record stop everybody's consumer.
"""

from typing import NamedTuple


class Record(NamedTuple):
    """One record and where it lies. `topic_id` is 16 bytes; `append_time` is the broker's, in Unix milliseconds."""

    topic: str
    topic_id: bytes
    partition: int
    offset: int
    append_time: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[bytes, bytes | None], ...]


class Unreadable(NamedTuple):
    """A stored batch that cannot be read as records: its bytes stand for all offsets from `offset` to `last_offset`."""

    topic: str
    topic_id: bytes
    partition: int
    offset: int
    last_offset: int
    append_time: int
    reason: str
    data: bytes


class MalformedError(ValueError):
    """Bytes that are no sequence of records."""


def _rest(data: bytes, at: int, first: int) -> tuple[int, int]:
    """A varint of several bytes whose first was read: the unsigned value and the position behind it."""
    value, shift = first & 0x7F, 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise MalformedError("a number is longer than 10 bytes")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A zigzag varint and the position behind it."""
    raw = data[at]
    at += 1
    if raw > 0x7F:
        raw, at = _rest(data, at, raw)
    return (raw >> 1) ^ -(raw & 1), at


def _text(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Bytes behind their length (None for a negative one) and the position behind them."""
    raw = data[at]
    at += 1
    if raw > 0x7F:
        raw, at = _rest(data, at, raw)
    if raw & 1:
        return None, at
    end = at + (raw >> 1)
    return data[at:end], end


def read_records(
    data: bytes, count: int, place: tuple[str, bytes, int], base_offset: int, time: int, *, appended: bool
) -> list[Record]:
    """The `count` records of a batch's uncompressed body, lying in `place` (topic, topic id, partition).

    `time` is the time of every record if the broker set it (`appended`), else what each record's own delta is added to.
    Raises MalformedError if the body is anything but exactly these records.
    """
    topic, topic_id, partition = place
    records = []
    at, size = 0, len(data)
    try:
        for _ in range(count):
            length, at = _number(data, at)
            end = at + length
            delta, at = _number(data, at + 1)  # one byte of attributes, unused
            offset, at = _number(data, at)
            key, at = _text(data, at)
            value, at = _text(data, at)
            left, at = _number(data, at)
            headers = []
            for _ in range(left):
                raw = data[at]
                if raw > 0x7F or raw & 1:
                    name, at = _text(data, at)
                    if name is None:
                        raise MalformedError("a header has no name")
                else:  # nearly every name: its length is one byte, and no call is made for it
                    at += 1
                    name = data[at : at + (raw >> 1)]
                    at += raw >> 1
                raw = data[at]
                if raw > 0x7F or raw & 1:
                    content, at = _text(data, at)
                else:
                    at += 1
                    content = data[at : at + (raw >> 1)]
                    at += raw >> 1
                headers.append((name, content))
            if at != end or end > size or left < 0:
                raise MalformedError("a record's length does not fit its parts")
            records.append(
                Record(
                    topic,
                    topic_id,
                    partition,
                    base_offset + offset,
                    time if appended else time + delta,
                    key,
                    value,
                    tuple(headers),
                )
            )
    except IndexError as error:
        raise MalformedError("the batch ends within a record") from error
    if at != size:
        raise MalformedError(f"{size - at} bytes follow the last record")
    return records
