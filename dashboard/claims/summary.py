"""What claims come to: by currency, and by line and coverage; every figure opens the claims behind it."""

from dashboard.claims import figures
from dashboard.claims.figures import SEVERAL, Sum
from dashboard.data import Rows
from dashboard.html import block, filed, heads, link, panel
from dashboard.shell import Page

FIGURES = ("claims", "closed", "paid", "recovered", "outstanding", "incurred")


def totals(page: Page, rows: Rows) -> None:
    """One line for each currency: they are never added up."""
    words = page.words
    sums = figures.summed(rows)
    claims, unsaid = (sum(getattr(of, name) for of in sums.values()) for name in ("claims", "without_status"))
    closed = sum(of.closed or 0 for of in sums.values())
    orgs = words.join([filed(org) for org in dict.fromkeys(org for row in rows for org in row["orgs"])])
    parts = [words.count("claims.reading", claims, orgs=orgs)]
    if unsaid < claims:
        parts.append(words.count("claims.closed.reading", closed))
    if unsaid:
        parts.append(words.count("claims.unsaid.reading", unsaid))
    told = [of.currency for of in sums.values() if of.currency not in ("", SEVERAL)]
    if len(told) > 1:
        parts.append(words("claims.currencies", n=words.number(len(told))))
    if dropped := max(int(row["unknown_dropped"]) for row in rows):
        parts.append(words.count("list.dropped", dropped))
    lines = "".join(
        f"<tr><th scope=row>{figures.currency(words, of.currency, assumed=of.assumed)}</th>"
        f"{_cells(page, of, currency=of.currency)}</tr>"
        for of in sums.values()
    )
    head = heads([(words("claims.col.currency"), ""), *_columns(page)])
    table = f"<table class=money>{head}<tbody>{lines}</tbody></table>"
    block(
        words.lang,
        f"<h2>{words('claims.totals')}</h2><p class=reading>{figures.sentences(words, parts)}</p>"
        f"<p class=rule>{words('claims.totals.rule')}</p>{panel(words('claims.totals'), table)}",
        "section first",
    )


def _columns(page: Page) -> list[tuple[str, str]]:
    return [(page.words(f"claims.col.{name}"), "n") for name in FIGURES]


def _cells(page: Page, of: Sum, **where: str) -> str:
    return "".join(f"<td class=n>{figures.shown(page, of, name, **where)}</td>" for name in FIGURES)


def lines(page: Page, rows: Rows) -> None:
    """One line for each source, line, coverage and currency, over all periods."""
    words = page.words
    sums = figures.summed(rows, "source", "line", "coverage")
    most = max(of.claims for of in sums.values())
    several = len({source for source, *_ in sums}) > 1
    body = []
    for (source, line, coverage, currency), of in sums.items():
        where = {"source": source, "line": line, "coverage": coverage, "currency": currency}
        first = f"<td>{filed(source)}</td>" if several else ""
        opened = link(figures.opens(page, **where), figures.named(words, coverage))
        body.append(
            f"<tr><th scope=row>{figures.named(words, line)}</th>{first}<td>{opened}</td>"
            f'<td class=bar><span style="width:{100 * of.claims / most:.2f}%"></span></td>'
            f"{_cells(page, of, **where)}<td>{figures.currency(words, currency, assumed=of.assumed)}</td></tr>"
        )
    source_head = [(words("claims.col.source"), "")] if several else []
    head = heads([
        (words("claims.col.line"), ""), *source_head, (words("claims.col.coverage"), ""), (words("claims.col.bar"), ""),
        *_columns(page), (words("claims.col.currency"), ""),
    ])  # fmt: skip
    table = f'<table class="money lines">{head}<tbody>{"".join(body)}</tbody></table>'
    block(
        words.lang,
        f"<h2>{words('claims.lines')}</h2><p class=rule>{words('claims.lines.rule')}</p>"
        f"{panel(words('claims.lines'), table)}",
        "section",
    )
