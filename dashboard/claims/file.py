"""One claim: who signed it, what it comes to, and every transaction with its signed record and where that lies."""

from typing import Any

from dashboard import money, signed
from dashboard.claims import figures
from dashboard.data import Row, Rows
from dashboard.html import block, code, filed, heads, link, panel
from dashboard.shell import Page
from dashboard.words import Words

MOST = 200
"""Transactions on one page."""


def draw(page: Page) -> None:
    """The claim that the address names; what is not there and what may not be seen look the same."""
    words, state = page.words, page.state
    asked = {"claim_ref": state.get("claim"), "org": state.get("org")}
    steps = page.reader.rows("claim_transactions", **asked, limit=str(MOST))
    if not steps:
        back = link(state.href("claims"), words("claim.back"), "button")
        text = f"<h1>{words('gone.title')}</h1><p>{words('claim.gone')}</p><p>{back}</p>"
        block(words.lang, f'<div class="state">{text}</div>')
        return
    found = page.reader.rows("claim_list", **asked, limit="1")
    _heading(page, steps, found[0] if found else {})
    _transactions(page, steps)
    _as_filed(page, steps)
    _proof(page, steps)


def _heading(page: Page, steps: Rows, claim: Row) -> None:
    words, state = page.words, page.state
    reference = code(state.get("claim"))
    home = link(state.href("claims"), words("nav.claims"), "under")
    block(
        words.lang,
        f"<nav class=trail aria-label='{words('trail')}'>{home} / {reference}</nav>"
        f"{signed.who(page, steps)}<h1>{words('claim.title', claim=reference)}</h1>",
        "title",
    )
    if not claim:
        block(words.lang, f"<p class=reading>{words('claim.nothing_stands')}</p>")
        return
    currency = str(claim["currency"])
    status = words.value("claim", str(claim["status"])) or words("claim.status.none")
    items = [
        (status, words("claim.status")),
        *((figures.amount(words, claim[name], currency), words(f"claims.col.{name}"))
          for name in ("paid", "recovered", "outstanding", "incurred")),
        (figures.currency(words, currency, assumed=bool(claim["currency_assumed"])), words("claims.col.currency")),
        (words.number(int(steps[0]["total"])), words.count("claim.transactions", int(steps[0]["total"]))),
    ]  # fmt: skip
    cells = "".join(f"<div><b>{figure}</b><span>{name}</span></div>" for figure, name in items)
    where = [filed(claim["line"]) if claim["line"] else "", filed(claim["coverage"]) if claim["coverage"] else ""]
    where.append(words("claim.loss", when=words.month(str(claim["occurred"]))) if claim["occurred"] else "")
    where.append(words.value("severity", str(claim["severity"])) or "")
    text = " · ".join(part for part in where if part)
    block(words.lang, f"<p class=reading>{text}</p><div class='counters money'>{cells}</div>")


def _what(words: Words, row: Row) -> str:
    name = words.value("transaction", str(row["transaction"])) or code(row["transaction"])
    return name + (f" <small>{words('claim.reverses', which=code(row['reverses']))}</small>" if row["reverses"] else "")


def _transactions(page: Page, steps: Rows) -> None:
    words = page.words
    body = []
    for row in steps:
        stands = row["word"] == "STANDS"
        mark = "" if stands else f" <small class=differs>◆ {words.value('word', str(row['word']))}</small>"
        cells = [
            f"<td>{words.month(str(row['transacted'])) if row['transacted'] else words('claims.undated')}</td>",
            *(f"<td class=n>{_exactly(words, row[name])}</td>" for name in ("amount", "outstanding")),
            f"<td>{figures.currency(words, str(row['currency'])) if row['currency'] else '&ndash;'}</td>",
            f"<td><span class=nowrap>{words.instant(str(row['recorded_at']))}</span></td>",
        ]
        css = "" if stands else " class=gone"
        first = f"<th scope=row>{_what(words, row)}{mark}</th><td>{code(row['transaction_id'])}</td>"
        body.append(f"<tr{css}>{first}{''.join(cells)}</tr>")
    head = heads([
        (words("claim.col.transaction"), ""), (words("claim.col.id"), ""), (words("claim.col.date"), ""),
        (words("claim.col.amount"), "n"), (words("claims.col.outstanding"), "n"), (words("claims.col.currency"), ""),
        (words("col.recorded"), ""),
    ])  # fmt: skip
    table = f"<table class=transactions>{head}<tbody>{''.join(body)}</tbody></table>"
    more = int(steps[0]["total"]) - len(steps)
    note = f"<p class=rule>{words('claim.more', n=words.number(more))}</p>" if more > 0 else ""
    block(
        words.lang,
        f"<h2>{words('claim.steps')}</h2><p class=reading>{words('claim.steps.reading')}</p>"
        f"{panel(words('claim.steps'), table)}{note}",
        "section",
    )


def _exactly(words: Words, value: Any) -> str:
    return "&ndash;" if value is None else f'<span aria-label="{words("claim.exact")}">{money.exact(value)}</span>'


def _as_filed(page: Page, steps: Rows) -> None:
    """The native record of each transaction, once where several came of one row."""
    words = page.words
    records: dict[str, list[Row]] = {}
    for row in steps:
        records.setdefault(str(row["native_sha256"]), []).append(row)
    parts = []
    for rows in records.values():
        names = words.join(
            [words.value("transaction", str(row["transaction"])) or str(row["transaction"]) for row in rows]
        )
        native = signed.native(words, rows[0])
        parts.append(f"<p class=label>{names}</p><p class='mono' lang=en translate=no>{native}</p>")
    block(
        words.lang,
        f"<h2 id=record>{words('record.title')}</h2><p class=reading>{words('claim.filed')}</p>"
        f'<div class="panel record one"><div>{"".join(parts)}</div></div>',
        "section",
    )


def _proof(page: Page, steps: Rows) -> None:
    words = page.words
    records = [(_what(words, row), row) for row in steps]
    signed.proof(page, words("claim.col.transaction"), words("claim.proof"), records)
