"""What the demo says: lines whose figures are answers of named queries, each with the page that shows them."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dashboard.comparison import Rate, compare
from dashboard.url import State
from dashboard.words import short
from producers.sources.nhtsa_sgo import NAME

Rows = Sequence[Mapping[str, Any]]
Ask = Callable[[str, Mapping[str, str]], Rows]
"""A named query and its parameters to its rows."""

QUESTION = "Who reported what, when, and does anyone independent agree?"
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_KNOWN_AS = {"General Motors": "GM"}


def headline(ask: Ask, files: Sequence[str]) -> list[tuple[str, str]]:
    """Lines and the path of the page behind each; `files` are the names of what was published."""
    state = State()
    lines = [
        (f"{QUESTION}   {_files(ask, files)}", state.href("overview")),
        (f"DEATHS   {_deaths(ask)}", state.href("incidents", unit="reports", first_severity="FATAL")),
        (f"CRASHES  {_crashes(ask)}", state.href("incidents")),
        (f"AGREE?   {_agree(ask)}", state.href("incidents", reporters="several")),
    ]
    if across := _across(ask):
        lines.append((f"RULE/ROAD   {across}", state.href("rates")))
    return lines


def _files(ask: Ask, files: Sequence[str]) -> str:
    """What the figures rest on: the last month of the oldest edition, and the date that the newest file names."""
    months = sorted(row["last_month"] for row in ask("freshness", {}) if row["source"] == NAME and row["last_month"])
    dates = sorted(found[0] for name in files if (found := re.search(r"\d{4}-\d{2}-\d{2}", name)))
    parts = [f"archive to {date.fromisoformat(months[0] + '-01'):%B %Y}"] if len(months) > 1 else []
    if dates:
        last = date.fromisoformat(dates[-1])
        parts.append(f"as of {last.day} {last:%B %Y}")
    return f"federal files: {', and '.join(parts)}"


def _deaths(ask: Ask) -> str:
    first = ask("reports", {"source": NAME, "first_severity": "FATAL"})
    gone = [row for row in first if row["severity"] != "FATAL"]
    still = len(first) - len(gone)
    told = f"{_n(len(first), 'report')} first said Fatality, {still:,} still {'does' if still == 1 else 'do'}"
    if not gone:
        return told
    if len({row["occurrence_id"] for row in gone}) == 1 and len(gone) > 1:
        by = " and ".join(f"by {name}" for name in sorted({_name(row["reporter"]) for row in gone}))
        return f"{told}: the other {_spelt(len(gone))} are one occurrence, reported {by}"
    return f"{told}: the other {_spelt(len(gone))} now {'says' if len(gone) == 1 else 'say'} less"


def _crashes(ask: Ask) -> str:
    (total,) = ask("totals", {"source": NAME}) or [{"rows": 0, "reports": 0, "occurrences": 0}]
    months = ask("occurrences_by_month", {"source": NAME, "severity_from": "MINOR"})
    injury, most = (sum(row[name] for row in months) for name in ("n", "n_if_unknown"))
    return (
        f"{total['rows']:,} rows -> {total['reports']:,} reports -> {total['occurrences']:,} crashes;"
        f" injury in {injury:,}, up to {most:,} with {most - injury:,} unknown"
    )


def _agree(ask: Ask) -> str:
    several = [row for row in ask("agreement", {"source": NAME}) if row["reporters"] > 1]
    copied = sum(row["declared_copies"] > 0 for row in several)
    return (
        f"{_n(len(several), 'crash', 'crashes')} have several reporters;"
        f" in {copied:,} one report declares itself a duplicate"
    )


def _across(ask: Ask) -> str:
    """Rates on both sides of a change of the form, with intervals; nothing when no exposure lies on both sides."""
    found = compare(ask)
    if found is None:
        return ""
    periods = (found.before, found.after)
    bounds = " and ".join(f"{period.low:.1f}-{period.high:.1f}" for period in periods if period.low and period.high)
    estimated = f"; miles are private estimates ({bounds} M)" if found.basis == "ESTIMATE" and bounds else ""
    return (
        f"{found.operator}, nobody driving, across the {date.fromisoformat(found.since):%B %Y} change of the form:"
        f" {' -> '.join(f'{period.all.rate:.2f}' for period in periods)} reports per million miles;"
        f" with injury {' -> '.join(_interval(period.injury) for period in periods)}{estimated}"
    )


def _interval(rate: Rate) -> str:
    return f"{rate.rate:.2f} [{rate.lower:.2f}, {rate.upper:.2f}]"


def _n(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _spelt(count: int) -> str:
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def _name(reporter: str) -> str:
    name = short(reporter)
    return _KNOWN_AS.get(name, name)
