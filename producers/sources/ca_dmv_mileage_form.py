"""California DMV's mileage files: a row for each vehicle under a permit, a column for each month of a reporting year.

The names of the month columns say the year (`DEC 2021` to `NOV 2022`), so there is an edition for each year, and one
for its first-time filers, who report from January of the year before (`JAN 2021` to `NOV 2022`). Columns without a
name are what a spreadsheet left; `ANNUAL TOTAL` and the declared disengagements are checks on what is filed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from producers.sources.contract import FaultError
from producers.sources.csv_records import File, Record, records
from producers.sources.nhtsa_sgo_text import mask_vins
from producers.sources.numbers import read_number
from producers.sources.permits import PERMIT, PERMIT_SCHEME
from producers.sources.reported import party
from producers.sources.table import MARKS, Form, Header, Row, read_table
from producers.sources.times import YEARS, stretch

MANUFACTURER, NUMBER, VIN = "Manufacturer", "Permit Number", "VIN NUMBER"
DECLARED, TOTAL = "Annual Total of Disengagements", "ANNUAL TOTAL"
FIXED = (MANUFACTURER, NUMBER, VIN, DECLARED)
MOST_MILES = 100_000
"""More than a vehicle drives in a month: at 130 miles an hour, day and night."""
MOST_DECLARED = 1_000_000

_MONTH = re.compile(r"([A-Za-z]{3,9})[ -]?([0-9]{4})")
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_AS_FILED = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JULY", "AUG", "SEP", "OCT", "NOV", "DEC")

Month = tuple[int, int]


def months_of(year: int) -> dict[str, tuple[Month, ...]]:
    """Edition to the months (year, month) of a reporting year, which begins in December of the year before."""
    months = ((year - 1, 12), *((year, month) for month in range(1, 12)))
    before = tuple((year - 1, month) for month in range(1, 12))
    return {f"year-{year}": months, f"years-{year - 1}-{year}": before + months}


def _editions(*years: int) -> dict[str, tuple[str, ...]]:
    columns = {}
    for edition, months in (item for year in years for item in months_of(year).items()):
        named = (*FIXED, *(f"{_AS_FILED[month - 1]} {year}" for year, month in months), TOTAL)
        unnamed = 5 if edition.startswith("year-") else 0
        columns[edition] = (*named, *(f"column {len(named) + at}" for at in range(1, unnamed + 1)))
    return columns


EDITIONS = _editions(2021, 2022, 2023, 2024)
"""Those seen so far, as the DMV names them; a later year is read if its columns are named in the same way."""


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its reporting year, month to column, and the disengagements that each permit declares.

    `name` tells a year's file from that of its first-time filers: 2022, 2021-2022.

    A permit is in `declared` only if every one of its rows says a number; nothing is, if a row has no readable permit.
    """

    header: Header
    rows: Iterator[Record]
    year: int
    name: str
    months: dict[Month, str]
    declared: dict[str, Decimal]

    def period(self) -> dict[str, Any]:
        """The reported months as a Time: no year of the calendar, so its text names the first and the last month."""
        first, *_, last = (stretch(*month) for month in self.months)
        return {
            "text": f"{first['text']}/{last['text']}", "from": first["from"], "to": last["to"], "precision": "MONTH",
        }  # fmt: skip


def read_mileage(source: str, data: File) -> Table:
    """The file of a year; FormatError names what is missing or unknown."""
    named = _named_months(next(records(data), None))
    year = max(named)[0] if named else max(int(edition[-4:]) for edition in EDITIONS)
    columns = {
        edition: {month: named.get(month, f"{_AS_FILED[month[1] - 1]} {month[0]}") for month in months}
        for edition, months in months_of(year).items()
    }
    unnamed = _unnamed(next(records(data), None))
    editions = {edition: (*FIXED, *months.values(), TOTAL, *unnamed) for edition, months in columns.items()}
    header, rows = read_table(Form(source, "California DMV mileage file", editions, ("utf-8", "cp1252"), MARKS), data)
    name = header.edition.partition("-")[2]
    return Table(header, rows, year, name, columns[header.edition], _declared(header, data))


def permit_of(row: Row) -> str:
    """The permit of a row; FaultError for what is none, and for a value in a column without a name."""
    for column in row.header.columns:
        if column.startswith("column ") and row.text(column):
            raise FaultError(column, "a value in a column without a name")
    permit = row.text(NUMBER)
    if PERMIT.fullmatch(permit) is None:
        raise FaultError(NUMBER, "not a permit of the form AVT000 or AVDT000")
    return permit


def holder_of(row: Row, permit: str, role: str) -> dict[str, str | None]:
    """The holder of a permit as a party; FaultError when the row does not name it."""
    name = row.value(MANUFACTURER, f"parties.{role}")
    if name is None:
        raise FaultError(MANUFACTURER, "the holder of the permit is not named")
    return party(role, mask_vins(name), PERMIT_SCHEME, permit)


def certificate_of(permit: str) -> str:
    """certificate_id of a permit."""
    return f"ca-dmv-permits:{permit}"


def duty_of(permit: str) -> str:
    """obligation_id of the annual report under a permit."""
    return f"{certificate_of(permit)}/annual-report"


def _cells(record: Record | None) -> list[str]:
    return [] if record is None else [" ".join(cell.decode("utf-8", "replace").split()) for cell in record.cells]


def _named_months(record: Record | None) -> dict[Month, str]:
    """Month to the name of its column, for every column that is named after a month."""
    named: dict[Month, str] = {}
    for cell in _cells(record):
        match = _MONTH.fullmatch(cell)
        if match is None or int(match[2]) not in YEARS:
            continue
        at = next((at for at, name in enumerate(_NAMES, 1) if name.startswith(match[1].lower())), None)
        if at is not None:
            named[int(match[2]), at] = cell
    return named


def _unnamed(record: Record | None) -> list[str]:
    return [f"column {at}" for at, cell in enumerate(_cells(record), 1) if not cell.strip("\ufeff ")]


def _declared(header: Header, data: File) -> dict[str, Decimal]:
    permit_at, declared_at = (header.order[header.columns.index(name)] for name in (NUMBER, DECLARED))
    sums: dict[str, Decimal] = {}
    unsure: set[str] = set()
    rows = records(data)
    next(rows)
    for record in rows:
        if not any(map(bytes.strip, record.cells)):
            continue
        cells = [cell.decode("utf-8", "replace").strip("\ufeff \t") for cell in record.cells]
        if record.width != len(header.columns) or PERMIT.fullmatch(cells[permit_at]) is None:
            return {}
        permit = cells[permit_at]
        try:
            sums[permit] = sums.get(permit, Decimal()) + read_number(cells[declared_at], MOST_DECLARED, american=True)
        except ValueError:
            unsure.add(permit)  # the row is read again, and what is wrong with it is said then
    return {permit: total for permit, total in sums.items() if permit not in unsure}
