"""California DMV, annual mileage reports: miles driven in autonomous mode, by vehicle and month.

Each month cell with a value is an exposure; a blank one is not reported, and never zero. `ANNUAL TOTAL` is carried as
a measure to check the months against, not as miles a second time. Two firms filed results of formulas, of up to nine
decimals: their miles are rounded to the millionth that an event can say, and the text as filed is a measure. A permit
whose rows declare no disengagement at all files a nil return with them. A row has no id, so it is known by reporting
year, permit and number of the record; that of a first-time filer by both years that it reports on.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from producers.sources import ca_dmv_mileage_form as form
from producers.sources.contract import Outcome, Skip
from producers.sources.csv_records import File
from producers.sources.facts import BRIDGE, exposure, nil_return, strata
from producers.sources.numbers import measures, number
from producers.sources.permits import VIN_SCHEME
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import lineage, native_sections
from producers.sources.table import Row, read_rows
from producers.sources.times import stretch
from schemas.event import Event

NAME = "ca-dmv-mileage"
DESCRIPTION = (
    "California DMV annual mileage reports (CSV; a file a year, with or without a driver, or of first-time filers)"
)
EDITIONS = form.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("ExposureReported", "NilReturnFiled")
NEEDS_WHOLE_FILE: str | None = "all rows of a permit say whether it files a nil return"

_CHECKS = {
    form.DECLARED: ("DISENGAGEMENT", form.MOST_DECLARED),
    form.TOTAL: ("VEHICLE_MILE", 23 * form.MOST_MILES),
}  # fmt: skip
_MILLIONTH = Decimal("0.000001")
_DRIVERS = {"AVT": "PRESENT", "AVDT": "ABSENT"}
"""What a permit allows: testing with a driver, or without one."""


def read(data: File, org: str, pseudonyms: Pseudonyms, /) -> Iterator[Outcome]:
    """Events of `org` for the file of one reporting year; FormatError before the first row.

    A row becomes an exposure for each month with a value; the first good one of a permit that declares zero becomes
    the nil return too.
    """
    table = form.read_mileage(NAME, data)
    told: set[str] = set()
    return read_rows(table.header, table.rows, lambda row: _events(org, table, told, row, pseudonyms))


def _events(org: str, table: form.Table, told: set[str], row: Row, pseudonyms: Pseudonyms) -> tuple[Event, ...] | Skip:
    permit = form.permit_of(row)
    common: dict[str, Any] = {
        "reported_to": ["California DMV"],
        "parties": [form.holder_of(row, permit, role) for role in ("REPORTER", "OPERATOR")],
        "lineage": lineage(f"California DMV, mileage reports of {table.name}", "Disengagement Reports"),
        "sections": native_sections(row, "CLOSED"),  # the native record holds a full VIN
    }
    row.lacks("submitted", "NOT_REPORTED")
    vin = row.value(form.VIN, "strata.vehicle")
    group = strata(
        operator=common["parties"][0]["name"], driver_present=_DRIVERS[permit.rstrip("0123456789")], country="US",
        state="CA", permit=form.certificate_of(permit), vehicle=vin and pseudonyms.of(VIN_SCHEME, vin),
    )  # fmt: skip
    checks = measures(row, _CHECKS, american=True)
    noted = [*row.missing]
    events = []
    for month, column in table.months.items():
        miles = number(row, column, "value", form.MOST_MILES, american=True)
        row.missing = [*noted]  # that another month is blank is not missing in this one
        if miles is None:
            continue
        period = stretch(*month)
        exact = miles.quantize(_MILLIONTH)
        filed = [] if exact == miles else [{"name": "as filed", "value": row.text(column), "unit": "VEHICLE_MILE"}]
        told_of = {
            **common, "unit": "VEHICLE_MILE", "value": exact, "basis": "ACTUAL", "period": period, "strata": group,
            "measures": filed + checks,
        }  # fmt: skip
        events.append(exposure(BRIDGE, org, row, f"{table.name}/{permit}/{row.number}/{period['text']}", told_of))
    if table.declared.get(permit) == 0 and permit not in told:
        events.append(_nil(org, table, row, permit, common))
    if not events:
        return Skip(row.line, "no month of the row has a value", row.native)
    told.add(permit)
    return tuple(events)


def _nil(org: str, table: form.Table, row: Row, permit: str, common: dict[str, Any]) -> Event:
    row.missing = [lack for lack in row.missing if lack["field"] == "submitted"]
    value = {**common, "obligation": form.duty_of(permit), "period": table.period()}
    return nil_return(BRIDGE, org, row, f"{table.name}/{permit}/nil", value)
