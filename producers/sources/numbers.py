"""Numbers, and dates as programs write them: read exactly, or not at all."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from producers.sources.contract import FaultError
from producers.sources.table import Row
from producers.sources.times import stretch

_PLAIN = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,6})?")
_AMERICAN = re.compile(r"(?:[0-9]{1,20}|[0-9]{1,3}(?:,[0-9]{3}){1,6}) *(?:\.[0-9]{1,15})?")
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_FORMS = {"YEAR": "YYYY", "MONTH": "YYYY-MM", "DAY": "YYYY-MM-DD"}
_YEAR = re.compile(r"([0-9]{4})(?:\.0)?")


def read_number(text: str, most: int, *, american: bool = False) -> Decimal:
    """The number a text says, from 0 to `most`; at most six decimals after a point, ASCII digits only.

    An American one may have commas between thousands and blanks before the point, as hands write it (`1,234.5`,
    `830 .04`), and the decimals of a spreadsheet's formula, up to 15. Raises ValueError, whose text never quotes it.
    """
    if text.startswith(("-", "\u2212", "(")):
        raise ValueError("a number below zero")
    if (_AMERICAN if american else _PLAIN).fullmatch(text) is None:
        form = "1,234.5" if american else "1234.5, of at most six decimals"
        raise ValueError(f"not a number like {form}")
    number = Decimal(text.replace(",", "").replace(" ", ""))
    if number > most:
        raise ValueError(f"a number above {most:,}: not to be believed")
    return number


def number(row: Row, column: str, path: str, most: int, *, american: bool = False) -> Decimal | None:
    """The number in a cell; where there is none, the reason is noted for `path`. FaultError for what is no number."""
    text = row.value(column, path)
    if text is None:
        return None
    try:
        return read_number(text, most, american=american)
    except ValueError as error:
        raise FaultError(column, str(error)) from None


def needed(row: Row, column: str, path: str, most: int, *, american: bool = False) -> Decimal:
    """The same where the row is nothing without it."""
    found = number(row, column, path, most, american=american)
    if found is None:
        raise FaultError(column, "a number is missing without which the row says nothing")
    return found


def measures(row: Row, units: Mapping[str, tuple[str, int]], *, american: bool = False) -> list[dict[str, str]]:
    """Column to unit and the most it can be, as measures; those without a value are noted as missing."""
    found = []
    for column, (unit, most) in units.items():
        if number(row, column, f"measures.{column}", most, american=american) is not None:
            found.append({"name": column, "value": row.text(column), "unit": unit})
    return found


def iso(row: Row, column: str, path: str, precisions: Sequence[str] = ("DAY",)) -> dict[str, Any] | None:
    """The Time of a date as 2025-06-30, 2025-06 or 2025, as precise as one of `precisions`; all digits are there.

    Where there is none, the reason is noted for `path`. FaultError for anything else.
    """
    text = row.value(column, path)
    if text is None:
        return None
    match = _ISO.fullmatch(text)
    parts = [int(part) for part in match.groups() if part] if match else []
    if not parts or ("YEAR", "MONTH", "DAY")[len(parts) - 1] not in precisions:
        raise FaultError(column, f"not a date in the form {' or '.join(_FORMS[name] for name in precisions)}")
    try:
        return stretch(*parts)
    except ValueError as error:
        raise FaultError(column, str(error)) from None


def needed_iso(row: Row, column: str, path: str, precision: str = "DAY") -> dict[str, Any]:
    """The same where the row is nothing without it."""
    found = iso(row, column, path, (precision,))
    if found is None:
        raise FaultError(column, "a date is missing without which the row says nothing")
    return found


def year_of(row: Row, column: str) -> dict[str, Any]:
    """The Time of a year as 2003 or 2003.0, as tables of statistics programs have it; FaultError for anything else."""
    match = _YEAR.fullmatch(row.text(column))
    if match is None:
        raise FaultError(column, "not a year in the form YYYY or YYYY.0")
    try:
        return stretch(int(match[1]))
    except ValueError as error:
        raise FaultError(column, str(error)) from None
