"""A mapping file: how a member's own CSV, JSON Lines or Parquet file becomes events (docs/mapping.md).

It is strict: a key that it does not have is an error, and so is everything that could be read in two ways.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from producers.sources.facts import Voice
from producers.sources.mapping_cells import Notation, Read, iso
from producers.sources.mapping_fields import Field, Fields, Reading, checked_dates, checked_notation
from producers.sources.mapping_problems import MappingError, Problems
from producers.sources.table import MARKS
from schemas.event import PROVENANCES, PURPOSES, SHARINGS
from schemas.registry import latest

NAME = "mapped"
TYPES = (
    "CertificateChanged", "ClaimTransacted", "CorrectiveActionReported", "CoverChanged", "ExposureReported",
    "FindingPublished", "GoalSet", "NearMissCountReported", "NilReturnFiled", "ObligationSet", "OccurrenceReported",
    "ReplyFiled", "SightingRecorded",
)  # fmt: skip
"""What members publish about their own records."""
CHARSETS = ("utf-8", "cp1252", "iso-8859-15", "cp932")
MAX_BYTES = 1_048_576
"""Longest mapping file that is read."""

_ROLES = (
    "INSURER", "REINSURER", "OPERATOR", "MANUFACTURER", "CERTIFICATION_BODY", "REGULATOR", "INVESTIGATOR",
    "PUBLIC_RECORDS", "RESEARCHER", "VICTIM_REPRESENTATIVE",
)  # fmt: skip
_CHOICES = {
    "event": TYPES, "kind": ("rows", "snapshot"), "role": _ROLES, "provenance": PROVENANCES,
    "sharing": SHARINGS,
}  # fmt: skip
_TOP = (
    *_CHOICES, "name", "version", "audience", "purposes", "subject", "file", "numbers", "dates", "codes", "missing",
    "fields", "snapshot",
)  # fmt: skip
_REASONS = ("NOT_REPORTED", "UNKNOWN", "NOT_APPLICABLE", "NOT_YET_DETERMINED", "REDACTED_CBI", "REDACTED_PII",
            "REDACTED_LEGAL", "ANONYMISED")  # fmt: skip
_FILLED = ("native", "missing", "sections")
_DIFFERENCED = ("transaction", "transaction_id", "reverses", "transacted", "amount", "outstanding")
STEPS = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "quarter": (3, 0), "year": (12, 0)}
"""How far apart the snapshots of a series are, in months and days."""
MONEY = {"paid": "INDEMNITY_PAID", "expenses": "EXPENSE_PAID", "recovered": "RECOVERED"}
"""Cumulative column of a snapshot to the transaction that its increase is."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a row of a cumulative file says about its claim: as of when, sums so far, reserve, whether it is closed.

    `first` is the time as of which the first file of the series is, `every` how far apart its files are.
    """

    as_of: Field
    first: dict[str, Any]
    every: str
    money: dict[str, Field]
    outstanding: Field | None
    closed: Field | None
    take_back: bool
    """Whether a sum that fell is a part taken back; else the row is rejected."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A mapping that was checked; `columns` are those it names, folded, each as it spells them."""

    name: str
    edition: str
    event: str
    voice: Voice
    audience: tuple[str, ...]
    purposes: tuple[str, ...]
    format: str
    charset: str
    delimiter: str
    marks: dict[str, str]
    key: str
    number: Read
    number_column: str | None
    fields: Read
    subject: Read | None
    """Of a row's data subject, the pseudonym; the row's native record is sealed under its key."""
    snapshot: Snapshot | None
    columns: dict[str, str]
    notations: dict[str, Notation]


def load(data: bytes, name: str) -> Plan:
    """The mapping in a file; MappingError has every problem with file, line, key and what is allowed."""
    try:
        if len(data) > MAX_BYTES:
            raise MappingError([f"{name}:1: the mapping is longer than {MAX_BYTES} bytes"])
        text = data.decode()
        told = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise MappingError([f"{name}:{line}: bytes that are no UTF-8: a mapping is TOML, which is UTF-8"]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        match = re.search(r"at line (\d+)", str(error))
        line = int(match[1]) if match else len(text.splitlines())
        raise MappingError([f"{name}:{line}: not TOML: {str(error).partition(' (at')[0]}"]) from None
    problems = Problems(name, text)
    problems.unknown((), told, _TOP)
    plan = _plan(told, problems)
    problems.ended()
    return plan


def _plan(told: dict[str, Any], problems: Problems) -> Plan:
    event = _choice(told, problems, "event", "")
    kind = _choice(told, problems, "kind", "rows")
    if event not in TYPES or kind not in _CHOICES["kind"]:
        problems.ended()  # what the fields can be depends on them
    if kind == "snapshot" and event != "ClaimTransacted":
        problems.add(("kind",), 'a snapshot is of claims: event = "ClaimTransacted"')
    name, version = told.get("name"), told.get("version", 1)
    if not isinstance(name, str) or re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name) is None:
        problems.add(("name",), "a name of this mapping of your own, 1 to 40 of a-z, 0-9 and -: it is part of each id")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        problems.add(("version",), "a whole number from 1: raise it when the mapping reads the same file differently")
    sharing = _choice(told, problems, "sharing", "CLOSED")
    purposes = _words(told, problems, "purposes", PURPOSES)
    if (sharing == "SHARED") != bool(purposes):
        problems.add(("purposes",), f"SHARED, and only that, needs purposes: {', '.join(PURPOSES)}")
    form, charset, delimiter = _file(told, problems)
    marks = MARKS | {}
    for mark, reason in _table(told, problems, "missing").items():
        if reason not in _REASONS:
            problems.add(("missing", mark), f"one of {', '.join(_REASONS)}")
        else:
            marks[mark.strip().casefold()] = reason
    reading = _reading(told, problems, marks)
    role, provenance = _choice(told, problems, "role", ""), _choice(told, problems, "provenance", "")
    snapshot = _snapshot(told, problems, Fields(latest("ClaimTransacted").json, reading), kind)
    fields = Fields(latest(event).json, reading)
    key, number, record = _record(told, problems, fields, kind)
    if form == "parquet" and any(notation.decimal != "." for notation in reading.notations.values()):
        problems.add(("numbers", "decimal"), "a point in Parquet, whose numbers are not texts")
    return Plan(
        str(name), f"{name}-{version}", event, Voice(role, provenance, sharing),
        _words(told, problems, "audience", None), purposes, form, charset, delimiter, marks, key, number.read,
        next(iter(number.columns), None), record, _subject(told, problems, fields),
        snapshot, reading.columns, reading.notations,
    )  # fmt: skip


def _record(told: dict[str, Any], problems: Problems, fields: Fields, kind: str) -> tuple[str, Field, Read]:
    """The name of the record key's field, what reads the member's own number of it, and what reads all else."""
    schema, table = fields.schema, dict(_table(told, problems, "fields"))
    key, names = schema["key"], [f["name"] for f in schema["fields"]]
    given = [*_FILLED, key, *(_DIFFERENCED if kind == "snapshot" else ())]
    for name in set(table) & {*_FILLED, *(_DIFFERENCED if kind == "snapshot" else ())}:
        problems.add(("fields", name), "not a field of a mapping: " + (
            "the hub fills it in" if name in _FILLED else "[snapshot] says it"))  # fmt: skip
        table.pop(name)
    spec = table.pop(key, None)
    if spec is None or not _columned(spec):
        problems.add(("fields", key), 'needs a column: the number by which your system knows it, e.g. "Claim no"')
        number = Field(lambda _row, _pseudonyms: None)
    else:
        number = fields.leaf({"type": "string"}, spec, ("fields", key), key)
    if "version" in names:
        table.setdefault("version", {"value": 1})
    constant = isinstance(table.get("currency"), dict) and "value" in table["currency"]
    if "currency" in names and "currency" not in table and (
        kind == "snapshot" or {"amount", "outstanding", "limit"} & table.keys()
    ):  # fmt: skip
        problems.add(("fields", "currency"), 'amounts need one: a column, or { value = "EUR" }')
    if constant and "currency_assumed" in names:
        table.setdefault("currency_assumed", {"value": True})
    strata = table.get("strata")
    policies = {
        ("fields", "policy_ref"): spec if key == "policy_ref" else table.get("policy_ref"),
        ("fields", "strata", "policy_ref"): strata.get("policy_ref") if isinstance(strata, dict) else None,
    }
    for at, one in policies.items():
        if one is not None and not (isinstance(one, dict) and "pseudonym" in one):
            problems.add(at, 'a policy is a pseudonym: { column = "…", pseudonym = "policy" }')
    insured = table.get("insured")
    if isinstance(insured, dict) and insured.get("scheme") == {"value": "keyed-hash"}:
        value = insured.get("value")
        if not (isinstance(value, dict) and "pseudonym" in value):
            problems.add(("fields", "insured", "value"), 'a keyed hash: { column = "…", pseudonym = "party" }')
    return key, number, fields.record(schema, table, ("fields",), given=given).read


def _subject(told: dict[str, Any], problems: Problems, fields: Fields) -> Read | None:
    spec = told.get("subject")
    if spec is None:
        return None
    if not (_columned(spec) and "pseudonym" in spec):
        problems.add(("subject",), 'a pseudonym: { column = "…", pseudonym = "person" }')
        return None
    return fields.leaf({"type": "string"}, spec, ("subject",), "sections.subjects").read


def _columned(spec: Any) -> bool:
    return isinstance(spec, str) or (isinstance(spec, dict) and "column" in spec)


def _snapshot(told: dict[str, Any], problems: Problems, fields: Fields, kind: str) -> Snapshot | None:
    if kind != "snapshot":
        if "snapshot" in told:
            problems.add(("snapshot",), 'only with kind = "snapshot"')
        return None
    table = _table(told, problems, "snapshot")
    if "snapshot" not in told:
        problems.add(("snapshot",), 'kind = "snapshot" needs this table')
    problems.unknown(("snapshot",), table, ("as_of", "first", "every", *MONEY, "outstanding", "closed", "decreases"))
    for name in ("as_of", "paid"):
        if name not in table:
            problems.add(("snapshot", name), "missing: a snapshot says as of when it is and what was paid so far")
    found = _figures(table, problems, fields)
    try:
        first = iso(str(table.get("first")))
    except ValueError:
        first = {}
        problems.add(("snapshot", "first"), 'as of when the first file of the series is, e.g. "2025-01-31"')
    if table.get("every") not in list(STEPS):  # a list: whatever the file has there can be compared
        problems.add(("snapshot", "every"), f"how far apart the files are: one of {', '.join(STEPS)}")
    if table.get("decreases", "reject") not in ("reject", "take-back"):
        problems.add(("snapshot", "decreases"), "reject, or take-back: what is paid less is a part taken back")
    return Snapshot(
        found.get("as_of", Field(lambda _row, _pseudonyms: None)), first, str(table.get("every")),
        {n: found[n] for n in MONEY if n in found},
        found.get("outstanding"), found.get("closed"), table.get("decreases") == "take-back",
    )  # fmt: skip


def _figures(table: dict[str, Any], problems: Problems, fields: Fields) -> dict[str, Field]:
    """What reads each column of [snapshot]."""
    time, money = fields.kinds["Time"], fields.kinds["Decimal38x6"]
    found: dict[str, Field] = {}
    for name, node in {
        "as_of": time, **dict.fromkeys((*MONEY, "outstanding"), money), "closed": {"type": "boolean"},
    }.items():  # fmt: skip
        if name not in table:
            continue
        if not _columned(table[name]):
            problems.add(("snapshot", name), 'a column, e.g. "Paid to date" or { column = "…" }')
        else:
            path = {"as_of": "transacted", "outstanding": "outstanding", "closed": "transaction"}.get(name, "amount")
            found[name] = fields.leaf(node, table[name], ("snapshot", name), path)
    return found


def _reading(told: dict[str, Any], problems: Problems, marks: Iterable[str]) -> Reading:
    numbers, dates = _table(told, problems, "numbers"), _table(told, problems, "dates")
    problems.unknown(("numbers",), numbers, ("decimal", "thousands", "affixes", "negative"))
    problems.unknown(("dates",), dates, ("formats",))
    codes = {}
    for name, table in _table(told, problems, "codes").items():
        if not isinstance(table, dict) or not table:
            problems.add(("codes", name), 'a table of codes, e.g. "offen" = "OPEN"')
            continue
        codes[name] = table
        for code in table:
            if not code.strip() or code.strip().casefold() in marks:
                problems.add(("codes", name, code), "never met: such a cell is read as a missing value")
    return Reading(
        problems,
        checked_notation(problems, ("numbers",), numbers, Notation()),
        checked_dates(problems, ("dates", "formats"), dates, ("%Y-%m-%d",)),
        codes,
    )


def _file(told: dict[str, Any], problems: Problems) -> tuple[str, str, str]:
    table = _table(told, problems, "file")
    problems.unknown(("file",), table, ("format", "charset", "delimiter"))
    form, charset, delimiter = table.get("format"), table.get("charset", "utf-8"), table.get("delimiter", ",")
    if form not in ("csv", "jsonl", "parquet"):
        problems.add(("file", "format"), "one of csv, jsonl, parquet")
    if charset not in CHARSETS or (form != "csv" and charset != "utf-8"):
        problems.add(("file", "charset"), f"of a csv file one of {', '.join(CHARSETS)}, of others utf-8")
    if delimiter not in (",", ";", "\t", "|") or (form != "csv" and "delimiter" in table):
        problems.add(("file", "delimiter"), r"of a csv file one of , ; | \t, of others none")
        delimiter = ","
    if delimiter == "|" and charset == "cp932":
        problems.add(("file", "delimiter"), "not | in cp932, where it is half of some characters")
    return str(form), str(charset), delimiter


def _table(told: dict[str, Any], problems: Problems, name: str) -> dict[str, Any]:
    found = told.get(name, {})
    if isinstance(found, dict):
        return found
    problems.add((name,), f"a table: [{name}]")
    return {}


def _choice(told: dict[str, Any], problems: Problems, name: str, default: str) -> str:
    """One of the words that a key at the top can have."""
    allowed = _CHOICES[name]
    found = told.get(name, default if default in ("rows", "CLOSED") else None)
    if found in allowed:
        return str(found)
    problems.add((name,), f"{'one' if name in told else 'missing: one'} of {', '.join(allowed)}")
    return ""


def _words(told: dict[str, Any], problems: Problems, name: str, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    found = told.get(name, [])
    words = found if isinstance(found, list) and all(isinstance(one, str) and one for one in found) else None
    if words is None or any("," in one for one in words) or (allowed is not None and not {*words} <= {*allowed}):
        problems.add((name,), f"a list of {'org ids or roles' if allowed is None else ', '.join(allowed)}")
        return ()
    return tuple(words)
