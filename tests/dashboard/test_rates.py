"""The rates page on the real engine: what its miles and its near misses rest on, down to the signed record."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.comparison import UNIT
from dashboard.near_misses import shown
from dashboard.words import CATALOGUE, Words
from tests.dashboard.conftest import Loaded
from tests.dashboard.reading import html, links, text
from tests.loaded_hub import ELSEWHERE, MILES, ORG, OTHER_REPORTS

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

Open = Callable[..., AppTest]
DISENGAGEMENTS, _, ROWS = OTHER_REPORTS
PERMIT, WITHOUT = "AVT036", "AVT015"
"""The permit of the disengagements, and one that declares none."""


def lists(app: AppTest, kind: str) -> list[dict[str, str]]:
    """What the page's lists of one kind are asked for."""
    asked = [{k: v[0] for k, v in parse_qs(urlsplit(href).query).items()} for href in links(app)]
    return [query for query in asked if query.get("list") == kind]


def exposures(loaded: Loaded, query: dict[str, str], **more: str) -> list[dict[str, Any]]:
    """The rows of a list of exposures."""
    asked = {name: query[name] for name in ("operator", "driver", "from", "to") if name in query}
    return loaded.ask("exposure_list", source=query["about"], unit=UNIT, **asked, **more).rows


def near(app: AppTest) -> list[list[str]]:
    """The rows of the table of near misses, as text."""
    table = re.search(r"<table class=near>.*?<tbody>(.*?)</tbody>", html(app), re.DOTALL)
    assert table
    rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_miles_of_the_comparison_open_the_records_that_add_up_to_them(
    open_page: Open, loaded: Loaded, lang: str
) -> None:
    app = open_page("rates", lang=lang)
    spans = {query["from"]: query for query in lists(app, "exposures") if query["about"] == "av-exposure"}
    assert sorted(spans) == ["2024-01", "2025-07"]
    for query, miles, low, high in zip(
        spans.values(), ("78.4", "91.3"), ("57.5", "66.3"), ("99.3", "116.3"), strict=True
    ):
        rows = exposures(loaded, query)
        assert f"{sum(row['value'] for row in rows) / 1_000_000:.1f}" == miles
        totals = [f"{rows[0][f'total_{bound}'] / 1_000_000:.1f}" for bound in ("value", "lower", "upper")]
        assert totals == [miles, low, high]
    listed = open_page("rates", **{f"{name}_": value for name, value in query.items()})
    assert f"{rows[0]['total_value'].normalize():,f}" in text(listed)
    assert f"{len(rows)} of {len(rows)}" in text(listed) or lang == "ja"
    opened = [href for href in links(listed) if "exposure=" in href]
    assert len(opened) == len(rows)
    first = {k: v[0] for k, v in parse_qs(urlsplit(opened[0]).query).items()}
    assert (first["exposure"], first["org"]) == (rows[0]["report_id"], ORG)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_an_exposure_leads_to_its_signed_record_and_shows_no_whole_vehicle_number(
    open_page: Open, loaded: Loaded, lang: str
) -> None:
    row = loaded.ask("exposure_list", source=MILES[0], operator=PERMIT, limit="1").rows[0]
    app = open_page("rates", lang=lang, exposure=str(row["report_id"]), org=ORG)
    said = text(app)
    (record,) = loaded.ask("exposure_record", report_id=str(row["report_id"]), org=ORG).rows
    assert record["amount"] == row["value"]
    assert str(record["native_sha256"]) in html(app)
    assert f"{record['kafka_topic']} {record['kafka_partition']} {record['kafka_offset']:,}" in said
    assert CATALOGUE["proof.valid"][lang == "ja"] in said
    assert "4T1B21HK6KU******" in said
    assert "4T1B21HK6KU514747" not in html(app)
    gone = text(open_page("rates", lang=lang, exposure="never", org=ORG))
    assert CATALOGUE["rates.gone"][lang == "ja"] in gone


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_near_misses_stand_per_distance_in_alphabetical_order_and_open_what_they_count(
    open_page: Open, loaded: Loaded, lang: str
) -> None:
    app = open_page("rates", lang=lang)
    said, rows = text(app), near(app)
    for key in ("near.title", f"near:{DISENGAGEMENTS}", "near.reading"):
        assert CATALOGUE[key][lang == "ja"] in said
    names = [row[0] for row in rows]
    assert names == sorted(names, key=str.casefold)
    told = {row[0].split()[-1]: row for row in rows}
    (rate,) = loaded.ask("rates", events="near_misses", unit=UNIT, by="operator", operator=PERMIT).rows
    assert (rate["events"], rate["left_out"]) == (ROWS, 0)
    assert rate["exposure_left_out"], "nothing was filed of near misses in later months"
    part = Words(lang)("months.range", first=Words(lang).month("2021-12"), last=Words(lang).month("2022-02"))
    figures = [f"{rate['exposure'].normalize():,f}{part}", shown(rate["rate"] * 1000)]
    assert told[PERMIT][2:5] == [str(ROWS), *figures]
    assert told[PERMIT][-1] == f"{shown(rate['lower95'] * 1000)} – {shown(rate['upper95'] * 1000)}"
    assert told[WITHOUT][2] == "0"
    assert told[WITHOUT][4] == "0"
    (events,) = [query for query in lists(app, "near_misses") if query.get("operator") == PERMIT]
    assert f"{ROWS}" in text(open_page("rates", **{f"{name}_": value for name, value in events.items()}))
    (miles,) = [query for query in lists(app, "exposures") if query.get("operator") == PERMIT]
    assert exposures(loaded, miles)[0]["total_value"] == rate["exposure"]


def test_an_operator_without_miles_says_so_and_no_rate_is_invented(open_page: Open) -> None:
    app = open_page("rates")
    told = {row[0]: row for row in near(app)}
    assert told["Elsewhere LLC"][2:5] == ["1", "50", "20.0"]
    assert told["Nowhere LLC"][2:] == ["1", CATALOGUE["near.no_miles"][0]]
    (events,) = [query for query in lists(app, "near_misses") if query.get("operator") == "Nowhere LLC"]
    assert "One report matches" in text(open_page("rates", **{f"{name}_": value for name, value in events.items()}))


def test_a_near_miss_leads_to_its_record_and_is_called_no_crash(open_page: Open, loaded: Loaded) -> None:
    listed = open_page("rates", list="near_misses", about=DISENGAGEMENTS)
    assert f"{ROWS} reports match" in text(listed)
    first = next(href for href in links(listed) if "incident=" in href)
    app = open_page("rates", **{k: v[0] for k, v in parse_qs(urlsplit(first).query).items()})
    row = loaded.ask("reports", source=DISENGAGEMENTS, sort="month", order="asc", limit="1").rows[0]
    (record,) = loaded.ask("report_versions", occurrence_id=str(row["occurrence_id"])).rows
    assert str(record["native_sha256"]) in html(app)
    assert f"{record['kafka_topic']} {record['kafka_partition']} {record['kafka_offset']:,}" in text(app)
    assert "rash" not in text(app)
    crash = loaded.ask("reports", source="nhtsa-sgo", limit="1").rows[0]["occurrence_id"]
    assert CATALOGUE["rates.gone"][0] in text(open_page("rates", incident=str(crash))), "a crash is no near miss"


def test_the_footer_names_every_source_that_a_page_rests_on(open_page: Open) -> None:
    every = ("nhtsa-sgo", "av-exposure", MILES[0], DISENGAGEMENTS)
    for lang in ("en", "ja"):
        footer = re.search(r"<footer>.*", html(open_page("rates", lang=lang)), re.DOTALL)
        assert footer
        assert all(CATALOGUE[f"terms:{source}"][lang == "ja"] in footer[0] for source in every)
        assert ELSEWHERE in footer[0], "a source without known terms is named too"
    alone = html(open_page("incidents")).rsplit("<footer>", 1)[1]
    assert CATALOGUE["terms:nhtsa-sgo"][0] in alone
    assert CATALOGUE["terms:av-exposure"][0] not in alone
    assert CATALOGUE["terms:av-exposure"][0] in html(open_page()), "a card of the overview rests on the miles"


def test_where_no_near_miss_was_filed_there_is_no_such_section(open_page: Open) -> None:
    said = text(open_page("rates", submitted_by="2024-12-31"))
    assert CATALOGUE["near.title"][0] not in said


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0.0, "0"), (0.000505, "0.000505"), (0.1255, "0.126"), (2.05, "2.05"), (694.2, "694"), (1022.6, "1,023")],
)  # fmt: skip
def test_a_rate_has_three_significant_digits(rate: float, said: str) -> None:
    assert shown(rate) == said


def test_a_list_of_exposures_adds_up_and_bounds_stay_unknown_where_none_are_filed(loaded: Loaded) -> None:
    rows = loaded.ask("exposure_list", source=MILES[0]).rows
    assert rows[0]["total"] == len(rows)
    assert rows[0]["total_value"] == sum((row["value"] for row in rows), Decimal())
    assert rows[0]["total_lower"] is None, "what was counted has no bounds of its own"
