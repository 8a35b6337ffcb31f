"""Claims per period, a chart for each line, and all figures by line, coverage and period under it."""

from typing import Any

import streamlit as st

from dashboard import paging, theme
from dashboard.claims import bar, figures
from dashboard.claims.asked import BLANK
from dashboard.data import Rows
from dashboard.html import block, heads, link
from dashboard.shell import Page
from dashboard.words import Words

CHARTS = 4
"""Lines that are drawn; the others are in the numbers and can be filtered for."""
MOST = 400
"""Periods on one axis: beyond, dates are wrong or the grain is too fine."""
FEW = 8
"""Fewer bars than this do not fill their place: two years would be two walls."""
FIGURES = ("claims", "paid", "outstanding", "incurred")
ROWS = 500
"""Rows of numbers on the page; all of them are in the download."""


def draw(page: Page, rows: Rows, lacks: dict[tuple[str, str], list[str]]) -> None:
    """The section: ways of counting, charts, numbers."""
    words, state = page.words, page.state
    basis = state.get("basis")
    switches = bar.units(page, "basis", bar.BASES) + bar.units(page, "grain", bar.GRAINS)
    block(
        words.lang,
        f"<h2>{words(f'claims.periods.{basis}')}</h2><p class=rule>{words('claims.periods.rule')}</p>"
        f"<div class=switches>{switches}</div>",
        "section",
    )
    found = sorted(figures.per_line(rows).items(), key=lambda one: -sum(int(row["claims"]) for row in one[1]))
    for key, of_line in found[:CHARTS]:
        _chart(page, key, of_line, lacks.get(key, []))
    if len(found) > CHARTS:
        block(words.lang, f"<p class=rule>{words('claims.more_lines', n=words.number(len(found) - CHARTS))}</p>")
    block(words.lang, _numbers(page, rows))


def _chart(page: Page, key: tuple[str, str], rows: Rows, lacks: list[str]) -> None:
    words = page.words
    counted: dict[str, int] = {}
    for row in rows:
        counted[str(row["period"])] = counted.get(str(row["period"]), 0) + int(row["claims"])
    undated = counted.pop("", 0)
    title = f"<h3>{figures.named(words, key[1])} <small>{figures.named(words, key[0])}</small></h3>"
    between = all_between(sorted(counted))
    if not counted or len(between) > MOST:
        text = words("claims.periods.none" if not counted else "claims.periods.many")
        block(words.lang, f"{title}<p class=reading>{text}</p>", "line")
        return
    most = max(counted, key=lambda period: counted[period])
    first, last = between[0], between[-1]
    parts = [words(
        "claims.periods.reading", first=figures.period(words, first), last=figures.period(words, last),
        most=figures.period(words, most), n=words.number(counted[most]),
    )]  # fmt: skip
    if undated:
        href = figures.opens(page, source=key[0], line=key[1], period=BLANK)
        parts.append(link(href, words.count("claims.periods.undated", undated)))
    if lacks:
        said = words("list.separator").join(words.value("lacks", code) or code for code in lacks)
        parts.append(words("claims.lacks", lacks=said))
    if "settled claims only" in lacks:
        parts.append(words("claims.truncated"))
    block(words.lang, f"{title}<p class=reading>{figures.sentences(words, parts)}</p>", "line")
    links = {p: figures.opens(page, source=key[0], line=key[1], period=p) for p in counted}
    spec = spec_of(words, page.colours, [(p, counted.get(p, 0), links.get(p, "")) for p in between])
    st.vega_lite_chart(spec=spec, theme=None, width="stretch", key=f"claims-{words.lang}-{page.dark}-{'/'.join(key)}")


def all_between(found: list[str]) -> list[str]:
    """The periods from first to last without a gap: one without a claim is a zero. Mixed precisions stay as found."""
    if not found or len({len(text) for text in found}) > 1:
        return found
    parts = {4: 1, 7: 4 if "-Q" in found[0] else 12}.get(len(found[0]))
    if parts is None:
        return found
    numbers = [_number(text, parts) for text in (found[0], found[-1])]
    return [_text(number, parts) for number in range(numbers[0], min(numbers[1], numbers[0] + MOST) + 1)]


def _number(text: str, parts: int) -> int:
    return int(text[:4]) * parts + (int(text[5:].strip("Q")) - 1 if parts > 1 else 0)


def _text(number: int, parts: int) -> str:
    year, part = divmod(number, parts)
    return f"{year:04}" if parts == 1 else f"{year:04}-Q{part + 1}" if parts == 4 else f"{year:04}-{part + 1:02}"


def spec_of(words: Words, colours: theme.Palette, points: list[tuple[str, int, str]]) -> dict[str, Any]:
    """Bars per period from zero, neutral: more claims are no verdict. `points`: period, claims, address of its list."""
    values = [
        {"p": figures.period(words, period), "n": n, "u": href,
         "t": words("claims.tip", period=figures.period(words, period), n=words.number(n))}
        for period, n, href in points
    ]  # fmt: skip
    size = {"size": 64} if len(points) < FEW else {}
    axis = {"labelColor": colours.muted, "labelFontSize": 12, "title": None}
    return {
        "description": words("claims.chart.alt", first=values[0]["p"], last=values[-1]["p"]),
        "data": {"values": values}, "height": 170, "background": "transparent",
        "padding": {"left": 0, "right": 2, "top": 4, "bottom": 6}, "autosize": {"type": "fit", "contains": "padding"},
        "config": {"view": {"stroke": None}, "font": "Inter, 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"},
        "mark": {"type": "bar", "color": colours.neutral, "cursor": "pointer", **size},
        "encoding": {
            "x": {"field": "p", "type": "ordinal", "sort": None, "scale": {"paddingInner": 0.14, "paddingOuter": 0.07},
                  "axis": {**axis, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 14, "labelFlush": True,
                           "domainColor": colours.muted, "tickColor": colours.muted, "grid": False}},
            "y": {"field": "n", "type": "quantitative",
                  "axis": {**axis, "gridColor": colours.hairline, "domain": False, "ticks": False, "tickCount": 4,
                           "tickMinStep": 1, "format": ",d", "minExtent": 44, "labelPadding": 8}},
            "tooltip": {"field": "t", "type": "nominal"},
            "href": {"field": "u", "type": "nominal"},
        },
    }  # fmt: skip


def _numbers(page: Page, rows: Rows) -> str:
    words = page.words
    head = heads([
        *((words(f"claims.col.{name}"), "") for name in ("line", "coverage", "period")),
        *((words(f"claims.col.{name}"), "n") for name in FIGURES),
        (words("claims.col.currency"), ""),
    ])  # fmt: skip
    body = []
    for (source, line, coverage, period, currency), of in list(
        figures.summed(rows, "source", "line", "coverage", "period").items()
    )[:ROWS]:
        where = {"source": source, "line": line, "coverage": coverage, "period": period, "currency": currency}
        cells = [figures.shown(page, of, name, **where) for name in FIGURES]
        body.append(
            f"<tr><th scope=row>{figures.named(words, line)}</th><td>{figures.named(words, coverage)}</td>"
            f"<td>{figures.period(words, period)}</td>"
            f"{''.join(f'<td class=n>{cell}</td>' for cell in cells)}"
            f"<td>{figures.currency(words, currency)}</td></tr>"
        )
    some = f"<p class=rule>{words('claims.first_rows', n=words.number(ROWS))}</p>" if len(rows) > ROWS else ""
    return (
        f"<details class=numbers><summary>{words('numbers')}</summary>{some}<div class=scroll tabindex=0>"
        f"<table class=money>{head}<tbody>{''.join(body)}</tbody></table></div></details>"
        f"<p class=rule>{paging.download(page, 'claims')}</p>"
    )
