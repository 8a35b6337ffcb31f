"""The claims page on the real engine: its figures are those of the queries and of the public files; what it opens."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from commons.ask import OPERATOR, Scope
from dashboard import money, settings, theme
from dashboard.claims import asked, figures, triangle
from dashboard.claims.asked import BLANK
from dashboard.claims.periods import all_between
from dashboard.data import Reader
from dashboard.shell import Page
from dashboard.url import State
from dashboard.words import CATALOGUE, Words
from tests.dashboard.conftest import Loaded
from tests.dashboard.reading import html, links, text
from tests.loaded_hub import CLAIMS, INSURER

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

Open = Callable[..., AppTest]
PRIVATE, INJURY = "private motor", "motor bodily injury"
SETTLED = CLAIMS[1][2]


@pytest.fixture(scope="module")
def known(test_data: Path) -> dict[str, Any]:
    """What the file of payments says."""
    answers = json.loads((test_data / "known_answers.json").read_text())["fremotor1"]
    return {name: answer["value"] for name, answer in answers.items()}


def table(app: AppTest, css: str) -> list[list[str]]:
    """The cells of the body of a table, as text."""
    found = re.search(rf'<table class="?{css}"?>.*?<tbody>(.*?)</tbody>', html(app), re.DOTALL)
    assert found, css
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found[1], re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def number(said: str) -> Decimal:
    return Decimal(said.replace(",", ""))


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_by_coverage_are_those_of_the_file(open_page: Open, known: dict[str, Any], lang: str) -> None:
    app = open_page("claims", lang=lang)
    lines = {row[1]: row for row in table(app, "money lines") if row[0] == PRIVATE}
    assert {name: number(row[3]) for name, row in lines.items()} == known["claims_by_guarantee"]
    assert {name: number(row[5]) for name, row in lines.items()} == known["payments_by_guarantee"]
    euro = next(row for row in table(app, "money") if row[0].startswith("EUR"))
    assert number(euro[1]) == known["claims"]
    assert number(euro[3]) == known["payments_total"]
    assert euro[2] == CATALOGUE["claims.not_known"][lang == "ja"], "nothing of it says open or closed: not zero"
    assert euro[5:] == [CATALOGUE["claims.not_known"][lang == "ja"]] * 2, "no reserve is stated: not zero"


def test_currencies_are_never_added(open_page: Open, loaded: Loaded) -> None:
    app = open_page("claims")
    rows = loaded.ask("claims", grain="year").rows
    told = {row[0].split()[0]: (number(row[1]), number(row[3])) for row in table(app, "money")}
    expected = {}
    for currency in ("AUD", "EUR"):
        of = [row for row in rows if row["currency"] == currency]
        paid = sum((row["paid"] for row in of), Decimal())
        expected[currency] = (sum(row["claims"] for row in of), number(money.shown(paid, currency)))
    assert told == expected
    assert f"{sum(n for n, _ in expected.values()):,} claims, signed by {INSURER}." in text(app)
    assert "Amounts stand in 2 currencies." in text(app)


@pytest.mark.parametrize(("basis", "grain"), [("occurred", "quarter"), ("closed", "year")])
def test_every_figure_opens_a_list_of_as_many(open_page: Open, loaded: Loaded, basis: str, grain: str) -> None:
    """The numbers of the page are the rows of the query, and its links are asked for exactly these."""
    app = open_page("claims", basis=basis, grain=grain)
    rows = loaded.ask("claims", basis=basis, grain=grain).rows
    numbers = table(app, "money")  # the first table is that of currencies
    assert sum(number(row[1]) for row in numbers) == sum(row["claims"] for row in rows)
    at = {"basis": basis, "grain": grain}
    for row in rows[:: max(1, len(rows) // 3)]:
        where = {name: row[name] or BLANK for name in ("source", "line", "coverage", "period", "currency")}
        listed = loaded.ask("claim_list", **at, **where, limit="1").rows
        assert listed[0]["total"] == row["claims"], where
        closed = loaded.ask("claim_list", **at, **where, status="CLOSED", limit="1").rows
        assert (closed[0]["total"] if closed else 0) == row["closed"], where
        hrefs = {h for h in links(app) if all(f"{k}={v.replace(' ', '+')}" in h for k, v in where.items())}
        assert len([h for h in hrefs if "sort=" not in h]) == 1, "the number of claims; amounts lead there too, sorted"
        assert {"sort=paid" in h for h in hrefs} == {True, False}
        assert all(f"basis={basis}" in h for h in hrefs) or basis == "occurred"


def cells(app: AppTest, css: str) -> list[tuple[str, dict[str, str]]]:
    """The figures in the body of a table that lead somewhere: what each says, and what its address asks of the list."""
    found = re.search(rf'<table class="?{css}"?>.*?<tbody>(.*?)</tbody>', html(app), re.DOTALL)
    assert found, css
    told = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', found[1], re.DOTALL)
    return [
        (re.sub(r"<[^>]*>", "", said), {k: v[0] for k, v in parse_qs(urlsplit(unescape(href)).query).items()})
        for href, said in told
    ]


def listed(loaded: Loaded, query: dict[str, str]) -> list[dict[str, Any]]:
    """The claims that an address lists."""
    assert query["list"] == "1"
    return loaded.ask("claim_list", **{k: v for k, v in asked.listed(State.of(query)).items() if v}).rows


@pytest.mark.parametrize(
    ("measure", "way"),
    [("claims_closed", "cumulative"), ("claims_notified", "incremental"), ("paid", "incremental")],
)
def test_a_cell_of_the_triangle_opens_the_claims_that_it_counts(
    open_page: Open, loaded: Loaded, measure: str, way: str
) -> None:
    # that the periods above are by closing changes nothing of what a triangle shows
    app = open_page("claims", measure=measure, development=way, basis="closed")
    found = [one for one in cells(app, "triangle") if "to_event" in one[1]]
    assert len(found) > 5
    for said, query in found[:: len(found) // 3]:
        rows = listed(loaded, query)
        if measure == "paid":
            assert money.shown(sum((row["paid_then"] for row in rows), Decimal()), "AUD") == said, query
        else:
            assert len(rows) == rows[0]["total"] == number(said), query
    said, query = found[-1]
    shown = text(open_page("claims", **query))
    count = len(listed(loaded, query))
    assert (f"{count:,} claims match." if count > 1 else "One claim matches.") in shown
    if measure == "paid":
        assert re.search(rf"come to [^:]*{re.escape(said)}\.", shown)


def test_a_figure_of_a_lag_opens_the_claims_that_took_so_long(open_page: Open, loaded: Loaded) -> None:
    found = cells(open_page("claims", basis="notified"), "lags")
    (_, first), claims, median = found[:3]
    bounded = [one for one in found if {"lag_from", "lag_to"} & set(one[1])]
    for said, query in [claims, bounded[0], bounded[-1]]:
        assert len(listed(loaded, query)) == number(said), query
    months = sorted(row["lag"] for row in listed(loaded, median[1]))
    assert len(listed(loaded, {**first, "lag_from": "2", "lag_to": "3"})) == sum(1 for n in months if n in (2, 3)) > 0
    assert f"{(months[(len(months) - 1) // 2] + months[len(months) // 2]) / 2:g}" == median[0]
    assert "loss → notified: any time" in text(open_page("claims", **first))


def test_claims_that_do_not_tell_a_figure_are_counted_apart_and_opened(loaded: Loaded) -> None:
    page = Page("claims", Words("en"), State(), Reader(OPERATOR), [], theme.LIGHT, dark=False)
    of = figures.Sum("AUD", False, 3, 1, 1, 2, *[Decimal(5)] * 4)
    for name, said, where in (("closed", "one does not say", {"status": BLANK}),
                              ("outstanding", "2 claims state none", {"reserve": BLANK})):  # fmt: skip
        shown = figures.shown(page, of, name, line=INJURY)
        assert (
            f'{page.state.href("claims", list="1", line=INJURY, **where).replace("&", "&amp;")}" class="plain">{said}'
            in shown
        )
    assert len(listed(loaded, {"list": "1", "reserve": BLANK})) == CLAIMS[0][2], "the others state theirs"
    assert len(listed(loaded, {"list": "1", "status": BLANK})) == CLAIMS[0][2]


def test_a_list_and_a_claim_lead_to_the_signed_transactions(open_page: Open, loaded: Loaded) -> None:
    app = open_page("claims", list="1", line=INJURY, sort="paid")
    assert f"{SETTLED} claims match." in text(app)
    largest = loaded.ask("claim_list", line=INJURY, sort="paid", limit="1").rows[0]
    first = next(href for href in links(app) if "claim=" in href)
    asked = parse_qs(urlsplit(first).query)
    assert asked == {"line": [INJURY], "claim": [str(largest["claim_ref"])], "org": [INSURER]}
    app = open_page("claims", claim=str(largest["claim_ref"]), org=INSURER)
    said = text(app)
    assert said.index(f"Signed by {INSURER}") < said.index("Transactions")
    assert "All 3 signatures valid" in said
    assert [row[0] for row in table(app, "transactions")] == ["Notified", "Indemnity paid", "Closed"]
    assert number(table(app, "transactions")[1][3]) == largest["paid"], "exact as filed"
    for row in loaded.ask("claim_transactions", claim_ref=str(largest["claim_ref"])).rows:
        assert str(row["native_sha256"]) in html(app)
        assert f"{row['kafka_offset']:,}" in said
        assert row["kafka_topic"] == f"hub.events.{INSURER}"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_triangle_is_that_of_the_query_and_says_what_it_lacks(open_page: Open, loaded: Loaded, lang: str) -> None:
    ja = lang == "ja"
    for measure, way in (("claims_closed", "cumulative"), ("paid", "incremental")):
        app = open_page("claims", lang=lang, measure=measure, development=way)
        rows = loaded.ask("claims_triangle", basis=way).rows
        expected = Counter({
            str(row["period"]): number(money.shown(Decimal(row[measure]), "AUD" if measure == "paid" else "JPY"))
            for row in rows if row["age"] == 0
        })  # fmt: skip
        shown = {row[0].strip("年"): number(row[1]) for row in table(app, "triangle")}
        assert shown == expected
        said = text(app)
        assert CATALOGUE["lacks:settled claims only"][ja] in said
        assert CATALOGUE["triangle.none"][ja].format(lines=PRIVATE) in said
        assert CATALOGUE["triangle.unknown"][ja] in said, "what nobody can know yet is no zero"


def test_where_closings_are_not_filed_there_is_no_triangle_of_zeros() -> None:
    rows = [{"lacks": ["no closings", "no reserves"]}]
    assert triangle.absent(rows, "claims_closed")
    assert not triangle.absent(rows, "claims_notified")
    assert not triangle.absent(rows, "paid")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_lags_are_those_of_the_query_in_the_precision_filed(open_page: Open, loaded: Loaded, lang: str) -> None:
    words = Words(lang)
    told = {row[1]: row for row in table(open_page("claims", lang=lang), "lags") if len(row) > 2}
    rows = loaded.ask("claim_lags").rows
    assert len(told) == len(rows) == 6
    for row in rows:
        name = words("lags.arrow", a=words(f"lags.{row['from_event']}"), b=words(f"lags.{row['to_event']}"))
        days = words("lags.between", a=f"{row['lag_min_days']:,}", b=f"{row['lag_max_days']:,}")
        assert told[name][2:4] == [f"{row['claims']:,}", f"{row['median']:g}"]
        assert told[name][-1] == days, "months were filed: days are an interval"


def test_a_filter_that_leaves_nothing_is_named(open_page: Open) -> None:
    said = text(open_page("claims", line=PRIVATE, severity_from="FATAL"))
    assert CATALOGUE["empty.title"][0] in said
    assert re.search(r"Without “Line: private motor” there are [1-9]", said)
    assert re.search(r"Without “Worst harm from: Fatal” there are 9,246", said)
    assert CATALOGUE["claims.no_edition"][0][:12] in text(open_page("claims", edition="form-137"))


@pytest.mark.parametrize(
    "query",
    [
        {"basis": "moon"},
        {"grain": "week"},
        {"from_": "last week"},
        {"as_of": "yesterday"},
        {"list": "1", "to_event": "CLOSED", "lag_to": "soon"},
        {"list": "1", "to_event": "PAID"},
    ],
)
def test_a_wrong_address_is_refused_in_words(open_page: Open, query: dict[str, str]) -> None:
    assert CATALOGUE["refused.title"][0] in text(open_page("claims", **query))


def test_before_anything_was_recorded_the_page_says_what_to_load(open_page: Open) -> None:
    for lang in ("en", "ja"):
        said = text(open_page("claims", lang=lang, as_of="2020-01-01"))
        assert CATALOGUE["claims.none"][lang == "ja"] in said
        assert "hub demo --with DIR" in said
        assert CATALOGUE["claims.none.clock"][lang == "ja"] in said


@pytest.fixture
def rival(configured: Loaded) -> Iterator[None]:
    """The pages are asked by another insurer, for any purpose."""
    other = Scope("rival", "INSURER", "ACTUARIAL")
    settings.configure(settings.Settings(configured.url, configured.password, {}, other))
    yield
    settings.configure(configured.settings)


def test_claims_that_were_not_shared_are_not_there_for_others(open_page: Open, loaded: Loaded, rival: None) -> None:
    said = text(open_page("claims"))
    assert CATALOGUE["claims.none"][0] in said
    assert INSURER not in said
    reference = str(loaded.ask("claim_list", limit="1").rows[0]["claim_ref"])
    for wanted in (reference, "never/there"):
        said = text(open_page("claims", claim=wanted, org=INSURER))
        assert CATALOGUE["claim.gone"][0] in said
        assert wanted not in said


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("845459954.88444", "AUD", "845,459,954.88"), ("0.125", "EUR", "0.12"), ("0.135", "EUR", "0.14"),
        ("1234.5", "JPY", "1,234"), ("1235.5", "JPY", "1,236"), ("1.0005", "KWD", "1.000"), ("-0.015", "USD", "-0.02"),
        ("1.234500", "", "1.2345"),
    ],
)  # fmt: skip
def test_amounts_are_rounded_to_the_minor_units_of_their_currency(amount: str, currency: str, shown: str) -> None:
    assert money.shown(Decimal(amount), currency) == shown


MONTHS = st.integers(1990 * 12, 2005 * 12).map(lambda n: f"{n // 12}-{n % 12 + 1:02}")


@given(st.lists(MONTHS, min_size=1, unique=True))
def test_a_period_without_a_claim_is_a_zero_on_the_axis(found: list[str]) -> None:
    between = all_between(sorted(found))
    assert between == sorted(set(between))
    assert set(found) <= set(between)
    assert (between[0], between[-1]) == (min(found), max(found))
    quarters = sorted({f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in found})
    assert set(quarters) <= set(all_between(quarters))
