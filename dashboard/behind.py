"""What rates rest on: exposures and near misses behind a figure, one row each, and an exposure's signed record."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import filters, money, paging, signed
from dashboard.comparison import UNIT
from dashboard.data import Row, Rows
from dashboard.html import block, code, escape, filed, heads, link, panel
from dashboard.shell import Page
from dashboard.url import FILTERS, State
from dashboard.words import Words

NEAR_MISS = "NEAR_MISS"
NARROWED = ("operator", "driver", "from", "to")
"""What narrows a list besides the source that it is about."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list: its query, what is asked beside the filters, its reading, and its columns."""

    query: str
    asked: dict[str, str]
    reading: Callable[[Words, Rows], str]
    columns: Sequence[paging.Column]


def opens(page: Page, kind: str, source: str, **where: str) -> str:
    """The address of a list of a source: the filters of the figure, and no others."""
    return page.state.href("rates", **{**dict.fromkeys(FILTERS), "list": kind, "about": source, **where})


def draw(page: Page) -> None:
    """The list that the address asks for."""
    words, state = page.words, page.state
    kind = state.get("list") if state.get("list") in LISTS else "exposures"
    back = link(state.href("rates"), words("rates.back"), "under")
    title = words(f"rates.list.{kind}")
    block(words.lang, f"<nav class=trail aria-label='{words('trail')}'>← {back}</nav><h1>{title}</h1>", "title")
    filters.clock_bar(page, "filed_by")
    of, number = LISTS[kind], paging.asked(page)
    rows = page.reader.rows(of.query, **asked(of, state), **paging.limits(number))
    if not rows:
        block(words.lang, f"{_chips(page)}<div class=state><h2>{words('empty.title')}</h2></div>")
        return
    page.sources[:] = [state.get("about")] if state.get("about") else []
    total = int(rows[0]["total"])
    head = heads((words(key), css) for key, css, _ in of.columns)
    table = f"<table class='list exposures'>{head}{paging.lines(page, of.columns, rows)}</table>"
    orgs = words.join([filed(org) for org in dict.fromkeys(str(row["org"]) for row in rows)])
    parts = (of.reading(words, rows), words("claims.listed.orgs", orgs=orgs))
    block(
        words.lang,
        f"<p class=reading>{('' if words.ja else ' ').join(parts)}</p>{_chips(page)}{panel(title, table)}"
        f"{paging.ways(page, number, total)}<p class=rule>{paging.download(page, of.query)}</p>",
    )


def asked(of: _List, state: State) -> dict[str, str]:
    """Parameters of a list's query, as an address asks for it."""
    return {**of.asked, "source": state.get("about"), **{name: state.get(name) for name in NARROWED}}


def _chips(page: Page) -> str:
    """What the figure has set; a month or a party can be taken out, the source cannot."""
    words, state = page.words, page.state
    found = [f"<span>{words('data.col.source')}{words('colon')}<b lang=en>{escape(state.get('about'))}</b></span>"]
    for name in (name for name in NARROWED if state.get(name)):
        away = escape(state.here("rates", page=None, **{name: None}))
        title = words("filter.claims.operator" if name == "operator" else f"filter.{name}")
        text = filters.label(words, name, state.get(name))
        value = filed(text) if name == "operator" else escape(text)
        found.append(
            f"<span>{title}{words('colon')}<b>{value}</b>"
            f'<a href="{away}" aria-label="{words("chip.remove")}">✕</a></span>'
        )
    return f"<div class=chips>{''.join(found)}</div>"


def amount(value: Any) -> str:
    """Miles, all digits as filed or as they add up; a dash where none are said."""
    return "&ndash;" if value is None else money.exact(value)


def _miles(words: Words, rows: Rows) -> str:
    row = rows[0]
    text = words.count("rates.listed.exposures", int(row["total"]), miles=amount(row["total_value"]))
    if row["total_lower"] is None:
        return text
    bounds = words("rates.listed.bounds", low=amount(row["total_lower"]), high=amount(row["total_upper"]))
    return text + ("" if words.ja else " ") + bounds


def named(row: Row) -> str:
    """An operator as filed, with the identifier that the source gives it."""
    own = str(row["operator_id"])
    return filed(row["operator"]) + (f" <small>{code(own)}</small>" if own not in ("", row["operator"]) else "")


def _exposure(page: Page, row: Row) -> str:
    href = page.state.href("rates", exposure=str(row["report_id"]), org=str(row["org"]))
    return f'<a class=row href="{escape(href)}">{page.words.month(str(row["period"]))}</a>'


def _report(page: Page, row: Row) -> str:
    href = page.state.href("rates", incident=str(row["occurrence_id"]))
    return f'<a class=row href="{escape(href)}">{page.words.month(str(row["occurred_from"]))}</a>'


def _basis(page: Page, row: Row) -> str:
    return page.words.value("basis", str(row["basis"])) or code(row["basis"])


_BY: paging.Column = ("rates.col.signed", "", lambda _, row: filed(row["org"]))
LISTS = {
    "exposures": _List(
        "exposure_list", {"unit": UNIT}, _miles, (
            ("numbers.month", "", _exposure), ("rates.col.operator", "", lambda _, row: named(row)),
            ("rates.col.value", "n", lambda _, row: amount(row["value"])),
            *((f"rates.col.{name}", "n", lambda _, row, name=name: amount(row[name])) for name in ("lower", "upper")),
            ("rates.col.basis", "", _basis), _BY,
        ),
    ),
    "near_misses": _List(
        "reports", {"class": NEAR_MISS, "sort": "month", "order": "asc"},
        lambda words, rows: words.count("rates.listed.near_misses", int(rows[0]["total"])), (
            ("rates.col.date", "", _report), ("rates.col.operator", "", lambda _, row: filed(row["reporter"])),
            ("col.report", "", lambda _, row: code(row["report_id"])),
            ("col.recorded", "d", lambda page, row: page.words.instant(str(row["recorded_at"]))), _BY,
        ),
    ),
}  # fmt: skip
"""The lists by the name that the address gives them."""


def exposure(page: Page) -> None:
    """One exposure, in the versions in which it was filed."""
    words, state = page.words, page.state
    rows = page.reader.rows("exposure_record", report_id=state.get("exposure"), org=state.get("org"))
    if not rows:
        _gone(page)
        return
    row = rows[0]
    items = [
        *((amount(row[column]), words(f"rates.col.{name}"))
          for column, name in (("amount", "value"), ("lower", "lower"), ("upper", "upper"))),
        (_basis(page, row), words("rates.col.basis")),
    ]  # fmt: skip
    cells = "".join(f"<div><b>{figure}</b><span>{name}</span></div>" for figure, name in items)
    title = words("exposure.title", operator=filed(row["operator"]), month=words.month(str(row["period"]), long=True))
    _record(page, rows, title, f"<div class='counters money'>{cells}</div>")


def near_miss(page: Page) -> None:
    """One near miss, with every report of it: not as a crash, which it was not."""
    rows = page.reader.rows("report_versions", occurrence_id=page.state.get("incident"))
    told = json.loads(str(rows[0]["event"])) if rows else {}
    if told.get("class") != NEAR_MISS:
        _gone(page)
        return
    names = page.words.join([filed(name) for name in dict.fromkeys(str(row["reporter"]) for row in rows)])
    when = page.words.month((told.get("occurred") or {}).get("text", ""), long=True)
    _record(page, rows, page.words("near.record", reporter=names, date=when), "")


def _gone(page: Page) -> None:
    """What is not there and what may not be seen look the same."""
    words = page.words
    home = link(page.state.href("rates"), words("rates.back"), "button")
    text = f"<h1>{words('gone.title')}</h1><p>{words('rates.gone')}</p><p>{home}</p>"
    block(words.lang, f'<div class="state">{text}</div>')


def _record(page: Page, rows: Rows, title: str, figures: str) -> None:
    """Who signed it, what it says, the rows of the files that it was made from, and where it lies in the log."""
    words = page.words
    page.sources[:] = dict.fromkeys(str(row["source"]) for row in rows)
    home = link(page.state.href("rates"), words("nav.rates"), "under")
    block(
        words.lang,
        f"<nav class=trail aria-label='{words('trail')}'>{home} / {code(rows[0]['report_id'])}</nav>"
        f"{signed.who(page, rows)}<h1>{title}</h1>{figures}",
        "title",
    )
    names = [f"{code(row['report_id'])} · {words('proof.version', n=row['version'])}" for row in rows]
    natives = "".join(
        f"<p class=label>{name}</p><p class=mono lang=en translate=no>{signed.native(words, row)}</p>"
        for name, row in zip(names, rows, strict=True)
    )
    block(
        words.lang,
        f"<h2 id=record>{words('record.title')}</h2><p class=reading>{words('rates.filed')}</p>"
        f'<div class="panel record one"><div>{natives}</div></div>',
        "section",
    )
    signed.proof(page, words("proof.record"), words("proof.reading"), zip(names, rows, strict=True))
