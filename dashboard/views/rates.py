"""Rule or road: reports per mile on both sides of a change of the form, and how sure each figure is."""

from dashboard import across, behind, empty, filters, near_misses
from dashboard.comparison import DRIVER, Comparison, Period, Rate
from dashboard.html import block, escape, filed, firm, heads, link, panel
from dashboard.shell import Page
from dashboard.url import FILTERS

ESTIMATORS = {"av-exposure": "crashla"}
"""Who estimated the miles of a source, by the name that they give themselves."""


def render(page: Page) -> None:
    """Draw the page."""
    words = page.words
    opened = {"exposure": behind.exposure, "incident": behind.near_miss, "list": behind.draw}
    for name, draw in opened.items():
        if page.state.get(name):
            draw(page)
            return
    told = across.found(page) if page.freshness else None
    subtitle = ""
    if told:
        date = words.month(told.since, long=True)
        subtitle = f"<p class=subtitle>{words('rates.subtitle', operator=firm(told.operator), date=date)}</p>"
    block(words.lang, f"<h1>{words('rates.title')}</h1>{subtitle}", "title")
    if not page.freshness:
        empty.nothing_yet(page)
        return
    filters.clock_bar(page, "filed_by")
    if told is None:
        block(words.lang, f"<div class=state><p>{words('rates.none')}</p></div>")
    else:
        _comparison(page, told)
    near_misses.draw(page)


def _comparison(page: Page, told: Comparison) -> None:
    words = page.words
    note = f"<p class=rule>{words('rates.filters')}</p>" if page.state.filters else ""
    sides = (("before", told.before), ("after", told.after))
    body = "".join(_side(page, told, name, period) for name, period in sides)
    block(
        words.lang,
        f'<p class=reading>{across.sentence(words, told)}</p>{note}<div class="sides periods">{body}</div>'
        f"{_notes(page, told)}{_numbers(page, told)}",
        "section",
    )


def _list(page: Page, told: Comparison, period: Period, severity_from: str | None = None) -> str:
    """The reports that are counted: the filters of the comparison, and no others."""
    wanted = {
        **dict.fromkeys(FILTERS), "operator": told.operator, "from": period.first, "to": period.last,
        "unit": "reports", "driver": DRIVER, "severity_from": severity_from,
    }  # fmt: skip
    return page.state.href("incidents", **wanted)


def _miles(page: Page, told: Comparison, period: Period, text: str, css: str = "") -> str:
    """Miles, leading to the exposures that they add up."""
    where = {"operator": told.operator, "driver": DRIVER, "from_": period.first, "to": period.last}
    return link(behind.opens(page, "exposures", told.exposure_source, **where), text, css)


def _side(page: Page, told: Comparison, name: str, period: Period) -> str:
    words = page.words
    first, last = (words.month(month, long=True) for month in (period.first, period.last))
    if period.low is None or period.high is None:
        miles = words("rates.miles.exact", miles=f"{period.miles:.1f}")
    else:
        miles = words("rates.miles", miles=f"{period.miles:.1f}", low=f"{period.low:.1f}", high=f"{period.high:.1f}")
    miles = _miles(page, told, period, miles)
    tops = [max(getattr(told.before, kind).upper, getattr(told.after, kind).upper) for kind in ("all", "injury")]
    return (
        f"<article class=card><h2>{words('rates.' + name, first=first, last=last)}</h2><p class=unit>{miles}</p>"
        f"{_figure(page, 'rates.reports', period.all, _list(page, told, period), tops[0])}"
        f"{_figure(page, 'rates.injury', period.injury, _list(page, told, period, 'MINOR'), tops[1])}</article>"
    )


def _figure(page: Page, key: str, rate: Rate, href: str, top: float) -> str:
    words = page.words
    count = link(href, words("rates.counted", n=words.number(rate.events)))
    if rate.if_unknown > rate.events:
        count += words("rates.unknown", n=words.number(rate.if_unknown))
    bounds = ""
    if rate.at_most_miles is not None and rate.at_least_miles is not None:
        low, high = f"{rate.at_most_miles:.2f}", f"{rate.at_least_miles:.2f}"
        bounds = f"<p class=unit>{words('rates.bounds', low=low, high=high)}</p>"
    return (
        f"<h3>{words(key)}</h3><p class=figure>{link(href, f'{rate.rate:.2f}')} <small>{words('rates.per')}</small></p>"
        f"{across.interval(words, 'rates.interval', rate, top)}<p>{count}</p>{bounds}"
    )


def _notes(page: Page, told: Comparison) -> str:
    words = page.words
    changed = words.month(told.since, long=True)
    reason = words.value("break", told.reason) or ""
    left_out = words(
        "rates.left_out",
        month=words.month(told.since[:7], long=True),
        first=words.month(told.before.first, long=True),
        last=words.month(told.after.last, long=True),
    )
    project = filed(ESTIMATORS.get(told.exposure_source, told.exposure_source))
    estimator = words.value("estimator", told.exposure_source)
    lines = [
        words("rates.break", date=changed, reason=reason),
        *([estimator.format(project=project)] if estimator else []),
        left_out,
    ]
    return "".join(f"<p class=rule>{line}</p>" for line in lines)


def _numbers(page: Page, told: Comparison) -> str:
    words = page.words
    columns = ("events", "miles", "rate", "interval", "bounds")
    head = heads([(words("rates.period"), ""), ("", ""), *((words(f"rates.col.{name}"), "n") for name in columns)])
    lines = []
    for period in (told.before, told.after):
        span = words("months.range", first=words.month(period.first), last=words.month(period.last))
        for key, rate, least in (("rates.reports", period.all, None), ("rates.injury", period.injury, "MINOR")):
            count = link(_list(page, told, period, least), words.number(rate.events), "plain")
            miles = _miles(page, told, period, f"{period.miles:.2f}", "plain")
            cells = [count, miles, f"{rate.rate:.3f}", f"{rate.lower:.3f} – {rate.upper:.3f}"]
            cells.append(_range(rate.at_most_miles, rate.at_least_miles))
            shown = "".join(f"<td class=n>{cell}</td>" for cell in cells)
            lines.append(f"<tr><th scope=row>{escape(span)}</th><td>{words(key)}</td>{shown}</tr>")
    table = panel(words("rates.title"), f"<table class=rates>{head}<tbody>{''.join(lines)}</tbody></table>")
    return f"<details class=numbers><summary>{words('numbers')}</summary>{table}</details>"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.3f} – {high:.3f}"
