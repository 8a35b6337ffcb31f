"""How long claims take, from the loss to notification, first payment and closing, as precisely as dates were filed."""

from collections.abc import Iterable

from dashboard import paging
from dashboard.claims import figures
from dashboard.data import Row, Rows
from dashboard.html import block, escape, heads, link, panel
from dashboard.shell import Page
from dashboard.url import State
from dashboard.words import Words

STEPS = (
    ("LOSS", "NOTIFIED"), ("NOTIFIED", "FIRST_PAID"), ("NOTIFIED", "CLOSED"), ("FIRST_PAID", "CLOSED"),
    ("LOSS", "FIRST_PAID"), ("LOSS", "CLOSED"),
)  # fmt: skip
EVENTS = ("LOSS", "NOTIFIED", "FIRST_PAID", "CLOSED", "PAID")
"""What a lag lies between; the last is every payment, for the ages of a triangle."""


def draw(page: Page, rows: Rows, known: Iterable[tuple[str, str]]) -> None:
    """The section; for lines whose dates do not tell a lag it says so, never zero."""
    words = page.words
    found = {(str(r["source"]), str(r["line"]), str(r["from_event"]), str(r["to_event"])): r for r in rows}
    body = []
    for key in known:
        steps = [(step, found[key + step]) for step in STEPS if key + step in found]
        body += [_line(page, key, step, row) for step, row in steps]
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


def _line(page: Page, key: tuple[str, str], step: tuple[str, str], row: Row) -> str:
    words = page.words
    least, most = int(row["lag_min_days"]), int(row["lag_max_days"])
    days = words.number(least) if least == most else words("lags.between", a=words.number(least), b=words.number(most))
    span = words("lags.between", a=words.number(int(row["min"])), b=words.number(int(row["max"])))

    def opened(text: str, n: int, **bounds: str) -> str:
        where = {"source": key[0], "line": key[1], "from_event": step[0], "to_event": step[1], "sort": "lag", **bounds}
        return link(figures.opens(page, basis="occurred", **where), text, "plain") if n else text

    n, same, over, wrong = (int(row[column]) for column in ("claims", "same_month", "over_12", "negative"))
    cells = (
        *(opened(text, n) for text in (words.number(n), months(row["median"]), months(row["p90"]), span)),
        opened(words.number(same), same, lag_from="0", lag_to="0"), opened(words.number(over), over, lag_from="13"),
        opened(days, n),
    )  # fmt: skip
    text = opened(words.count("lags.negative", wrong), wrong, lag_to="-1")
    mark = f" <small class=differs>{text}</small>" if wrong else ""
    return (
        f"<tr><th scope=row>{figures.named(words, key[1])}</th><td>{opened(name(words, *step), n)}{mark}</td>"
        f"{''.join(f'<td class=n>{cell}</td>' for cell in cells)}</tr>"
    )


def name(words: Words, first: str, then: str) -> str:
    """From one event to another, in words; a code that no event has stands as it is."""
    told = [words(f"lags.{code}") if code in EVENTS else escape(code) for code in (first, then)]
    return escape(words("lags.arrow", a=told[0], b=told[1]))


def bounds(words: Words, state: State) -> str:
    """How long the claims of a list took between the two events of their lag."""
    unit = "triangle.age" if state.get("lag_unit") == "year" else "lags.months"
    least, most = (words.count(unit, int(of)) if (of := state.get(name)) else "" for name in ("lag_from", "lag_to"))
    if least == most:
        return least or words("lags.any")
    ends = [words(f"lags.{key}", n=text) for key, text in (("from", least), ("to", most)) if text]
    return words("list.separator").join(ends)
