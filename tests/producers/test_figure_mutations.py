"""The real files of exposures, claims and certificates, damaged: no crash, no lost row, no invented number."""

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from producers.sources import FormatError, Reject, motor_claims_forms
from producers.sources.csv_records import records
from producers.sources.fda_device_clearances import repaired
from producers.sources.nhtsa_sgo_text import mask_vins
from producers.sources.table import MARKS
from schemas.codec import encode
from schemas.event import Event
from schemas.registry import latest
from tests.conftest import Report
from tests.producers.figure_files import MILEAGE, READ, SEVERITY, VMT, events_of, native_of, read, real
from tests.producers.mutations import MUTATORS, Mutator, re_encoder
from tests.producers.public_files import PSEUDONYMS, section

ROWS = 30
SAMPLED_FROM = 3_000  # rows of a large file
MILLIONTH = Decimal("0.000001")
OURS = {
    *motor_claims_forms.LEVELS.values(), "private motor", "motor bodily injury", "US", "CA", "FR", "AU", "FDA",
    "PRESENT", "ABSENT", "California DMV", "AUTHORITY", "REPORTER", "OPERATOR", "MANUFACTURER", "SUBJECT", "DEVICE",
    "PHYSICAL", "ALLEGED", "ca-dmv-permit", "fda-product-code", "as filed", "VEHICLE_MILE", "DISENGAGEMENT", "CLAIM",
    "EUR", "AUD", "PERSON", "PERCENT", "EVENT", "reporting_year", "legal_representation", "injury",
    "testing with a driver", "testing without a driver", "ca-dmv-avt", "ca-dmv-avdt", "fda-510k", "fda-de-novo",
    "fda-pma", "Yes", "No",
}  # fmt: skip
"""Words of our own, as which something may come out: tests of single rows say which for which."""


def said(value: Any) -> Iterator[str]:
    """Every text in a value; of dicts the values."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from said(part)
    elif isinstance(value, str):
        yield value


def numbers_of(cells: list[str]) -> set[Decimal]:
    """Every number that a cell of a row can be said to have, rounded as an event is."""
    found = set()
    for cell in cells:
        try:
            number = Decimal(cell.replace(",", "").replace(" ", "").strip("\ufeff\t\r\n"))
            found.add(number.quantize(MILLIONTH))
        except InvalidOperation:
            continue
    return found


def check_said(event: Event, header: str) -> None:
    """Every number, text and time of the typed half is of the row itself, or a word of ours."""
    value, native = event.value, event.value["native"]
    if native is None:
        return  # a duty follows from the permit, which its certificate beside it has
    (record,) = records(section(event, "native") or b"")
    cells = [cell.decode(native["charset"]) for cell in record.cells]
    numbers, row = numbers_of(cells), "\n".join([*cells, *map(repaired, cells), *map(mask_vins, cells)])
    if value.get("unit") != "POLICY_IN_FORCE":
        told = [value.get(name) for name in ("value", "lower", "upper", "amount", "outstanding")]
        assert {number.quantize(MILLIONTH) for number in told if number is not None} <= numbers
    plain = [cell.strip().removeprefix("\ufeff").strip() for cell in cells]
    keyed = {PSEUDONYMS.of(scheme, cell) for scheme in ("vin", "fremotor1-policy") for cell in plain}
    fields = {
        name: value.get(name)
        for name in ("parties", "holder", "issuer", "items", "product_codes", "scope", "scheme", "harms",
                                           "place", "coverage", "line", "currency", "policy_ref", "strata", "number")
    }  # fmt: skip
    texts = {*said(fields), *said([group["codes"] for group in value.get("terms", [])])}
    permits = {f"ca-dmv-permits:{cell}" for cell in plain}
    measures = [one for one in value.get("measures", []) if event.type != "CertificateChanged" or "fda" in event.source]
    texts |= {one["value"] for one in measures}
    for text in texts - OURS - keyed - permits:
        assert text in row or (text.isdigit() and text in header), f"{event.subject}: a text that the row does not have"
    dates = ("period", "occurred", "notified", "transacted", "applied", "effective", "valid_from")
    times = [value.get(name) for name in dates]
    for time in filter(None, times):
        year, *rest = time["text"].split("/")[-1].split("-")
        assert year in row or year in header
        assert "mileage" in event.source or not rest or f"{year}-{'-'.join(rest)}" in row


def damaged(source: str, data: bytes) -> int:
    """Read a damaged file and check all that must hold; how many rows it gave."""
    header, *expected = [bytes(record.native) for record in records(data)] or [b""]
    try:
        found = list(read(source, data))
    except FormatError as error:
        assert len(str(error)) < 5_000
        return 0
    assert [native_of(row) for row in found] == expected, "every row is told, in the order of the file"
    line = 1 + line_count(header)
    for row, native in zip(found, expected, strict=True):
        assert events_of(row) or row.line == line  # type: ignore[union-attr]
        assert not isinstance(row, Reject) or row.reason
        line += line_count(native)
    events = [event for row in found for event in events_of(row)]
    for event in events:
        encode(latest(event.type), event.value)
        check_said(event, header.decode("utf-8", "replace"))
    assert len({event.id for event in events}) == len(events)
    return len(found)


def line_count(data: bytes) -> int:
    """Physical lines that end in these bytes."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


@lru_cache
def lines_of(path: Path) -> tuple[bytes, tuple[bytes, ...]]:
    """Header and the first rows of a real file."""
    header, *rows = path.read_bytes().splitlines(keepends=True)[: SAMPLED_FROM + 1]
    return header, tuple(row for row in rows if row.strip(b",\r\n"))


def sampled(rng: random.Random, test_data: Path, file: str) -> bytes:
    """The header and some rows of a real file."""
    header, rows = lines_of(test_data / file)
    return header + b"".join(rng.sample(rows, ROWS))


MUTATED: tuple[Mutator, ...] = (*MUTATORS, re_encoder("utf-8"))


@pytest.mark.parametrize(("file", "source"), READ)
def test_a_damaged_file_is_rows_or_a_format_error(test_data: Path, file: str, source: str) -> None:
    rows = 0
    for mutate in MUTATED:
        for seed in range(4):
            rng = random.Random(f"{file} {mutate.__name__} {seed}")
            rows += damaged(source, mutate(rng, sampled(rng, test_data, file)))
    assert rows > ROWS


@pytest.mark.slow
@pytest.mark.parametrize(("file", "source"), READ)
def test_thousands_of_damaged_files(test_data: Path, file: str, source: str, report: Report) -> None:
    counts = {"files": 0, "rows": 0}
    for seed in range(100):
        rng = random.Random(f"campaign {file} {seed}")
        for mutate in MUTATED:
            data = mutate(rng, sampled(rng, test_data, file))
            if rng.random() < 0.3 and data:
                data = rng.choice(MUTATORS[:4])(rng, data)  # damaged twice, the second time as bytes
            counts["files"] += 1
            counts["rows"] += damaged(source, data)
    report("mutations-figures", counts, f"{source} {file}")


def test_a_row_of_marks_for_missing_values_is_no_event(test_data: Path) -> None:
    for file, source in READ:
        header, rows = lines_of(test_data / file)
        for mark in ("", " ", *MARKS):
            blank = ",".join([mark] * len(next(records(header)).cells)).encode() + b"\n"
            _, found = read(source, header + rows[0] + blank)
            assert not events_of(found)


@pytest.mark.parametrize("file", [SEVERITY, VMT, MILEAGE["2022"]])
def test_the_check_finds_what_no_row_has(test_data: Path, file: str) -> None:
    event = events_of(next(iter(real(test_data, file))))[0]
    check_said(event, "2021 2022")
    name = "amount" if "amount" in event.value else "value"
    for changed in ({name: Decimal("0.77")}, {"parties": [{"name": "Atlantis"}]}, {"occurred": {"text": "1987-01-01"}}):
        with pytest.raises(AssertionError):
            check_said(replace(event, value={**event.value, **changed}), "2021 2022")
