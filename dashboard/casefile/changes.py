"""What changed between the versions of a report, side by side, from the native records' columns."""

import difflib
import re
from collections.abc import Sequence

from dashboard.casefile.marks import column, marked, value
from dashboard.casefile.model import ERASED, UNSEEN, Case, Report, Version
from dashboard.html import block, code, filed, firm, heads
from dashboard.shell import Page
from dashboard.words import Words

ALWAYS = ("Report ID", "Report Version")
"""Columns that differ by nature, and stand in the heading."""
STORY = "Narrative"
HARM = "Highest Injury Severity Alleged"
CONTEXT = 13
"""Words of a narrative kept on each side of a change."""


def changed(versions: Sequence[Version]) -> list[str]:
    """Columns in which the versions are not all the same: the harm first, then in the form's order."""
    names = list(versions[-1].columns)
    found = [
        name for name in names
        if name not in ALWAYS and len({version.columns.get(name, "") for version in versions}) > 1
    ]  # fmt: skip
    return sorted(found, key=lambda name: name != HARM)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\[[^\]]*\]|\S+|\s+", text)


def _clipped(words: Words, part: list[str], *, first: bool, last: bool) -> str:
    """An unchanged stretch, shortened in its middle, or towards the start and the end of the text."""
    keep = CONTEXT * 2
    if len(part) <= keep * (1 if first or last else 2):
        return marked(words, "".join(part))
    head = "" if first else marked(words, "".join(part[:keep]))
    tail = "" if last else marked(words, "".join(part[-keep:]))
    return f"{head} … {tail}"


def story(words: Words, before: str, after: str) -> tuple[str, str]:
    """Both narratives as HTML: what was taken away and what was added is marked, the rest is shortened."""
    a, b = _tokens(before), _tokens(after)
    left, right = [], []
    steps = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for at, (kind, a1, a2, b1, b2) in enumerate(steps):
        if kind == "equal":
            same = _clipped(words, a[a1:a2], first=at == 0, last=at == len(steps) - 1)
            left.append(same)
            right.append(same)
            continue
        if a2 > a1:
            left.append(f"<del>{marked(words, ''.join(a[a1:a2]))}</del>")
        if b2 > b1:
            right.append(f"<ins>{marked(words, ''.join(b[b1:b2]))}</ins>")
    return "".join(left), "".join(right)


def _cell(words: Words, versions: Sequence[Version], name: str, at: int) -> str:
    now = versions[at].columns.get(name, "")
    if name == STORY:
        if at == 0:
            text = story(words, now, versions[1].columns.get(name, ""))[0]
        else:
            text = story(words, versions[at - 1].columns.get(name, ""), now)[1]
        return f"<td class=story lang=en translate=no>{text}</td>"
    differs = at > 0 and now != versions[at - 1].columns.get(name, "")
    shown = value(words, now)
    return f"<td class=changed>{f'<b>{shown}</b>' if differs and now.strip() else shown}</td>"


def _report(words: Words, report: Report) -> str:
    versions = [version for version in report.versions if version.columns]
    head = f"<h3>{filed(report.reporter)} · {code(report.own_id)}</h3>"
    if len(versions) < 2:
        unseen = {str(version.row["native"]) for version in report.versions} & UNSEEN
        why = "changes.erased" if ERASED in unseen else "changes.withheld" if unseen else "changes.unread"
        return f"<article class=panel>{head}<p class=rule>{words(why)}</p></article>"
    names = changed(versions)
    columns = [words("changes.version", n=version.number, month=words.month(version.submitted)) for version in versions]
    head_row = heads((text, "") for text in (words("changes.field"), *columns))
    lines = "".join(
        f"<tr><th scope=row><span class=differs aria-hidden=true>◆</span> {column(words, name)}</th>"
        + "".join(_cell(words, versions, name, at) for at in range(len(versions)))
        + "</tr>"
        for name in names
    )
    total = len(versions[-1].columns)
    same = total - len(names) - 1
    note = words.count(
        "changes.note", len(names), total=total, same=same, others=words.spelt(total - same), k=words.spelt(len(names))
    )
    table = f"<table class=changes>{head_row}<tbody>{lines}</tbody></table>"
    wide = " wide" if len(versions) > 2 else ""
    return f'<article class="panel scroll{wide}" tabindex=0>{head}{table}<p class=rule>{note}</p></article>'


def _reading(words: Words, case: Case, several: Sequence[Report]) -> str:
    moved = [report for report in several if report.first.severity != report.latest.severity]
    if not moved:
        return words.count("changes.no_harm", len(several))
    ways: dict[tuple[str, str], list[str]] = {}
    for report in moved:
        ways.setdefault((report.first.severity, report.latest.severity), []).append(firm(report.reporter))
    parts = [
        words(
            "changes.harm", who=words.join(list(dict.fromkeys(who))),
            first=words.value("severity", first), last=words.value("severity", last),
        )
        for (first, last), who in ways.items()
    ]  # fmt: skip
    copies = [report for report in several if report.copied]
    text = ("" if words.ja else " ").join(parts)
    if copies and len(case.reports) > 1:
        text += ("" if words.ja else " ") + words("changes.copy", who=words.join([firm(r.reporter) for r in copies]))
    return text


def draw(page: Page, case: Case) -> None:
    """The section; one sentence when no report has a second version."""
    words = page.words
    several = [report for report in case.reports if len(report.versions) > 1]
    title = f"<h2>{words('changes.title')}</h2>"
    if not several:
        block(words.lang, f"{title}<p class=reading>{words.count('changes.none', len(case.reports))}</p>", "section")
        return
    panels = "".join(_report(words, report) for report in several)
    block(
        words.lang,
        f"{title}<p class=reading>{_reading(words, case, several)}</p><div class=sides>{panels}</div>",
        "section",
    )
