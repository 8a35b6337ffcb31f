"""The demo's lines as cards: each figure is a link that opens what it counts."""

from collections.abc import Sequence

from dashboard import across
from dashboard.data import Row, Rows
from dashboard.html import block, escape, firm, link
from dashboard.shell import Page
from dashboard.units import counts
from dashboard.url import ABOUT

NAMED = ("MINOR", "MODERATE", "SERIOUS", "FATAL")


def _card(key: str, figure: str, unit: str, drawing: str, text: str, foot: str) -> str:
    return (
        f'<article class="card"><h2 class="key">{key}</h2><p class="figure">{figure}</p><p class="unit">{unit}</p>'
        f'<div class="drawing">{drawing}</div><p class="text">{text}</p><p class="foot">{foot}</p></article>'
    )


def draw(page: Page, totals: Row, months: Rows) -> None:
    """The row of cards, for the filters of the page."""
    block(page.words.lang, _deaths(page) + _crashes(page, totals, months) + _agree(page) + _rates(page), "cards")


def _deaths(page: Page) -> str:
    words, state = page.words, page.state
    asked = {**ABOUT, **{k: v for k, v in state.filters.items() if k != "severity_from"}}
    first = page.reader.rows("reports", first_severity="FATAL", **asked)
    now = page.reader.rows("reports", severity="FATAL", **asked)
    still = [row for row in first if row["severity"] == "FATAL"]
    gone = [row for row in first if row["severity"] != "FATAL"]
    at_first = state.href("incidents", unit="reports", first_severity="FATAL", severity_from=None)
    at_present = state.href("incidents", unit="reports", severity="FATAL", severity_from=None)
    figure = (
        link(at_first, words.number(len(first)))
        + ' <span class="arrow">→</span> '
        + link(at_present, words.number(len(now)))
    )
    text = _deaths_text(page, len(first), len(still), gone, len(now) - len(still))
    foot = link(
        at_first, words.count("deaths.open", len(first)).replace(str(len(first)), words.spelt(len(first))) + " →"
    )
    one = len({row["occurrence_id"] for row in gone}) == 1 and len(gone) > 1
    boxes = "<i></i>" * len(still) if len(first) <= 12 else ""
    left = "<i></i>" * len(gone) if len(first) <= 12 else ""
    note = f'<span class="note">{words("deaths.one")}</span>' if one else ""
    alt = escape(words("deaths.drawing", still=len(still), gone=len(gone)))
    drawing = (
        f'<div class="squares"><span role="img" aria-label="{alt}"><span class="now">{boxes}</span>'
        f'<span class="gone{" one" if one else ""}">{left}</span></span>{note}</div>'
    )
    return _card(words("deaths.key"), figure, words("deaths.unit"), drawing, text, foot if first else "")


def _deaths_text(page: Page, first: int, still: int, gone: Sequence[Row], new: int) -> str:
    words = page.words
    if not first and not new:
        return words("deaths.none")
    n = words.count("reports.n", first) if not words.ja else words.number(first)
    n = n.replace(str(first), words.spelt(first).capitalize())
    if not gone:
        parts = [words("deaths.same", n=n)]
    else:
        parts = [words("deaths.first", n=n, still=words.spelt(still))]
        names = sorted({str(row["reporter"]) for row in gone})
        if len({row["occurrence_id"] for row in gone}) == 1 and len(gone) > 1:
            parts.append(words("deaths.pair", k=words.spelt(len(gone)), names=_by(page, names)))
        else:
            parts.append(words.count("deaths.other", len(gone), k=words.spelt(len(gone))))
    if new > 0:
        parts.append(words("deaths.new", k=words.spelt(new).capitalize()))
    return ("" if words.ja else " ").join(parts)


def _by(page: Page, names: Sequence[str]) -> str:
    shown = [firm(name) for name in names]
    return (
        page.words.join(shown) if page.words.ja else page.words.join([shown[0], *(f"by {name}" for name in shown[1:])])
    )


def _level(page: Page, unit: str, n: int, most: int) -> str:
    """One of the three ways of counting; a link where the list can be narrowed in the same way."""
    text = page.words.count(f"crashes.{unit}", n)
    if counts(page.state, unit):
        text = link(page.state.href("incidents", unit=unit), text)
    bar = f'<span class="track"><span style="width:{100 * n / max(most, 1):.1f}%"></span></span>'
    return f'<div class="level {unit}">{bar}<span>{text}</span></div>'


def _crashes(page: Page, totals: Row, months: Rows) -> str:
    words, state = page.words, page.state
    threshold = state.get("severity_from")
    counted = sum(row["n"] if threshold else row["occurrences"] for row in months)
    rows, reports = int(totals.get("rows", 0)), int(totals.get("reports", 0))
    named = sum(row[code.lower()] for row in months for code in NAMED)
    unknown = sum(row["unknown"] for row in months)
    bars = "".join(
        _level(page, unit, n, rows) for unit, n in (("rows", rows), ("reports", reports), ("crashes", counted))
    )
    over = f"{100 * (rows / counted - 1):.1f}" if counted else "0.0"
    parts = [words("crashes.exact") if rows == counted else words("crashes.over", percent=over)]
    injured = link(state.href("incidents", severity_from="MINOR"), words.number(named), "plain")
    if unknown:
        most = words.number(named + unknown)
        which = link(state.href("incidents", severity="UNKNOWN", severity_from=None), words.number(unknown), "plain")
        parts.append(words("crashes.injury", named=injured, most=most, unknown=which))
    else:
        parts.append(words("crashes.injury_none", named=injured))
    href = state.href("incidents")
    text = ("" if words.ja else " ").join(parts)
    foot = link(href, words("crashes.open") + " →")
    figure = link(href, words.number(counted))
    return _card(words("crashes.key"), figure, words("crashes.unit"), bars if not threshold else "", text, foot)


def _occurrences(page: Page, **narrower: str) -> int:
    """How many the list would show: the same query, so that figure and list agree."""
    rows = page.reader.rows("occurrences", **ABOUT, **page.state.filters, **narrower, limit="1")
    return int(rows[0]["total"]) if rows else 0


def _agree(page: Page) -> str:
    words, state = page.words, page.state
    several = _occurrences(page, reporters="several")
    copied = _occurrences(page, reporters="several", copies="1")
    everything = state.href("incidents", reporters="several")
    if not several:
        return _card(words("agree.key"), "0", words("agree.unit"), "", words("agree.none"), "")
    share = 100 * copied / several
    with_copy = link(
        state.href("incidents", reporters="several", copies="1"), words("agree.with", n=words.number(copied))
    )
    without = link(
        state.href("incidents", reporters="several", copies="0"),
        words("agree.without", n=words.number(several - copied)),
    )
    drawing = (
        f'<div class="split"><span class="track"><span style="width:{share:.1f}%"></span></span>'
        f"<div>{with_copy}{without}</div></div>"
    )
    figure = link(everything, words.number(several))
    foot = link(everything, words.count("agree.open", several) + " →")
    return _card(
        words("agree.key"), figure, words("agree.unit"), drawing, words("agree.text", n=words.number(copied)), foot
    )


def _rates(page: Page) -> str:
    """Only for the whole: the exposure does not tell states, severities or editions apart."""
    found = None if page.state.filters else across.found(page)
    if found is None:
        return ""
    words, href = page.words, page.state.href("rates")
    figure = link(href, f'{found.before.all.rate:.2f} <span class="arrow">→</span> {found.after.all.rate:.2f}')
    top = max(found.before.injury.upper, found.after.injury.upper)
    drawing = "".join(
        across.interval(words, f"rates.card.{side}", period.injury, top)
        for side, period in (("before", found.before), ("after", found.after))
    )
    text = words("rates.card.text", operator=firm(found.operator), sentence=across.sentence(words, found))
    foot = link(href, words("rates.card.open") + " →")
    return _card(words("rates.key"), figure, words("rates.unit"), drawing, text, foot)
