"""The incident file: one address for one case at one time."""

import re

from dashboard import filters, settings
from dashboard.casefile import changes, heading, lanes, matrix, missing, record
from dashboard.casefile.model import build
from dashboard.data import Row
from dashboard.html import block, code, link
from dashboard.shell import Page


def render(page: Page) -> None:
    """Draw the file of the incident in the address; what is not there and what may not be seen look the same."""
    asked = page.state.get("incident")
    found = page.reader.rows("resolve", occurrence_id=asked) if re.fullmatch(r"[0-9a-f]{24}", asked) else []
    target = str(found[0]["occurrence_id"]) if found else ""
    rows = page.reader.rows("report_versions", occurrence_id=target) if target else []
    if not rows:
        _not_found(page)
        return
    page.sources[:] = dict.fromkeys(str(row["source"]) for row in rows)
    case = build(target, rows, settings.current().forms)
    heading.trail(page, case)
    if target != asked:
        _moved(page, found[0])
    heading.signed(page, case)
    heading.title(page, case)
    filters.clock_bar(page)
    heading.counters(page, case)
    lanes.draw(page, case)
    changes.draw(page, case)
    matrix.draw(page, case)
    missing.draw(page, case)
    record.draw(page, case)
    record.proof(page, case)


def _moved(page: Page, row: Row) -> None:
    words = page.words
    text = words(
        "moved", old=code(row["asked"]), new=code(row["occurrence_id"]), since=words.instant(str(row["since"]))
    )
    block(words.lang, f'<div class="banner" role="status">{text}</div>')


def _not_found(page: Page) -> None:
    words = page.words
    back = link(page.state.href("incidents"), words("gone.back"), "button")
    block(
        words.lang, f'<div class="state"><h1>{words("gone.title")}</h1><p>{words("gone.body")}</p><p>{back}</p></div>'
    )
