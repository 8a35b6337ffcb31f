"""Miles without a driver by operator and month: estimates of a private project ("crashla"), with bounds and reasons.

No official figures. The running total and its bounds are carried as measures: they are the same miles again. The file
does not tell apart who could have driven (some miles had a person at the wheel), so neither does the event. Before June
2026 the table had no bounds of the running total, and the operator was `company`, then `driver`, then `helmer`: the
same rows under each name.
"""

from collections.abc import Iterator

from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import File
from producers.sources.facts import BRIDGE, exposure, strata
from producers.sources.numbers import measures, needed, needed_iso
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import PURPOSES, lineage, native_sections, party
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from schemas.event import Event

NAME = "av-exposure"
DESCRIPTION = (
    "Estimated miles of automated vehicles by operator and month (CSV; private table of 9 columns, before of 7)"
)
EVENT_TYPES: tuple[str, ...] = ("ExposureReported",)
NEEDS_WHOLE_FILE: str | None = None
_BOUNDS = ("kyoom_min", "kyoom_max")


def _columns(who: str, *bounds: str) -> tuple[str, ...]:
    return who, "month", "vmt", f"{who}_cumulative_vmt", *bounds, "vmt_min", "vmt_max", "rationale"


EDITIONS = {
    "table-9": _columns("helmer", *_BOUNDS),
    **{f"table-7-{who}": _columns(who) for who in ("helmer", "driver", "company")},
}
FORM = Form(NAME, "table of estimated miles", EDITIONS, ("utf-8",), MARKS)

MOST_MILES = 10**10
_LONGEST = 100  # the name is part of a record's key


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def _event(org: str, row: Row) -> Event:
    who, *_ = row.header.columns
    operator = row.value(who, "strata.operator")
    if operator is None:
        raise FaultError(who, "the operator is not named")
    if len(operator) > _LONGEST or not operator.isprintable():
        raise FaultError(who, f"not the name of an operator, of at most {_LONGEST} characters")
    period = needed_iso(row, "month", "period", "MONTH")
    miles, lower, upper = (
        needed(row, column, path, MOST_MILES)
        for column, path in (("vmt", "value"), ("vmt_min", "lower"), ("vmt_max", "upper"))
    )
    if not lower <= miles <= upper:
        raise FaultError("vmt", "the miles do not lie between vmt_min and vmt_max")
    row.lacks("submitted", "NOT_REPORTED")
    named = (f"{who}_cumulative_vmt", *(column for column in _BOUNDS if column in row.cells))
    totals = dict.fromkeys(named, ("VEHICLE_MILE", MOST_MILES))
    value = {
        "unit": "VEHICLE_MILE", "value": miles, "lower": lower, "upper": upper, "basis": "ESTIMATE",
        "method": row.value("rationale", "method"), "period": period, "strata": strata(operator=operator),
        "parties": [party("OPERATOR", operator)], "measures": measures(row, totals),
        "lineage": lineage("crashla: vehicle miles travelled, private estimates", "crashla, data/vmt.csv"),
        "sections": native_sections(row, "SHARED", PURPOSES),
    }  # fmt: skip
    return exposure(BRIDGE, org, row, f"{operator}/{period['text']}", value)
