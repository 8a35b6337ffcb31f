"""The monthly charts as plain Vega-Lite dictionaries.

Times are UTC epoch milliseconds on a plain number scale, written by `utcFormat`: no month shifts in Tokyo.
"""

from datetime import UTC, datetime
from typing import Any, TypeAlias

from dashboard.data import Rows
from dashboard.theme import SEVERITIES, Palette
from dashboard.words import Words

Spec: TypeAlias = dict[str, Any]
STACK = ("FATAL", "SERIOUS", "MODERATE", "MINOR", "NONE", "UNKNOWN", "NOT_REPORTED")
HATCHED = ("UNKNOWN", "NOT_REPORTED")
AXIS = 34
"""Width of the left axis in both charts, so that their months stand above each other."""
STRIPES = 6
X: Spec = {"field": "a", "type": "quantitative"}
Y: Spec = {"field": "y", "type": "quantitative"}
"""Scale and axis are said once, in the layer of the bars; the other layers share them."""


def _ms(month: str, ahead: int = 0) -> int:
    year, number = (int(part) for part in month.split("-")[:2])
    index = year * 12 + number - 1 + ahead
    return int(datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)


def _day_ms(day: str) -> int:
    parts = [int(part) for part in day.split("-")]
    return int(datetime(parts[0], parts[1], parts[2] if len(parts) > 2 else 1, tzinfo=UTC).timestamp() * 1000)


def _bars(rows: Rows, kinds: tuple[str, ...], words: Words) -> list[dict[str, object]]:
    """One datum per drawn piece: month, severity, from where to where, and what a tooltip says."""
    out: list[dict[str, object]] = []
    for row in rows:
        base = 0
        start, end = _ms(row["month"]), _ms(row["month"], 1)
        for kind in kinds:
            n = int(row[kind.lower()])
            if n == 0:
                continue
            tip = words(
                "chart.tip.provisional" if row["provisional"] else "chart.tip",
                month=words.month(row["month"]), severity=words.value("severity", kind), n=n,
            )  # fmt: skip
            gap = (end - start) * 0.07
            out.append({
                "m": row["month"], "s": kind, "a": start + gap, "b": end - gap, "y": base, "z": base + n,
                "t": tip, "p": bool(row["provisional"]),
            })  # fmt: skip
            base += n
    return out


def _hatch(colours: Palette) -> Spec:
    """Diagonal stripes: Vega has no patterns, a gradient with hard stops does it."""
    stops = []
    for stripe in range(STRIPES):
        at = stripe / STRIPES
        for offset, colour in ((0, colours.unknown), (0.4, colours.unknown), (0.4, colours.page), (1, colours.page)):
            stops.append({"offset": round(at + offset / STRIPES, 4), "color": colour})
    return {"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 1, "stops": stops}


def _axes(colours: Palette, words: Words, first: int, last: int) -> tuple[Spec, Spec]:
    form = (
        "utcFormat(datum.value, '%Y') + '年' + utcFormat(datum.value, '%-m') + '月'"
        if words.ja
        else "utcFormat(datum.value, '%b %Y')"
    )
    ticks = [
        at for year in range(2000, 2100) for number in (1, 7) if first <= (at := _ms(f"{year}-{number:02d}")) < last
    ]
    x: Spec = {
        "values": ticks, "labelExpr": form, "labelColor": colours.muted, "labelFontSize": 12,
        "domainColor": colours.muted,
        "tickColor": colours.muted, "grid": False, "title": None, "labelFlush": True,
        "labelOverlap": "greedy", "labelSeparation": 14,
        "labelPadding": 6, "tickSize": 5,
    }  # fmt: skip
    y: Spec = {
        "tickCount": 5, "tickMinStep": 1, "labelColor": colours.muted, "labelFontSize": 12,
        "gridColor": colours.hairline,
        "domain": False, "ticks": False, "title": None, "minExtent": AXIS, "maxExtent": AXIS, "labelPadding": 8,
        "format": ",d",
    }  # fmt: skip
    return x, y


def monthly(rows: Rows, kinds: tuple[str, ...], words: Words, colours: Palette, link: str, *, main: bool) -> Spec:
    """Stacked bars per month of the severities `kinds`.

    `rows` are those of `occurrences_by_month` with a month; `link` is an address in which `{month}` and `{severity}`
    stand for a bar's own. The main chart is the taller one and names the series break.
    """
    drawn = tuple(kind for kind in STACK if kind in kinds)
    bars = _bars(rows, drawn, words)
    first, last = _ms(rows[0]["month"]), _ms(rows[-1]["month"], 1)
    x_axis, y_axis = _axes(colours, words, first, last)
    top = max((sum(int(row[kind.lower()]) for kind in drawn) for row in rows), default=0)
    headroom = 1.16 if main else 1.22
    x: Spec = {
        "field": "a",
        "type": "quantitative",
        "scale": {"domain": [first, last], "nice": False, "zero": False},
        "axis": x_axis,
    }
    y: Spec = {
        "field": "y",
        "type": "quantitative",
        "scale": {"domain": [0, max(top * headroom, 1)], "nice": False},
        "axis": y_axis,
    }
    head, tail = link.split("{month}", 1)
    middle, rest = tail.split("{month}", 1)
    after, end = rest.split("{severity}", 1)
    address = f"'{head}' + datum.m + '{middle}' + datum.m + '{after}' + datum.s + '{end}'"
    shared: Spec = {"x": x, "x2": {"field": "b"}, "y": y, "y2": {"field": "z"}}
    bare: Spec = {**shared, "x": X, "y": Y}
    clickable: Spec = {"tooltip": {"field": "t", "type": "nominal"}, "href": {"field": "u", "type": "nominal"}}
    pale = {"condition": {"test": "datum.p", "value": 0.5}, "value": 1}
    colour = {
        "field": "s", "type": "nominal", "legend": None,
        "scale": {"domain": list(colours.severity), "range": list(colours.severity.values())},
    }  # fmt: skip
    layers: list[Spec] = [
        *_provisional(rows, words, colours, last, named=main),
        {"transform": [{"filter": f"indexof({list(HATCHED)!r}, datum.s) < 0"}, {"calculate": address, "as": "u"}],
         "mark": {"type": "rect", "stroke": colours.page, "strokeWidth": 0.5, "cursor": "pointer"},
         "encoding": {**shared, **clickable, "color": colour, "opacity": pale}},
        {"transform": [{"filter": f"indexof({list(HATCHED)!r}, datum.s) >= 0"}, {"calculate": address, "as": "u"}],
         "mark": {"type": "rect", "color": _hatch(colours), "stroke": colours.unknown, "strokeWidth": 0.8,
                  "cursor": "pointer"},
         "encoding": {**bare, **clickable, "opacity": pale}},
        *_breaks(rows, words, colours, main=main),
        *([] if main else _fatal(rows, words, colours, top * headroom)),
    ]  # fmt: skip
    alt = words(
        "chart.alt" if main else "chart.alt.named",
        first=words.month(rows[0]["month"]),
        last=words.month(rows[-1]["month"]),
    )
    return {
        "description": alt, "data": {"values": bars}, "height": 348 if main else 150, "background": "transparent",
        "padding": {"left": 0, "right": 2, "top": 2, "bottom": 0}, "autosize": {"type": "fit", "contains": "padding"},
        "config": {"view": {"stroke": None}, "font": "Inter, 'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"},
        "layer": layers,
    }  # fmt: skip


def _provisional(rows: Rows, words: Words, colours: Palette, last: int, *, named: bool) -> list[Spec]:
    """A soft ground under the provisional months, with the word."""
    pale = [row["month"] for row in rows if row["provisional"]]
    if not pale:
        return []
    data = {"values": [{"a": _ms(pale[0]), "b": last, "c": last}]}
    place = {**X, "field": "c"}
    ground: Spec = {
        "data": data, "mark": {"type": "rect", "color": colours.soft, "y": 0, "y2": {"expr": "height"}},
        "encoding": {"x": X, "x2": {"field": "b"}},
    }  # fmt: skip
    if not named:
        return [ground]
    return [
        ground,
        {"data": data, "mark": {"type": "text", "text": words("chart.provisional"), "y": 10, "fontSize": 11,
                                "align": "right", "dx": -3, "color": colours.muted}, "encoding": {"x": place}},
    ]  # fmt: skip


def _breaks(rows: Rows, words: Words, colours: Palette, *, main: bool) -> list[Spec]:
    """A vertical rule where the form changed; in the main chart with its reason."""
    days = [str(row["series_break"]) for row in rows if row["series_break"]]
    if not days:
        return []
    data = {"values": [{"a": _day_ms(day)} for day in days]}
    rule = {"data": data, "mark": {"type": "rule", "color": colours.ink, "strokeWidth": 1.5, "y": 0,
                                   "y2": {"expr": "height"}},
            "encoding": {"x": X}}  # fmt: skip
    if not main:
        return [rule]
    text = [words("break.1", date=words.month(days[-1], long=True)), words("break.2")]
    note = {"data": data, "mark": {"type": "text", "text": text, "align": "right", "dx": -10, "y": 11, "fontSize": 12,
                                   "lineHeight": 18, "color": colours.ink}, "encoding": {"x": X}}  # fmt: skip
    return [rule, note]


def _fatal(rows: Rows, words: Words, colours: Palette, top: float) -> list[Spec]:
    """A label over each month with a fatal crash: two among thousands are not seen otherwise."""
    values = [
        {"a": (_ms(row["month"]) + _ms(row["month"], 1)) / 2,
         "y": sum(int(row[kind.lower()]) for kind in SEVERITIES if kind not in ("NONE", "NOT_REPORTED")),
         "z": top * 0.89, "t": words("chart.fatal", n=row["fatal"])}
        for row in rows if row["fatal"]
    ]  # fmt: skip
    if not values:
        return []
    return [
        {"data": {"values": values}, "mark": {"type": "rule", "color": colours.ink},
         "encoding": {"x": X, "y": Y, "y2": {"field": "z"}}},
        {"data": {"values": values}, "mark": {"type": "text", "y": 5, "fontSize": 12, "color": colours.ink},
         "encoding": {"x": X, "text": {"field": "t"}}},
    ]  # fmt: skip
