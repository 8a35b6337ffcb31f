"""What every page has: language, header, filter bar, footer, and the states in which a page cannot be shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from dashboard import theme
from dashboard.comparison import UNIT
from dashboard.data import Reader, RefusedError, Rows, StoreDownError
from dashboard.html import block, escape, filed, link
from dashboard.url import ABOUT, PAGES, State
from dashboard.words import Words


@dataclass(slots=True)
class Page:
    """One run of one page: where the reader is, in which language, and what may be read."""

    name: str
    words: Words
    state: State
    reader: Reader
    freshness: Rows
    colours: theme.Palette
    dark: bool
    sources: list[str] = field(default_factory=lambda: [ABOUT["source"]])
    """What the figures rest on, for the footer; a page adds to it what it asks."""

    @property
    def reported(self) -> bool:
        """Whether the hub holds any of the reports that overview and list are about."""
        return any(row["source"] == ABOUT["source"] for row in self.freshness)


def render(name: str, draw: Callable[[Page], None], words: Words, state: State) -> None:
    """Draw header, page and footer; what cannot be shown becomes a state with words, never an exception."""
    top = st.container(horizontal=True, key=f"top-{words.lang}", vertical_alignment="center", gap="small")
    headed, sources = False, [ABOUT["source"]]
    try:
        reader = Reader.of(state)
        page = Page(name, words, state, reader, reader.freshness(), *_theme())
        sources = page.sources
        _header(top, page)
        headed = True
        banner = st.container()
        draw(page)
        with banner:
            _older_figures(page)
    except RefusedError as refused:
        if not headed:
            _bare_header(top, name, words, state)
        _refused(words, state, name, str(refused))
    except StoreDownError as down:
        if not headed:
            _bare_header(top, name, words, state)
        _store_down(words, down.error_id)
    _footer(words, name, sources)


def _theme() -> tuple[theme.Palette, bool]:
    kind = st.context.theme.type
    return theme.palette(kind), kind == "dark"


def _navigation(name: str, words: Words, state: State, *, exposed: bool = False) -> str:
    """The pages; rates only where there is something to divide by."""
    items = "".join(
        f'<a href="{escape(state.href(page))}"{" aria-current=page" if page == name else ""}>{words("nav." + page)}</a>'
        for page in PAGES
        if page != "rates" or exposed or name == "rates"
    )
    mark = '<span class="mark" aria-hidden="true"></span>'
    brand = f'<a class="brand" href="{escape(state.href("overview"))}">{mark}{words("product")}</a>'
    return f'<nav class="nav">{brand}{items}</nav>'


def _reader_side(name: str, words: Words, state: State) -> str:
    choices = "".join(
        f'<a lang="{lang}" href="{escape(state.here(name, lang=lang))}"'
        f"{' aria-current=true' if lang == words.lang else ''}>{label}</a>"
        for lang, label in (("en", "English"), ("ja", "日本語"))
    )
    role = f'<span class="role">{words("role")} <b>{words("role.operator")}</b></span>'
    languages = f'<span class="languages" role="group" aria-label="{words("language")}">{choices}</span>'
    return f'<div class="side">{languages}{role}</div>'


def _header(top: st.delta_generator.DeltaGenerator, page: Page) -> None:
    exposed = bool(page.freshness and page.reader.rows("exposure", unit=UNIT))
    with top:
        block(page.words.lang, _navigation(page.name, page.words, page.state, exposed=exposed))
        _strip(page.words, page.state, page.reader, page.freshness)
        block(page.words.lang, _reader_side(page.name, page.words, page.state))


def _bare_header(top: st.delta_generator.DeltaGenerator, name: str, words: Words, state: State) -> None:
    with top:
        block(words.lang, _navigation(name, words, state))
        block(words.lang, _reader_side(name, words, state))


@st.fragment(run_every=60)
def _strip(words: Words, state: State, reader: Reader, rows: Rows) -> None:
    """Data as of, how many sources are current, and how long ago the last load was."""
    now = datetime.now(UTC)
    loaded = [(datetime.fromisoformat(str(row["last_recorded_at"])), row.get("rhythm_days")) for row in rows]
    if not loaded:
        block(words.lang, f'<div class="fresh">{words("fresh.none")}</div>')
        return
    late = sum(1 for at, rhythm in loaded if rhythm and (now - at).days > rhythm)
    as_of = state.get("as_of") or min(at for at, _ in loaded).date().isoformat()
    filed = state.get("submitted_by")
    if filed:
        clock = words("fresh.filed", date=f"<b>{escape(filed)}</b>")
    else:
        clock = words("fresh.as_of", date=f"<b>{escape(as_of)}</b>")
    css = "dot late" if late or reader.shown_as_of else "dot"
    current = words("fresh.current", n=f"<b>{len(loaded) - late}/{len(loaded)}</b>")
    stale = f" · {words('fresh.late', n=late)}" if late else ""
    ago = words("fresh.load", ago=words.ago((now - max(at for at, _ in loaded)).total_seconds()))
    block(words.lang, f'<div class="fresh">{clock} <span class="{css}"></span>{current}{stale} · {ago}</div>')


def _older_figures(page: Page) -> None:
    reader, words = page.reader, page.words
    if reader.shown_as_of:
        text = words("state.older", as_of=escape(words.instant(reader.shown_as_of)), id=reader.error_id)
        block(words.lang, f'<div class="banner" role="status">{text}</div>')


def _refused(words: Words, state: State, name: str, why: str) -> None:
    if why == "clocks":
        ways = [
            link(state.here(name, submitted_by=None), words("clocks.keep_recorded")),
            link(state.here(name, as_of=None), words("clocks.keep_filed")),
        ]
        body = f"<h2>{words('clocks.title')}</h2><p>{words('clocks.body')}</p><p>{' · '.join(ways)}</p>"
    else:
        reset = link(State({"lang": words.lang}).href(name), words("state.reset"))
        body = f"<h2>{words('refused.title')}</h2><p>{words('refused.body')}</p><p>{reset}</p>"
    block(words.lang, f'<div class="state" role="alert">{body}</div>')


def _store_down(words: Words, error_id: str) -> None:
    body = f"<h2>{words('down.title')}</h2><p>{words('down.body', id=error_id)}</p>"
    block(words.lang, f'<div class="state" role="alert">{body}</div>')


def _footer(words: Words, name: str, sources: list[str]) -> None:
    """Every source that the page rests on, with its terms; claims and data name theirs in their tables."""
    right = words("footer.named")
    if name not in ("claims", "data"):
        told = [words.value("terms", source) or words("footer.terms", source=filed(source)) for source in sources]
        right = words.count("footer.sources", len(set(told)), sources=words("footer.between").join(dict.fromkeys(told)))
    block(words.lang, f"<footer><span>{words('footer.left')}</span><span>{right}</span></footer>")
