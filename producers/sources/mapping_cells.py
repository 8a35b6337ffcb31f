"""How one cell of a mapped file becomes a value: numbers, dates, codes and names as the mapping says they are written.

Full-width digits and signs are read as their ASCII counterparts; nothing else is guessed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from producers.sources.contract import FaultError
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.table import Row
from producers.sources.times import read_time, stretch

Read = Callable[[Row, Pseudonyms], Any]
"""What a row says about one field; None where it says nothing. FaultError for what cannot be read."""

MOST = 10**15
"""Larger numbers are not to be believed of a claim, a premium or an exposure."""
_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: " "}
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NESTED = ("Y", "m", "d", "H", "M", "S")


@dataclass(frozen=True, slots=True)
class Notation:
    """How numbers are written: the sign before decimals, the one between thousands (or none), texts around them."""

    decimal: str = "."
    thousands: str = ""
    affixes: tuple[str, ...] = ()
    negative: bool = False

    def read(self, text: str) -> Decimal:
        """The number; ValueError, whose text never quotes it, for anything else."""
        bare = text.translate(_HALF_WIDTH)
        for affix in self.affixes:
            bare = bare.removeprefix(affix).removesuffix(affix).strip()
        below = bare.startswith(("-", "\u2212"))
        if below and not self.negative:
            raise ValueError("a number below zero, where the mapping does not say negative = true")
        bare = bare[below:]
        if _number(self.decimal, self.thousands).fullmatch(bare) is None:
            raise ValueError(f"not a number like {self.example()}, of at most six decimals")
        plain = bare.replace(self.thousands, "") if self.thousands else bare
        number = Decimal(plain.replace(self.decimal, "."))
        if number > MOST:
            raise ValueError(f"a number above {MOST:,}: not to be believed")
        return -number if below else number

    def example(self) -> str:
        """A number as this notation writes it."""
        return f"1{self.thousands}234{self.decimal}5"


@lru_cache(maxsize=64)
def _number(decimal: str, thousands: str) -> re.Pattern[str]:
    grouped = rf"|[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}}){{1,6}}" if thousands else ""
    return re.compile(rf"(?:[0-9]{{1,20}}{grouped})(?:{re.escape(decimal)}[0-9]{{1,6}})?")


def decimals(column: str, path: str, notation: Notation) -> Read:
    """A reader of exact numbers."""

    def read(row: Row, _pseudonyms: Pseudonyms) -> Decimal | None:
        text = row.value(column, path)
        return None if text is None else _tried(column, notation.read, text)

    return read


def whole(column: str, path: str, notation: Notation) -> Read:
    """A reader of whole numbers, up to what an Avro int holds."""

    def number(text: str) -> int:
        found = notation.read(text)
        if found != found.to_integral_value() or abs(found) >= 2**31:
            raise ValueError("not a whole number up to 2,147,483,647")
        return int(found)

    def read(row: Row, _pseudonyms: Pseudonyms) -> int | None:
        text = row.value(column, path)
        return None if text is None else _tried(column, number, text)

    return read


def times(column: str, path: str, notations: Sequence[str]) -> Read:
    """A reader of dates; one that two notations read as different days is refused."""

    def when(text: str) -> dict[str, Any]:
        found: dict[str, Any] | None = None
        unread: ValueError | None = None
        for notation in notations:
            try:
                _, time = read_time(text.translate(_HALF_WIDTH), (notation,))
            except ValueError as error:
                unread = unread or error
                continue
            if found is not None and found != time:
                raise ValueError("two notations of the mapping read it as different dates")
            found = time
        if found is None:
            only = unread if len(notations) == 1 else None
            told = f": {only}" if only and "notation" not in str(only) else ""
            raise ValueError(f"not a date like {' or '.join(notations)}{told}")
        return found

    def read(row: Row, _pseudonyms: Pseudonyms) -> dict[str, Any] | None:
        text = row.value(column, path)
        return None if text is None else _tried(column, when, text)

    return read


def coded(column: str, path: str, codes: Mapping[str, Any], name: str) -> Read:
    """A reader of codes, by a table that has them case-folded."""

    def read(row: Row, _pseudonyms: Pseudonyms) -> Any:
        text = row.value(column, path)
        if text is None:
            return None
        if text.casefold() not in codes:
            raise FaultError(column, f"a code that the table {name} does not have")
        return codes[text.casefold()]

    return read


def texts(columns: Sequence[str], path: str, scheme: str | None) -> Read:
    """A reader of texts, of several columns joined by `/`; under a scheme, of their pseudonym."""

    def read(row: Row, pseudonyms: Pseudonyms) -> str | None:
        found = [row.value(column, path) for column in columns]
        for column, text in zip(columns, found, strict=True):
            if text is None:
                return None
            if len(columns) > 1 and "/" in text:
                raise FaultError(column, "holds a / and is joined with other columns by one")
        text = "/".join(filter(None, found))
        return text if scheme is None else pseudonyms.of(scheme, text)

    return read


def _tried(column: str, reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except ValueError as error:
        raise FaultError(column, str(error)) from None


def iso(text: str) -> dict[str, Any]:
    """The Time of a constant as 2025, 2025-06 or 2025-06-30; ValueError for anything else."""
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("a time is written as 2025, 2025-06 or 2025-06-30")
    return stretch(*(int(part) for part in match.groups() if part))


def check_notation(notation: str) -> None:
    """ValueError for a notation of dates that names no time: unknown directives, or a day without its month."""
    found = [part[1] for part in re.findall(r"%.?", notation) if len(part) == 2]
    parts = ["Y" if part == "y" else "m" if part == "b" else part for part in found]
    if notation.count("%") != len(parts) or sorted(parts) != sorted(_NESTED[: len(parts)]) or not parts:
        raise ValueError(
            "a notation of dates has %Y or %y, then at most %m or %b, %d, %H, %M, %S, each once and none without the"
            " coarser ones, e.g. %d.%m.%Y"
        )
