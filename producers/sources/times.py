"""Calendar notations of the sources, and the Time that a date becomes: never finer than what is written."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

YEARS = range(1900, 2100)
"""Years that a report can speak of: 9999 and 0001 are placeholders of the programs that wrote them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIRECTIVES = {
    "%Y": "(?P<Y>[0-9]{4})", "%y": "(?P<y>[0-9]{2})", "%m": "(?P<m>[0-9]{1,2})", "%b": "(?P<b>[A-Za-z]{3})",
    "%d": "(?P<d>[0-9]{1,2})", "%H": "(?P<H>[0-9]{1,2})", "%M": "(?P<M>[0-9]{2})", "%S": "(?P<S>[0-9]{2})",
}  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PRECISIONS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
_STEPS = {"DAY": timedelta(days=1), "HOUR": timedelta(hours=1), "MINUTE": timedelta(minutes=1)}
_TEXT = ("{:04}", "-{:02}", "-{:02}", "T{:02}", ":{:02}", ":{:02}")
_ERAS = {"明治": (1868, 45), "大正": (1912, 15), "昭和": (1926, 64), "平成": (1989, 31), "令和": (2019, 99)}
_YEAR = re.compile(r"(?:(?P<year>[0-9]{4})|(?P<era>明治|大正|昭和|平成|令和)(?P<of>元|[0-9]{1,2}))年?")


@lru_cache(maxsize=4096)
def stretch(*parts: int) -> dict[str, Any]:
    """The Time of a year, or of a year and month, and so on to the second; ValueError when there is no such time."""
    if parts[0] not in YEARS:
        raise ValueError(f"not a year from {YEARS.start} to {YEARS.stop - 1}")
    precision = _PRECISIONS[len(parts) - 1]
    try:
        start = datetime(*(*parts, 1, 1)[: max(3, len(parts))], tzinfo=UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        raise ValueError("not a time of the calendar") from None
    if precision == "YEAR":
        end = start.replace(year=start.year + 1)
    elif precision == "MONTH":
        end = (start + timedelta(days=31)).replace(day=1)
    else:
        end = start + _STEPS.get(precision, timedelta(seconds=1))
    text = "".join(form.format(part) for form, part in zip(_TEXT, parts, strict=False))
    return {"text": text, "from": _micros(start), "to": _micros(end), "precision": precision}


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=256)
def _pattern(notation: str) -> re.Pattern[str]:
    parts = re.findall(r"%.|[^%]", notation)
    found = ""
    for at, part in enumerate(parts):
        part_of = _DIRECTIVES.get(part) or re.escape(part)
        # digits that touch other digits are of full width: 2023106 is no date, neither of January nor of October
        joined = any(near in _DIRECTIVES for near in (*parts[max(0, at - 1) : at], *parts[at + 1 : at + 2]))
        found += part_of.replace("{1,2}", "{2}") if joined else part_of
    return re.compile(found)


@lru_cache(maxsize=4096)
def read_time(text: str, notations: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The first notation (strptime's directives, ASCII digits only) that the whole text is written in, and its Time.

    A year of two digits is of this century. Raises ValueError, whose text never quotes the date: for a notation that is
    not among them, and for a date that is none.
    """
    for notation in notations:
        match = _pattern(notation).fullmatch(text)
        if match is None:
            continue
        told = match.groupdict()
        year = int(told["Y"]) if "Y" in told else 2000 + int(told["y"])
        if "b" not in told and "m" not in told:
            return notation, stretch(year)
        if "b" in told and told["b"].lower() not in _MONTHS:
            raise ValueError("not a month in English, e.g. May")
        month = _MONTHS.index(told["b"].lower()) + 1 if "b" in told else int(told["m"])
        return notation, stretch(year, month, *(int(told[part]) for part in "dHMS" if part in told))
    raise ValueError("a notation of dates that this release does not know")


def japanese_year(text: str) -> dict[str, Any]:
    """The Time of a year as 2024年, ２０２４年 or 令和6年; ValueError for anything else, and for a year no era had."""
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise ValueError("not a year, e.g. 2024年")
    if match["year"]:
        return stretch(int(match["year"]))
    first, last = _ERAS[match["era"]]
    of = 1 if match["of"] == "元" else int(match["of"])
    if not 1 <= of <= last:
        raise ValueError("not a year of that era")
    return stretch(first + of - 1)
