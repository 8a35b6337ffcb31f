"""Any CSV or JSON Lines file, by a mapping file (docs/mapping.md); Parquet comes as JSON Lines (producers.parquet).

Columns that the mapping does not name stay in the native record, which is CLOSED: it may hold what a pseudonym hides.
Where the mapping says whom a row is about, that record is sealed by the publisher; its digest is in no id then.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from producers.sources.contract import FaultError, FormatError, Outcome
from producers.sources.csv_records import BOM, File, Record, lines, records
from producers.sources.facts import fact
from producers.sources.mapping import NAME, TYPES, Plan
from producers.sources.mapping_fields import gathered
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import native, native_sections
from producers.sources.snapshots import Series, number_of
from producers.sources.table import Form, Header, Row, folded, listed, names_of, read_rows
from schemas.event import Event

DESCRIPTION = "Any CSV, JSON Lines or Parquet file, by a mapping file of your own (docs/mapping.md)"
EVENT_TYPES = TYPES

_OBJECT = "the object"


class Mapped:
    """The adapter of one mapping. It remembers the snapshots that it read, so it is of one run.

    `alone` takes any one snapshot as the first of its series, to look at it: what that gives is not to be published.
    """

    NAME = NAME
    DESCRIPTION = DESCRIPTION

    def __init__(self, plan: Plan, *, alone: bool = False) -> None:
        self.plan = plan
        self.EDITIONS: Mapping[str, tuple[str, ...]] = {plan.edition: tuple(plan.columns.values())}
        self.EVENT_TYPES: tuple[str, ...] = (plan.event,)
        self._form = Form(NAME, f"file of the mapping {plan.name}", {}, (plan.charset,), plan.marks)
        self._series = None if plan.snapshot is None else Series(plan, plan.snapshot, alone=alone)
        self.NEEDS_WHOLE_FILE: str | None = None
        if self._series is not None:
            self.NEEDS_WHOLE_FILE = "a snapshot says how all claims stand"
        elif plan.format == "parquet":
            self.NEEDS_WHOLE_FILE = "a Parquet file is read from its end"

    def read(self, data: File, org: str, pseudonyms: Pseudonyms, /) -> Iterator[Outcome]:
        """What became of each row; FormatError names the columns that the mapping has and the file lacks.

        Of a series of snapshots the files are read in their order: each is differenced with the one before.
        """
        header, records_of = self._opened(data)
        made: Callable[[Row], Row] = self._object if self.plan.format != "csv" else lambda row: row

        def event(row: Row, kind: str, number: str, value: dict[str, Any], what: str) -> Event:
            media = "text/csv; header=absent" if self.plan.format == "csv" else "application/json"
            sections = native_sections(row, "CLOSED")
            subject = self.plan.subject(row, pseudonyms) if self.plan.subject else None
            if subject is not None:
                sections = [{**s, "subjects": [subject] if s["name"] == "native" else []} for s in sections]
            whole = {**value, "native": native(row, media), "sections": sections}
            found = fact(self.plan.voice, org, row, kind, self.plan.key, f"{self.plan.name}/{number}", whole, what=what)
            told = found.id if subject is None else pseudonyms.of("fact", found.id)  # a digest of clear bytes is in it
            return replace(found, id=told, audience=self.plan.audience, purposes=self.plan.purposes)

        def one(row: Row) -> Event:
            number, value = number_of(self.plan, made(row), pseudonyms)
            what = value.get("transaction_id") or value.get("change") or str(value.get("version"))
            return event(row, self.plan.event, number, value, what)

        if self._series is None:
            return read_rows(header, records_of(), one)
        return self._series.read(
            lambda make: read_rows(header, records_of(), lambda row: make(made(row))), event, pseudonyms
        )

    def unmapped(self, data: File) -> list[str]:
        """The columns of a file that the mapping does not name, folded; of JSON Lines those of its first object."""
        header, records_of = self._opened(data)
        if self.plan.format == "csv":
            return [name for name in header.columns if folded(name) not in self.plan.columns]
        first = next(filter(None, map(_keys, records_of())), [])
        return [name for name in first if folded(name) not in self.plan.columns]

    def _opened(self, data: File) -> tuple[Header, Callable[[], Iterator[Record]]]:
        if not len(data):
            raise FormatError("the file is empty")
        if self.plan.format != "csv":
            self._check_keys(data)
            return Header(self._form, self.plan.edition, (_OBJECT,), (0,), ("utf-8",), None), lambda: lines(data)
        delimiter = self.plan.delimiter.encode()
        record = next(records(data, delimiter))
        native = record.native
        broken = record.open_quote is not None or record.too_long is not None
        if broken or not isinstance(native, bytes) or b"\x00" in native:
            raise FormatError("the header is damaged, or the file no CSV file: save it as CSV again")
        try:
            names = names_of([cell.decode(self.plan.charset) for cell in record.cells])
        except UnicodeDecodeError:
            raise FormatError(f"the header is no text in {self.plan.charset}, as the mapping says it is") from None
        self._check_columns(names)
        twice = [spelled for name, spelled in self.plan.columns.items() if f"{name} (2)" in names]
        if twice:
            raise FormatError(f"the file has these columns of the mapping twice: {listed(twice)}")
        columns = tuple(self.plan.columns.get(name, name) for name in names)
        header = Header(
            self._form, self.plan.edition, columns, tuple(range(len(columns))), (self.plan.charset,),
            native.removeprefix(BOM),
        )  # fmt: skip
        return header, lambda: _after_first(records(data, delimiter))

    def _check_keys(self, data: File) -> None:
        """FormatError unless each column of the mapping is in some object: one that is blank may be left out."""
        seen: set[str] = set()
        for record in lines(data):
            seen.update(map(folded, _keys(record)))
            if seen >= self.plan.columns.keys():
                return
        self._check_columns(sorted(seen))

    def _check_columns(self, names: list[str]) -> None:
        lacking = [spelled for name, spelled in self.plan.columns.items() if name not in names]
        if lacking:
            raise FormatError(
                f"no {self._form.title}: it lacks the columns {listed(lacking)}; it has {listed(names) or 'none'}"
            )

    def _object(self, row: Row) -> Row:
        """The row with the fields of its JSON object as cells, numbers as they are written there."""
        pairs = _pairs(row.text(_OBJECT))
        if pairs is None:
            raise FaultError(None, "not a JSON object on one line")
        values: dict[str, Any] = {}
        for name, value in pairs:
            column = self.plan.columns.get(folded(name))
            if column in values:
                raise FaultError(column, "the field is there twice")
            if column is not None:
                values[column] = value
        row.cells = gathered({column: partial(self._cell, column, value) for column, value in values.items()})
        return row

    def _cell(self, column: str, value: Any) -> str:
        if value is None or isinstance(value, bool):
            return "" if value is None else str(value).lower()
        if not isinstance(value, str):
            raise FaultError(column, "a list or an object, where the mapping reads a text or a number")
        notation = self.plan.notations.get(column)
        if isinstance(value, _Number) and notation is not None and notation.decimal != ".":
            raise FaultError(column, f"a JSON number, where the mapping says a text like {notation.example()}")
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise FaultError(column, "a character that is no text")
        return value


class _Number(str):
    """A number of a JSON object, as it is written."""

    __slots__ = ()


def _pairs(text: str) -> list[tuple[str, Any]] | None:
    try:
        found = json.loads(
            text, object_pairs_hook=list, parse_float=_Number, parse_int=_Number, parse_constant=_refused
        )
    except (ValueError, RecursionError):
        return None
    return found if text.startswith("{") and isinstance(found, list) else None


def _keys(record: Record) -> list[str]:
    try:
        return [name for name, _ in _pairs(record.cells[0].removeprefix(BOM).decode()) or []]
    except UnicodeDecodeError:
        return []


def _refused(_constant: str) -> None:
    raise ValueError("NaN and Infinity are no JSON")


def _after_first(found: Iterator[Record]) -> Iterator[Record]:
    next(found)
    return found
