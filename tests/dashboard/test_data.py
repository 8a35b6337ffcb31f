"""The data page on the real engine: what came of each source, what is missing, late, faulty, and what is not known."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from commons.ask import Scope
from dashboard import settings
from dashboard.holdings import verdicts
from dashboard.words import CATALOGUE
from tests.dashboard.conftest import Loaded
from tests.dashboard.reading import html, links, text
from tests.loaded_hub import INSURER, ORG, OTHER_REPORTS, SILENT

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

Open = Callable[..., AppTest]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_source_stands_with_its_publisher_and_what_became_of_its_rows(
    open_page: Open, loaded: Loaded, lang: str
) -> None:
    said = text(open_page("data", lang=lang))
    for row in loaded.ask("totals").rows:
        assert f"{row['rows']:,}" in said
        for name in ("reports", "claims", "exposures"):
            assert not row[name] or f"{row[name]:,}" in said
    assert f"{ORG} nhtsa-sgo 3,020" in said
    assert f"{INSURER} motor-claims" in said
    assert f"{ORG} {OTHER_REPORTS[0]} {OTHER_REPORTS[2]}" in said
    assert CATALOGUE["data.kind.versions"][lang == "ja"].format(n="3,017").strip() in said
    assert CATALOGUE["break:SGO_2021_01_AMENDMENT_3"][lang == "ja"] in said


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_is_missing_and_faulty_is_seen_at_a_glance_and_rejects_are_not_zero(open_page: Open, lang: str) -> None:
    ja = lang == "ja"
    app = open_page("data", lang=lang)
    said = text(app)
    cards = re.findall(r'<article class="card (\w+)">', html(app))
    assert cards[0] == "attention"
    assert CATALOGUE["data.missing.text.1"][ja].format(names=SILENT) in said
    assert cards[2] == "attention"
    assert CATALOGUE["data.faulty.text.1"][ja] in said
    assert cards[3] == "unknown"
    figures = re.findall(r'<p class="figure">(.*?)</p>', html(app))
    assert figures == ["1", CATALOGUE["data.rejected.figure"][ja], "1", CATALOGUE["data.rejected.figure"][ja]], (
        "no source has come three times, so none has a rhythm, and no hub knows what was rejected elsewhere"
    )


def test_a_fault_leads_to_its_record(open_page: Open, loaded: Loaded) -> None:
    (fault,) = loaded.ask("faults").rows
    assert (fault["org"], fault["source"], fault["reason"]) == (ORG, "motor-claims", "NOT_ENTITLED")
    app = open_page("data")
    chosen = {"org": ORG, "source": "motor-claims", "reason": "NOT_ENTITLED"}
    assert chosen in [{k: v[0] for k, v in parse_qs(urlsplit(href).query).items()} for href in links(app)]
    said = text(open_page("data", **chosen))
    assert f"{fault['kafka_topic']} {fault['kafka_partition']} {fault['kafka_offset']:,} NOT_ENTITLED" in said
    assert str(fault["detail"]) in said
    assert "1–1 of 1" in said
    other = text(open_page("data", reason="BAD_BODY"))
    assert str(fault["detail"]) not in other


def test_positions_are_held_against_the_log(open_page: Open, loaded: Loaded) -> None:
    said = text(open_page("data"))
    rows = loaded.ask("positions").rows
    for topic in {str(row["kafka_topic"]) for row in rows}:
        own = [row for row in rows if row["kafka_topic"] == topic]
        assert f"{topic} {len(own)} {sum(row['log_end'] for row in own):,} 0" in said
    assert CATALOGUE["data.positions.all"][0] in said


def test_at_an_earlier_moment_there_was_nothing_and_the_present_position_is_still_told(open_page: Open) -> None:
    for lang in ("en", "ja"):
        said = text(open_page("data", lang=lang, as_of="2020-01-01"))
        assert CATALOGUE["data.nothing"][lang == "ja"] in said
        assert CATALOGUE["data.missing.unknown"][lang == "ja"] in said
        assert CATALOGUE["data.positions.all"][lang == "ja"] in said


def test_the_header_tells_of_now_and_the_overview_of_the_moment_asked_for(open_page: Open) -> None:
    app = open_page(submitted_by="2024-12-31")
    assert "archive to December 2024." in text(app), "the current file had not been filed"
    current = re.search(r"sources current (\d+)/(\d+)", text(app))
    assert current
    assert current[1] == current[2] != "0"


@pytest.fixture
def rival(configured: Loaded) -> Iterator[None]:
    """The pages are asked by another insurer."""
    settings.configure(
        settings.Settings(configured.url, configured.password, {}, Scope("rival", "INSURER", "ACTUARIAL"))
    )
    yield
    settings.configure(configured.settings)


def test_others_see_neither_what_was_not_shared_nor_faults_nor_positions_of_others(
    open_page: Open, rival: None
) -> None:
    app = open_page("data")
    said = text(app)
    assert "nhtsa-sgo" in said
    assert "motor-claims" not in said
    assert CATALOGUE["data.faulty.none"][0] in said
    assert "hub.events." not in said


def fresh(source: str, days: float, rhythm: int | None) -> dict[str, Any]:
    return {"source": source, "rhythm_days": rhythm, "last_recorded_at": (NOW - timedelta(days=days)).isoformat()}


def test_a_source_is_late_by_its_own_rhythm_alone() -> None:
    rows = [fresh("daily", 1.5, 1), fresh("weekly", 7, 7), fresh("once", 4000, None)]
    found = verdicts.of([], rows, [], NOW)
    assert [row["source"] for row in found.late] == ["daily"]
    assert found.rhythms == 2


def test_a_partition_is_behind_when_nobody_reads_it_or_a_record_waits() -> None:
    def partition(read: float | None, waiting: float | None = None) -> dict[str, Any]:
        at = {"complete_at": read, "waiting_since": waiting}
        return {name: "" if gone is None else (NOW - timedelta(seconds=gone)).isoformat() for name, gone in at.items()}

    told = [verdicts.waits(row, NOW) for row in (
        partition(5), partition(None), partition(300), partition(5, 10), partition(5, 300),
    )]  # fmt: skip
    assert told == [False, True, True, False, True]


def test_a_suspended_member_is_not_missing() -> None:
    rows = [
        {"org": org, "roles": ["INSURER"], "status": status, "events": events}
        for org, status, events in (("a", "ACTIVE", 0), ("b", "SUSPENDED", 0), ("c", "ACTIVE", 3))
    ]
    hub = {"org": "hub", "roles": ["HUB"], "status": "ACTIVE", "events": 0}
    found = verdicts.of([*rows, hub], [], [], NOW)
    assert (found.members, found.silent) == (3, ["a"])
