"""What a reader sees of a page run by AppTest: the HTML blocks, as text or as links."""

import re
from html import unescape
from html.parser import HTMLParser

from streamlit.testing.v1 import AppTest


class _Text(HTMLParser):
    """Text outside elements that hold values as filed (`lang=en`) when those are skipped."""

    def __init__(self, *, skip_filed: bool) -> None:
        super().__init__()
        self.skip_filed = skip_filed
        self.open: list[bool] = []
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "img"):
            return
        told = dict(attrs)
        self.open.append(bool(self.open and self.open[-1]) or (told.get("lang") == "en" and self.skip_filed))
        if not self.open[-1]:
            self.parts += [told[name] or "" for name in ("aria-label", "title") if name in told]

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag != "br":
            self.open.pop()
        if tag not in ("i", "span", "del", "ins", "mark"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1]):
            self.parts.append(data)


def html(app: AppTest) -> str:
    """Every HTML block of the page."""
    return "\n".join(str(element.proto.body) for element in app.get("html"))


def text(app: AppTest, *, skip_filed: bool = False) -> str:
    """The text of every HTML block, labels for screen readers included; without values as filed, if asked."""
    parts = []
    for element in app.get("html"):
        parser = _Text(skip_filed=skip_filed)
        body = str(element.proto.body)
        # the outermost element says the language of the page, not of a value
        parser.feed(re.sub(r'^(<div class="hub[^"]*") lang="\w\w"', r"\1", body))
        parts.append("".join(parser.parts))
    return re.sub(r"\s+", " ", " ".join(parts))


def links(app: AppTest) -> list[str]:
    """Every address that the page's blocks lead to."""
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', html(app))]


def labels(app: AppTest) -> list[str]:
    """What the filter bar says: labels and options of its selects."""
    return [said for box in app.selectbox for said in (box.label, *box.options)]
