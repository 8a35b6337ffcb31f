"""How long claims take, from the loss to notification, first payment and closing, as precisely as dates were filed."""

from collections.abc import Iterable

from dashboard import paging
from dashboard.claims import figures
from dashboard.data import Row, Rows
from dashboard.html import block, escape, heads, panel
from dashboard.shell import Page
from dashboard.words import Words

STEPS = (
    ("LOSS", "NOTIFIED"), ("NOTIFIED", "FIRST_PAID"), ("NOTIFIED", "CLOSED"), ("FIRST_PAID", "CLOSED"),
    ("LOSS", "FIRST_PAID"), ("LOSS", "CLOSED"),
)  # fmt: skip


def draw(page: Page, rows: Rows, known: Iterable[tuple[str, str]]) -> None:
    """The section; for lines whose dates do not tell a lag it says so, never zero."""
    words = page.words
    found = {(str(r["source"]), str(r["line"]), str(r["from_event"]), str(r["to_event"])): r for r in rows}
    body = []
    for key in known:
        steps = [(step, found[key + step]) for step in STEPS if key + step in found]
        body += [_line(words, key, step, row) for step, row in steps]
        if not steps:
            body.append(
                f"<tr><th scope=row>{figures.named(words, key[1])}</th>"
                f'<td class=blank colspan=7>{words("lags.none")}</td></tr>'
            )  # fmt: skip
    head = heads([
        (words("claims.col.line"), ""), (words("lags.step"), ""),
        *((words(f"lags.{name}"), "n") for name in ("claims", "median", "p90", "range", "same", "over")),
        (words("lags.days"), "n"),
    ])  # fmt: skip
    table = f"<table class=lags>{head}<tbody>{''.join(body)}</tbody></table>"
    notes = [paging.download(page, "claim_lags")] if rows else []
    block(
        words.lang,
        f"<h2>{words('lags.title')}</h2><p class=reading>{_reading(words, rows)}</p>"
        f"<p class=rule>{words('lags.rule')}</p>{panel(words('lags.title'), table)}"
        + "".join(f"<p class=rule>{note}</p>" for note in notes),
        "section",
    )


def _reading(words: Words, rows: Rows) -> str:
    """The line with the most claims that tells the way from notification to the first payment, in one sentence."""
    told = [row for row in rows if (row["from_event"], row["to_event"]) == ("NOTIFIED", "FIRST_PAID")]
    if not told:
        return words("lags.reading.none")
    row = max(told, key=lambda row: int(row["claims"]))
    return words(
        "lags.reading", line=figures.named(words, str(row["line"])), months=months(row["median"]),
        tenth=months(row["p90"]),
    )  # fmt: skip


def months(value: object) -> str:
    """Calendar months between two dates: whole ones, or a half between two."""
    return f"{float(str(value)):g}"


def _line(words: Words, key: tuple[str, str], step: tuple[str, str], row: Row) -> str:
    least, most = int(row["lag_min_days"]), int(row["lag_max_days"])
    days = words.number(least) if least == most else words("lags.between", a=words.number(least), b=words.number(most))
    span = words("lags.between", a=words.number(int(row["min"])), b=words.number(int(row["max"])))
    cells = (
        words.number(int(row["claims"])), months(row["median"]), months(row["p90"]), span,
        words.number(int(row["same_month"])), words.number(int(row["over_12"])), days,
    )  # fmt: skip
    name = escape(words("lags.arrow", a=words(f"lags.{step[0]}"), b=words(f"lags.{step[1]}")))
    wrong = (
        f" <small class=differs>{words.count('lags.negative', int(row['negative']))}</small>" if row["negative"] else ""
    )
    return (
        f"<tr><th scope=row>{figures.named(words, key[1])}</th><td>{name}{wrong}</td>"
        f"{''.join(f'<td class=n>{cell}</td>' for cell in cells)}</tr>"
    )
