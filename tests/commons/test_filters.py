"""What filters leave out, and what they must not: thresholds, standing nil returns, days within a month, grains."""

import json
from importlib.resources import files
from typing import Any

import pytest

from commons.ask import OPERATOR, QuestionError, ask
from commons.client import Client
from tests.consumers.conftest import Members, Pipeline, client, commons_engine, members, pipeline  # noqa: F401
from tests.records import Member, report

pytestmark = pytest.mark.clickhouse


@pytest.fixture
def store(pipeline: Pipeline, members: Members) -> Client:  # noqa: F811
    """Two reports of one crash, graver in the second; three of their own; a nil return that stands."""
    bridge = members.bridge
    pipeline.take(
        *bridge.reports(
            report("a1", token="t", reporter="A", severity="NONE", occurred="2024-03"),
            report("b1", token="t", reporter="B", severity="FATAL", occurred="2024-03"),
            report("a2", reporter="A", severity="UNKNOWN", occurred="2024-04"),
            report("a3", reporter="A", severity="MINOR", occurred="2023-12"),
            report("c1", reporter="C", severity="NONE", occurred="2024-04"),
        ),
        *bridge.sign([nil_return(bridge, "n1", "D")]),
    )
    assert pipeline.faults() == []
    return pipeline.client


def nil_return(member: Member, report_id: str, reporter: str) -> Any:
    (value, *_) = json.loads((files("schemas") / "examples" / "NilReturnFiled.1.json").read_text("utf-8"))["good"]
    parties = [{"role": "REPORTER", "name": reporter, "scheme": None, "id": None}]
    return member.event("NilReturnFiled", report_id, {**value, "report_id": report_id, "parties": parties})


def rows(store: Client, name: str, **params: str) -> list[dict[str, Any]]:
    return ask(store, name, OPERATOR, {key.rstrip("_"): value for key, value in params.items()}).rows


def test_a_threshold_changes_n_and_never_the_number_of_occurrences(store: Client) -> None:
    counted = {
        row["operator"]: (row["occurrences"], row["reports"], row["n"], row["n_if_unknown"], row["n_reports"])
        for row in rows(store, "occurrences_by_operator", severity_from="MINOR")
    }
    # A's own report of the fatal crash says NONE; the crash is fatal all the same
    assert counted == {"A": (3, 3, 2, 3, 1), "B": (1, 1, 1, 1, 1), "C": (1, 1, 0, 0, 0)}
    for operator, (*_, n, _, n_reports) in counted.items():
        assert len(rows(store, "occurrences", operator=operator, severity_from="MINOR")) == n
        assert len(rows(store, "reports", operator=operator, severity_from="MINOR")) == n_reports
    by_severity = rows(store, "occurrences_by_severity", severity_from="MINOR")
    assert [(row["severity"], row["occurrences"], row["n"], row["n_if_unknown"]) for row in by_severity] == [
        ("FATAL", 1, 1, 1), ("MINOR", 1, 1, 1), ("NONE", 1, 0, 0), ("UNKNOWN", 1, 0, 1),
    ]  # fmt: skip
    for name in ("occurrences_by_operator", "occurrences_by_severity", "occurrences_by_month"):
        assert all(row["n"] == row["n_if_unknown"] == row["occurrences"] for row in rows(store, name))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, (6, 1)),
        ({"operator": "D"}, (1, 1)),
        ({"operator": "A"}, (3, 0)),
        ({"org": "bridge"}, (6, 1)),
        ({"org": "acme"}, (0, 0)),
        ({"state": "AZ"}, (5, 0)),
        ({"from": "2024-01"}, (4, 0)),
    ],
)
def test_a_nil_return_counts_where_the_filters_let_it_through(
    store: Client, params: dict[str, str], expected: tuple[int, int]
) -> None:
    (totals,) = ask(store, "totals", OPERATOR, params).rows
    assert (totals["rows"], totals["nil_returns"]) == expected


def test_a_day_within_a_month_lets_the_month_through_at_both_ends(store: Client) -> None:
    found = {row["report_id"] for row in rows(store, "reports", from_="2024-03-20", to="2024-04-10")}
    assert found == {"a1", "b1", "a2", "c1"}
    assert {row["report_id"] for row in rows(store, "reports", from_="2024", to="2024")} == found
    assert {row["report_id"] for row in rows(store, "reports", to="2024-02-29")} == {"a3"}
    for day in ("2024-13", "2024-00", "2024-01-32", "2024-1"):
        with pytest.raises(QuestionError, match="a month like 2024-01"):
            rows(store, "reports", from_=day)


def test_a_coarser_grain_sums_months_up(store: Client) -> None:
    quarters = rows(store, "occurrences_by_month", grain="quarter")
    assert [(row["month"], row["occurrences"], row["fatal"]) for row in quarters] == [
        ("2023-Q4", 1, 0), ("2024-Q1", 1, 1), ("2024-Q2", 2, 0),
    ]  # fmt: skip
    years = rows(store, "occurrences_by_month", grain="year", severity_from="MINOR")
    assert [(row["month"], row["occurrences"], row["n"], row["n_if_unknown"]) for row in years] == [
        ("2023", 1, 1, 1), ("2024", 3, 1, 2),
    ]  # fmt: skip
    assert rows(store, "occurrences_by_month", grain="month") == rows(store, "occurrences_by_month")
    with pytest.raises(QuestionError, match="grain is one of month, quarter, year"):
        rows(store, "occurrences_by_month", grain="week")
