"""One row of a crash report file: its cells by column, and why those without a value have none."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from producers.sources import nhtsa_sgo_forms as forms
from producers.sources.contract import FaultError
from producers.sources.nhtsa_sgo_text import mask_vins

CBI = "[REDACTED, MAY CONTAIN CONFIDENTIAL BUSINESS INFORMATION]"
_MARKS = {
    CBI: "REDACTED_CBI",
    "[MAY CONTAIN PERSONALLY IDENTIFIABLE INFORMATION]": "REDACTED_PII",
    "[XXX]": "REDACTED_PII",
    "N/A": "NOT_APPLICABLE",
    "-": "NOT_REPORTED",
}
_MONTH = re.compile(r"([A-Z]{3})-((?:19|20)[0-9]{2})")
_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Form(NamedTuple):
    """The header of one file: `columns` under the names of the later forms, `filed` under the file's own."""

    edition: str
    columns: tuple[str, ...]
    filed: tuple[str, ...]
    boxes: frozenset[str]
    groups: Mapping[str, list[tuple[str, str]]]
    header: bytes | None  # kept with each record when the file's order is not the form's own

    def as_filed(self, column: str | None) -> str | None:
        """The name that the file has for a column."""
        return self.filed[self.columns.index(column)] if column in self.columns else column


class Row:
    """One row: its cells by column, VINs cut, and the fields found missing so far."""

    def __init__(self, form: Form, cells: list[str]) -> None:
        self.form = form
        self.cells = {name: mask_vins(cell) for name, cell in zip(form.columns, cells, strict=True)}
        for box in form.boxes:
            if self.cells[box].strip() not in ("", "Y"):
                raise FaultError(box, "a tick box holds Y or nothing")
        self.missing: list[dict[str, str]] = []

    def ticked(self, box: str | None) -> bool:
        """Whether the box is ticked; no box is not."""
        return box is not None and self.cells.get(box, "").strip() == "Y"

    def lacks(self, path: str, reason: str) -> None:
        """Note why the field has no value."""
        if path:
            self.missing.append({"field": path, "reason": reason})

    def text(self, column: str) -> str:
        """The stripped cell; blank where the edition has no such column."""
        return self.cells.get(column, "").strip()

    def reason(self, column: str) -> str | None:
        """Why the column has no value; None when it has one."""
        if column not in self.cells:
            return "NOT_APPLICABLE"  # this edition of the form does not ask
        text = self.text(column)
        if text:
            return _MARKS.get(text.upper())
        if self.ticked(forms.UNKNOWN_BOXES.get(column)):
            return "UNKNOWN"
        if self.ticked(forms.NOT_APPLICABLE_BOXES.get(column)):
            return "NOT_APPLICABLE"
        return "REDACTED_CBI" if self.ticked(forms.WITHHELD_BOXES.get(column)) else "NOT_REPORTED"

    def value(self, column: str, path: str) -> str | None:
        """The value as filed, without surrounding blanks; where there is none, the reason is noted under `path`."""
        reason = self.reason(column)
        if reason is None:
            return self.text(column)
        self.lacks(path, reason)
        return None

    def month(self, column: str, path: str) -> dict[str, Any] | None:
        """The Time of a month column; FaultError for another notation."""
        text = self.value(column, path)
        if text is None:
            return None
        match = _MONTH.fullmatch(text)
        if match is None or match[1] not in _NAMES:
            raise FaultError(column, "not a month in the notation MMM-YYYY, e.g. MAY-2025")
        return month_of(int(match[2]), _NAMES.index(match[1]) + 1)


@lru_cache(maxsize=1024)
def month_of(year: int, month: int) -> dict[str, Any]:
    """The Time of a calendar month."""

    def micros(y: int, m: int) -> int:
        return int((datetime(y, m, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 1_000_000

    after = (year, month + 1) if month < 12 else (year + 1, 1)
    return {
        "text": f"{year:04}-{month:02}", "from": micros(year, month), "to": micros(*after), "precision": "MONTH",
    }  # fmt: skip
