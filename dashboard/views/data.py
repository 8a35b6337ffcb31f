"""What the hub holds: sources and what became of their rows, freshness, processing, faults. Missing, late, faulty?"""

from datetime import UTC, datetime

import streamlit as st

from commons.ask import QuestionError, instant
from dashboard import filters
from dashboard.data import RefusedError
from dashboard.holdings import processing, tables, verdicts
from dashboard.html import block
from dashboard.shell import Page


def render(page: Page) -> None:
    """Draw the page."""
    words, reader = page.words, page.reader
    block(words.lang, f"<h1>{words('data.title')}</h1><p class=subtitle>{words('data.subtitle')}</p>", "title")
    with st.container(horizontal=True, key=f"filters-clocks-{words.lang}", gap="small", vertical_alignment="bottom"):
        filters.clocks(page, reader.rows("moments"), "filed_by")
    now = _moment(page)
    held, fresh, registered = reader.rows("sources"), reader.rows("freshness"), reader.rows("participants")
    verdicts.draw(page, verdicts.of(registered, fresh, reader.positions, now), held)
    if held:
        tables.sources(page, held)
        tables.freshness(page, fresh, now)
        tables.breaks(page, reader.rows("series_breaks"))
    else:
        block(words.lang, f'<div class="state"><p>{words("data.nothing")}</p></div>')
    processing.faults(page, reader.rows("faults_by_reason"))
    tables.members(page, registered)
    processing.positions(page, reader.positions)


def _moment(page: Page) -> datetime:
    """The moment that the page is about: now, or the one that was asked for."""
    asked = page.state.get("as_of")
    if not asked:
        return datetime.now(UTC)
    try:
        return min(datetime.now(UTC), datetime.fromtimestamp(instant(asked) / 1_000_000, UTC))
    except (QuestionError, OverflowError, ValueError) as error:
        raise RefusedError(str(error)) from error
