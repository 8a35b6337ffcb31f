"""The claims behind a figure, sorted and paged by the store; a row opens its claim."""

from collections.abc import Callable

from dashboard import paging
from dashboard.claims import asked, bar, figures, lags
from dashboard.data import Row, Rows
from dashboard.html import block, code, escape, filed, link, panel
from dashboard.shell import Page

MONEY = ("paid", "paid_then", "recovered", "outstanding", "incurred")


def draw(page: Page) -> None:
    """The list that the address asks for."""
    words, state = page.words, page.state
    number = paging.asked(page)
    rows = page.reader.rows(
        "claim_list", **asked.listed(state), sort=state.get("sort"), order=state.get("order"),
        **paging.limits(number),
    )  # fmt: skip
    if not rows:
        block(words.lang, bar.chips(page))
        bar.empty(page)
        return
    total = int(rows[0]["total"])
    orgs = words.join([filed(org) for org in dict.fromkeys(str(row["org"]) for row in rows)])
    parts = [words.count("claims.listed", total), words("claims.listed.each"), words("claims.listed.orgs", orgs=orgs)]
    if (then := rows[0]["total_paid_then"]) is not None:
        amount = figures.amount(words, then, str(rows[0]["currency"]))
        parts.append(words("claims.listed.paid_then", age=lags.bounds(words, state), amount=amount))
    if dropped := int(rows[0]["unknown_dropped"]):
        parts.append(words.count("list.dropped", dropped))
    back = link(state.href("claims", basis=state.get("basis"), grain=state.get("grain")), words("claims.back"), "under")
    block(
        words.lang,
        f"<p class=rule>← {back}</p><p class=reading>{figures.sentences(words, parts)}</p>{bar.chips(page)}"
        f"{panel(words('claims.list'), _table(page, rows))}{paging.ways(page, number, total)}"
        f"<p class=rule>{paging.download(page, 'claim_list')}</p>",
    )


def address(page: Page, row: Row) -> str:
    """The claim of a row."""
    return page.state.href("claims", claim=str(row["claim_ref"]), org=str(row["org"]))


def short(reference: str) -> str:
    """A claim's reference without what it shares with all of its source, and not longer than a column."""
    own = reference.split(":", 1)[-1]
    return own if len(own) <= 24 else f"{own[:22]}…"


def _claim(page: Page, row: Row) -> str:
    reference = str(row["claim_ref"])
    text = f'<code lang="en" translate="no" title="{escape(reference)}">{escape(short(reference))}</code>'
    return f'<a class=row href="{escape(address(page, row))}">{text}</a>'


def _cover(page: Page, row: Row) -> str:
    coverage = f" <small>{filed(row['coverage'])}</small>" if row["coverage"] else ""
    return figures.named(page.words, str(row["line"])) + coverage


def _severity(page: Page, row: Row) -> str:
    level = str(row["severity"])
    return f'<i class="sev {escape(level)}"></i>{page.words.value("severity", level) or code(level)}'


def _date(name: str) -> Callable[[Page, Row], str]:
    return lambda page, row: page.words.month(str(row[name])) if row[name] else "&ndash;"


def _money(name: str) -> Callable[[Page, Row], str]:
    return lambda page, row: figures.amount(page.words, row[name], str(row["currency"]))


COLUMNS: tuple[paging.Column, ...] = (
    ("claim", "", _claim),
    ("line", "d", _cover),
    ("occurred", "d", _date("occurred")),
    ("notified", "d", _date("notified")),
    ("first_paid", "d", _date("first_paid")),
    ("closed_on", "d", _date("closed")),
    ("severity", "d", _severity),
    ("lag", "n", lambda page, row: page.words.number(int(row["lag"]))),
    *((name, "n", _money(name)) for name in MONEY),
    ("currency", "", lambda page, row: figures.currency(page.words, str(row["currency"]))),
)
_BY = {"occurred": "occurred", "notified": "notified", "closed_on": "closed"}


def _heading(page: Page, key: str, css: str) -> str:
    words, state = page.words, page.state
    text = words("claims.col.lag.year" if (key, state.get("lag_unit")) == ("lag", "year") else f"claims.col.{key}")
    attributes = f' class="{css}"' if css else ""
    sort = "month" if _BY.get(key) == state.get("basis") else key
    if sort not in ("month", "lag", *MONEY):
        return f"<th scope=col{attributes}>{text}</th>"
    chosen, down = state.get("sort") == sort, state.get("order") == "desc"
    arrow = (" ↓" if down else " ↑") if chosen else ""
    href = state.here("claims", sort=sort, order="asc" if chosen and down else "desc", page=None)
    if chosen:
        attributes += f' aria-sort="{"descending" if down else "ascending"}"'
    inside = f'<a href="{escape(href)}" aria-label="{escape(words("list.sort", column=text))}">{text}{arrow}</a>'
    return f"<th scope=col{attributes}>{inside}</th>"


def _table(page: Page, rows: Rows) -> str:
    event = page.state.get("to_event")
    absent = {"paid_then" if event != "PAID" else "lag", *(() if event else ("lag",))}
    if page.state.get("line") and not any(row["coverage"] for row in rows):
        absent.add("line")  # the bar above says it of all rows
    columns = [column for column in COLUMNS if column[0] not in absent]
    head = "".join(_heading(page, key, css) for key, css, _ in columns)
    return f'<table class="list claims"><thead><tr>{head}</tr></thead>{paging.lines(page, columns, rows)}</table>'
