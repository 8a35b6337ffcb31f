"""Near misses per distance driven: what each operator filed of both, by reporting year; in alphabetical order."""

import math
from dataclasses import dataclass

from dashboard import behind
from dashboard.behind import NEAR_MISS
from dashboard.comparison import UNIT
from dashboard.data import Row
from dashboard.html import block, code, escape, filed, heads, link, panel
from dashboard.shell import Page
from dashboard.words import Words

PER = 1_000
DIGITS = 3
"""Significant digits of a rate."""


@dataclass(frozen=True, slots=True)
class Line:
    """One operator in one reporting year. Rates are per thousand miles, with exact 95 % limits for the number of events
    alone; without miles none of them is known. `counted`: first and last month of these miles; `part`: others of the
    year are left out, as nothing was filed then of near misses."""

    name: str
    operator: str
    first: str
    last: str
    source: str
    events: int
    exposure_source: str = ""
    miles: object = None
    counted: tuple[str, str] = ("", "")
    part: bool = False
    rate: float = 0.0
    lower: float = 0.0
    upper: float = 0.0


def draw(page: Page) -> None:
    """The section; nothing where the hub holds no near misses of operators whose miles it has."""
    words = page.words
    lines = _lines(page)
    if not any(line.miles for line in lines):
        return
    known = [line for line in lines if line.miles]
    low = 10.0 ** math.floor(math.log10(min(line.lower or line.upper for line in known)))
    high = 10.0 ** math.ceil(math.log10(max(line.upper for line in known)))
    axis = words("near.axis", low=f"{low:,g}", high=f"{high:,g}")
    head = heads([
        (words("near.col.operator"), ""), (words("near.col.year"), ""), (words("near.col.events"), "n"),
        (words("rates.col.value"), "n"), (words("near.col.rate"), "n"), (axis, "axis"),
        (words("rates.col.interval"), "n"),
    ])  # fmt: skip
    body = "".join(_row(page, line, low, high) for line in lines)
    told = [text for source in dict.fromkeys(line.source for line in lines) if (text := words.value("near", source))]
    reading = ("" if words.ja else " ").join((*told, words("near.reading")))
    table = f"<table class=near>{head}<tbody>{body}</tbody></table>"
    block(
        words.lang,
        f"<h2 id=near>{words('near.title')}</h2><p class=reading>{reading}</p><p class=rule>{words('near.rule')}</p>"
        f"{panel(words('near.title'), table)}{_outside(page, lines)}",
        "section",
    )


def _lines(page: Page) -> list[Line]:
    """Each reporting year is as long as the form on which its miles were filed."""
    if not page.reader.rows("reports", class_=NEAR_MISS, limit="1"):  # rates take longer to say so
        return []
    exposed = page.reader.rows("exposure", unit=UNIT)
    fresh = page.reader.rows("freshness")
    found = []
    for miles in dict.fromkeys(str(row["source"]) for row in exposed):
        names: dict[str, str] = {}
        for row in exposed:
            if row["source"] == miles:
                names.setdefault(str(row["operator"]), str(row["party"] or row["names"][0]))
        years = {(str(row["first_month"]), str(row["last_month"])) for row in fresh if row["source"] == miles}
        for first, last in sorted(years):
            found += _year(page, miles, names, first, last)
    page.sources += [name for line in found for name in (line.source, line.exposure_source) if name]
    return sorted(found, key=lambda line: (line.name.casefold(), line.operator, line.first))


def _year(page: Page, miles: str, names: dict[str, str], first: str, last: str) -> list[Line]:
    span = {"from": first, "to": last}
    rows = page.reader.rows("rates", events="near_misses", unit=UNIT, by="operator", exposure_source=miles, **span)
    rows = [row for row in rows if row["source"]]  # without any near miss the miles stand alone
    found = [_line(row, names, first, last) for row in rows]
    for source in dict.fromkeys(str(row["source"]) for row in rows if row["left_out"]):
        met = {line.operator for line in found if line.source == source}
        filers = page.reader.rows("occurrences_by_operator", source=source, class_=NEAR_MISS, **span)
        found += [
            Line(str(row["party"] or row["operator"]), str(row["operator"]), first, last, source, int(row["n_reports"]))
            for row in filers if row["operator"] not in met
        ]  # fmt: skip
    return found


def _line(row: Row, names: dict[str, str], first: str, last: str) -> Line:
    operator = str(row["group"])
    rates = (float(row[name] or 0) * PER for name in ("rate", "lower95", "upper95"))
    told = (str(row["source"]), int(row["events"]), str(row["exposure_source"]), row["exposure"])
    counted = (str(row["from_month"]), str(row["to_month"]))
    return Line(
        names.get(operator, operator), operator, first, last, *told, counted, bool(row["exposure_left_out"]), *rates
    )


def _row(page: Page, line: Line, low: float, high: float) -> str:
    words = page.words
    where = {"operator": line.operator, "from_": line.first, "to": line.last}
    own = f" <small>{code(line.operator)}</small>" if line.operator != line.name else ""
    year = words("months.range", first=words.month(line.first), last=words.month(line.last))
    events = words.number(line.events)
    if line.events:
        events = link(behind.opens(page, "near_misses", line.source, **where), events, "plain")
    cells = f"<td class=d>{escape(year)}</td><td class=n>{events}</td>"
    if line.miles is None:
        cells += f"<td colspan=4 class=blank>{words('near.no_miles')}</td>"
    else:
        since, until = line.counted
        href = behind.opens(page, "exposures", line.exposure_source, **where | {"from_": since, "to": until})
        part = words("months.range", first=words.month(since), last=words.month(until)) if line.part else ""
        miles = link(href, behind.amount(line.miles), "plain") + (f"<br><small>{escape(part)}</small>" if part else "")
        cells += f"<td class=n>{miles}</td>"
        cells += (
            f"<td class=n>{shown(line.rate)}</td><td class=axis>{_interval(words, line, low, high)}</td>"
            f"<td class='n d'>{shown(line.lower)} – {shown(line.upper)}</td>"
            if line.miles else f"<td colspan=3 class=blank>{words('near.no_rate')}</td>"
        )  # fmt: skip
    return f"<tr><th scope=row>{filed(line.name)}{own}</th>{cells}</tr>"


def shown(rate: float) -> str:
    """A rate with three significant digits, never in powers of ten."""
    places = DIGITS - 1 - math.floor(math.log10(rate)) if rate else 0
    return f"{rate:,.{max(places, 0)}f}"


def _interval(words: Words, line: Line, low: float, high: float) -> str:
    """Point and limits on a logarithmic axis. No event: a hollow point at its left end, and the upper limit."""
    left, at, right = (100 * math.log10(max(v, low) / low) / math.log10(high / low)
                       for v in (line.lower, line.rate, line.upper))  # fmt: skip
    told = {"rate": shown(line.rate), "lower": shown(line.lower), "upper": shown(line.upper)}
    decades = round(math.log10(high / low))
    return (
        f'<span class="axis log" role="img" aria-label="{escape(words("rates.alt", **told))}" style="--n:{decades}">'
        f'<i class="range" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
        f'<i class="point{"" if line.events else " none"}" style="left:{at:.1f}%"></i></span>'
    )


def _outside(page: Page, lines: list[Line]) -> str:
    """Near misses that stand in no row, as their dates lie in no reporting year; named, as silence would lose them."""
    words, notes = page.words, []
    for source in dict.fromkeys(line.source for line in lines):
        rows = page.reader.rows("reports", source=source, class_=NEAR_MISS, limit="1")
        total = int(rows[0]["total"]) if rows else 0
        outside = total - sum(line.events for line in lines if line.source == source)
        if outside > 0:
            everything = link(behind.opens(page, "near_misses", source), words.number(total))
            notes.append(words.count("near.outside", outside, total=everything, source=filed(source)))
    return "".join(f"<p class=rule>{note}</p>" for note in notes)
