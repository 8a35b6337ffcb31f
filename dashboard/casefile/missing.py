"""What is not known, and why: missing fields of the latest versions by reason, and by whom they were left out."""

from collections.abc import Sequence

from dashboard.casefile.marks import field
from dashboard.casefile.model import Case, Report
from dashboard.html import block, code, filed, firm, heads, panel
from dashboard.shell import Page
from dashboard.words import Words

ORDER = (
    "REDACTED_CBI", "REDACTED_PII", "REDACTED_LEGAL", "ANONYMISED", "UNKNOWN", "NOT_YET_DETERMINED", "NOT_REPORTED",
    "NOT_APPLICABLE",
)  # fmt: skip


def by_reason(reports: Sequence[Report]) -> dict[str, dict[str, list[Report]]]:
    """Reason -> field -> the reports that lack it for this reason."""
    found: dict[str, dict[str, list[Report]]] = {}
    for report in reports:
        for gap in report.latest.event.get("missing", []):
            found.setdefault(str(gap["reason"]), {}).setdefault(str(gap["field"]), []).append(report)
    return found


def _who(words: Words, case: Case, reason: str, reports: Sequence[Report]) -> str:
    names = list(dict.fromkeys(report.reporter for report in reports))
    shown = words.join([firm(name) for name in names])
    if reason == "REDACTED_PII":
        receiver = next((name for name in case.reports[0].latest.event.get("reported_to", [])), "")
        return filed(receiver)
    if reason == "REDACTED_CBI":
        return words("missing.claimed", who=shown)
    return words("missing.all") if len(names) == len(case.reporters) > 1 else shown


def _what(words: Words, case: Case, fields: dict[str, list[Report]]) -> str:
    """The fields; where only some reports lack them, whose."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for path, reports in fields.items():
        whose = tuple(dict.fromkeys(report.reporter for report in reports))
        groups.setdefault(whose, []).append(field(words, path))
    parts = []
    for whose, names in groups.items():
        listed = words("list.separator").join(dict.fromkeys(names))
        if len(whose) < len(case.reporters):
            who = words.join([firm(name) for name in whose])
            listed = f"{who}{words('colon')}{listed}"
        parts.append(listed)
    return "<br>".join(parts)


def draw(page: Page, case: Case) -> None:
    """The section."""
    words = page.words
    found = by_reason(case.reports)
    lines = []
    for reason in (reason for reason in ORDER if reason in found):
        reports = [report for lacking in found[reason].values() for report in lacking]
        lines.append(
            f"<tr><th scope=row><span class=tag>{code(reason)}</span></th><td>{words.value('reason', reason)}</td>"
            f"<td>{_what(words, case, found[reason])}</td><td>{_who(words, case, reason, reports)}</td></tr>"
        )
    times = [version.event.get(name) for version in case.versions for name in ("occurred", "submitted")]
    if any(stretch and stretch["precision"] == "MONTH" for stretch in times):
        receiver = filed(next(iter(case.reports[0].latest.event.get("reported_to", [])), ""))
        lines.append(
            f"<tr><th scope=row><span class=tag>{words('missing.month')}</span></th>"
            f"<td>{words('missing.month.meaning')}</td>"
            f"<td>{words('missing.month.what')}</td><td>{receiver}</td></tr>"
        )
    head = heads((words(f"missing.{key}"), "") for key in ("reason", "meaning", "what", "who"))
    table = f"<table class=missing>{head}<tbody>{''.join(lines)}</tbody></table>"
    block(
        words.lang,
        f"<h2>{words('missing.title')}</h2>{panel(words('missing.title'), table)}",
        "section",
    )
