"""The overview: who reported what, and whether anyone independent agrees."""

import streamlit as st

from dashboard import cards, charts, empty, filters, reporters
from dashboard.data import Row, Rows
from dashboard.html import block, heads, link
from dashboard.shell import Page
from dashboard.theme import SEVERITIES
from dashboard.url import ABOUT
from dashboard.words import CATALOGUE

NAMED = ("FATAL", "SERIOUS", "MODERATE", "MINOR")


def render(page: Page) -> None:
    """Draw the page."""
    words, state = page.words, page.state
    block(words.lang, f"<h1>{words('over.title')}</h1><p class=subtitle>{_subtitle(page)}</p>", "title")
    if not page.reported:
        empty.nothing_yet(page)
        return
    filters.bar(page)
    months = page.reader.rows("occurrences_by_month", **ABOUT, **state.filters)
    unfloored = {k: v for k, v in state.filters.items() if k != "severity_from"}
    totals = page.reader.rows("totals", **ABOUT, **unfloored)
    if not sum(row["occurrences"] for row in months):
        empty.draw(page, "overview")
        return
    cards.draw(page, _summed(totals), months)
    _monthly(page, months)
    reporters.draw(page, page.reader.rows("occurrences_by_operator", **ABOUT, **state.filters), months)


def _subtitle(page: Page) -> str:
    words = page.words
    parts = []
    filed = [row for row in page.reader.rows("freshness") if row["source"] == ABOUT["source"]]
    for row in sorted(filed, key=lambda row: str(row["first_month"])):
        key = f"over.{row['edition']}"
        if key in CATALOGUE:
            parts.append(words(key, month=words.month(str(row["last_submitted"]), long=True)))
    return words("over.subtitle", parts=words("over.parts").join(parts)) if parts else words("over.subtitle.none")


def _summed(rows: Rows) -> Row:
    return {
        name: sum(int(row[name]) for row in rows if row["occurrences"]) for name in ("rows", "reports", "occurrences")
    }


def shown_severities(threshold: str) -> tuple[str, ...]:
    """What the charts draw: everything, or the levels at or above a threshold."""
    return SEVERITIES[: SEVERITIES.index(threshold) + 1] if threshold else SEVERITIES


def _monthly(page: Page, months: Rows) -> None:
    words, state = page.words, page.state
    dated = [row for row in months if row["month"]]
    kinds = shown_severities(state.get("severity_from"))
    if not dated:
        return
    undrawn = sum(sum(int(row[kind.lower()]) for kind in kinds) for row in months if not row["month"])
    note = words.count("month.undrawn", undrawn) if undrawn else ""
    if state.get("severity_from"):
        note += words("month.below", severity=words.value("severity", state.get("severity_from")))
    legend = "".join(_legend_item(page, months, kind) for kind in kinds)
    block(
        words.lang,
        f"<h2>{words('month.title')}</h2><p class=reading>{_reading(page, dated, kinds)}</p>"
        f"<p class=rule>{words('month.rule', undrawn=note)}</p><div class=legend>{legend}</div>",
        "section",
    )
    address = state.href("incidents", from_="{month}", to="{month}", severity="{severity}", severity_from=None)
    address = address.replace("%7B", "{").replace("%7D", "}")
    key = f"{words.lang}-{page.dark}"
    spec = charts.monthly(dated, kinds, words, page.colours, address, main=True)
    st.vega_lite_chart(spec=spec, theme=None, width="stretch", key=f"months-{key}")
    injured = tuple(kind for kind in kinds if kind in (*NAMED, "UNKNOWN"))
    if sum(int(row[kind.lower()]) for row in dated for kind in injured):
        title = f"<b>{words('named.title')}</b> {words('named.note')}"
        block(words.lang, f"<p class=second>{title}</p>")
        spec = charts.monthly(dated, injured, words, page.colours, address, main=False)
        st.vega_lite_chart(spec=spec, theme=None, width="stretch", key=f"named-{key}")
    block(words.lang, _numbers(page, months, kinds))


def _legend_item(page: Page, months: Rows, kind: str) -> str:
    n = sum(int(row[kind.lower()]) for row in months)
    if not n:
        return ""
    words = page.words
    href = page.state.href("incidents", severity=kind, severity_from=None)
    label = f'<i class="sev {kind}"></i>{words.value("severity", kind)} <span>{words.number(n)}</span>'
    return link(href, label, "plain")


def _reading(page: Page, dated: Rows, kinds: tuple[str, ...]) -> str:
    """Two sentences computed from the months shown: the count across the break, and the named injuries of its year."""
    words = page.words
    counts = [sum(int(row[kind.lower()]) for kind in kinds) for row in dated]
    sentences = []
    at = next((i for i, row in enumerate(dated) if row["series_break"]), None)
    if at is not None and 0 < at < len(dated) - 1:
        a, b = counts[at - 1], counts[at + 1]
        later = ""
        tail = max(range(at + 2, len(dated)), key=lambda i: counts[i], default=None)
        if tail is not None and counts[tail] > 0:
            later = words(
                "month.later", n=words.number(counts[tail]), month=words.month(dated[tail]["month"], long=True)
            )
        key = "month.fell" if b < a else "month.rose" if b > a else "month.stayed"
        before, after = (words.month(dated[i]["month"], long=True) for i in (at - 1, at + 1))
        sentences.append(words(key, a=words.number(a), b=words.number(b), before=before, after=after, later=later))
        year = dated[at]["month"][:4]
        whole = [row for row in dated if row["month"].startswith(year) and not row["provisional"]]
        if len(whole) == 12 and not page.state.get("severity_from"):
            named = [sum(int(row[kind.lower()]) for kind in NAMED) for row in whole]
            sentences.append(words("month.named", low=min(named), high=max(named), year=year))
    else:
        most = max(range(len(dated)), key=lambda i: counts[i])
        sentences.append(
            words("month.most", month=words.month(dated[most]["month"], long=True), n=words.number(counts[most]))
        )
    return ("" if words.ja else " ").join(sentences)


def _numbers(page: Page, months: Rows, kinds: tuple[str, ...]) -> str:
    words, state = page.words, page.state
    used = [kind for kind in kinds if any(row[kind.lower()] for row in months)]
    head = heads([
        (words("numbers.month"), ""), (words("numbers.all"), "n"),
        *((words.value("severity", kind) or kind, "n") for kind in used),
    ])  # fmt: skip
    lines = []
    for row in [*(row for row in months if row["month"]), *(row for row in months if not row["month"])]:
        month = row["month"]
        cells = []
        for kind in ("", *used):
            n = int(row[kind.lower()]) if kind else sum(int(row[k.lower()]) for k in used)
            href = state.href(
                "incidents", from_=month, to=month, **({"severity": kind, "severity_from": None} if kind else {})
            )
            cells.append(f"<td class=n>{link(href, words.number(n), 'plain') if n and month else words.number(n)}</td>")
        mark = f" <small>{words('chart.provisional')}</small>" if row["provisional"] else ""
        lines.append(f"<tr><th scope=row>{words.month(month)}{mark}</th>{''.join(cells)}</tr>")
    return (
        f"<details class=numbers><summary>{words('numbers')}</summary><div class=scroll tabindex=0><table>"
        f"{head}<tbody>{''.join(lines)}</tbody></table></div></details>"
    )
