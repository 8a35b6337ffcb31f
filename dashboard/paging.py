"""What lists share: which page is asked for, the way to the next one, and the whole list as a file."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from dashboard.data import Row, Rows
from dashboard.html import escape, link
from dashboard.shell import Page

PER_PAGE = 40
Column: TypeAlias = tuple[str, str, Callable[[Page, Row], str]]
"""Key of the heading, CSS class (`n` for numbers, `d` for what must not wrap), and a cell as HTML."""


def asked(page: Page) -> int:
    """The number of the page in the address, from 1."""
    return max(int(page.state.get("page")), 1) if page.state.get("page").isdigit() else 1


def limits(number: int) -> dict[str, str]:
    """What a query takes for a page of its rows."""
    return {"limit": str(PER_PAGE), "offset": str((number - 1) * PER_PAGE)}


def lines(page: Page, columns: Sequence[Column], rows: Rows) -> str:
    """The body of a list; the first cell of a row opens its record."""
    (_, _, first), *others = columns
    return "<tbody>" + "".join(
        f"<tr><th scope=row>{first(page, row)}</th>"
        + "".join(f"<td{f' class={css}' if css else ''}>{cell(page, row)}</td>" for _, css, cell in others) + "</tr>"
        for row in rows
    ) + "</tbody>"  # fmt: skip


def ways(page: Page, number: int, total: int) -> str:
    """Where the reader is among `total` rows, and the links before and after."""
    words, state = page.words, page.state
    a, b = (number - 1) * PER_PAGE + 1, min(number * PER_PAGE, total)
    found = []
    if number > 1:
        found.append(link(state.here(page.name, page=str(number - 1)), "← " + words("list.previous"), "under"))
    if b < total:
        found.append(link(state.here(page.name, page=str(number + 1)), words("list.next") + " →", "under"))
    here = words("list.page", a=words.number(a), b=words.number(b), n=words.number(total))
    return (
        f'<nav class=paging aria-label="{words("list.pages")}"><span>{here}</span><span>{"".join(found)}</span></nav>'
    )


def download(page: Page, name: str) -> str:
    """A link to what the page shows as a file, by the same query and in the same scope."""
    return f'<a class=under download href="{escape(page.state.download(name))}">{page.words("download")} ↓</a>'
