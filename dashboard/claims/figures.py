"""Figures over claims: what rows of `claims` come to, how they are shown, and the list that each of them opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from dashboard import money
from dashboard.claims.asked import BLANK
from dashboard.data import Row, Rows
from dashboard.html import escape, filed, link
from dashboard.shell import Page
from dashboard.words import Words

SEVERAL = "SEVERAL"
_LACKS = {"closed": ("without_status", "status"), "outstanding": ("without_reserve", "reserve")}
"""Where a figure leaves out claims that do not tell it: how many they are, and the filter that finds them."""


def opens(page: Page, **where: str) -> str:
    """The address of the list behind a figure: blank values are asked for by name."""
    state = page.state
    named = {name: value or BLANK for name, value in where.items() if name != "sort"}
    how = {"basis": state.get("basis"), "grain": state.get("grain")}
    return state.href("claims", **{"list": "1", **how, **named}, sort=where.get("sort"))


@dataclass(frozen=True, slots=True)
class Sum:
    """What claims of one currency come to. None: not known; `without_reserve` claims say nothing of their reserve,
    `without_status` nothing of whether they are open or closed."""

    currency: str
    assumed: bool
    claims: int
    closed: int | None
    without_status: int
    without_reserve: int
    paid: Decimal | None
    recovered: Decimal | None
    outstanding: Decimal | None
    incurred: Decimal | None


def _total(rows: Rows, name: str) -> Decimal | None:
    values = [row[name] for row in rows]
    return None if any(value is None for value in values) else sum(values, Decimal())


def summed(rows: Iterable[Row], *keys: str) -> dict[tuple[str, ...], Sum]:
    """Rows of `claims` by `keys` and currency (last in the key), in their order: two currencies are never added."""
    groups: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        groups.setdefault((*(str(row[key]) for key in keys), str(row["currency"])), []).append(row)
    found = {}
    for key, group in groups.items():
        claims, closed, unsaid, without = (
            sum(int(row[name]) for row in group) for name in ("claims", "closed", "without_status", "without_reserve")
        )
        stated = [row["outstanding"] for row in group if row["outstanding"] is not None]
        found[key] = Sum(
            key[-1], any(row["currency_assumed"] for row in group), claims, closed if unsaid < claims else None, unsaid,
            without, _total(group, "paid"), _total(group, "recovered"),
            sum(stated, Decimal()) if without < claims and key[-1] != SEVERAL else None, _total(group, "incurred"),
        )  # fmt: skip
    return found


def amount(words: Words, value: Decimal | None, currency: str) -> str:
    """An amount as HTML: rounded, the exact one as its title; what is not known says so."""
    if value is None:
        return f'<span class="blank">{words("claims.not_known")}</span>'
    short, whole = money.shown(value, currency), money.exact(value)
    return short if short == whole else f'<span title="{words("claims.exact", amount=whole)}">{short}</span>'


def shown(page: Page, of: Sum, name: str, **where: str) -> str:
    """A figure of a line, leading to its claims; apart, how many of them do not tell it, leading to these."""
    words, figure = page.words, getattr(of, name)
    text = words.number(figure) if isinstance(figure, int) else amount(words, figure, of.currency)
    if figure is None:
        return text
    how = {"claims": {}, "closed": {"status": "CLOSED"}}.get(name, {"sort": name})
    text = link(opens(page, **where, **how), text, "plain")
    column, asked = _LACKS.get(name, ("", ""))
    if lacking := column and getattr(of, column):
        some = words.count(f"claims.{column}", lacking)
        text += f" <small>{link(opens(page, **where, **{asked: BLANK}), some, 'plain')}</small>"
    return text


def currency(words: Words, code: str, *, assumed: bool = False) -> str:
    """A currency, marked where the publisher assumed it."""
    if code in ("", BLANK, SEVERAL):
        return words("claims.currency.several" if code == SEVERAL else "claims.currency.none")
    mark = f" <small>{words('claims.assumed')}</small>" if assumed else ""
    return f'<span lang="en" translate="no">{escape(code)}</span>{mark}'


def named(words: Words, value: str) -> str:
    """A line or coverage as filed, or that it was left blank."""
    return filed(value) if value and value != BLANK else f'<span class="blank">{words("claims.blank")}</span>'


def period(words: Words, text: str) -> str:
    """2003, 2003-Q1 or 2003-01 in words."""
    if not text or text == BLANK:
        return words("claims.undated")
    year, _, quarter = text.partition("-Q")
    return words("claims.quarter", n=quarter, year=words.month(year)) if quarter else words.month(text)


def per_line(rows: Rows) -> dict[tuple[str, str], Rows]:
    """Rows by source and line, in their order."""
    found: dict[tuple[str, str], Rows] = {}
    for row in rows:
        found.setdefault((str(row["source"]), str(row["line"])), []).append(row)
    return found


def sentences(words: Words, parts: Iterable[str]) -> str:
    """Sentences one after the other, as the language sets them."""
    return ("" if words.ja else " ").join(part for part in parts if part)
