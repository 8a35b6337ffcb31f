"""Miles without a driver by operator and month: estimates of a private project ("crashla"), with bounds and reasons.

No official figures. The running total and its bounds are carried as measures: they are the same miles again. The file
does not tell apart who could have driven (some miles had a person at the wheel), so neither does the event.
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
DESCRIPTION = "Estimated miles of automated vehicles by operator and month (CSV; private table of 9 columns)"
EVENT_TYPES: tuple[str, ...] = ("ExposureReported",)
NEEDS_WHOLE_FILE: str | None = None
_MILES = ("vmt", "helmer_cumulative_vmt", "kyoom_min", "kyoom_max", "vmt_min", "vmt_max")
EDITIONS = {"table-9": ("helmer", "month", *_MILES, "rationale")}
FORM = Form(NAME, "table of estimated miles", EDITIONS, ("utf-8",), MARKS)

MOST_MILES = 10**10
_LONGEST = 100  # the name is part of a record's key
_TOTALS = dict.fromkeys(_MILES[1:4], ("VEHICLE_MILE", MOST_MILES))


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def _event(org: str, row: Row) -> Event:
    operator = row.value("helmer", "strata.operator")
    if operator is None:
        raise FaultError("helmer", "the operator is not named")
    if len(operator) > _LONGEST or not operator.isprintable():
        raise FaultError("helmer", f"not the name of an operator, of at most {_LONGEST} characters")
    period = needed_iso(row, "month", "period", "MONTH")
    miles, lower, upper = (
        needed(row, column, path, MOST_MILES)
        for column, path in (("vmt", "value"), ("vmt_min", "lower"), ("vmt_max", "upper"))
    )
    if not lower <= miles <= upper:
        raise FaultError("vmt", "the miles do not lie between vmt_min and vmt_max")
    row.lacks("submitted", "NOT_REPORTED")
    value = {
        "unit": "VEHICLE_MILE", "value": miles, "lower": lower, "upper": upper, "basis": "ESTIMATE",
        "method": row.value("rationale", "method"), "period": period, "strata": strata(operator=operator),
        "parties": [party("OPERATOR", operator)], "measures": measures(row, _TOTALS),
        "lineage": lineage("crashla: vehicle miles travelled, private estimates", "crashla, data/vmt.csv"),
        "sections": native_sections(row, "SHARED", PURPOSES),
    }  # fmt: skip
    return exposure(BRIDGE, org, row, f"{operator}/{period['text']}", value)
