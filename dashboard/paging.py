"""What lists share: which page is asked for, the way to the next one, and the whole list as a file."""

from dashboard.html import escape, link
from dashboard.shell import Page

PER_PAGE = 40


def asked(page: Page) -> int:
    """The number of the page in the address, from 1."""
    return max(int(page.state.get("page")), 1) if page.state.get("page").isdigit() else 1


def limits(number: int) -> dict[str, str]:
    """What a query takes for a page of its rows."""
    return {"limit": str(PER_PAGE), "offset": str((number - 1) * PER_PAGE)}


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
