"""The record parser against kafka-python's own builder and reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from wire.records import MalformedError, Record, read_records

_HEADER = DefaultRecordBatch.HEADER_STRUCT.size
_PLACE = ("hub.events.acme", bytes(16), 3)
_record = st.tuples(
    st.integers(0, 2**41),
    st.none() | st.binary(max_size=200),
    st.none() | st.binary(max_size=300),
    st.lists(st.tuples(st.text(max_size=80), st.none() | st.binary(max_size=80)), max_size=5),
)
_Content = tuple[int, bytes | None, bytes | None, list[tuple[str, bytes | None]]]


def _batch(contents: list[_Content]) -> bytearray:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=False,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=2**30,
    )
    for offset, (time, key, value, headers) in enumerate(contents):
        builder.append(offset, time, key, value, headers)
    return bytearray(builder.build())


def _read(batch: bytearray) -> list[Record]:
    header = DefaultRecordBatch(batch)
    body = bytes(batch[_HEADER:])
    return read_records(body, header.records_count, _PLACE, 0, header.first_timestamp, appended=False)


@given(st.lists(_record, min_size=1, max_size=8))
def test_reads_what_the_client_reads(contents: list[_Content]) -> None:
    batch = _batch(contents)
    theirs = [
        Record(*_PLACE, r.offset, r.timestamp, r.key, r.value, tuple((name.encode(), v) for name, v in r.headers))
        for r in DefaultRecordBatch(bytearray(batch))
    ]
    assert _read(batch) == theirs
    assert [(r.append_time, r.key, r.value) for r in theirs] == [c[:3] for c in contents]


@given(st.lists(_record, min_size=1, max_size=3), st.data())
def test_a_cut_batch_is_malformed(contents: list[_Content], data: st.DataObject) -> None:
    batch = _batch(contents)
    body = bytes(batch[_HEADER:])
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(MalformedError):
        read_records(body[:cut], len(contents), _PLACE, 0, 0, appended=True)


@given(st.lists(_record, min_size=1, max_size=3), st.binary(min_size=1, max_size=9))
def test_bytes_behind_the_last_record_are_malformed(contents: list[_Content], more: bytes) -> None:
    body = bytes(_batch(contents)[_HEADER:])
    with pytest.raises(MalformedError):
        read_records(body + more, len(contents), _PLACE, 0, 0, appended=True)


@given(st.binary(max_size=200), st.integers(0, 4))
def test_any_bytes_are_records_or_malformed(body: bytes, count: int) -> None:
    try:
        records = read_records(body, count, _PLACE, 0, 0, appended=True)
    except MalformedError:
        return
    assert len(records) == count
