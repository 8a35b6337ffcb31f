"""California DMV form OL 316, collisions of automated vehicles, as the compilers' table of Xu, Jiao and Chen (2025).

The first column is the compilers' number of a report, stable in this table only. Latitude, longitude and the last five
columns were added by the compilers with automated methods: no testimony, so they stay in the native record. So do the
street and the minute: they would tell who was there. The narrative names both, and is closed like the native record.
"""

import re
from collections.abc import Iterator
from typing import Any

from producers.sources import ca_dmv_collision_form as form
from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import File
from producers.sources.nhtsa_sgo_text import mask_vins
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import harm, item, lineage, native_sections, occurrence, party, section
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from producers.sources.times import read_time
from schemas.event import Event

NAME = "ca-dmv-collision"
DESCRIPTION = "California DMV collision reports OL 316 (CSV; compiled table of 192 columns)"
EDITIONS = form.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("OccurrenceReported",)
NEEDS_WHOLE_FILE: str | None = None

_UNKNOWN = dict.fromkeys(("unk", "unk.", "un"), "UNKNOWN")
FORM = Form(NAME, "table of California DMV collision reports", EDITIONS, ("utf-8",), MARKS | _UNKNOWN)

_NUMBER = re.compile(r"[0-9]{1,9}")
_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]")
_FEW = re.compile(r"[0-9]{1,2}")
_NOTATIONS = ("%m/%d/%Y",)


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def _event(org: str, row: Row) -> Event:
    number = row.text(form.NUMBER)
    if _NUMBER.fullmatch(number) is None:
        raise FaultError(form.NUMBER, "not a number of a report")
    narrative = row.value(form.NARRATIVE, "narrative")
    closed = [] if narrative is None else [section("narrative", "CLOSED", mask_vins(narrative).encode())]
    value = {
        "reported_to": ["California DMV"],
        "class": "ACCIDENT",
        "occurred": _occurred(row),
        "place": {
            "country": "US",
            **{name: row.value(column, f"place.{name}") for name, column in form.PLACE.items()},
        },
        "parties": _parties(row),
        "items": _items(row),
        "harms": _harms(row),
        "terms": [{"scheme": NAME, "version": row.header.edition, "codes": _codes(row)}],
        "measures": _measures(row),
        "lineage": lineage(
            "California DMV, Report of Traffic Collision Involving an Autonomous Vehicle (OL 316); table of Xu, Jiao,"
            " Chen: An Augmented Dataset of Autonomous Vehicle Collisions in California",
            "doi:10.5281/zenodo.15937591",
        ),
        "narrative_lang": None if narrative is None else "en",
        "sections": native_sections(row, "CLOSED") + closed,
    }
    return occurrence(org, row, f"OL316/{number}", value)


def _occurred(row: Row) -> dict[str, Any] | None:
    """The day. The minute is personal, but a clock that this release cannot read is a fault all the same."""
    clock = row.text("Time Of Accident")
    if clock and _CLOCK.fullmatch(clock) is None:
        raise FaultError("Time Of Accident", "not a time of day as H:MM")
    if row.ticked("AM") and row.ticked("PM"):
        raise FaultError("PM", "both AM and PM are ticked")
    text = row.value("Date Of Accident", "occurred")
    if text is None:
        return None
    try:
        return read_time(text, _NOTATIONS)[1]
    except ValueError as error:
        raise FaultError("Date Of Accident", str(error)) from None


def _parties(row: Row) -> list[dict[str, str | None]]:
    named = {role: row.value(column, f"parties.{role}") for role, column in form.PARTIES.items()}
    return [party(role, mask_vins(name)) for role, name in named.items() if name is not None]


def _items(row: Row) -> list[dict[str, Any]]:
    """The vehicle, and the other party where the form says what it was."""
    subject = {name: row.value(column, f"items.{name}") for name, column in form.VEHICLE.items()}
    items = [item("SUBJECT", "VEHICLE", automation=" and ".join(_ticked(row, form.MODES)) or None, **subject)]
    kinds = [kind for column, kind in form.PARTNER_KINDS.items() if row.ticked(column)]
    moved = any(row.ticked(column) for column in form.PARTNER_MOVED)
    if kinds or moved or any(map(row.text, form.PARTNER.values())):
        partner = {name: row.value(column, f"items.partner.{name}") for name, column in form.PARTNER.items()}
        items.append(item("PARTNER", kinds[0] if kinds else "OTHER_PARTY", **partner))
    return items


def _harms(row: Row) -> list[dict[str, Any]]:
    """The form has no severity of injuries; a vehicle may have several boxes of damage ticked: each is said."""
    damage = [form.DAMAGE[label] for label in _ticked(row, form.DAMAGE_BOXES)]
    if not damage:
        row.lacks("harms.PROPERTY", "NOT_REPORTED")
    return [harm("PHYSICAL", "ALLEGED", "UNKNOWN"), *(harm("PROPERTY", "ACTUAL", level) for level in damage)]


def _codes(row: Row) -> dict[str, list[str]]:
    codes = {dimension: _ticked(row, boxes) for dimension, boxes in form.GROUPS.items()}
    for dimension in ("mode", "damage"):
        if not codes[dimension]:
            row.lacks(f"terms.{dimension}", "NOT_REPORTED")
    for dimension, column in form.TEXTS.items():
        codes[dimension] = [text] if (text := mask_vins(row.text(column))) else []
    county = row.value("County", "terms.county")
    codes["county"] = [] if county is None else [county]
    return {dimension: found for dimension, found in codes.items() if found}


def _ticked(row: Row, boxes: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(label for column, label in boxes.items() if row.ticked(column)))


def _measures(row: Row) -> list[dict[str, str]]:
    """A few cells of this column slipped in from others (a state, a postcode, a tick): those are no number of cars."""
    text = row.value(form.VEHICLES, f"measures.{form.VEHICLES}")
    if text is None:
        return []
    if _FEW.fullmatch(text) is None:
        row.lacks(f"measures.{form.VEHICLES}", "UNKNOWN")
        return []
    return [{"name": form.VEHICLES, "value": text, "unit": "VEHICLE"}]
