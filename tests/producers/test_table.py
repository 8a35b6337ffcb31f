"""Tables of public records: editions by their names, strict text, bad rows told apart, for every source."""

import random
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.sources import SOURCES, FormatError, Reject, Skip, ordinals
from producers.sources.csv_records import BOM, MAX_CELL, MAX_RECORD, records
from producers.sources.ordinals import Ordinals
from schemas.codec import decode, encode
from schemas.event import Event
from schemas.registry import latest
from tests.producers.public_files import (
    PLAIN,
    columns_of,
    event,
    header_of,
    made,
    missing,
    read,
    reject,
    section,
    typed,
)

EVERY = pytest.mark.parametrize("source", PLAIN)
NARRATIVES = {
    "ca-dmv-disengagement": "DESCRIPTION OF FACTS CAUSING DISENGAGEMENT",
    "ca-dmv-collision": "Accident Detail Description",
    "fda-device-events": "remedial_action",
    "jcqhc-near-miss": "事例の内容 (2)",
}
"""Source to a column of free text."""


@EVERY
def test_an_event_is_of_its_schema_and_says_whose_record_it_is(source: str) -> None:
    for edition in SOURCES[source].EDITIONS:
        told = event(source, edition=edition)
        assert decode(encode(latest(told.type), told.value))[1] == told.value
        assert (told.role, told.provenance, told.time) == ("PUBLIC_RECORDS", "PUBLIC_SOURCE", None)
        assert (told.source, told.subject) == (f"/public-records/{source}", told.value["report_id"])
        assert told.subject.startswith(f"{source}:")
        native = told.value["native"]
        assert (native["source"], native["edition"], native["ordinal"]) == (source, edition, 0)
        assert told.type in SOURCES[source].EVENT_TYPES


@EVERY
@pytest.mark.parametrize("change", ["added", "renamed", "missing"])
def test_another_edition_is_refused_with_the_names_of_its_columns(source: str, change: str) -> None:
    header, named = made(source).decode(), NARRATIVES[source].removesuffix(" (2)")
    changed = {
        "added": header.replace("\r\n", ",Town\r\n"),
        "renamed": header.replace(named, "Town"),
        "missing": header.replace(f",{named}", "", 1).replace(f"{named},", "", 1),
    }[change]
    with pytest.raises(FormatError) as caught:
        read(source, changed.encode())
    assert ("Town" in str(caught.value).title()) == (change != "missing")
    assert (named in str(caught.value)) == (change != "added")


@EVERY
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"), (BOM, "missing"), (b"name,age\nA,1\n", "'name', 'age'"), (b"PK\x03\x04\x00\x00", "NUL"),
        (b'"a,b\r\n1,2\r\n', "never closed"), (b"x" * 100_000, "missing"), (b"\x81\x81\n", "no text|missing"),
        (b"," * 5_000 + b"\n", "missing"),
    ],
)  # fmt: skip
def test_a_file_of_another_format_is_refused_before_its_first_row(source: str, data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        SOURCES[source].read(data, "acme", None)  # type: ignore[arg-type] # not met before the first row


@EVERY
def test_utf_16_is_no_csv(source: str) -> None:
    with pytest.raises(FormatError, match="UTF-8"):
        read(source, made(source, {}, charset="utf-16"))


@EVERY
def test_white_space_and_case_of_a_name_do_not_matter(source: str) -> None:
    plain = made(source, {})
    header = bytes(next(records(plain)).native)
    spaced = header.replace(b" ", b" \t ").swapcase()
    (one,), (other,) = read(source, plain), read(source, spaced + plain[len(header) :])
    assert one == other


@EVERY
def test_columns_in_another_order_keep_their_names(source: str) -> None:
    plain = made(source, {})
    cells = [[cell.decode() for cell in record.cells] for record in records(plain)]
    order = list(range(len(cells[0])))
    random.Random(1).shuffle(order)
    data = "".join(",".join(f'"{row[at]}"' for at in order) + "\n" for row in cells).encode()
    if "" in cells[0] or len(set(cells[0])) < len(cells[0]):
        with pytest.raises(FormatError, match="another order|missing"):
            read(source, data)
        return
    (one,), (other,) = read(source, plain), read(source, data)
    same = {"native": 0, "sections": 0, "terms": 0}
    assert {**one.value, **same} == {**other.value, **same}
    assert section(other, "header") == bytes(next(records(data)).native)
    assert section(one, "header") is None


@EVERY
def test_blank_records_are_skipped_by_name_and_all_rows_are_counted(source: str) -> None:
    width = len(header_of(source))
    blank = [b"," * (width - 1) + b"\r\n", b"\n", b'" ",' + b"," * (width - 2) + b"\n", b",,\n"]
    data = made(source, {})
    found = read(source, data + b"".join(blank))
    assert [type(row) for row in found] == [Event, Skip, Skip, Skip, Skip]
    assert {row.reason for row in found[1:]} == {"the record is blank"}
    assert [row.native for row in found[1:]] == blank
    assert len(found) == len(list(records(data + b"".join(blank)))) - 1


@EVERY
def test_line_ends_may_be_mixed_and_belong_to_the_record(source: str) -> None:
    data = made(source, {}, {}, {})
    _, *rows = [bytes(record.native) for record in records(data)]
    header = data[: -sum(map(len, rows))]
    ends = [b"\n", b"\r\n", b""]
    natives = [row.removesuffix(b"\r\n") + end for row, end in zip(rows, ends, strict=True)]
    found = read(source, BOM + header.rstrip() + b"\n" + b"".join(natives))
    assert [section(row, "native") for row in found] == natives


@EVERY
def test_a_byte_order_mark_between_joined_files_is_no_part_of_a_value(source: str) -> None:
    data = made(source, {})
    header, row = [bytes(record.native) for record in records(data)]
    plain, marked = read(source, header + row + BOM + row)
    assert section(marked, "native") == BOM + row
    assert [said.value["parties"] for said in (plain, marked)] == [plain.value["parties"]] * 2
    assert "\ufeff" not in typed(marked)


@EVERY
@pytest.mark.parametrize("told", ["=1+1", " =HYPERLINK(A1)", "\ufeff=1+1", "#REF!", "#N/A", '="AVT003"', "a\x00b"])
def test_a_formula_is_no_value(source: str, told: str) -> None:
    found = reject(source, {NARRATIVES[source]: told})
    assert (found.line, found.column) == (2 + made(source).count(b"\n") - 1, NARRATIVES[source])
    assert told not in found.reason


@EVERY
def test_a_cell_of_ten_megabytes_is_named_and_not_carried_into_an_event(source: str) -> None:
    found = reject(source, {NARRATIVES[source]: "x" * 10_000_000})
    assert (found.column, found.reason) == (NARRATIVES[source], f"the cell is longer than {MAX_CELL} bytes")
    assert len(found.native) > 10_000_000
    found = reject(source, dict.fromkeys(columns_of(source)[:6], "x" * (MAX_RECORD // 5)))
    assert (found.column, found.reason) == (None, f"the row is longer than {MAX_RECORD} bytes")


@EVERY
def test_a_row_of_another_width_or_cut_off_is_rejected_and_the_next_is_read(source: str) -> None:
    data = made(source, {}, {})
    header, first, second = [bytes(record.native) for record in records(data)]
    short, found = read(source, header + first.split(b",", 1)[1] + second)
    assert isinstance(short, Reject)
    assert "cells" in short.reason
    assert isinstance(found, Event)
    (cut,) = read(source, header + first.rstrip() + b',"')
    assert isinstance(cut, Reject)
    assert "never closed" in cut.reason


@EVERY
def test_bytes_that_are_no_text_name_their_column(source: str) -> None:
    data = made(source, {NARRATIVES[source]: "here@"}).replace(b"here@", b"here\x81")
    (found,) = read(source, data)
    assert isinstance(found, Reject)
    assert found.column == NARRATIVES[source]


@EVERY
def test_equal_rows_are_told_apart(source: str) -> None:
    found = read(source, made(source, {}, {}))
    assert [row.value["native"]["ordinal"] for row in found] == [0, 1]
    assert len({row.id for row in found}) == 2
    assert [row.id for row in read(source, made(source, {}, {}))] == [row.id for row in found]


@EVERY
def test_what_marks_a_missing_value_is_never_a_value(source: str) -> None:
    path = "terms.remedial_action" if source == "fda-device-events" else "narrative"
    reasons = {"": "NOT_REPORTED", " N/A ": "NOT_APPLICABLE", "UNKNOWN ": "UNKNOWN", "[XXX]": "REDACTED_PII"}
    for mark, reason in reasons.items():
        told = event(source, {NARRATIVES[source]: mark})
        assert missing(told)[path] == reason
        assert not mark.strip() or mark.strip() not in typed(told).replace(repr(reason), "")
        assert section(told, "narrative") is None


@given(st.lists(st.integers(0, 5).map(lambda number: bytes([number])), max_size=40))
def test_equal_rows_are_numbered_alike_in_memory_and_in_a_file(rows: list[bytes]) -> None:
    with closing(Ordinals()) as seen, pytest.MonkeyPatch.context() as patched:
        patched.setattr(ordinals, "_FEW", 3)
        told = []
        for row in rows:
            told.append(seen.of(row))
            seen.count(row)
    assert told == [rows[:at].count(row) for at, row in enumerate(rows)]
