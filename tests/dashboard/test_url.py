"""The address is the state: links keep filters, clock and language, and leave defaults out."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from dashboard.url import CLAIMS, CLOCKS, FILTERS, KNOWN, State


def test_unknown_names_and_defaults_are_left_out() -> None:
    assert State.of({"state": "TX", "sort": "month", "page": "1", "evil": "1", "lang": "ja"}).params == {
        "state": "TX", "lang": "ja",
    }  # fmt: skip


def test_a_link_to_another_page_keeps_filters_clock_and_language_but_not_chips_or_paging() -> None:
    state = State.of({"from": "2023-01", "as_of": "2026-03-16", "lang": "ja", "copies": "1", "page": "3"})
    assert state.href("incidents", incident="ab") == "/incidents?from=2023-01&as_of=2026-03-16&lang=ja&incident=ab"
    assert state.here("incidents", page="4") == (
        "/incidents?from=2023-01&as_of=2026-03-16&lang=ja&copies=1&page=4"
    )  # fmt: skip


def test_a_change_to_nothing_or_to_the_default_removes() -> None:
    state = State.of({"from": "2023-01", "sort": "severity"})
    assert state.here("incidents", from_=None, sort="month") == "/incidents"


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), st.text(min_size=1, max_size=20)))
def test_no_link_loses_a_filter_a_clock_or_the_language(query: dict[str, str]) -> None:
    state = State.of(query)
    kept = State(state.query())
    assert kept.params == state.params
    told = dict(parse_qsl(urlsplit(state.href("incidents")).query))
    assert told == {name: state.params[name] for name in (*FILTERS, *CLAIMS, *CLOCKS, "lang") if name in state.params}
