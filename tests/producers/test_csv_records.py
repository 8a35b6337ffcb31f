"""The splitter loses no byte, ends for every input, and reads cells as Python's csv module does."""

import csv
import io
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from producers.sources.csv_records import BOM, MAX_CELL, MAX_CELLS, Feed, File, NotYetError, Record, lines, records

Splitter = Callable[[File], Iterator[Record]]
_AWKWARD = st.lists(
    st.sampled_from([b'"', b'""', b",", b"\r", b"\n", b"\r\n", b"a", b"\x00", b"\xff", b" ", b"\xef\xbb\xbf"]),
    max_size=60,
).map(b"".join)


@given(st.binary(max_size=400) | _AWKWARD)
@example(b"")
@example(b'"')
@example(b'a,"b')
@example(b"a,")
@example(b"\r\r\n\n")
def test_the_records_are_the_file_byte_for_byte(data: bytes) -> None:
    assert b"".join(bytes(record.native) for record in records(data)) == data


@given(_AWKWARD)
def test_cells_are_those_of_the_csv_module(data: bytes) -> None:
    data = data.replace(BOM, b"").replace(b"\x00", b"")
    # the csv module takes the end of an open quote for the end of its cell; here it is named
    found = list(records(data))
    if any(record.open_quote is not None for record in found):
        return
    theirs = list(csv.reader(io.StringIO(data.decode("latin-1"), newline="")))
    assert [[] if r.blank else [c.decode("latin-1") for c in r.cells] for r in found] == theirs


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1), min_size=1))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    found = list(records(BOM + out.getvalue().encode()))
    assert [[cell.decode() for cell in record.cells] for record in found] == rows


@given(_AWKWARD)
def test_line_numbers_count_physical_lines(data: bytes) -> None:
    before = b""
    for record in records(data):
        ends = before.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
        assert record.line == ends + 1
        before += record.native


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_every_line_end_ends_a_record(end: bytes) -> None:
    found = list(records(b'a,"b\n""c"' + end + b"d,e"))
    assert [record.cells for record in found] == [[b"a", b'b\n"c'], [b"d", b"e"]]
    assert [record.line for record in found] == [1, 3]


@given(_AWKWARD, st.lists(st.integers(0, 100), max_size=8), st.sampled_from([records, lines]))
def test_a_feed_gives_out_what_is_whole_wherever_it_is_cut(data: bytes, cuts: list[int], split: Splitter) -> None:
    feed, found = Feed(), []
    reader = split(feed)
    for first, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        feed.add(data[first:end])
        while feed.ready:
            found.append(next(reader))
        feed.forget()
    expected = list(split(data))
    if expected and (expected[-1].open_quote is not None or bytes(expected[-1].native[-1:]) != b"\n"):
        held = expected.pop()
        assert feed.waiting == (len(held.native), held.line)
    assert found == expected
    with pytest.raises(NotYetError):
        next(reader)


def test_an_open_quote_is_named_with_its_cell() -> None:
    first, last = records(b'a,b\n1,"2,3\n4')
    assert first.open_quote is None
    assert (last.line, last.open_quote, last.width) == (2, 1, 2)


def test_a_long_cell_is_named_and_not_copied() -> None:
    _, record = records(b"a,b\n1," + b"x" * (MAX_CELL + 1) + b"\n")
    assert (record.too_long, record.cells) == (1, [b"1", b""])
    assert len(record.native) == MAX_CELL + 4


def test_a_record_with_a_million_cells_is_counted_only() -> None:
    (record,) = records(b"," * 1_000_000)
    assert (record.width, len(record.cells)) == (1_000_001, MAX_CELLS)
