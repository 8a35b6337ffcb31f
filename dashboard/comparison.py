"""Rule or road: one operator's reports per mile, before and after the form of the source changed.

Nothing here is a constant of the data: the break is the one that `rates` names, the operator the one with the most
exposure across it, and the months are whole ones on both sides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.months import after, before

Ask = Callable[[str, Mapping[str, str]], Sequence[Mapping[str, Any]]]
"""A named query and its parameters to its rows."""

UNIT = "VEHICLE_MILE"
DRIVER = "None"
"""Nobody driving, as the reports file it."""
PER = 1_000_000
_COUNTED: Mapping[str, str] = {"events": "reports", "unit": UNIT, "driver": DRIVER}


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per million miles: exact 95 % limits for the number of events, and the range at the miles' own bounds."""

    events: int
    if_unknown: int
    rate: float
    lower: float
    upper: float
    at_most_miles: float | None
    at_least_miles: float | None


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months on one side of the break; miles in millions, with the bounds of who estimated them."""

    first: str
    last: str
    miles: float
    low: float | None
    high: float | None
    all: Rate
    injury: Rate


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two periods of one operator, and the break between them."""

    operator: str
    source: str
    exposure_source: str
    basis: str
    since: str
    reason: str
    before: Period
    after: Period
    exposure_first: str
    exposure_last: str


def compare(ask: Ask) -> Comparison | None:
    """The comparison, or None when no exposure lies on both sides of a break of a source of reports.

    Before: from January of the year before the break; after: to the last month whose reports were due when the
    newest ones were filed. The month of the break belongs to neither.
    """
    miles = ask("exposure", {"unit": UNIT})
    if not miles:
        return None
    crossing = [row for row in ask("rates", {**_COUNTED, "by": "party"}) if row["series_break"] and row["exposure"]]
    if not crossing:
        return None
    row = max(crossing, key=lambda row: row["exposure"])
    source, since, operator = str(row["source"]), str(row["series_break"]), str(row["group"])
    filed = max(str(told["last_submitted"])[:7] for told in ask("freshness", {}) if told["source"] == source)
    months = sorted(
        str(told["month"]) for told in miles
        if told["source"] == row["exposure_source"] and (told["party"] or told["operator"]) == operator
    )  # fmt: skip
    spans = (
        (max(f"{int(since[:4]) - 1}-01", months[0]), before(since[:7])),
        (after(since[:7]), min(before(filed), months[-1])),
    )
    if any(first > last for first, last in spans):
        return None
    series = {"source": source, "exposure_source": str(row["exposure_source"]), "operator": operator}
    periods = [_period(ask, series, first, last) for first, last in spans]
    if periods[0] is None or periods[1] is None:
        return None
    return Comparison(
        operator, source, str(row["exposure_source"]), str(row["basis"]), since, str(row["break_reason"]),
        periods[0], periods[1], months[0], months[-1],
    )  # fmt: skip


def _period(ask: Ask, series: Mapping[str, str], first: str, last: str) -> Period | None:
    asked = {**_COUNTED, **series, "from": first, "to": last}
    everything, injury = ask("rates", asked), ask("rates", {**asked, "severity_from": "MINOR"})
    if not everything or not injury:
        return None
    row = everything[0]
    miles, low, high = (_millions(row[name]) for name in ("exposure", "exposure_low", "exposure_high"))
    return Period(first, last, miles or 0.0, low, high, _rate(row), _rate(injury[0]))


def _rate(row: Mapping[str, Any]) -> Rate:
    names = ("rate", "lower95", "upper95", "rate_if_exposure_high", "rate_if_exposure_low")
    rate, lower, upper, least, most = (row[name] if row[name] is None else row[name] * PER for name in names)
    return Rate(int(row["events"]), int(row["events_if_unknown"]), rate, lower, upper, least, most)


def _millions(amount: Any) -> float | None:
    return None if amount is None else float(amount) / PER
