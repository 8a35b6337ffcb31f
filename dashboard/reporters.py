"""Who reported: a table in alphabetical order, never a ranking."""

from dashboard.data import Row, Rows
from dashboard.html import block, escape, filed, link
from dashboard.shell import Page

FEW = 10
"""Entities with fewer reports stand together in the last line until all are asked for."""


def _index(month: str) -> int:
    year, number = month.split("-")[:2]
    return int(year) * 12 + int(number)


def _runs(months: list[str]) -> list[tuple[int, int]]:
    """Consecutive months as (first index, length)."""
    runs: list[tuple[int, int]] = []
    for at in map(_index, months):
        if runs and sum(runs[-1]) == at:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((at, 1))
    return runs


def _strip(page: Page, row: Row, span: tuple[str, str], breaks: list[str]) -> str:
    """A mark for each month with a crash, on the same axis for all, and the line of each series break."""
    months = [month for month in row["months"] if span[0] <= month <= span[1]]
    if not months:
        return ""
    start, width = _index(span[0]), _index(span[1]) - _index(span[0]) + 1
    pieces = [
        f'<i class="ticks" style="left:{100 * (at - start) / width:.2f}%;width:{100 * n / width:.2f}%;--n:{n}"></i>'
        for at, n in _runs(months)
    ]
    first, last = _index(months[0]), _index(months[-1])
    left, wide = 100 * (first - start) / width, 100 * (last - first + 1) / width
    line = f'<i class="line" style="left:{left:.2f}%;width:{wide:.2f}%"></i>'
    for day in breaks:
        if span[0] <= day[:7] <= span[1]:
            at = _index(day) - start + (int(day[8:10] or 1) - 1) / 31
            pieces.append(f'<i class="break" style="left:{100 * at / width:.2f}%"></i>')
    words = page.words
    alt = words("who.strip.alt", n=len(months), first=words.month(months[0]), last=words.month(months[-1]))
    return f'<span class="strip" role="img" aria-label="{escape(alt)}">{line}{"".join(pieces)}</span>'


def _line(page: Page, row: Row, most: int, span: tuple[str, str], breaks: list[str]) -> str:
    words, state, name = page.words, page.state, str(row["operator"])
    crashes = state.href("incidents", operator=name)
    reports = state.href("incidents", operator=name, unit="reports")
    copies = "&ndash;"
    if row["declared_copies"]:
        which = state.href("incidents", operator=name, unit="reports", copies="1")
        copies = link(which, words.number(row["declared_copies"]), "plain")
    return (
        f"<tr><th scope=row>{link(crashes, filed(name))}</th>"
        f"<td class=n>{link(reports, words.number(row['n_reports']), 'plain')}</td>"
        f"<td class=n>{link(crashes, words.number(row['n']), 'plain')}</td>"
        f'<td class=bar><span style="width:{100 * row["n"] / most:.2f}%"></span></td>'
        f"<td class=n>{copies}</td><td>{words.month(row['first_month'])}</td><td>{words.month(row['last_month'])}</td>"
        f"<td>{_strip(page, row, span, breaks)}</td></tr>"
    )


def draw(page: Page, rows: Rows, months: Rows) -> None:
    """The section: reading, table, and the line that opens the rest."""
    words, state = page.words, page.state
    rows = [row for row in rows if row["n"]]  # the others have nothing at or above the severity asked for
    if not rows:
        return
    rows = sorted(rows, key=lambda row: str(row["operator"]).casefold())
    dated = [row for row in months if row["month"]]
    span = (dated[0]["month"], dated[-1]["month"])
    breaks = [str(row["series_break"]) for row in dated if row["series_break"]]
    many = [row for row in rows if row["n_reports"] >= FEW]
    everyone = bool(state.get("all")) or not many or len(many) == len(rows)
    shown = rows if everyone else many
    if len(rows) == 1:
        reading = words("who.reading.1")
    elif everyone:
        reading = words("who.reading_all", n=len(rows))
    else:
        reading = words("who.reading", n=len(rows), k=len(many))
    most = max(row["n"] for row in rows)
    lines = "".join(_line(page, row, most, span, breaks) for row in shown)
    strip = words("who.strip", first=words.month(span[0]), last=words.month(span[1]))
    head = (
        f"<tr><th scope=col>{words('who.entity')}</th><th scope=col class=n>{words('who.reports')}</th>"
        f"<th scope=col class=n>{words('who.crashes')}</th><th scope=col>{words('who.bar')}</th>"
        f"<th scope=col class='n wrap'>{words('who.copies')}</th><th scope=col>{words('who.first')}</th>"
        f"<th scope=col>{words('who.last')}</th><th scope=col class=strips>{strip}</th></tr>"
    )
    foot = ""
    if not everyone:
        rest = [row for row in rows if row["n_reports"] < FEW]
        others = words.count("who.rest", len(rest), k=words.number(sum(row["n_reports"] for row in rest))).replace(
            "{n}", ""
        )
        everything = link(state.here("overview", all="1"), words("who.all", n=len(rows)), "under")
        foot = f"<p class=rest>{others} · {everything}</p>"
    elif many and len(many) < len(rows):
        foot = f"<p class=rest>{link(state.here('overview', all=None), words('who.fewer'), 'under')}</p>"
    block(
        words.lang,
        f"<h2>{words('who.title')}</h2><p class=reading>{reading}</p>"
        f'<div class="panel scroll" tabindex="0" role="region" aria-label="{words("who.title")}">'
        f"<table class=who><thead>{head}</thead><tbody>{lines}</tbody></table>{foot}</div>",
        "section",
    )
