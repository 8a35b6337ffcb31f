"""When it happened, when it was filed, when the hub learned of it: lanes on one axis of months."""

from collections.abc import Sequence
from itertools import pairwise

from dashboard.casefile.model import Case, Report, Version
from dashboard.html import block, code, escape, filed
from dashboard.shell import Page
from dashboard.words import Words

KEPT = 3
"""Gaps of more months than this are left out, and counted."""


def number(month: str) -> int:
    """A month as a count of months."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def text(index: int) -> str:
    """The month of a count."""
    return f"{index // 12}-{index % 12 + 1:02d}"


def axis(months: Sequence[str]) -> tuple[list[str], int]:
    """Columns of the axis (`` for the break) and how many months the breaks leave out.

    One month stands before the first and after each group; gaps of more than KEPT months become one break.
    """
    used = sorted({number(month) for month in months})
    columns: list[str] = [text(used[0] - 1), text(used[0])]
    left_out = 0
    for before, after in pairwise(used):
        gap = after - before - 1
        if gap > KEPT:
            columns += [text(before + 1), "", text(after)]
            left_out += gap - 1
        else:
            columns += [text(before + step) for step in range(1, gap + 2)]
    return columns, left_out


def _months(case: Case) -> list[str]:
    found = []
    for version in case.versions:
        said = (version.time(name) for name in ("occurred", "aware", "submitted"))
        found += [stretch[:7] for stretch in said if len(stretch) >= 7]
        found.append(str(version.row["recorded_at"])[:7])
    return found


def _bar(columns: list[str], month: str, css: str, label: str, line: int) -> str:
    if len(month) < 7:
        return ""
    at = columns.index(month[:7]) + 2
    return f'<span class="bar {css}" style="grid-column:{at};grid-row:{line}">{label}</span>'


def _note(columns: list[str], month: str, label: str, line: int) -> str:
    if len(month) < 7 or columns.index(month[:7]) + 3 > len(columns) + 1:
        return ""
    at = columns.index(month[:7]) + 3
    return f'<span class=when style="grid-column:{at};grid-row:{line}">{label}</span>'


def _lane(columns: list[str], head: str, marks: str, lines: int) -> str:
    grid = "".join(
        f'<i class="cell{"" if month else " cut"}" style="grid-column:{at + 2};grid-row:1/{lines + 1}"></i>'
        for at, month in enumerate(columns)
    )
    return f'<div class=lane><div class=who style="grid-row:1/{lines + 1}">{head}</div>{grid}{marks}</div>'


def _reporter_lane(words: Words, report: Report, columns: list[str]) -> str:
    marks, line = "", 1
    aware = report.latest.time("aware")
    if aware:
        marks += _bar(columns, aware, "aware", words("lane.aware"), line)
        line += 1
    for version in report.versions:
        level = words("list.nil") if version.nil else words.value("severity", version.severity)
        label = words("lane.version", n=version.number, level=level)
        marks += _bar(columns, version.submitted, f"sev-{escape(version.severity)}", label, line)
        if version is report.versions[0] and len(version.submitted) == 7:
            marks += _note(columns, version.submitted, words("lane.no_day"), line)
        received = str(version.row["recorded_at"])
        at = columns.index(received[:7]) + 2
        title = escape(words.instant(received))
        said = f'title="{title}" role=img aria-label="{words("lane.received")} {title}"'
        marks += f'<span class=received style="grid-column:{at};grid-row:{line}" {said}></span>'
        line += 1
    role = words("lane.copy") if report.copied else words("lane.reporter")
    head = f"<b>{filed(report.reporter)}</b>{code(report.own_id)}<small>{role}</small>"
    return _lane(columns, head, marks, line - 1)


def draw(page: Page, case: Case) -> None:
    """The section."""
    words = page.words
    columns, left_out = axis(_months(case))
    lead = case.reports[0].latest
    heads = "".join(
        f'<span class="month" style="grid-column:{at + 2}">{words.month(month)}</span>'
        if month
        else f'<span class="month cut" style="grid-column:{at + 2}">//</span>'
        for at, month in enumerate(columns)
    )
    clock = _clock(lead)
    label = words("lane.crash_at", clock=clock) if clock else words("lane.crash")
    occurred = lead.time("occurred")
    marks = _bar(columns, occurred, "crash", label, 1)
    if len(occurred) == 7:
        marks += _note(columns, occurred, words("lane.no_day"), 1)
    crash = _lane(
        columns, f"<b>{words('lane.crash')}</b><small>{words.count('lane.stated', len(case.reports))}</small>", marks, 1
    )
    lanes = crash + "".join(_reporter_lane(words, report, columns) for report in case.reports)
    template = f"200px {' '.join('minmax(112px,1fr)' if month else '44px' for month in columns)}"
    head = f'<div class="lane heads"><div class=who>{words("lane.who")}</div>{heads}</div>'
    legend = (
        f"<span><i class='key aware'></i>{words('lane.key.aware')}</span>"
        f"<span><i class='key filed'></i>{words('lane.key.filed')}</span>"
        f"<span><i class=received></i>{words('lane.key.received')}</span>"
    )
    if left_out:
        legend += f"<span>// {words.count('lane.left_out', left_out)}</span>"
    block(
        words.lang,
        f"<h2>{words('lane.title')}</h2><p class=reading>{_reading(words, case)}</p>"
        f'<div class="panel lanes scroll" tabindex=0 style="--columns:{template}" role=group'
        f' aria-label="{words("lane.title")}">{head}{lanes}</div>'
        f"<p class=keys>{legend}</p>",
        "section",
    )


def _clock(version: Version) -> str:
    hour, colon, minute = version.term("Incident Time (24:00)").partition(":")
    return f"{int(hour):02d}:{minute}" if colon and hour.isdigit() else ""


def _reading(words: Words, case: Case) -> str:
    months = all(len(version.submitted) == 7 for version in case.versions)
    days = sorted({str(version.row["recorded_at"])[:10] for version in case.versions})
    n = len(case.versions)
    if len(days) == 1:
        received = words.count("lane.received_once", n, spelt=words.spelt(n), day=words.month(days[0], long=True))
    else:
        received = words(
            "lane.received_over", first=words.month(days[0], long=True), last=words.month(days[-1], long=True)
        )
    return (words("lane.months_only") + ("" if words.ja else " ") if months else "") + received
