"""How far the log is processed, and which of its records are no facts."""

from datetime import UTC, datetime

from dashboard import paging
from dashboard.data import Row, Rows
from dashboard.holdings.verdicts import seconds, waits
from dashboard.html import block, code, escape, filed, heads, link, panel
from dashboard.shell import Page
from dashboard.words import Words

PARTITIONS = 400
"""Partitions that are listed one by one."""


def positions(page: Page, rows: Rows) -> None:
    """One line for each topic, the partitions under it: as they are now, whatever the clocks say."""
    words, now = page.words, datetime.now(UTC)
    topics: dict[str, Rows] = {}
    for row in rows:
        topics.setdefault(str(row["kafka_topic"]), []).append(row)
    body = "".join(_topic(words, topic, of, now) for topic, of in topics.items())
    head = heads([
        (words("proof.topic"), ""), (words("data.col.partitions"), "n"), (words("data.col.in_log"), "n"),
        (words("data.col.waiting"), "n"), (words("data.col.read"), ""), (words("data.col.state"), ""),
    ])  # fmt: skip
    table = f"<table class=positions>{head}<tbody>{body}</tbody></table>"
    waiting = sum(int(row["lag_records"]) for row in rows)
    reading = words.count("data.positions.waiting", waiting) if waiting else words("data.positions.all")
    block(
        words.lang,
        f"<h2>{words('data.positions')}</h2><p class=reading>{reading}</p>"
        f"<p class=rule>{words('data.positions.rule', status=code('hub status'))}</p>"
        f"{panel(words('data.positions'), table)}{_partitions(words, rows)}",
        "section",
    )


def _ago(words: Words, row: Row, name: str, now: datetime) -> str:
    gone = seconds(row, name, now)
    return words("data.never") if gone is None else words.ago(max(gone, 0))


def _topic(words: Words, topic: str, rows: Rows, now: datetime) -> str:
    worst = min(rows, key=lambda row: str(row["complete_at"]))
    late = [row for row in rows if waits(row, now)]
    state = words("data.positions.ok")
    if late:
        state = f"<span class=differs>◆ {words.count('data.positions.late', len(late))}</span>"
    return (
        f"<tr><th scope=row>{code(topic)}</th><td class=n>{len(rows)}</td>"
        f"<td class=n>{words.number(sum(int(row['log_end']) for row in rows))}</td>"
        f"<td class=n>{words.number(sum(int(row['lag_records']) for row in rows))}</td>"
        f"<td>{_ago(words, worst, 'complete_at', now)}</td><td>{state}</td></tr>"
    )


def _partitions(words: Words, rows: Rows) -> str:
    head = heads([
        (words("proof.topic"), ""), (words("proof.partition"), "n"), (words("data.col.position"), "n"),
        (words("data.col.in_log"), "n"), (words("data.col.last"), ""), (words("data.col.read"), ""),
    ])  # fmt: skip
    body = "".join(
        f"<tr><th scope=row>{code(row['kafka_topic'])}</th><td class=n>{row['kafka_partition']}</td>"
        f"<td class=n>{words.number(int(row['position']))}</td><td class=n>{words.number(int(row['log_end']))}</td>"
        f"<td>{words.instant(str(row['last_recorded_at'])) if row['last_recorded_at'] else '&ndash;'}</td>"
        f"<td>{words.instant(str(row['complete_at'])) if row['complete_at'] else words('data.never')}</td></tr>"
        for row in rows[:PARTITIONS]
    )
    return (
        f"<details class=numbers><summary>{words('data.partitions')}</summary><div class=scroll tabindex=0>"
        f"<table>{head}<tbody>{body}</tbody></table></div></details>"
    )


def faults(page: Page, by_reason: Rows) -> None:
    """Faults by reason; with one chosen, the records, each with its coordinates."""
    words, state = page.words, page.state
    total = sum(int(row["faults"]) for row in by_reason)
    reading = words.count("data.faulty.text", total) if total else words("data.faulty.none")
    body = []
    for row in by_reason:
        where = {"org": str(row["org"]), "source": str(row["source"]) or None, "reason": str(row["reason"])}
        body.append(
            f"<tr><th scope=row>{code(row['reason'])}</th><td>{_why(words, str(row['reason']))}</td>"
            f"<td>{filed(row['org'])}</td><td>{filed(row['source']) if row['source'] else words('data.no_source')}</td>"
            f"<td class=n>{link(state.href('data', **where), words.number(int(row['faults'])))}</td>"
            f"<td class=d>{words.instant(str(row['last_recorded_at']))[:16]}</td></tr>"
        )
    head = heads([
        (words("data.col.reason"), ""), (words("data.col.meaning"), ""), (words("data.col.org"), ""),
        (words("data.col.source"), ""), (words("data.col.faults"), "n"), (words("data.col.last"), ""),
    ])  # fmt: skip
    table = f"<table class=faults>{head}<tbody>{''.join(body)}</tbody></table>"
    inside = panel(words("data.faults"), table) if by_reason else ""
    block(
        words.lang,
        f"<h2 id=faulty>{words('data.faults')}</h2><p class=reading>{reading}</p>"
        f"<p class=rule>{words('data.faults.rule')}</p>{inside}",
        "section",
    )
    if total:
        _records(page)


def _why(words: Words, reason: str) -> str:
    return words.value("fault", reason) or ""


def _records(page: Page) -> None:
    words, state = page.words, page.state
    number = paging.asked(page)
    narrowed = {name: state.get(name) for name in ("org", "source", "reason")}
    rows = page.reader.rows("faults", **narrowed, **paging.limits(number))
    chips = "".join(_chip(page, name, value) for name, value in narrowed.items() if value)
    head = heads([
        (words("proof.topic"), ""), (words("proof.partition"), "n"), (words("proof.offset"), "n"),
        (words("data.col.reason"), ""), (words("data.col.detail"), ""), (words("col.recorded"), ""),
    ])  # fmt: skip
    body = "".join(
        f"<tr><th scope=row>{code(row['kafka_topic'])}</th><td class=n>{row['kafka_partition']}</td>"
        f"<td class=n>{words.number(int(row['kafka_offset']))}</td><td>{code(row['reason'])}</td>"
        f"<td>{filed(row['detail'])}</td><td class=d>{words.instant(str(row['recorded_at']))}</td></tr>"
        for row in rows
    )
    table = f"<table class=records>{head}<tbody>{body}</tbody></table>"
    total = int(rows[0]["total"]) if rows else 0
    block(
        words.lang,
        f"<div class=chips>{chips}</div>{panel(words('data.records'), table)}"
        f"{paging.ways(page, number, total) if rows else ''}<p class=rule>{paging.download(page, 'faults')}</p>",
    )


def _chip(page: Page, name: str, value: str) -> str:
    words = page.words
    without = escape(page.state.here("data", page=None, **{name: None}))
    away = f'<a href="{without}" aria-label="{words("chip.remove")}">✕</a>'
    return f"<span>{words(f'data.col.{name}')}{words('colon')}<b>{escape(value)}</b>{away}</span>"
