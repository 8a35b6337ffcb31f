"""What card and page of the comparison share: the figures, their reading in words, an interval as a small drawing."""

from dashboard.comparison import Comparison, Rate, compare
from dashboard.html import escape
from dashboard.shell import Page
from dashboard.words import Words


def found(page: Page) -> Comparison | None:
    """The comparison at the page's clock, if there is one."""
    told = compare(lambda name, params: page.reader.rows(name, **params))
    if told:
        page.sources.append(told.exposure_source)
    return told


def sentence(words: Words, told: Comparison) -> str:
    """Reports and injuries in words: intervals that overlap show no change, and none says who is safer."""
    reports = _change(told.before.all, told.after.all)
    injury = _change(told.before.injury, told.after.injury)
    first = words(
        f"rates.reports.{reports}", percent=f"{100 * abs(told.after.all.rate / told.before.all.rate - 1):.0f}"
    )
    return first + ("" if words.ja else " ") + words(f"rates.injury.{injury}")


def _change(before: Rate, after: Rate) -> str:
    if before.lower <= after.upper and after.lower <= before.upper:
        return "same"
    return "fell" if after.rate < before.rate else "rose"


def interval(words: Words, key: str, rate: Rate, top: float) -> str:
    """Point and limits on an axis from zero to `top`."""
    left, width, at = (100 * value / top for value in (rate.lower, rate.upper - rate.lower, rate.rate))
    told = {"rate": f"{rate.rate:.2f}", "lower": f"{rate.lower:.2f}", "upper": f"{rate.upper:.2f}"}
    label, alt = words(key, **told), escape(words("rates.alt", **told))
    return (
        f'<div class="interval"><span class="axis" role="img" aria-label="{alt}">'
        f'<i class="range" style="left:{left:.1f}%;width:{width:.1f}%"></i><i class="point" style="left:{at:.1f}%"></i>'
        f"</span><span>{label}</span></div>"
    )
