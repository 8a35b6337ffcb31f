"""The real occurrence tables, damaged: never a crash, never a lost row, never a value that the row does not say."""

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from producers.sources import (
    FormatError,
    Reject,
    Skip,
    ca_dmv_disengagement,
    fda_device_events,
    jcqhc_near_miss_form,
)
from producers.sources import ca_dmv_collision_form as form
from producers.sources.csv_records import MAX_CELL, records
from schemas.codec import encode
from schemas.event import Event
from schemas.registry import SCHEMAS, latest
from tests.conftest import Report
from tests.producers.mutations import MUTATORS, Mutator, re_encoder
from tests.producers.public_files import FILES, PSEUDONYMS, codes, read, real, section

ROWS = 30
CHARSETS = {"ca-dmv-disengagement": "cp1252", "jcqhc-near-miss": "cp932"}
OURS = {
    *form.GROUPS, *form.TEXTS, *form.PARTNER_KINDS.values(),
    *(label for boxes in form.GROUPS.values() for label in boxes.values()),
    *ca_dmv_disengagement.INITIATORS.values(), *jcqhc_near_miss_form.PRODUCTS, "county", "permit", "initiated_by",
    "location", "capable_without_driver", "driver_present", "realisation", "ca-dmv-permit", "VEHICLE", "DEVICE",
    "OTHER_PARTY", "SUBJECT", "PARTNER", "autonomous and conventional",
}  # fmt: skip
"""Words of our own, as which a code or a tick may come out: tests of single rows say which for which."""


def symbols() -> set[str]:
    """Every symbol of an enum of the schemas."""
    return set(re.findall(r"[A-Z][A-Z0-9_]+", repr([schema.parsed for schema in SCHEMAS.values()])))


WORDS = OURS | symbols()


def said(value: Any) -> Iterator[str]:
    """Every text in a value; of dicts the values."""
    if isinstance(value, dict):
        for part in value.values():
            yield from said(part)
    elif isinstance(value, list):
        for part in value:
            yield from said(part)
    elif isinstance(value, str):
        yield value


def check_said(event: Event) -> None:
    """Every text of the typed half is of the row itself or a word of ours; so is every part of a time."""
    native = event.value["native"]
    (record,) = records(section(event, "native") or b"")
    cells = [cell.decode(native["charset"]) for cell in record.cells]
    row = "\n".join([*cells, *(cell.casefold() for cell in cells), *(unicodedata.normalize("NFKC", c) for c in cells)])
    vehicles = {PSEUDONYMS.of("vin", cell.strip().removeprefix("\ufeff").strip()) for cell in cells}
    fields = {name: event.value[name] for name in ("parties", "items", "place", "measures", "harms", "near_miss")}
    texts = {*said(fields), *said([group["codes"] for group in event.value["terms"]])}
    dates = {text for name in fda_device_events.FOLLOW_UP_DATES for text in codes(event, name)}
    for text in texts - WORDS - vehicles - dates - {"US", "JP", "CA", "SUBJECT", "Number Of Vehicles Involved"}:
        assert text in row or "******" in text, f"{event.subject}: a value that the row does not have"
    for time in (*(event.value[name] for name in ("occurred", "aware", "submitted")), *({"text": d} for d in dates)):
        if time is not None and native["source"] != "jcqhc-near-miss":
            year, month, day = map(int, time["text"][:10].split("-"))
            told = {(int(a), int(b), int(c)) for a, b, c in re.findall(r"([0-9]+)[/.-]([0-9]+)[/.-]([0-9]+)", row)}
            named = f"{day:02}/{time['text'][5:7]}/" in row or re.search(r"[0-9]/[A-Za-z]{3}/", row)
            assert named or {(month, day, year), (month, day, year % 100), (year, month, day)} & told


def damaged(file: str, data: bytes) -> int:
    """Read a damaged file and check all that must hold; how many rows it gave."""
    expected = [bytes(record.native) for record in records(data)][1:]
    try:
        found = read(FILES[file], data)
    except FormatError as error:
        assert len(str(error)) < 5_000
        return 0
    natives = [row.native if isinstance(row, Reject | Skip) else section(row, "native") for row in found]
    assert natives == expected, "every row is an event, a reject or a skip, in the order of the file"
    lines = 1 + line_count(data[: len(data) - sum(map(len, expected))])
    events = [row for row in found if isinstance(row, Event)]
    for row, native in zip(found, expected, strict=True):
        assert isinstance(row, Event) or row.line == lines
        assert not isinstance(row, Reject) or row.reason
        lines += line_count(native)
    for event in events:
        encode(latest(event.type), event.value)
        check_said(event)
        assert all(len(text) <= MAX_CELL for text in said(event.value["terms"]))
    assert len({event.id for event in events}) == len(events)
    return len(found)


def line_count(data: bytes) -> int:
    """Physical lines that end in these bytes."""
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


def sampled(rng: random.Random, test_data: Path, file: str) -> bytes:
    """The header and some rows of a real file."""
    whole, events = real(test_data / file)
    rows = [section(event, "native") or b"" for event in events]
    return bytes(next(records(whole)).native) + b"".join(rng.sample(rows, ROWS))


def mutators(file: str) -> tuple[Mutator, ...]:
    """Every way of damaging this file."""
    return *MUTATORS, re_encoder(CHARSETS.get(FILES[file], "utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_rows_or_a_format_error(test_data: Path, file: str) -> None:
    for mutate in mutators(file):
        for seed in range(8):
            rng = random.Random(f"{file} {mutate.__name__} {seed}")
            damaged(file, mutate(rng, sampled(rng, test_data, file)))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_thousands_of_damaged_files(test_data: Path, file: str, report: Report) -> None:
    counts = {"files": 0, "rows": 0}
    for seed in range(200):
        rng = random.Random(f"campaign {file} {seed}")
        for mutate in mutators(file):
            data = mutate(rng, sampled(rng, test_data, file))
            if rng.random() < 0.3 and data:
                data = rng.choice(MUTATORS[:4])(rng, data)  # damaged twice, the second time as bytes
            counts["files"] += 1
            counts["rows"] += damaged(file, data)
    report("mutations-public", counts, f"{FILES[file]} {file}")


def test_the_check_finds_a_value_that_no_row_has(test_data: Path) -> None:
    event = real(test_data / next(iter(FILES)))[1][0]
    check_said(event)
    for changed in (
        {"place": {**event.value["place"], "city": "Atlantis"}},
        {"occurred": {**event.value["occurred"], "text": "2021-10-17"}},
        {"parties": [{**event.value["parties"][0], "id": "AVT999"}]},
    ):
        with pytest.raises(AssertionError):
            check_said(replace(event, value={**event.value, **changed}))
