"""The filter bar: the same filters in the same order on all pages, kept in the URL as codes.

The URL is the only truth: a widget is set from it before it is drawn and writes back to it when it is changed. The
language is part of every key, or a select would keep the other language's label and send it back.
"""

import calendar
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeAlias

import streamlit as st

from dashboard.data import Rows
from dashboard.shell import Page
from dashboard.theme import SEVERITIES
from dashboard.url import ABOUT, CLOCKS
from dashboard.words import Words

ALL = ""
Show: TypeAlias = Callable[[str], str]
"""A code in words."""


def choices(rows: Rows, kind: str) -> list[str]:
    """The values of one filter."""
    values = [str(row["value"]) for row in rows if row["kind"] == kind and row["value"]]
    return [value for value in values if kind != "month" or value != "NOT_REPORTED"]


def last_day(month: str) -> str:
    """The last day of a month or year, as `submitted_by` wants it: `2023-10` is filed by 2023-10-31."""
    year, number = (int(part) for part in f"{month}-12"[:7].split("-"))
    return date(year, number, calendar.monthrange(year, number)[1]).isoformat()


def severity_label(words: Words, code: str) -> str:
    """A threshold in words."""
    named = words.value("severity", code) or code
    return named if code == SEVERITIES[0] else words("severity.or_worse", severity=named)


def operator_label(code: str) -> str:
    """A reporting entity stands as filed."""
    return code


def label(words: Words, name: str, code: str) -> str:
    """A filter's value in words, for selects, chips and the empty state."""
    if name in ("edition", "state"):
        return words.value(name, code) or code
    if name == "severity_from":
        return severity_label(words, code)
    if name in ("severity", "first_severity"):
        return words.value("severity", code) or code
    if name == "driver":
        return words.value("filed", code) or code
    if name in ("from", "to"):
        return words.month(code)
    if name in ("reporters", "copies", "severity_changed"):
        return words(f"chip.{name}.{code}")
    return code


def _write(name: str, key: str) -> None:
    """Widget to URL; a clock that is set releases the other one, and a filter starts the list from its first page."""
    value = st.session_state[key]
    for gone in ("page", *(clock for clock in CLOCKS if name in CLOCKS and clock != name)):
        st.query_params.pop(gone, None)
    if value == ALL or value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


# Streamlit's select sends labels, not codes: two options with one label would be one.
def select(page: Page, name: str, codes: Sequence[str], show: Show, everything: str, titled: str = "") -> None:
    """One select of a bar; its title is that of the filter, or `titled` where a page has another."""
    words, chosen = page.words, page.state.get(name)
    options = [ALL, *codes] if not chosen or chosen in codes else [ALL, chosen, *codes]
    key = f"filter-{name}-{words.lang}"
    st.session_state[key] = chosen
    st.selectbox(
        words(f"filter.{titled or name}"),
        options,
        format_func=lambda code: everything if code == ALL else show(code),
        key=key,
        on_change=_write,
        args=(name, key),
    )


def months(page: Page, found: Sequence[str], titled: str = "filter.months") -> None:
    """Two months in one pop-over; its label is the range."""
    words, state = page.words, page.state
    st.html(f'<div class="hub label" lang="{words.lang}">{words(titled)}</div>')
    first, last = state.get("from") or found[0], state.get("to") or found[-1]
    title = words("months.range", first=words.month(first), last=words.month(last))
    with st.popover(title, width="stretch"):
        for name in ("from", "to"):
            select(page, name, found, words.month, words(f"all.{name}"))


def bar(page: Page) -> Rows:
    """Draw the bar; returns the filters' values with their counts."""
    words = page.words
    rows = page.reader.rows("filters", **ABOUT)
    all_months = sorted(choices(rows, "month")) or ["2021-07"]
    operators = sorted(choices(rows, "operator"), key=str.casefold)
    states = sorted(choices(rows, "state"), key=lambda code: words.value("state", code) or code)
    with st.container(horizontal=True, key=f"filters-{words.lang}", gap="small", vertical_alignment="bottom"):
        select(page, "edition", choices(rows, "edition"), lambda c: label(words, "edition", c), words("all.edition"))
        select(page, "operator", operators, operator_label, words("all.operator", n=len(operators)))
        select(page, "state", states, lambda c: label(words, "state", c), words("all.state"))
        worse = SEVERITIES[: SEVERITIES.index("NONE")]
        select(page, "severity_from", worse[::-1], lambda c: severity_label(words, c), words("all.severity_from"))
        with st.container(key=f"months-{words.lang}"):
            months(page, all_months)
        clocks(page, rows)
    return rows


def clock_bar(page: Page, titled: str = "") -> None:
    """The clocks alone, on a page that has no other filters; `titled` as for `clocks`."""
    with st.container(
        horizontal=True, key=f"filters-clocks-{page.words.lang}", gap="small", vertical_alignment="bottom"
    ):
        clocks(page, page.reader.rows("filters", **ABOUT), titled)


def clocks(page: Page, rows: Rows, titled: str = "") -> None:
    """The two clocks: what this hub had recorded, and what had been filed with the source."""
    words = page.words
    recorded = sorted(choices(rows, "recorded"), reverse=True)
    latest = words("all.as_of.date", date=recorded[0]) if recorded else words("all.as_of")
    filed = sorted({last_day(month) for month in choices(rows, "submitted")}, reverse=True)
    select(page, "as_of", recorded[1:], str, latest)
    select(page, "submitted_by", filed, lambda day: words.month(day[:7]), words("all.submitted_by"), titled)
