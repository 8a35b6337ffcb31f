"""Small helpers for the HTML that the pages are made of. Everything from data goes through `escape`."""

from collections.abc import Iterable
from html import escape as _escape

import streamlit as st

from dashboard.words import short


def escape(text: object) -> str:
    """Text as HTML."""
    return _escape(str(text), quote=True)


def link(href: str, text: str, css: str = "") -> str:
    """An anchor; `text` is HTML."""
    return f'<a href="{escape(href)}"{f" class={chr(34)}{css}{chr(34)}" if css else ""}>{text}</a>'


def filed(text: object) -> str:
    """A value exactly as the source filed it: in the source's language, whatever the page's."""
    return f'<span lang="en" translate="no">{escape(text)}</span>'


def firm(name: str) -> str:
    """A firm's name in prose: without its legal form, never translated."""
    return filed(short(name))


def code(text: object) -> str:
    """A code or id."""
    return f'<code lang="en" translate="no">{escape(text)}</code>'


def panel(label: str, body: str) -> str:
    """A framed region that scrolls sideways on a narrow screen, and can be reached by keyboard for that."""
    return f'<div class="panel scroll" tabindex=0 role=region aria-label="{escape(label)}">{body}</div>'


def heads(texts: Iterable[tuple[str, str]]) -> str:
    """A table's head: texts (HTML) with their CSS class."""
    cells = "".join(f"<th scope=col{f' class={css}' if css else ''}>{text}</th>" for text, css in texts)
    return f"<thead><tr>{cells}</tr></thead>"


def block(lang: str, body: str, css: str = "") -> None:
    """Write one block of the page."""
    st.html(f'<div class="hub {css}" lang="{lang}">{body}</div>')
