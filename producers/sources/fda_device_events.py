"""FDA MAUDE: adverse event reports on medical devices with AI, as a table of their latest states.

`type_of_report` lists what has been filed on an event: its length is the version; the earlier states are not in the
table. `date_manufacturer_received` and `date_report` are those of the last report, so they tell when a manufacturer
first knew of an event only where there is no follow-up; both are kept as terms.
"""

import re
from collections.abc import Iterator
from typing import Any

from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import File
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import PURPOSES, harm, item, lineage, native_sections, occurrence
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from producers.sources.times import read_time
from schemas.event import Event

NAME = "fda-device-events"
DESCRIPTION = "FDA MAUDE adverse events of medical devices with AI (CSV; table of 15 columns)"
EVENT_TYPES: tuple[str, ...] = ("OccurrenceReported",)
NEEDS_WHOLE_FILE: str | None = None
CODES = (
    "report_source_code", "adverse_event_flag", "product_problem_flag", "reporter_occupation_code",
    "health_professional", "event_location", "remedial_action", "event_type", "type_of_report",
)  # fmt: skip
"""Columns whose codes are kept as filed: MAUDE's lists of them grow."""
FOLLOW_UP_DATES = ("date_manufacturer_received", "date_report")
EDITIONS = {
    "table-15": (
        "idnumber", "mdr_report_key", "report_source_code", "date_received", "adverse_event_flag",
        "product_problem_flag", "date_report", "date_of_event", "reporter_occupation_code", "health_professional",
        "event_location", "date_manufacturer_received", "remedial_action", "event_type", "type_of_report",
    ),
}  # fmt: skip

FORM = Form(NAME, "table of FDA device events", EDITIONS, ("utf-8",), MARKS | {"na": "NOT_APPLICABLE"})
OUTCOMES: dict[str, tuple[str, str | None]] = {
    "M": ("INCIDENT", None),
    "IN": ("ACCIDENT", "UNKNOWN"),
    "D": ("ACCIDENT", "FATAL"),
}
"""event_type to class and level of the physical harm: malfunction, injury (one band, so unknown), death."""

_KEY = re.compile(r"[0-9]{1,12}")
_DEVICE = re.compile(r"K[0-9]{6}|DEN[0-9]{6}|P[0-9]{6}")
_HISTORY = re.compile(r"I(?:,F){0,99}")
_NOTATIONS = ("%m/%d/%Y",)


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def _event(org: str, row: Row) -> Event:
    report, device, history = (row.text(name) for name in ("mdr_report_key", "idnumber", "type_of_report"))
    if _KEY.fullmatch(report) is None:
        raise FaultError("mdr_report_key", "not a report key of up to 12 digits")
    if _DEVICE.fullmatch(device) is None:
        raise FaultError("idnumber", "not the number of a clearance, e.g. K123456 or DEN123456")
    if _HISTORY.fullmatch(history) is None:
        raise FaultError("type_of_report", "not I (initial) and any number of F (follow-up), with commas between")
    if row.text("event_type") not in OUTCOMES:
        raise FaultError("event_type", "not M, IN or D")
    outcome, level = OUTCOMES[row.text("event_type")]
    if level is None:
        row.lacks("harms.PHYSICAL", "NOT_APPLICABLE")
    version = history.count(",") + 1
    value = {
        "reported_to": ["FDA"],
        "stage": "INITIAL" if version == 1 else "UPDATE",
        "class": outcome,
        "occurred": _day(row, "date_of_event", "occurred"),
        "aware": _aware(row, version),
        "submitted": _day(row, "date_received", "submitted"),
        "place": {"country": None, "state": None, "city": None, "postcode": None},
        "items": [item("SUBJECT", "DEVICE", identity=device)],
        "harms": [] if level is None else [harm("PHYSICAL", "ALLEGED", level)],
        "terms": [{"scheme": NAME, "version": row.header.edition, "codes": _codes(row)}],
        "lineage": lineage("FDA, Manufacturer and User Facility Device Experience (MAUDE)", "MAUDE"),
        "sections": native_sections(row, "SHARED", PURPOSES),
    }
    row.lacks("parties.REPORTER", "NOT_REPORTED")
    return occurrence(org, row, report, value, version=version)


def _day(row: Row, column: str, path: str) -> dict[str, Any] | None:
    text = row.value(column, path)
    if text is None:
        return None
    try:
        return read_time(text, _NOTATIONS)[1]
    except ValueError as error:
        raise FaultError(column, str(error)) from None


def _aware(row: Row, version: int) -> dict[str, Any] | None:
    """When the manufacturer received it; of a report with follow-ups the first such day is not in the table."""
    last = _day(row, "date_manufacturer_received", "aware")
    if version == 1 or last is None:
        return last
    row.lacks("aware", "NOT_REPORTED")
    return None


def _codes(row: Row) -> dict[str, list[str]]:
    codes = {column: row.value(column, f"terms.{column}") for column in CODES}
    for column in FOLLOW_UP_DATES:
        day = _day(row, column, f"terms.{column}")
        codes[column] = None if day is None else day["text"]
    return {dimension: [code] for dimension, code in codes.items() if code is not None}
