"""The empty state: which filter removed everything, and the way back."""

from dashboard import filters
from dashboard.html import block, escape, link
from dashboard.shell import Page
from dashboard.url import ABOUT, FILTERS, LIST, NARROW, State


def nothing_yet(page: Page) -> None:
    """No event has arrived yet."""
    block(page.words.lang, f'<div class="state"><p>{page.words("empty.nothing")}</p></div>')


def draw(page: Page, name: str) -> None:
    """For each filter that is set: how many there would be without it."""
    words, state = page.words, page.state
    lines = []
    for gone in (f for f in (*FILTERS, *NARROW) if state.get(f)):
        without = {k: v for k, v in state.narrowed.items() if k != gone}
        rows = page.reader.rows("occurrences", **ABOUT, **without, limit="1")
        n = int(rows[0]["total"]) if rows else 0
        if n:
            value = filters.label(words, gone, state.get(gone))
            text = words("empty.without", filter=words(f"filter.{gone}"), value=escape(value), n=words.number(n))
            lines.append(f"<li>{link(state.here(name, page=None, **{gone: None}), text)}</li>")
    kept = State({k: v for k, v in state.params.items() if k not in (*FILTERS, *NARROW, *LIST)})
    reset = link(kept.here(name), words("state.reset"), "button")
    why = f"<ul>{''.join(lines)}</ul>" if lines else f"<p>{words('empty.each')}</p>"
    block(words.lang, f'<div class="state"><h2>{words("empty.title")}</h2>{why}<p>{reset}</p></div>')
