"""Each page in both languages on the real engine with both federal files: figures, links, states, words."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.words import CATALOGUE
from tests.dashboard.conftest import Loaded
from tests.dashboard.reading import html, labels, links, text
from tests.loaded_hub import INSURER, MILES, ORG, OTHER_REPORTS

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

Open = Callable[..., AppTest]
KANA_OR_KANJI = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]+")
ENGLISH_WORD = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    "Incident",
    "Hub",
    "NHTSA",
    "SGO",
    "English",
    "SUV",
    "JST",
    "UTC",
    "SHA",
    "Kafka",
    "VIN",
    "ADS",
    "ADAS",
    "CBI",
    "PII",
    "CSV",
}
"""Names, units and codes that stand in Japanese text as they are; values as filed are marked `lang=en`."""

EVERY = (
    "overview", "incidents", "incident", "rates", "exposures", "exposure", "near_misses", "claims", "claims_list",
    "claim", "data",
)  # fmt: skip
AS_FILED = ("filter.operator", "record.pick", "filter.claims.source", "filter.claims.line", "filter.claims.coverage")
"""Filters whose values stand as a source filed them."""


@pytest.fixture(scope="module")
def tempe(loaded: Loaded) -> str:
    """The occurrence that two entities first called fatal."""
    rows = loaded.ask("reports", first_severity="FATAL", severity="NONE").rows
    (occurrence,) = {str(row["occurrence_id"]) for row in rows}
    return occurrence


def test_the_overview_says_what_the_demo_says(open_page: Open, loaded: Loaded) -> None:
    said = text(open_page())
    totals = loaded.ask("totals", source="nhtsa-sgo").rows[0]
    assert "4 → 2" in said
    assert "Four reports first said Fatality; two still do." in said
    assert "The other two are one crash, reported by Cruise and by General Motors." in said
    assert f"{totals['rows']:,} rows" in said
    assert "2,229" in said
    assert "overstate by 35.5%" in said
    assert "named in 221 , up to 261 with the 40 unknown" in said
    assert "354" in said
    assert "270 with a declared copy" in said
    assert "The count fell from 110 in May 2025 to 66 in July 2025" in said
    assert "48 entities filed reports; 17 of them ten or more" in said


def test_the_overview_in_japanese_has_the_same_figures(open_page: Open) -> None:
    said = text(open_page(lang="ja"))
    for figure in ("4 → 2", "2,229", "35.5%", "221", "261", "354", "270", "2025年5月の110件", "48の主体"):
        assert figure in said


def one(open_page: Open, name: str, tempe: str, **query: str) -> AppTest:
    """A page by name, `incident` and `claim` with one of theirs opened."""
    opened = {
        "incident": ("incidents", {"incident": tempe}),
        "claims_list": ("claims", {"list": "1", "period": "2003", "currency": "EUR"}),
        "claim": ("claims", {"claim": "motor-claims:ausautoBI8999/1", "org": INSURER}),
        "exposures": ("rates", {"list": "exposures", "about": MILES[0], "operator": "AVT036"}),
        "exposure": ("rates", {"exposure": f"{MILES[0]}:2022/AVT036/1/2022-01", "org": ORG}),
        "near_misses": ("rates", {"list": "near_misses", "about": OTHER_REPORTS[0]}),
    }
    page, more = opened.get(name, (name, {}))
    return open_page(page, **more, **query)


@pytest.mark.parametrize("name", EVERY)
def test_no_english_is_left_in_the_japanese_view(open_page: Open, tempe: str, name: str) -> None:
    app = one(open_page, name, tempe, lang="ja")
    said = text(app, skip_filed=True)
    assert set(ENGLISH_WORD.findall(said)) <= NAMES
    titles = {CATALOGUE[key][1] for key in AS_FILED}
    as_filed = {str(option) for box in app.selectbox for option in box.options if box.label in titles}
    shown = [label for label in labels(app) if label not in as_filed]
    assert set(ENGLISH_WORD.findall(" ".join(shown))) <= NAMES


@pytest.mark.parametrize("name", EVERY)
def test_no_japanese_is_left_in_the_english_view(open_page: Open, tempe: str, name: str) -> None:
    app = one(open_page, name, tempe)
    assert set(KANA_OR_KANJI.findall(text(app))) == {"日本語"}
    assert not KANA_OR_KANJI.search(" ".join(labels(app)))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_rates_stand_on_both_sides_of_the_break_with_intervals_and_bounds(open_page: Open, lang: str) -> None:
    said = text(open_page("rates", lang=lang))
    for figure in ("10.31", "5.62", "0.73", "0.61", "808", "513", "57.5", "99.3", "66.3", "116.3"):
        assert figure in said
    for lower, upper in (("0.551", "0.942"), ("0.463", "0.797"), ("8.139", "14.044"), ("4.411", "7.739")):
        assert f"{lower} – {upper}" in said
    assert CATALOGUE["break:SGO_2021_01_AMENDMENT_3"][lang == "ja"] in said
    assert "crashla" in said
    assert "safer" not in said


def test_the_card_is_there_only_where_the_miles_can_be_divided(open_page: Open) -> None:
    app = open_page()
    assert "10.31 → 5.62" in text(app)
    assert "/rates" in links(app)
    assert "10.31" not in text(open_page(state="AZ"))


def test_without_a_break_there_is_nothing_to_compare(open_page: Open) -> None:
    assert CATALOGUE["rates.none"][1] in text(open_page("rates", lang="ja", submitted_by="2024-12-31"))


def listed(app: AppTest) -> int:
    """How many the list says there are."""
    found = re.search(r"\d.[\d,]+ of ([\d,]+)", text(app))
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ({}, 2229),
        ({"unit": "reports"}, 2609),
        ({"unit": "rows"}, 3020),
        ({"reporters": "several"}, 354),
        ({"reporters": "several", "copies": "1"}, 270),
        ({"reporters": "several", "copies": "0"}, 84),
        ({"severity_from": "MINOR"}, 221),
        ({"severity": "UNKNOWN"}, 40),
        ({"unit": "reports", "first_severity": "FATAL"}, 4),
        ({"unit": "reports", "severity": "FATAL"}, 2),
        ({"from_": "2025-05", "to": "2025-05"}, 110),
        ({"unit": "reports", "operator": "Waymo", "driver": "None", "from_": "2024-01", "to": "2025-05"}, 808),
        ({"operator": "General Motors, LLC", "unit": "reports", "copies": "1"}, 149),
    ],
)
def test_every_figure_of_the_overview_leads_to_a_list_of_as_many(
    open_page: Open, query: dict[str, str], n: int
) -> None:
    assert listed(open_page("incidents", **query)) == n


def test_the_overviews_links_lead_to_these_lists(open_page: Open) -> None:
    found = {tuple(sorted((k, v[0]) for k, v in parse_qs(urlsplit(href).query).items())) for href in links(open_page())}
    for wanted in (
        {"unit": "reports", "first_severity": "FATAL"}, {"unit": "reports", "severity": "FATAL"}, {"unit": "rows"},
        {"reporters": "several", "copies": "1"}, {"severity_from": "MINOR"}, {"severity": "UNKNOWN"},
        {"from": "2025-05", "to": "2025-05"}, {"operator": "Waymo LLC"},
    ):  # fmt: skip
        assert tuple(sorted(wanted.items())) in found


def test_no_link_loses_filters_language_or_clock(open_page: Open) -> None:
    kept = {"lang": "ja", "submitted_by": "2024-12-31", "state": "AZ"}
    app = open_page(**kept)
    inside = [href for href in links(app) if href.startswith("/")]
    assert len(inside) > 50
    for href in inside:
        told = {k: v[0] for k, v in parse_qs(urlsplit(href).query).items()}
        assert told["submitted_by"] == kept["submitted_by"], href
        assert told["state"] == kept["state"], href
        assert told["lang"] in ("ja", "en"), href


def test_what_had_been_filed_by_a_date_is_another_answer(open_page: Open, loaded: Loaded) -> None:
    said = text(open_page(submitted_by="2024-12-31"))
    assert "1,008" in said
    assert "As filed by 2024-12-31" in said


def test_two_clocks_at_once_are_refused_with_a_way_out(open_page: Open) -> None:
    app = open_page(as_of="2026-03-16", submitted_by="2024-12-31", state="TX")
    assert CATALOGUE["clocks.title"][0] in text(app)
    assert "/?as_of=2026-03-16&state=TX" in links(app)
    assert "/?submitted_by=2024-12-31&state=TX" in links(app)


@pytest.mark.parametrize("query", [{"severity_from": "AWFUL"}, {"from_": "last week"}, {"as_of": "yesterday"}])
def test_a_wrong_address_is_refused_in_words(open_page: Open, query: dict[str, str]) -> None:
    app = open_page("incidents", **query)
    assert CATALOGUE["refused.title"][0] in text(app)
    assert html(app).count("<nav class=") == 1


def test_an_empty_list_says_which_filter_did_it(open_page: Open) -> None:
    app = open_page("incidents", state="WY", severity_from="FATAL")
    said = text(app)
    assert CATALOGUE["empty.title"][0] in said
    assert re.search(r"Without “State: Wyoming” there are [1-9]", said)
    assert "/incidents" in links(app)


@pytest.mark.parametrize("asked", ["0" * 24, "../../etc/passwd", "'; DROP TABLE events; --"])
def test_what_is_not_there_looks_like_what_may_not_be_seen(open_page: Open, asked: str) -> None:
    said = text(open_page("incidents", incident=asked))
    assert CATALOGUE["gone.title"][0] in said
    assert CATALOGUE["gone.body"][0] in said
    assert asked not in said


def test_the_incident_file_leads_to_the_signed_record(open_page: Open, loaded: Loaded, tempe: str) -> None:
    app = open_page("incidents", incident=tempe)
    said = text(app)
    assert said.index("Signed by the public-records bridge") < said.index(
        "Crash with an animal in Tempe, Arizona, September 2023"
    )
    assert "Neither Cruise nor General Motors signed anything here." in said
    assert "All 4 signatures valid" in said
    for count in ("2 reports", "4 versions", "2 reporters", "1 declared copy", "1 voice", "0 independent sources"):
        assert count in said
    assert said.count("131 of 137 columns identical; the other six are the version number and these five.") == 2
    assert "The small animal was reported deceased." in said
    assert "match in 8 fields of 12" in said
    assert "67c100a9e73cfa1c" in said  # the native record of 30412-6439, version 1
    assert said.count("hub.events.public-records") == 4
    for row in loaded.ask("report_versions", occurrence_id=tempe).rows:
        assert str(row["native_sha256"]) in html(app)
        assert f"{row['kafka_offset']:,}" in said


def test_the_record_is_shown_as_filed_for_the_version_in_the_address(open_page: Open, tempe: str) -> None:
    first = html(open_page("incidents", incident=tempe, version="30412-6439-v1"))
    latest = html(open_page("incidents", incident=tempe))
    assert "<dd>Fatality</dd>" in first
    assert "<dd>No Injuries Reported</dd>" in latest
    assert "Cruise LLC</span>, version 1" in first


def test_one_report_alone_is_no_agreement(open_page: Open, loaded: Loaded) -> None:
    row = loaded.ask("occurrences", operator="Nuro", limit="1").rows[0]
    said = text(open_page("incidents", incident=str(row["occurrence_id"]), lang="ja"))
    assert CATALOGUE["agree.single"][1] in said


def test_changing_a_filter_changes_the_address_and_keeps_the_language(open_page: Open) -> None:
    app = open_page(lang="ja", as_of="2030-01-01")
    next(box for box in app.selectbox if box.key == "filter-state-ja").select("TX").run()
    assert app.query_params["state"] in ("TX", ["TX"])
    next(box for box in app.selectbox if box.key == "filter-submitted_by-ja").select("2024-12-31").run()
    assert "as_of" not in app.query_params
    assert app.query_params["lang"] in ("ja", ["ja"])
    assert not app.exception


def test_when_the_store_is_gone_the_last_figures_stay_with_their_as_of(
    open_page: Open, store_gone: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    open_page(state="NV")
    store_gone()
    said = text(open_page(state="NV"))
    assert "The store does not answer. These are the last figures, as of 20" in said
    error_id = re.search(r"Log id ([0-9a-f]{8})", said)
    assert error_id
    assert error_id[1] in caplog.text
    assert "Crashes per month" in said
    unseen = text(open_page(state="NV", from_="2022-01", lang="ja"))
    assert CATALOGUE["down.title"][1] in unseen
    assert "Traceback" not in unseen
