"""Named queries: `.sql` files with typed parameters, asked in a Scope. No scope, no answer.

Every question first resolves the generation and the positions that its answer rests on, then bounds everything it
reads by them. A file begins with its description and may say `-- uses: part, …`: fragments of `queries/parts`, put
before it as common table expressions, in the order in which they need each other; one that is read more than once is
kept, unless it is `-- inlined`. A part that says its `-- columns` is asked first, by itself, and handed on as a table:
the engine analyses an expression again wherever it is used, which for what several parts need takes longer than the
answer.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

from commons import generation as generations
from commons.access import MAY_READ, OPERATOR, Scope
from commons.opened import Unseal, no_keys, opened, public_keys
from commons.rates import with_rates

__all__ = [
    "OPERATOR",
    "Answer",
    "QueryInfo",
    "QuestionError",
    "Scope",
    "Unseal",
    "ask",
    "instant",
    "no_keys",
    "queries",
]

_FOREVER = 2**63 - 1
_RANKS = "['NOT_REPORTED', 'UNKNOWN', 'NONE', 'MINOR', 'MODERATE', 'SERIOUS', 'FATAL']"
_INTERNAL = frozenset({"as_of", "filed_by", "moment", "places", "ends", "from_at", "to_at", *OPERATOR.parameters})
_DEFAULTS = {
    "limit": "1000000",
    "offset": "0",
    "sort": "month",
    "order": "desc",
    "grain": "month",
    "events": "occurrences",
}
_PLACEHOLDER = re.compile(r"\{(\w+):([\w() ,]+)\}")
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_DATED = ("occurred", "notified", "closed")
_BASES = {
    "claims": _DATED, "claim_list": _DATED, "claim_filters": _DATED, "claims_triangle": ("incremental", "cumulative"),
}  # fmt: skip
_GRAINS = ("month", "quarter", "year")
_SEVERITIES = frozenset({"UNKNOWN", "NONE", "MINOR", "MODERATE", "SERIOUS", "FATAL", "NOT_REPORTED"})


class QuestionError(ValueError):
    """The question cannot be asked like that; the message says what to do."""


class Stage(NamedTuple):
    """A statement, the tables that it is handed, and the columns of what comes out where that is a table itself."""

    columns: str
    sql: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryInfo:
    """A named query: what it answers and what it takes."""

    name: str
    description: str
    params: tuple[str, ...]
    whole: Stage = field(repr=False)
    opens: bool = False
    then: str = ""
    stages: Mapping[str, Stage] = field(default_factory=dict, repr=False)
    """What is asked first, in this order."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, and what they rest on: the positions that were read, and whether anything can still change them."""

    name: str
    params: dict[str, str]
    as_of: str
    submitted_by: str | None
    positions: dict[str, int]
    final: bool
    table: pa.Table

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        rows: list[dict[str, Any]] = self.table.to_pylist()
        return rows


def _read(name: str) -> str:
    return (files("commons") / "queries" / name).read_text("utf-8")


def _read_part(name: str) -> str:
    """A fragment; `-- figures: type: table: columns` stands for figures.sql over the table of that type of event."""
    sql = _read(f"parts/{name}.sql")
    told = re.search(r"^-- figures: (\w+): (\w+): (.*)$", sql, re.MULTILINE)
    if told is None:
        return sql
    marks = {"{type}": told[1], "{table}": told[2], "{figures}": told[3]}
    return re.sub("|".join(map(re.escape, marks)), lambda mark: marks[mark[0]], _read("parts/figures.sql"))


def _used(sql: str) -> list[str]:
    return [part.strip() for line in re.findall(r"^-- uses: (.*)$", sql, re.MULTILINE) for part in line.split(",")]


def _body(sql: str) -> str:
    return "\n".join(line for line in sql.splitlines() if not line.startswith("--")).strip()


def _composed(sql: str) -> str:
    """The statement of a file, with the parts that it uses before it."""
    body, bodies = _body(sql), {name: _body(part) for name, part in _parts(sql).items()}
    read = Counter(re.findall(r"\b(?:FROM|JOIN) (\w+)", "\n".join([body, *bodies.values()])))
    kept = {name for name, part in _parts(sql).items() if read[name] > 1 and "\n-- inlined" not in part}
    head = ",\n".join(f"{name} AS {'MATERIALIZED ' * (name in kept)}(\n{part}\n)" for name, part in bodies.items())
    if not head:
        return body
    # a query's own WITH goes on after the fragments
    return f"WITH {head},\n{body[5:]}" if body.startswith("WITH") else f"WITH {head}\n{body}"


def _columns(part: str) -> str:
    return "".join(re.findall(r"^-- columns: (.*)$", part, re.MULTILINE))


def _parts(sql: str, *, asked_first: bool = False) -> dict[str, str]:
    """Names and texts of the parts that stand before a statement, in the order in which they need each other; or of the
    tables that it and they are handed."""
    parts: dict[str, str] = {}
    tables: dict[str, str] = {}

    def walk(text: str) -> None:
        for name in _used(text):
            if name not in parts and name not in tables:
                part = _read_part(name)
                if _columns(part):
                    tables[name] = part
                else:
                    walk(part)
                    parts[name] = part

    walk(sql)
    return tables if asked_first else parts


def _stages(sql: str, known: dict[str, Stage]) -> dict[str, Stage]:
    """What is asked first, and what is asked before that."""
    for name, part in _parts(sql, asked_first=True).items():
        if name not in known:
            _stages(part, known)
            known[name] = Stage(_columns(part), _composed(part), tuple(_parts(part, asked_first=True)))
    return known


@cache
def queries() -> dict[str, QueryInfo]:
    """Every named query of this release."""
    found = {}
    for path in (files("commons") / "queries").iterdir():
        if path.name.endswith(".sql"):
            sql = path.read_text("utf-8")
            whole, stages = Stage("", _composed(sql), tuple(_parts(sql, asked_first=True))), _stages(sql, {})
            asked = "\n".join([whole.sql, *(stage.sql for stage in stages.values())])
            params = tuple(dict.fromkeys(n for n, _ in _PLACEHOLDER.findall(asked) if n not in _INTERNAL))
            name = path.name.removesuffix(".sql")
            opens = "\n-- opens: value\n" in sql
            then = "rates" if "\n-- then: rates\n" in sql else ""
            found[name] = QueryInfo(name, sql.splitlines()[0].removeprefix("-- "), params, whole, opens, then, stages)
    return dict(sorted(found.items()))


def instant(text: str) -> int:
    """Microseconds since 1970 UTC of an RFC 3339 time; a bare date means the end of that day, UTC."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            moment = datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), UTC)
            return _micros(moment) - 1
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise QuestionError("as_of takes a time like 2026-03-16T02:14:07Z or a date like 2026-03-16") from None
    return _micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _day_end(text: str) -> int:
    """The first local microsecond after a day: what was filed within it lies at or before."""
    try:
        return _micros(datetime.combine(date.fromisoformat(text) + timedelta(days=1), datetime.min.time(), UTC))
    except (ValueError, OverflowError):
        raise QuestionError("submitted_by takes a date like 2025-12-31") from None


def _stretch(text: str) -> tuple[int, int]:
    """The first local microsecond of a year, month or day, and the first after it."""
    year, month, day = (int(part) for part in f"{text}-01-01"[:10].split("-"))
    try:
        first = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        raise QuestionError("from and to are days that exist, months like 2024-01 or years") from None
    after = {
        4: lambda: first.replace(year=year + 1),
        7: lambda: first.replace(year=year + month // 12, month=month % 12 + 1),
        10: lambda: first + timedelta(days=1),
    }
    return _micros(first), _micros(after[len(text)]())


def _checked(info: QueryInfo, params: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(params) - set(info.params))
    if unknown:
        taken = ", ".join(info.params) or "no parameters"
        raise QuestionError(f"query {info.name} has no parameter {', '.join(unknown)}; it takes: {taken}")
    for name in ("severity_from", "severity", "first_severity"):
        if params.get(name) and params[name] not in _SEVERITIES:
            raise QuestionError(f"{name} is one of {', '.join(sorted(_SEVERITIES))}")
    bases = _BASES.get(info.name, ())
    if params.get("basis") and params["basis"] not in bases:
        raise QuestionError(f"basis is one of {', '.join(bases)}")
    if params.get("grain") and params["grain"] not in _GRAINS:
        raise QuestionError(f"grain is one of {', '.join(_GRAINS)}")
    for name in ("limit", "offset"):
        if name in params and not params[name].isdigit():
            raise QuestionError(f"{name} is a whole number")
    for name in ("from", "to"):
        if params.get(name) and not re.fullmatch(_DAY, params[name]):
            raise QuestionError(f"{name} is a month like 2024-01, a year or a date")
    _check_lag(params)
    return dict(params)


def _check_lag(params: Mapping[str, str]) -> None:
    for name in ("lag_from", "lag_to"):
        if params.get(name) and not re.fullmatch(r"-?\d{1,4}", params[name]):
            raise QuestionError(f"{name} is a whole number of months, or of years with lag_unit=year")
    if params.get("lag_unit") not in (None, "", "month", "year"):
        raise QuestionError("lag_unit is one of month, year")
    if params.get("to_event") == "PAID" and params.get("lag_unit") != "year":
        raise QuestionError("to_event PAID is told in full years alone: add lag_unit=year")


def ask(
    client: Client,
    name: str,
    scope: Scope,
    params: Mapping[str, str] | None = None,
    *,
    as_of: str | None = None,
    submitted_by: str | None = None,
    unseal: Unseal = no_keys,
) -> Answer:
    """Ask a named query. `as_of`: what this hub had recorded; `submitted_by`: what had been filed with the source.

    `unseal` opens sealed sections. Raises QuestionError for an unknown query or parameter, and for both clocks at once.
    """
    if name not in queries():
        raise QuestionError(f"there is no query {name}; hub queries lists them")
    if as_of and submitted_by:
        raise QuestionError(
            "as_of and submitted_by are two clocks, and states are kept for each alone: ask with one of them"
        )
    if scope.role == "PUBLIC_RECORDS":
        raise QuestionError("a bridge of public records has no right to read: ask as a member with another role")
    info = queries()[name]
    given = _checked(info, params or {})
    generation = generations.current(client)
    reached = generations.positions(client, generation, "link")
    newest = max((position.recorded for position in reached.values()), default=0)
    at = instant(as_of) if as_of else newest
    filed = _day_end(submitted_by) if submitted_by else _FOREVER
    states = "occurrence_states_filed" if submitted_by else "occurrence_states"
    values: dict[str, Any] = dict.fromkeys(info.params, "") | _DEFAULTS | given
    places = {f"{topic}/{partition}": position.offset for (_, topic, partition), position in sorted(reached.items())}
    values |= {
        "as_of": at,
        "filed_by": filed,
        "moment": filed if submitted_by else at,
        "places": list(places),
        "ends": list(places.values()),
        **scope.parameters,
        "from_at": _stretch(values.get("from") or "0001")[0],
        "to_at": _stretch(values.get("to") or "9998")[1],
    }
    marks = {"{g}": str(generation), "{states}": f"{states}_g{generation}", "{ranks}": _RANKS, "{may_read}": MAY_READ}
    table = _rows(client, info, values, marks)
    if info.opens:
        table = opened(table, public_keys(client), scope, unseal)
    if info.then == "rates":
        table = with_rates(table)
    return Answer(
        name,
        given,
        as_of or _text(at),
        submitted_by,
        places,
        # what others see can still be narrowed; what the operator sees cannot
        scope.sees == "*"
        and bool(reached and as_of)
        and at < min(position.complete_at for position in reached.values()),
        table,
    )


def _rows(client: Client, info: QueryInfo, values: Mapping[str, Any], marks: Mapping[str, str]) -> pa.Table:
    """The rows of a query: its stages first, each handed on as the engine gave it."""

    def filled(sql: str) -> dict[str, Any]:
        for mark, text in marks.items():
            sql = sql.replace(mark, text)
        wanted = {placeholder for placeholder, _ in _PLACEHOLDER.findall(sql)}
        parameters = {key: value for key, value in values.items() if key in wanted}
        settings = {"output_format_arrow_string_as_string": 1, "enable_materialized_cte": 1}
        return {"query": sql, "parameters": parameters, "settings": settings}

    blocks: dict[str, bytes] = {}

    def handed(names: Sequence[str]) -> ExternalData | None:
        data = ExternalData()
        for name in names:
            data.add_file(file_name=name, data=blocks[name], fmt="Native", structure=info.stages[name].columns)
        return data if names else None

    for name, stage in info.stages.items():
        blocks[name] = client.raw_query(**filled(stage.sql), fmt="Native", external_data=handed(stage.tables))
    return client.query_arrow(**filled(info.whole.sql), external_data=handed(info.whole.tables))


def _text(micros: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
