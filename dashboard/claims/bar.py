"""The filter bar of the claims page, the ways of counting, and the chips of what a figure has opened."""

from functools import partial

import streamlit as st

from dashboard import filters
from dashboard.claims import asked, figures, lags
from dashboard.data import Rows
from dashboard.html import block, escape, link
from dashboard.shell import Page
from dashboard.theme import SEVERITIES
from dashboard.url import LAG, NARROW_CLAIMS, State

BASES = ("occurred", "notified", "closed")
GRAINS = ("year", "quarter", "month")


def draw(page: Page, rows: Rows) -> None:
    """The bar: the same filters in the same order as everywhere, as far as claims have them."""
    words, state = page.words, page.state
    with st.container(horizontal=True, key=f"filters-claims-{words.lang}", gap="small", vertical_alignment="bottom"):
        for name in ("source", "operator", "state"):
            found = [code for code in filters.choices(rows, name) if code != asked.BLANK]
            if len(found) > (name == "source") or state.get(name):
                show = partial(filters.label, words, name)
                filters.select(page, name, found, show, words("all.claims"), f"claims.{name}")
        worse = SEVERITIES[: SEVERITIES.index("NONE")]
        filters.select(
            page, "severity_from", worse[::-1], lambda code: filters.severity_label(words, code),
            words("all.severity_from"), "claims.severity_from",
        )  # fmt: skip
        for name in ("line", "coverage"):
            found = sorted(filters.choices(rows, name), key=lambda code: (code == asked.BLANK, code.casefold()))
            filters.select(page, name, found, _as_filed(page), words("all.claims"), f"claims.{name}")
        months = sorted({value for value in filters.choices(rows, "month") if len(value) == 7})
        if months:
            with st.container(key=f"months-{words.lang}"):
                filters.months(page, months, f"claims.months.{state.get('basis')}")
        filters.clocks(page, rows, "filed_by")
    if state.get("edition"):
        value = escape(filters.label(words, "edition", state.get("edition")))
        block(words.lang, f"<p class=rule>{words('claims.no_edition', value=value)}</p>")


def _as_filed(page: Page) -> filters.Show:
    return lambda code: page.words("claims.blank") if code == asked.BLANK else code


def units(page: Page, name: str, codes: tuple[str, ...]) -> str:
    """A switch between ways of counting, as links."""
    words, state = page.words, page.state
    items = "".join(
        f'<a href="{escape(state.here("claims", page=None, period=None, **{name: code}))}"'
        f"{' aria-current=true' if code == state.get(name) else ''}>{words(f'claims.{name}.{code}')}</a>"
        for code in codes
    )
    return f'<div class=units role=group aria-label="{words(f"claims.{name}")}">{items}</div>'


def value(page: Page, name: str, code: str) -> str:
    """A filter's value in words, as HTML."""
    words = page.words
    if name == "currency":
        return figures.currency(words, code)
    if name == "period":
        return figures.period(words, code)
    if name == "status":
        return words("claim.status.none") if code == asked.BLANK else words.value("claim", code) or escape(code)
    if name == "reserve":
        return words("claim.status.none")
    if name == LAG[0]:
        return lags.bounds(words, page.state)
    if name in ("line", "coverage"):
        return figures.named(words, code)
    return escape(filters.label(words, name, code))


def title(page: Page, name: str) -> str:
    """A filter's name."""
    words = page.words
    if name == LAG[0]:
        return lags.name(words, page.state.get("from_event"), page.state.get("to_event"))
    if name in ("from", "to"):
        return words(f"filter.{name}")
    return words(f"claims.period.{page.state.get('basis')}" if name == "period" else f"filter.claims.{name}")


def _set(state: State, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The filters that are set; what names a lag is one."""
    found: list[tuple[str, ...]] = [(name,) for name in names if name not in LAG and state.get(name)]
    return [*found, LAG] if state.get("to_event") else found


def chips(page: Page) -> str:
    """What the opened figure has set beside the bar, each with a way to remove it."""
    words, state = page.words, page.state
    found = []
    for names in _set(state, NARROW_CLAIMS):
        away = escape(state.here("claims", page=None, **dict.fromkeys(names)))
        found.append(
            f"<span>{title(page, names[0])}{words('colon')}<b>{value(page, names[0], state.get(names[0]))}</b>"
            f'<a href="{away}" aria-label="{words("chip.remove")}">✕</a></span>'
        )
    return f"<div class=chips>{''.join(found)}</div>" if found else ""


def empty(page: Page) -> None:
    """Nothing matches: for each filter that is set, how many claims there would be without it."""
    words, state = page.words, page.state
    every = (*asked.APPLIED, *NARROW_CLAIMS)
    lines = []
    for gone in _set(state, every):
        without = {name: code for name, code in asked.listed(state).items() if name not in gone}
        rows = page.reader.rows("claim_list", **without, limit="1")
        if rows:
            n = words.number(int(rows[0]["total"]))
            shown = value(page, gone[0], state.get(gone[0]))
            text = words("empty.without", filter=title(page, gone[0]), value=shown, n=n)
            lines.append(f"<li>{link(state.here('claims', page=None, **dict.fromkeys(gone)), text)}</li>")
    reset = link(state.here("claims", page=None, **dict.fromkeys(every)), words("state.reset"), "button")
    why = f"<ul>{''.join(lines)}</ul>" if lines else f"<p>{words('empty.each')}</p>"
    block(words.lang, f'<div class="state"><h2>{words("empty.title")}</h2>{why}<p>{reset}</p></div>')
