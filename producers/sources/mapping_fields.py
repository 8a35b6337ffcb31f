"""From the [fields] of a mapping to what reads a row: the event's schema says what each field can be.

A record of the schema is a table of the mapping, a list is an array of tables, anything else is a column or a value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from producers.sources.contract import FaultError
from producers.sources.mapping_cells import (
    MOST,
    Notation,
    Read,
    check_notation,
    coded,
    decimals,
    iso,
    texts,
    times,
    whole,
)
from producers.sources.mapping_problems import Key, Problems
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.table import Row, folded

CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF"
    " CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG"
    " HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA"
    " MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD"
    " RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX"
    " USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)
"""ISO 4217, the codes of money in use."""
SCHEMES = ("claim", "policy", "party", "person", "vin")
"""What pseudonyms are of: the same number of one scheme has one pseudonym in all files of a member."""
_READERS = {
    "string": ("codes", "pseudonym"), "enum": ("codes",), "boolean": ("codes",), "Time": ("date",),
    "Decimal38x6": ("decimal", "thousands", "affixes", "negative"), "int": ("decimal", "thousands", "affixes"),
}  # fmt: skip
"""Kind of field to what may stand beside its column."""
_SAID = ("transaction", "change", "basis", "class", "status", "verdict", "stance")
"""Enumerations that say what the event is: their default would be no event."""


@dataclass(frozen=True, slots=True)
class Field:
    """What reads a field, and the columns that it looks at, in the mapping's own spelling."""

    read: Read
    columns: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """How the file's cells are written, and what was found of its columns so far."""

    problems: Problems
    notation: Notation
    dates: tuple[str, ...]
    codes: Mapping[str, Mapping[str, Any]]
    columns: dict[str, str] = field(default_factory=dict)
    """Folded name to the mapping's spelling of every column it names."""
    notations: dict[str, Notation] = field(default_factory=dict)
    """Column to the notation of its numbers."""

    def column(self, key: Key, spec: Mapping[str, Any], *, several: bool = False) -> tuple[str, ...]:
        """The column or columns that a table names."""
        named = spec["column"]
        found = tuple(named) if several and isinstance(named, list) else (named,)
        if not found or not all(isinstance(one, str) and one.strip() for one in found):
            more = ", or a list of such names" if several else ""
            self.problems.add((*key, "column"), f"the name of a column of the file{more}")
            return ()
        return tuple(self.columns.setdefault(folded(one), one) for one in found)


class Fields:
    """The fields of one event type; `kinds` are the types of its schema by name."""

    def __init__(self, schema: Mapping[str, Any], reading: Reading) -> None:
        self.schema = schema
        self._reading = reading
        self._problems = reading.problems
        self.kinds: dict[str, Any] = {}
        _collect(schema, self.kinds)

    def record(self, node: Mapping[str, Any], table: Any, key: Key, path: str = "", given: Sequence[str] = ()) -> Field:
        """What reads a record; `given` are fields that the adapter fills in itself and the mapping must not."""
        if not isinstance(table, dict):
            self._problems.add(key, f"a table of {', '.join(f['name'] for f in node['fields'])}")
            return Field(_nothing)
        mine = {f["name"]: f for f in node["fields"] if f["name"] not in given}
        self._problems.unknown(key, table, mine)
        parts: dict[str, tuple[Field, Any]] = {}
        for name, one in mine.items():
            kind, optional = _split(one["type"], self.kinds)
            at, where = (*key, name), f"{path}.{name}".removeprefix(".")
            if name in table:
                part = self._field(kind, table[name], at, where)
                part = _unless_blank(part, where) if optional and kind["type"] == "record" else part
                parts[name] = part, _empty(kind, optional=optional)
            elif "default" in one or optional or kind["type"] == "array":
                parts[name] = Field(_nothing), one.get("default", None if optional else [])
            elif kind["type"] == "record" and kind["name"] != "Time":
                parts[name] = self.record(kind, {}, at, where), None
            elif kind["type"] == "enum" and name not in _SAID:
                parts[name] = Field(_nothing), kind["default"]
            else:
                self._problems.add(at, f"missing, and the event needs it: {_allowed(kind)}")
        return Field(_record(parts), tuple(column for part, _ in parts.values() for column in part.columns))

    def _field(self, kind: Mapping[str, Any], spec: Any, key: Key, path: str) -> Field:
        if kind["type"] == "array":
            if not isinstance(spec, list):
                self._problems.add(key, f"a list, each entry {_allowed(_split(kind['items'], self.kinds)[0])}")
                return Field(_nothing)
            inner = _split(kind["items"], self.kinds)[0]
            entries = [self._field(inner, one, (*key, f"[{at}]"), path) for at, one in enumerate(spec)]
            return _list([_unless_blank(entry, path) for entry in entries])
        if kind["type"] == "map":
            if not isinstance(spec, dict):
                self._problems.add(key, "a table of dimensions, each a list of columns or values")
                return Field(_nothing)
            inner = _split(kind["values"], self.kinds)[0]
            return _map({name: self._field(inner, one, (*key, name), f"{path}.{name}") for name, one in spec.items()})
        if kind["type"] == "record" and kind["name"] != "Time":
            return self.record(kind, spec, key, path)
        return self.leaf(kind, spec, key, path)

    def leaf(self, kind: Mapping[str, Any], spec: Any, key: Key, path: str) -> Field:
        """What reads a field that is no record and no list: a column, or a value that all rows have."""
        name = kind.get("name") if kind["type"] in ("record", "fixed") else kind["type"]
        if name not in _READERS:
            self._problems.add(key, "cannot be mapped: the hub fills it in")
            return Field(_nothing)
        spec = {"column": spec} if isinstance(spec, str) else spec
        if not isinstance(spec, dict) or ("column" in spec) == ("value" in spec):
            self._problems.add(key, f'either a column or a value, e.g. {{ column = "…" }}: {_allowed(kind)}')
            return Field(_nothing)
        if "value" in spec:
            self._problems.unknown(key, spec, ("value",))
            return self._constant(kind, spec["value"], (*key, "value"))
        self._problems.unknown(key, spec, ("column", *_READERS[name]))
        columns = self._reading.column(key, spec, several=name == "string" and "codes" not in spec)
        if columns and path == "currency":
            return Field(_currency(self._cell(name, kind, spec, columns, key, path), columns[0]), columns)
        return Field(self._cell(name, kind, spec, columns, key, path), columns) if columns else Field(_nothing)

    def _cell(
        self, name: str, kind: Mapping[str, Any], spec: Mapping[str, Any], columns: tuple[str, ...], key: Key, path: str
    ) -> Read:
        if name in ("Decimal38x6", "int"):
            notation = checked_notation(self._problems, key, spec, self._reading.notation)
            self._reading.notations[columns[0]] = notation
            return (decimals if name == "Decimal38x6" else whole)(columns[0], path, notation)
        if name == "Time":
            return times(columns[0], path, checked_dates(self._problems, (*key, "date"), spec, self._reading.dates))
        if "codes" in spec:
            return coded(columns[0], path, self._table(kind, spec["codes"], (*key, "codes")), f"codes.{spec['codes']}")
        if name == "boolean":
            return coded(columns[0], path, {"true": True, "false": False}, "true, false")
        if name == "enum":
            symbols = {symbol.casefold(): symbol for symbol in kind["symbols"]}
            return coded(columns[0], path, symbols, f"of {kind['name']}")
        scheme = spec.get("pseudonym")
        if scheme is not None and scheme not in SCHEMES:
            self._problems.add((*key, "pseudonym"), f"one of {', '.join(SCHEMES)}")
        return texts(columns, path, scheme)

    def _table(self, kind: Mapping[str, Any], name: Any, key: Key) -> dict[str, Any]:
        table = self._reading.codes.get(name) if isinstance(name, str) else None
        if table is None:
            names = ", ".join(sorted(self._reading.codes)) or "none yet"
            self._problems.add(key, f"the name of a table [codes.NAME] of this file: {names}")
            return {}
        found: dict[str, Any] = {}
        for code, value in table.items():
            if code.strip().casefold() in found:
                self._problems.add(("codes", name, code), "there already, but for letter case or white space")
            if not _fits(kind, value):
                self._problems.add(("codes", name, code), _allowed(kind))
            found[code.strip().casefold()] = value
        return found

    def _constant(self, kind: Mapping[str, Any], value: Any, key: Key) -> Field:
        if not _fits(kind, value) or (key[-2] == "currency" and value not in CURRENCIES):
            self._problems.add(key, "an ISO 4217 code, e.g. EUR" if key[-2] == "currency" else _allowed(kind))
            return Field(_nothing)
        if kind.get("name") == "Time":
            value = iso(value)
        elif kind["type"] == "fixed":
            value = Decimal(value)
        return Field(lambda _row, _pseudonyms: value)


def checked_notation(problems: Problems, key: Key, spec: Mapping[str, Any], given: Notation) -> Notation:
    """The notation of numbers that a table states, where it states none that of the file."""
    decimal, thousands = spec.get("decimal", given.decimal), spec.get("thousands", given.thousands)
    if decimal not in (".", ","):
        problems.add((*key, "decimal"), "the sign before decimals: . or ,")
        decimal = given.decimal
    if thousands not in ("", ".", ",", " ", "'", "\u2019", "\u00a0", "\u202f"):
        problems.add((*key, "thousands"), "the sign between thousands: nothing, a point, comma, blank or apostrophe")
        thousands = ""
    if decimal == thousands:
        problems.add((*key, "thousands"), "not the sign before decimals")
    affixes, negative = spec.get("affixes", list(given.affixes)), spec.get("negative", given.negative)
    if not isinstance(affixes, list) or not all(isinstance(one, str) and one.strip() for one in affixes):
        problems.add((*key, "affixes"), 'a list of texts that may stand before or after a number, e.g. ["€", "EUR"]')
        affixes = []
    if not isinstance(negative, bool):
        problems.add((*key, "negative"), "true or false")
    return replace(given, decimal=decimal, thousands=thousands, affixes=tuple(affixes), negative=negative is True)


def checked_dates(problems: Problems, key: Key, spec: Mapping[str, Any], given: tuple[str, ...]) -> tuple[str, ...]:
    """The notations of dates that a table states under the last name of `key`, where it states none `given`."""
    stated = spec.get(key[-1], list(given))
    found = [stated] if isinstance(stated, str) else stated
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        problems.add(key, 'a notation of dates or a list of them, e.g. "%d.%m.%Y"')
        return given
    for notation in found:
        try:
            check_notation(notation)
        except ValueError as error:
            problems.add(key, str(error))
            return given
    return tuple(found)


def _currency(read: Read, column: str) -> Read:
    def checked(row: Row, pseudonyms: Pseudonyms) -> str | None:
        code: str | None = read(row, pseudonyms)
        if code is not None and code not in CURRENCIES:
            raise FaultError(column, "not an ISO 4217 code, e.g. EUR: a table of codes can say which one is meant")
        return code

    return checked


def _nothing(_row: Row, _pseudonyms: Pseudonyms) -> None:
    return None


def together(faults: Sequence[FaultError]) -> FaultError:
    """All that is wrong with a row as one fault: the column is the first's, the reason names the others."""
    first, *rest = faults
    return FaultError(first.column, "; ".join([first.reason, *(f"{f.column or 'the row'}: {f.reason}" for f in rest)]))


def gathered(reads: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each of them reads; FaultError with the faults of all."""
    found, faults = {}, []
    for name, read in reads.items():
        try:
            found[name] = read()
        except FaultError as fault:
            faults.append(fault)
    if faults:
        raise together(faults)
    return found


def _record(parts: Mapping[str, tuple[Field, Any]]) -> Read:
    def one(name: str, part: Field, empty: Any, row: Row, pseudonyms: Pseudonyms) -> Any:
        value = part.read(row, pseudonyms)
        if value is None and empty is _NEEDED:
            raise FaultError(part.columns[0], f"no value, and the event needs one for {name}")
        return empty if value is None else value

    def read(row: Row, pseudonyms: Pseudonyms) -> dict[str, Any]:
        return gathered({name: partial(one, name, *part, row, pseudonyms) for name, part in parts.items()})

    return read


def _unless_blank(part: Field, path: str) -> Field:
    """The same, but nothing where none of its columns says anything; the first one tells why."""

    def read(row: Row, pseudonyms: Pseudonyms) -> Any:
        if part.columns and not any(row.says(column) for column in part.columns):
            row.value(part.columns[0], path)
            return None
        return part.read(row, pseudonyms)

    return replace(part, read=read)


def _list(parts: Sequence[Field]) -> Field:
    def read(row: Row, pseudonyms: Pseudonyms) -> list[Any]:
        return [value for part in parts if (value := part.read(row, pseudonyms)) is not None]

    return Field(read, tuple(column for part in parts for column in part.columns))


def _map(parts: Mapping[str, Field]) -> Field:
    def read(row: Row, pseudonyms: Pseudonyms) -> dict[str, Any]:
        return {name: value for name, part in parts.items() if (value := part.read(row, pseudonyms))}

    return Field(read, tuple(column for part in parts.values() for column in part.columns))


_NEEDED = object()


def _empty(kind: Mapping[str, Any], *, optional: bool) -> Any:
    """What a field has where its columns say nothing."""
    if optional or kind["type"] in ("array", "map"):
        return None if optional else []
    if kind["type"] == "boolean":
        return False
    return kind["default"] if kind["type"] == "enum" else _NEEDED


def _split(node: Any, named: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The kind of a field as an object, and whether it may be null."""
    optional = isinstance(node, list)
    kind = next(one for one in node if one != "null") if optional else node
    if isinstance(kind, str):
        kind = named.get(kind, {"type": kind})
    return kind, optional


def _collect(node: Any, named: dict[str, Any]) -> None:
    if isinstance(node, list):
        for one in node:
            _collect(one, named)
    elif isinstance(node, dict):
        if node.get("type") in ("record", "enum", "fixed"):
            named.setdefault(node["name"], node)
        for one in node.values():
            _collect(one, named)


def _fits(kind: Mapping[str, Any], value: Any) -> bool:
    """Whether a value of the mapping can stand in a field."""
    whole_number = isinstance(value, int) and not isinstance(value, bool)
    if kind["type"] == "fixed":
        exact = whole_number or (isinstance(value, Decimal) and value.is_finite())
        return exact and abs(value) <= MOST and Decimal(value) == round(Decimal(value), 6)
    if kind.get("name") == "Time":
        try:
            return isinstance(value, str) and bool(iso(value))
        except ValueError:
            return False
    if kind["type"] == "enum":
        return value in kind["symbols"]
    if kind["type"] == "boolean":
        return isinstance(value, bool)
    return (
        whole_number and abs(value) < 2**31 if kind["type"] == "int" else isinstance(value, str) and bool(value.strip())
    )


def _allowed(kind: Mapping[str, Any]) -> str:
    """What a field can be, for an error."""
    if kind["type"] == "enum":
        return f"one of {', '.join(kind['symbols'])}"
    if kind["type"] == "record" and kind["name"] != "Time":
        return f"a table of {', '.join(f['name'] for f in kind['fields'])}"
    names = {
        "string": "a text",
        "int": "a whole number",
        "boolean": "true or false",
        "array": "a list",
        "map": "a table",
    }
    return {"Time": "a time, as 2025, 2025-06 or 2025-06-30", "Decimal38x6": "a number of at most six decimals"}.get(
        kind.get("name", ""), names.get(kind["type"], "what the hub fills in")
    )
