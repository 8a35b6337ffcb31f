"""What came of each source, how current each edition is, where a series breaks, who is registered."""

from datetime import datetime

from dashboard import paging
from dashboard.data import Row, Rows
from dashboard.holdings.verdicts import later, seconds
from dashboard.html import block, code, filed, heads, link, panel
from dashboard.shell import Page
from dashboard.url import ABOUT
from dashboard.words import Words

KINDS = ("reports", "nil_returns", "near_miss_counts", "claims", "exposures", "certificates", "obligations")


def sources(page: Page, rows: Rows) -> None:
    """One line for each publisher and source: rows, what they became, faults."""
    words = page.words
    lines = "".join(_source(page, row) for row in rows)
    head = heads([
        (words("data.col.org"), ""), (words("data.col.source"), ""), (words("data.col.rows"), "n"),
        (words("data.col.became"), ""), (words("data.col.events"), "n"), (words("data.col.faults"), "n"),
        (words("data.col.silent"), "n"), (words("data.col.last"), ""),
    ])  # fmt: skip
    table = f"<table class=sources>{head}<tbody>{lines}</tbody></table>"
    total = sum(int(row["rows"]) for row in rows)
    reading = words(
        "data.sources.reading", n=words.number(len(rows)), orgs=words.number(len({row["org"] for row in rows})),
        rows=words.number(total),
    )  # fmt: skip
    block(
        words.lang,
        f"<h2 id=sources>{words('data.sources')}</h2><p class=reading>{reading}</p>"
        f"<p class=rule id=rejected>{words('data.sources.rule')}</p>{panel(words('data.sources'), table)}"
        f"<p class=rule>{paging.download(page, 'sources')}</p>",
        "section",
    )


def _source(page: Page, row: Row) -> str:
    words, state = page.words, page.state
    name, org = str(row["source"]), str(row["org"])
    became = [words.count(f"data.kind.{kind}", int(row[kind])) for kind in KINDS if row[kind]]
    if row["reports"] and row["versions"] != row["reports"]:
        became[0] += words.count("data.kind.versions", int(row["versions"]))
    if row["claims"]:
        claims = words.count("data.kind.claims", int(row["claims"]))
        became[became.index(claims)] = link(state.href("claims", source=name, line=None, coverage=None), claims)
    rows = words.number(int(row["rows"]))
    if name == ABOUT["source"]:
        rows = link(state.href("incidents", unit="rows"), rows, "plain")
    faults = words.number(int(row["faults"]))
    if row["faults"]:
        faults = link(state.href("data", org=org, source=name or None), f"◆ {faults}", "differs")
    silent = f"<span class=differs>◆ {row['silent_changes']}</span>" if row["silent_changes"] else words.number(0)
    last = words.instant(str(row["last_recorded_at"]))[:16] if row["last_recorded_at"] else "&ndash;"
    return (
        f"<tr><th scope=row>{filed(org)}</th><td>{filed(name) if name else words('data.no_source')}</td>"
        f"<td class=n>{rows}</td><td>{words('data.between').join(became) or '&ndash;'}</td>"
        f"<td class=n>{words.number(int(row['events']))}</td><td class=n>{faults}</td><td class=n>{silent}</td>"
        f"<td class=d>{last}</td></tr>"
    )


def freshness(page: Page, rows: Rows, now: datetime) -> None:
    """One line for each edition of each source: which months, filed to when, how often it comes, whether it is late."""
    words = page.words
    head = heads([
        (words("data.col.source"), ""), (words("data.col.edition"), ""), (words("data.col.months"), ""),
        (words("data.col.filed"), ""), (words("data.col.cut"), ""), (words("data.col.loads"), "n"),
        (words("data.col.ago"), ""), (words("data.col.rhythm"), ""),
    ])  # fmt: skip
    body = []
    for row in rows:
        span = words(
            "months.range", first=words.month(str(row["first_month"])), last=words.month(str(row["last_month"]))
        )
        filing = row["last_submitted"]
        edition = code(row["edition"]) if row["edition"] else "&ndash;"
        ago = words.ago(seconds(row, "last_recorded_at", now) or 0)
        body.append(
            f"<tr><th scope=row>{filed(row['source'])}</th><td>{edition}</td>"
            f"<td>{span if row['first_month'] else words('data.undated')}</td>"
            f"<td>{words.month(str(filing)) if filing else words('data.unfiled')}</td>"
            f"<td>{words.month(str(row['data_cut'])) if filing else '&ndash;'}</td>"
            f"<td class=n>{words.number(int(row['loads']))}</td><td>{ago}</td><td>{_rhythm(words, row, now)}</td></tr>"
        )
    table = f"<table class=freshness>{head}<tbody>{''.join(body)}</tbody></table>"
    block(
        words.lang,
        f"<h2 id=late>{words('data.freshness')}</h2><p class=rule>{words('data.freshness.rule')}</p>"
        f"{panel(words('data.freshness'), table)}",
        "section",
    )


def _rhythm(words: Words, row: Row, now: datetime) -> str:
    if row["rhythm_days"] is None:
        return f"<span class=blank>{words('data.rhythm.none')}</span>"
    told = words.count("data.rhythm", int(row["rhythm_days"]))
    return f"<span class=differs>◆ {words('data.rhythm.late')}</span> {told}" if later(row, now) else told


def breaks(page: Page, rows: Rows) -> None:
    """Where the form of a source changed."""
    words = page.words
    lines = "".join(
        "<li>"
        + words(
            "data.break", source=filed(row["source"]), date=words.month(str(row["since"]), long=True),
            edition=code(row["edition"]), reason=words.value("break", str(row["reason"])) or code(row["reason"]),
        )
        + "</li>"
        for row in rows
    )  # fmt: skip
    text = f"<ul class=breaks>{lines}</ul>" if rows else f"<p class=rule>{words('data.breaks.none')}</p>"
    block(words.lang, f"<h2>{words('data.breaks')}</h2>{text}", "section")


def members(page: Page, rows: Rows) -> None:
    """Who is registered and what was heard of each."""
    words = page.words
    body = []
    for row in rows:
        heard = words.number(int(row["events"]))
        if not row["events"] and row["status"] == "ACTIVE":
            heard = f"<span class=differs>◆ {words('data.heard.nothing')}</span>"
        last = words.instant(str(row["last_recorded_at"]))[:16] if row["last_recorded_at"] else "&ndash;"
        roles = words("list.separator").join(code(role) for role in row["roles"])
        body.append(
            f"<tr><th scope=row>{filed(row['org'])}</th><td>{filed(row['name'])}</td><td>{roles}</td>"
            f"<td>{code(row['status'])}</td><td class=n>{heard}</td><td class=d>{last}</td></tr>"
        )
    head = heads([
        *((words(f"data.col.{name}"), "") for name in ("member", "name", "roles", "status")),
        (words("data.col.events"), "n"), (words("data.col.last"), ""),
    ])  # fmt: skip
    table = f"<table class=members>{head}<tbody>{''.join(body)}</tbody></table>"
    block(
        words.lang,
        f"<h2 id=missing>{words('data.members')}</h2><p class=rule>{words('data.members.rule')}</p>"
        f"{panel(words('data.members'), table)}",
        "section",
    )
