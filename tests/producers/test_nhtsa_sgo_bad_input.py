"""Files and rows that are not as they should be: a clear error or a reject, never a guess, never a lost byte."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.sources import FormatError, Reject, Skip
from producers.sources.csv_records import BOM, MAX_CELL, MAX_RECORD, records
from producers.sources.nhtsa_sgo import EDITIONS, read
from schemas.event import Event
from tests.producers.sgo_files import ORG, made, reject, section

COLUMNS = list(EDITIONS["form-137"])
BOTH = pytest.mark.parametrize("edition", EDITIONS)


def bytes_of(found: Event | Reject | Skip) -> bytes:
    """The native bytes, whatever became of the row."""
    return bytes(found.native) if isinstance(found, Reject | Skip) else section(found.value, "native") or b""


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("Highest Injury Severity Alleged", "Catastrophic"), ("Highest Injury Severity Alleged", "fatality"),
        ("Report Type", "Weekly"), ("Report Type", ""), ("Report Version", "1.0"), ("Report Version", "0"),
        ("Report Version", ""), ("Report Version", "9" * 40), ("Report Version", "\u0661"), ("Report ID", ""),
        ("Report ID", "30412"), ("Incident Date", "2023-09"), ("Incident Date", "MAI-2023"),
        ("Incident Date", "SEP-23"), ("Notice Received Date", "SEP-1023"), ("Report Submission Date", "13/2023"),
        ("Weather - Rain", "X"), ("Narrative - CBI?", "y"), ("Property Damage?", "Maybe"), ("Mileage", "a lot"),
        ("SV Precrash Speed (MPH)", "-5"), ("Make", "a\x00b"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_rejected_with_line_and_column(column: str, told: str) -> None:
    found = reject({column: told})
    assert (found.line, found.column) == (2, column)
    assert found.reason
    assert not told or len(told) < 3 or told not in found.reason, "a reason never quotes a value"


def test_a_nil_return_for_no_month_is_rejected() -> None:
    nil = {"Report Type": "No New or Updated Incident Reports", "Report Year": "2023", "Report Month": "13"}
    assert reject(nil).column == "Report Month"
    assert reject(nil | {"Report Month": "1", "Report Year": "23"}).column == "Report Year"


def test_a_code_that_drives_no_typed_field_is_kept_as_filed() -> None:
    (found,) = read(made({"Roadway Type": "Bridge", "Incident Time (24:00)": "noon"}), ORG)
    assert isinstance(found, Event)
    assert found.value["terms"][0]["codes"]["Roadway Type"] == ["Bridge"]


def test_the_row_after_a_reject_is_read_and_lines_are_physical() -> None:
    data = made({"Narrative": "two\nlines"}, {"Report Version": "x"}, {"Report Version": "2"})
    first, second, third = read(data, ORG)
    assert isinstance(first, Event)
    assert isinstance(second, Reject)
    assert (second.line, second.column) == (4, "Report Version")
    assert isinstance(third, Event)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (BOM, "missing"),
        (b"\r\n", "missing"),
        (b"name,age\nA,1\n", "'name', 'age'"),
        (b"PK\x03\x04\x00\x00", "unpack it first"),
        (b"\x1f\x8b\x08\x08Report ID\n", "unpack it first"),
        ("\ufeffReport ID,Report Version\r\n".encode("utf-16"), "NUL"),
        (b'"Report ID,Report Version\r\n1-1,1\r\n', "never closed"),
        (b'{"reports": [1, 2]}', "missing"),
        (b"x" * 1_000_000, "missing"),
    ],
)
def test_a_file_of_another_format_is_refused_before_its_first_row(data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says) as caught:
        read(data, ORG)
    assert len(str(caught.value)) < 2000


@BOTH
def test_missing_and_unknown_columns_are_named(edition: str) -> None:
    columns = [column for column in EDITIONS[edition] if column not in ("Narrative", "City")]
    with pytest.raises(FormatError, match=r"missing: 'City', 'Narrative'; unknown: 'Town'"):
        read(made(columns=[*columns, "Town"], edition=edition), ORG)
    with pytest.raises(FormatError, match=r"missing: 'City', 'Narrative'$"):
        read(made(columns=columns, edition=edition), ORG)
    with pytest.raises(FormatError, match=r"unknown: 'Town'$"):
        read(made(columns=[*EDITIONS[edition], "Town"], edition=edition), ORG)


@BOTH
def test_a_column_named_twice_is_refused(edition: str) -> None:
    with pytest.raises(FormatError, match="twice: 'City'"):
        read(made(columns=[*EDITIONS[edition], "City"], edition=edition), ORG)


@BOTH
def test_a_column_without_a_name_is_named_by_its_place(edition: str) -> None:
    columns = EDITIONS[edition]
    with pytest.raises(FormatError, match=f"unknown: 'column 3', 'column {len(columns) + 2}'$"):
        read(made(columns=[*columns[:2], "", *columns[2:], ""], edition=edition), ORG)


@BOTH
def test_reordered_columns_say_the_same_and_keep_their_header(edition: str) -> None:
    order = list(EDITIONS[edition])
    random.Random(7).shuffle(order)
    (usual,), (found,) = read(made({}, edition=edition), ORG), read(made({}, edition=edition, columns=order), ORG)
    assert isinstance(usual, Event)
    assert isinstance(found, Event)
    derived = {"native", "sections"}
    assert {k: v for k, v in found.value.items() if k not in derived} == {
        k: v for k, v in usual.value.items() if k not in derived
    }
    header = section(found.value, "header") or b""
    assert header + bytes_of(found) == made({}, edition=edition, columns=order)
    assert section(usual.value, "header") is None


@pytest.mark.parametrize(
    ("text", "charset", "narrative"),
    [
        ("caf\u00e9".encode(), "utf-8", "caf\u00e9"),
        ("the driver\u2019s caf\u00e9".encode("cp1252"), "cp1252", "the driver\u2019s caf\u00e9"),
        (b"stray \x81 byte \x92", "unknown-8bit", "stray \ufffd byte \u2019"),
    ],
)
def test_native_bytes_come_out_as_they_went_in(text: bytes, charset: str, narrative: str) -> None:
    data = made({"Narrative": "@"}, {"Report Version": "2"}).replace(b"@", text)
    first, second = read(data, ORG)
    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (first.value["native"]["charset"], second.value["native"]["charset"]) == (charset, "utf-8")
    assert section(first.value, "narrative") == narrative.encode()
    assert data.endswith(bytes_of(first) + bytes_of(second))


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", BOM])
def test_line_ends_and_a_byte_order_mark(end: bytes, mark: bytes) -> None:
    data = mark + made({}, {"Report Version": "2"}).replace(b"\r\n", end)
    found = list(read(data, ORG))
    assert [type(row) for row in found] == [Event, Event]
    assert data.endswith(b"".join(map(bytes_of, found)))


def test_a_file_that_ends_without_a_line_end() -> None:
    (found,) = read(made({}).rstrip(b"\r\n"), ORG)
    assert isinstance(found, Event)


def test_a_file_cut_within_a_quoted_cell() -> None:
    data = made({}, {"Narrative": "a, b"})
    first, second = read(data[: data.rindex(b"b")], ORG)
    assert isinstance(first, Event)
    assert isinstance(second, Reject)
    assert (second.line, second.column) == (3, "Narrative")
    assert "never closed" in second.reason


def test_a_row_with_another_number_of_cells() -> None:
    data = made({}, {}) + b"1,2,3\r\n\r\n"
    *_, short, blank = read(data, ORG)
    assert isinstance(short, Reject)
    assert isinstance(blank, Skip)
    assert (short.line, short.column, short.reason) == (4, None, "the row has 3 cells, the header 137")
    assert (blank.line, blank.reason) == (5, "the record is blank")


def test_a_cell_of_100_mb_is_one_reject() -> None:
    data = made({"Narrative": "@"}, {}).replace(b"@", b"x" * 100_000_000)
    first, second = read(data, ORG)
    assert isinstance(first, Reject)
    assert (first.line, first.column, first.reason) == (2, "Narrative", f"the cell is longer than {MAX_CELL} bytes")
    assert isinstance(second, Event)


def test_a_row_of_many_long_cells_is_one_reject() -> None:
    long = "x" * (MAX_CELL - 10)
    found = reject(dict.fromkeys(["Make", "Model", "City", "Narrative", "Operating Entity"], long))
    assert found.reason == f"the row is longer than {MAX_RECORD} bytes"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_format_error_or_rows(data: bytes) -> None:
    try:
        found = list(read(data, ORG))
    except FormatError:
        return
    assert len(found) == len(list(records(data))) - 1


@given(st.binary(max_size=300))
def test_any_bytes_after_a_header_are_rows(tail: bytes) -> None:
    data = made() + tail
    found = list(read(data, ORG))
    assert b"".join(map(bytes_of, found)) == tail


def test_a_column_with_an_earlier_name_is_named_as_the_file_names_it() -> None:
    assert reject({"Highest Injury Severity Alleged": "Grave"}, "form-122").column == "Highest Injury Severity"
    assert reject({"ADAS/ADS System Version CBI": "X"}, "form-122").column == "ADAS/ADS Version CBI"


def test_the_columns_of_two_forms_in_one_header_are_refused() -> None:
    later = ["Highest Injury Severity Alleged" if c == "Highest Injury Severity" else c for c in EDITIONS["form-122"]]
    with pytest.raises(FormatError, match=r"missing: 'Highest Injury Severity'; unknown: 'Highest Injury Severity A"):
        read(made(columns=later), ORG)
    with pytest.raises(FormatError, match=r"unknown: 'Highest Injury Severity Alleged'$"):
        read(made(columns=[*EDITIONS["form-122"], "Highest Injury Severity Alleged"]), ORG)
