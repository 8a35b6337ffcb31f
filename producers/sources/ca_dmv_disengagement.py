"""California DMV, annual disengagement reports: every time a test vehicle's automation was ended, by itself or not.

A row has no id, and equal rows are separate events, so a report is known by the year of the file, the permit and the
number of the record. The year of a file is the reporting year (December to November) of more than half of its dates,
or, where no year has so many, the later one of the 23 months that first-time filers report on; its name does not count.
Dates of another year stay as written.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from producers.sources.contract import FaultError, FormatError, Reject, Skip
from producers.sources.csv_records import File, records
from producers.sources.nhtsa_sgo_text import mask_vins
from producers.sources.permits import PERMIT, PERMIT_SCHEME, VIN_SCHEME
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import PURPOSES, item, lineage, native_sections, occurrence, party, section
from producers.sources.table import MARKS, Form, Header, Row, read_rows, read_table
from producers.sources.times import read_time
from schemas.event import Event

NAME = "ca-dmv-disengagement"
DESCRIPTION = "California DMV annual disengagement reports (CSV; forms of 10 and 9 columns)"
EVENT_TYPES: tuple[str, ...] = ("OccurrenceReported",)
NEEDS_WHOLE_FILE: str | None = "most of its dates say of which year it is"

CAPABLE = "VEHICLE IS CAPABLE OF OPERATING WITHOUT A DRIVER (Yes or No)"
PRESENT = "DRIVER PRESENT (Yes or No)"
INITIATED = "DISENGAGEMENT INITIATED BY (AV System, Test Driver, Remote Operator, or Passenger)"
LOCATION = "DISENGAGEMENT LOCATION (Interstate, Freeway, Highway, Rural Road, Street, or Parking Facility)"
FACTS = "DESCRIPTION OF FACTS CAUSING DISENGAGEMENT"
UNNAMED = "column 10"  # Planning, Perception or blank
_HOLDER = ("Manufacturer", "Permit Number")
_FORM_9 = (*_HOLDER, "DATE", "VIN NUMBER", CAPABLE, PRESENT, INITIATED, LOCATION, FACTS)
EDITIONS = {"form-10": (*_FORM_9, UNNAMED), "form-9": _FORM_9}

FORM = Form(NAME, "California DMV disengagement file", EDITIONS, ("utf-8", "cp1252"), MARKS)

NOTATIONS = (
    "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d / %H:%M:%S", "%Y.%m.%d", "%Y.%m.%d. %H:%M:%S",
    "%Y/%m/%d", "%Y%m%d", "%d/%b/%y", "%m.%d.%Y",
)  # fmt: skip
"""Notations of DATE, without surrounding white space and one final full stop; slashes are month first, and so are full
stops before a year (2019: 04.23.2019)."""

INITIATORS = {
    **dict.fromkeys(("av system", "av system - emergency stop", "ads", "software"), "AV_SYSTEM"),
    **dict.fromkeys(
        (
            "test driver", "test driver - soft stop", "test drive", "driver", "operator", "safety driver",
            "vehicle operator",
        ),
        "TEST_DRIVER",
    ),
    "remote operator": "REMOTE_OPERATOR",
    "passenger": "PASSENGER",
    "in-field retrieval": "IN_FIELD_RETRIEVAL",
}  # fmt: skip
"""Case-folded entries to who began. A cell may name several, with commas. `In-field retrieval`, of cars without anybody
in them, is not on the form's list: it says that people fetched the car, not whose they were."""
_PLACES = ("interstate", "freeway", "highway", "rural road", "street", "parking facility", "urban", "express way")
LOCATIONS = {
    **{name: name for name in _PLACES},
    "rural": "rural road", "downtown street": "street", "parking lot": "parking facility",
}  # fmt: skip
"""The form's list, and what firms enter though it is not on it; the words as filed are kept beside it."""
YES_NO = {"yes": "yes", "no": "no", "y": "yes", "n": "no"}


def read(data: File, org: str, pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org` for the file of one year, one event, reject or skip per row, in the order of the file.

    Raises FormatError before the first row when the bytes are no such file, or of no one year.
    """
    header, found = read_table(FORM, data)
    year = _year(header, data)
    return read_rows(header, found, lambda row: _event(org, year, row, pseudonyms))


def when(text: str) -> tuple[str, dict[str, Any]]:
    """Notation and Time of a DATE; ValueError, without the text, for what is none."""
    return read_time(text.strip().removesuffix("."), NOTATIONS)


def _year(header: Header, data: File) -> int | None:
    at = header.order[header.columns.index("DATE")]
    years: Counter[int] = Counter()
    first = ""
    rows = records(data)
    next(rows)
    for record in rows:
        if record.width == len(header.columns):
            try:
                day = when(record.cells[at].decode("ascii", "replace"))[1]["text"]
            except ValueError:
                continue  # the row is read again, and rejected then
            years[int(day[:4]) + (day[5:7] == "12")] += 1
            first = min(first or day, day)
    if not years:
        return None
    year, dates = years.most_common(1)[0]
    if dates * 2 > years.total():
        return year
    if first >= f"{max(years) - 1}-01":  # from January of the year before: first-time filers
        return max(years)
    raise FormatError(
        f"no {FORM.title} of one year: at most {dates} of {years.total()} dates lie in one reporting year"
        " (December to November); publish the file of each year by itself"
    )


def _event(org: str, year: int | None, row: Row, pseudonyms: Pseudonyms) -> Event | Skip:
    permit = row.text("Permit Number")
    if PERMIT.fullmatch(permit) is None:
        raise FaultError("Permit Number", "not a permit of the form AVT000 or AVDT000")
    if not any(row.text(column) for column in row.header.columns if column not in _HOLDER):
        return Skip(row.line, "the row names a permit and no disengagement", row.native)
    occurred = _occurred(row)
    if year is None:
        raise FaultError("DATE", "no date of the file says of which year it is")
    vin = row.value("VIN NUMBER", "items.identity")
    name = row.value("Manufacturer", "parties.REPORTER")
    facts = row.value(FACTS, "narrative")
    shared = [] if facts is None else [section("narrative", "SHARED", mask_vins(facts).encode(), PURPOSES)]
    for path in ("near_miss.realisation", "near_miss.credible_worst"):
        row.lacks(path, "NOT_APPLICABLE")  # the form does not ask
    value = {
        "reported_to": ["California DMV"],
        "stage": "PERIODIC",
        "class": "NEAR_MISS",
        "occurred": occurred,
        "place": {"country": "US", "state": "CA", "city": None, "postcode": None},
        "parties": [
            party(role, mask_vins(name), PERMIT_SCHEME, permit) for role in ("REPORTER", "OPERATOR") if name is not None
        ],
        "items": [item("SUBJECT", "VEHICLE", identity=vin and pseudonyms.of(VIN_SCHEME, vin))],
        "near_miss": {"realisation": "UNKNOWN", "credible_worst": "UNKNOWN", "proximity": None},
        "terms": [{"scheme": NAME, "version": row.header.edition, "codes": _codes(row, permit)}],
        "lineage": lineage(f"California DMV, disengagement reports of {year}", "Disengagement Reports"),
        "narrative_lang": None if facts is None else "en",
        "sections": native_sections(row, "CLOSED") + shared,  # the native record holds a full VIN
    }
    return occurrence(org, row, f"{year}/{permit}/{row.number}", value)


def _occurred(row: Row) -> dict[str, Any] | None:
    text = row.value("DATE", "occurred")
    if text is None:
        return None
    try:
        return when(text)[1]
    except ValueError as error:
        raise FaultError("DATE", str(error)) from None


def _codes(row: Row, permit: str) -> dict[str, list[str]]:
    began = _initiators(row)
    location = row.code(LOCATION, "terms.location", LOCATIONS)
    found = {
        "permit": permit,
        "capable_without_driver": row.code(CAPABLE, "terms.capable_without_driver", YES_NO),
        "driver_present": row.code(PRESENT, "terms.driver_present", YES_NO),
        "location": location,
        UNNAMED: mask_vins(row.text(UNNAMED)),
        INITIATED: began and row.text(INITIATED),
        LOCATION: location and row.text(LOCATION),
    }
    coded = {dimension: [code] for dimension, code in found.items() if code}
    return coded | ({"initiated_by": began} if began else {})


def _initiators(row: Row) -> list[str]:
    """Who began, each once, in the order of the cell."""
    told = row.value(INITIATED, "terms.initiated_by")
    entries = [] if told is None else [entry.strip().casefold() for entry in told.split(",")]
    if not INITIATORS.keys() >= set(entries):
        raise FaultError(INITIATED, "a code that this release does not know")
    return list(dict.fromkeys(INITIATORS[entry] for entry in entries))
