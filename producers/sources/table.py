"""Tables of public records: which edition a header is of, and each record as a row that knows its column names.

An edition is recognised by its column names alone, never by the name of the file. Runs of white space and letter case
in a name do not matter (the forms break their headers differently every year); an added, missing or renamed column
does: the file is refused with the names. A column without a name is `column N` by its position, and the second of two
columns of one name is `NAME (2)`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from producers.sources.contract import FaultError, FormatError, Reject, Skip
from producers.sources.csv_records import BOM, MAX_CELL, MAX_CELLS, MAX_RECORD, File, Record, records
from producers.sources.ordinals import Ordinals

_T = TypeVar("_T")

MARKS = {"n/a": "NOT_APPLICABLE", "unknown": "UNKNOWN", "[xxx]": "REDACTED_PII"}
"""Case-folded cells that say why there is no value, in every table."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the files of a source look like.

    `charsets` are tried in this order, each strictly; `marks` are case-folded cells that say why a value is missing.
    """

    source: str
    title: str
    editions: Mapping[str, tuple[str, ...]]
    charsets: tuple[str, ...]
    marks: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """The header of one file: `order` is where each column of the edition lies; `native` only if it is not its own."""

    form: Form
    edition: str
    columns: tuple[str, ...]
    order: tuple[int, ...]
    charsets: tuple[str, ...]
    native: bytes | None


class Row:
    """One record of a recognised file: its cells by column name, and the fields found missing so far."""

    __slots__ = ("cells", "charset", "digest", "header", "line", "missing", "native", "number", "ordinal")

    def __init__(self, header: Header, number: int, record: Record, native: bytes) -> None:
        self.header = header
        self.number = number  # of the record, from 1, rejected and skipped ones counted
        self.line = record.line
        self.native = native
        self.charset, cells = _decoded(header, record)
        self.cells = {name: cells[at] for name, at in zip(header.columns, header.order, strict=True)}
        self.digest = sha256(native).digest()
        self.ordinal = 0
        self.missing: list[dict[str, str]] = []

    def lacks(self, path: str, reason: str) -> None:
        """Note why a field of the typed half has no value."""
        self.missing.append({"field": path, "reason": reason})

    def text(self, column: str) -> str:
        """The cell without surrounding white space; blank where the edition has no such column.

        A byte order mark goes too: files that were joined have one where the second begins.
        """
        return _bare(self.cells.get(column, ""))

    def says(self, column: str) -> bool:
        """Whether the cell has a value."""
        text = self.text(column)
        return bool(text) and text.casefold() not in self.header.form.marks

    def value(self, column: str, path: str) -> str | None:
        """The value as filed, without surrounding white space; where there is none, the reason is noted for `path`."""
        text = self.text(column)
        reason = self.header.form.marks.get(text.casefold()) if text else "NOT_REPORTED"
        if reason is None:
            return text
        self.lacks(path, reason)
        return None

    def code(self, column: str, path: str, codes: Mapping[str, str]) -> str | None:
        """What a case-folded code stands for; FaultError for a code that is not among them."""
        text = self.value(column, path)
        if text is None:
            return None
        if text.casefold() not in codes:
            raise FaultError(column, "a code that this release does not know")
        return codes[text.casefold()]

    def ticked(self, column: str) -> bool:
        """Whether a box that holds Yes or nothing is ticked; FaultError for anything else."""
        text = self.text(column)
        if text not in ("", "Yes"):
            raise FaultError(column, "a tick box holds Yes or nothing")
        return bool(text)


def read_table(form: Form, data: File) -> tuple[Header, Iterator[Record]]:
    """The header of a file and the records after it; FormatError names what is missing or unknown."""
    found = records(data)
    return _header(form, next(found, None)), found


def read_rows(header: Header, found: Iterator[Record], make: Callable[[Row], _T]) -> Iterator[_T | Reject | Skip]:
    """What `make` makes of each record; a blank record is skipped, one with a fault is handed out as a reject."""
    with closing(Ordinals()) as seen:
        for number, record in enumerate(found, 1):
            if _blank(record):
                yield Skip(record.line, "the record is blank", record.native)
                continue
            try:
                row = _row(header, number, record)
                row.ordinal = seen.of(row.digest)
                made = make(row)
            except FaultError as fault:
                yield Reject(record.line, fault.column, fault.reason, record.native)
            else:
                seen.count(row.digest)
                yield made


def _blank(record: Record) -> bool:
    whole = record.too_long is None and record.open_quote is None and record.width <= MAX_CELLS
    return whole and not any(map(bytes.strip, record.cells))


def _row(header: Header, number: int, record: Record) -> Row:
    order = dict(zip(header.order, header.columns, strict=True))
    if record.open_quote is not None:
        raise FaultError(
            order.get(record.open_quote), "a quotation mark is never closed: the file is cut off or damaged"
        )
    if record.width != len(order):
        raise FaultError(None, f"the row has {record.width} cells, the header {len(order)}")
    if record.too_long is not None:
        raise FaultError(order[record.too_long], f"the cell is longer than {MAX_CELL} bytes")
    if not isinstance(record.native, bytes):
        raise FaultError(None, f"the row is longer than {MAX_RECORD} bytes")
    row = Row(header, number, record, record.native)
    for column, cell in row.cells.items():
        if "\x00" in cell:
            raise FaultError(column, "the cell holds a NUL byte")
        if _bare(cell).startswith(("=", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A")):
            raise FaultError(column, "a spreadsheet formula or its error, not a value: export the values")
    return row


def _bare(cell: str) -> str:
    return cell.strip().removeprefix("\ufeff").strip()


def _decoded(header: Header, record: Record) -> tuple[str, list[str]]:
    for charset in header.charsets:
        try:
            return charset, [cell.decode(charset) for cell in record.cells]
        except UnicodeDecodeError:
            continue
    charset = header.charsets[-1]
    for name, at in zip(header.columns, header.order, strict=True):
        try:
            record.cells[at].decode(charset)
        except UnicodeDecodeError:
            raise FaultError(name, f"bytes that are no text in {' or '.join(header.charsets)}") from None
    raise AssertionError("every cell decodes")


def _header(form: Form, record: Record | None) -> Header:
    if record is None:
        raise FormatError("the file is empty")
    native = bytes(record.native[: MAX_RECORD + 1])
    if b"\x00" in native or native[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError("the header holds NUL bytes: save the file as CSV in UTF-8")
    if record.open_quote is not None:
        raise FormatError("the header has a quotation mark that is never closed: the file is cut off or no CSV file")
    readings = _readings(form, record)
    if not readings:
        raise FormatError(f"no {form.title}: the header is no text in {' or '.join(form.charsets)}")
    for charset, names in readings.items():
        for edition, columns in form.editions.items():
            known = list(map(folded, columns))
            if sorted(names) != sorted(known):
                continue
            order = tuple(map(names.index, known))
            if len(native) > MAX_RECORD:
                raise FormatError(f"no {form.title}: the header is longer than {MAX_RECORD} bytes")
            own = order == tuple(range(len(known)))
            vague = [name for name in columns if name.startswith("column ") or name.endswith(" (2)")]
            if vague and not own:
                told = f"it has the columns of {edition} in another order, and not all have a name of their own"
                raise FormatError(f"no {form.title}: {told}: {listed(vague)}")
            some = tuple(readings) if native.isascii() else (charset,)
            return Header(form, edition, columns, order, some, None if own else native.removeprefix(BOM))
    raise FormatError(_difference(form, next(iter(readings.values()))))


def _readings(form: Form, record: Record) -> dict[str, list[str]]:
    """Charset to the folded names, for each charset in which the header is text."""
    readings = {}
    for charset in ("utf-8",) if record.native[: len(BOM)] == BOM else form.charsets:
        try:
            readings[charset] = names_of([cell.decode(charset) for cell in record.cells])
        except UnicodeDecodeError:
            continue
    return readings


def names_of(cells: Sequence[str]) -> list[str]:
    """The names of a header's columns, folded, each of them once."""
    names: list[str] = []
    for at, cell in enumerate(cells, 1):
        name = folded(cell) or f"column {at}"
        names.append(f"{name} ({names.count(name) + 1})" if name in names else name)
    return names


def folded(name: str) -> str:
    """A column's name without what forms change every year: runs of white space and letter case."""
    return " ".join(name.split()).casefold()


def _difference(form: Form, names: Sequence[str]) -> str:
    edition, columns = max(form.editions.items(), key=lambda item: len(set(map(folded, item[1])) & set(names)))
    missing = [name for name in columns if folded(name) not in names]
    unknown = [name for name in names if name not in set(map(folded, columns))]
    parts = [f"missing: {listed(missing)}"] * bool(missing) + [f"unknown: {listed(unknown)}"] * bool(unknown)
    common = len(columns) - len(missing)
    return (
        f"no {form.title}: {common} of the {len(columns)} columns of the nearest form ({edition}); {'; '.join(parts)}"
    )


def listed(names: Sequence[str]) -> str:
    """Names of columns for an error, ten at most."""
    shown = [repr(name[:60]) for name in names[:10]]
    return ", ".join(shown) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
