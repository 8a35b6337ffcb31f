"""Small files of each form, made by hand, and the two real ones."""

import csv
import io
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from producers.sources import Reject
from producers.sources.nhtsa_sgo import EDITIONS, read
from producers.sources.nhtsa_sgo_forms import RENAMED
from schemas.event import Event

ORG = "public-records"
ARCHIVE = "sgo-ads/SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv"
CURRENT = "sgo-ads/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv"

PLAIN = {
    "Report ID": "30412-6439",
    "Report Version": "1",
    "Reporting Entity": "Cruise LLC",
    "Report Type": "Monthly",
    "Report Submission Date": "OCT-2023",
    "Incident Date": "SEP-2023",
    "Same Incident ID": "90c6a1024fa3128",
    "Highest Injury Severity Alleged": "Fatality",
    "State": "AZ ",
    "Narrative": "A small animal.",
}


def line(columns: Sequence[str], cells: Mapping[str, str], end: str = "\r\n") -> str:
    """One record; a column that `cells` lacks, also by its later name, holds a space, as an empty tick box does."""
    out = io.StringIO()
    csv.writer(out, lineterminator=end).writerow(
        [cells.get(column, cells.get(RENAMED.get(column, column), " ")) for column in columns]
    )
    return out.getvalue()


def made(*rows: Mapping[str, str], edition: str = "form-137", columns: Sequence[str] | None = None) -> bytes:
    """A file with these rows, each given by what differs from PLAIN."""
    order = columns or EDITIONS[edition]
    header = line(order, dict(zip(order, order, strict=True)))
    return (header + "".join(line(order, {**PLAIN, **row}) for row in rows)).encode()


def event(cells: Mapping[str, str] | None = None, edition: str = "form-137") -> Event:
    """The event of a file with one row."""
    (found,) = read(made(cells or {}, edition=edition), ORG)
    assert isinstance(found, Event), found
    return found


def value(cells: Mapping[str, str] | None = None, edition: str = "form-137") -> dict[str, Any]:
    """Its value."""
    return event(cells, edition).value


def missing(told: Mapping[str, Any]) -> dict[str, str]:
    """Field to the reason why it is missing."""
    return {entry["field"]: entry["reason"] for entry in told["missing"]}


def reject(cells: Mapping[str, str], edition: str = "form-137") -> Reject:
    """The reject of a file with one row."""
    (found,) = read(made(cells, edition=edition), ORG)
    assert isinstance(found, Reject), found
    return found


def section(told: Mapping[str, Any], name: str) -> bytes | None:
    """The body of a section."""
    return next((part["body"] for part in told["sections"] if part["name"] == name), None)


@lru_cache
def real(path: Path) -> tuple[bytes, list[Event]]:
    """A real file and its events; none of its rows is rejected."""
    data = path.read_bytes()
    events = list(read(data, ORG))
    assert all(isinstance(found, Event) for found in events)
    return data, [found for found in events if isinstance(found, Event)]
