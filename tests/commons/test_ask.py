"""The way a question is taken: parameters, clocks, and who asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.ask import OPERATOR, QuestionError, Scope, ask, instant, queries
from tests.consumers.conftest import Members, Pipeline, client, commons_engine, members, pipeline  # noqa: F401
from tests.records import report

ON_PAPER = {
    "totals", "occurrences_by_month", "occurrences_by_severity", "occurrences_by_operator", "reports", "report_history",
    "reports_by_term", "occurrence", "severity_changes", "agreement", "missingness", "exposure", "rates", "claims",
    "claims_triangle", "claim_lags", "certificates", "timeliness", "review",
}  # fmt: skip


def test_the_promised_queries_are_there_and_described() -> None:
    assert queries().keys() >= ON_PAPER
    for info in queries().values():
        assert info.description.endswith(".")
        assert "{" not in info.description


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01", 86_400_000_000 - 1),
        ("2026-03-16T11:14:07.412+09:00", 1_773_627_247_412_000),
        ("2026-03-16T02:14:07.412", 1_773_627_247_412_000),
    ],
)
def test_as_of_takes_instants_and_whole_days(text: str, micros: int) -> None:
    assert instant(text) == micros


@given(st.text(max_size=30))
def test_whatever_is_no_time_is_refused(text: str) -> None:
    try:
        assert isinstance(instant(text), int)
    except QuestionError as error:
        assert "2026-03-16" in str(error)


@pytest.mark.clickhouse
def test_questions_that_cannot_be_asked_say_what_can(pipeline: Pipeline) -> None:  # noqa: F811
    for name, params, message in [
        ("total", {}, "hub queries lists them"),
        ("totals", {"sorce": "x"}, r"it takes: .*\bsource\b"),
        ("reports", {"severity_from": "BAD"}, "severity_from is one of"),
        ("reports", {"limit": "-1"}, "whole number"),
        ("reports", {"from": "01/2024"}, "a month like 2024-01"),
    ]:
        with pytest.raises(QuestionError, match=message):
            ask(pipeline.client, name, OPERATOR, params)


@pytest.mark.clickhouse
def test_parameters_are_values_never_sql(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    pipeline.take(*members.bridge.reports(report("r1")))
    for text in ("' OR 1 = 1 --", "\\'; DROP TABLE hub.events; --", "{g}", "%s", "日本\n\t"):
        assert ask(pipeline.client, "reports", OPERATOR, {"operator": text}).rows == []
    assert len(ask(pipeline.client, "reports", OPERATOR).rows) == 1


@pytest.mark.clickhouse
def test_below_the_operator_only_open_and_own_records_count(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    bridge, acme = members.bridge, members.acme
    closed = bridge.event("OccurrenceReported", "secret", report("secret", token="t"), sharing="CLOSED")
    pipeline.take(*bridge.sign([closed]), *bridge.reports(report("known", token="t"), report("alone")))
    for scope, seen in [
        (OPERATOR, {"secret", "known", "alone"}),
        (Scope("bridge", "INSURER"), {"secret", "known", "alone"}),
        (Scope(acme.org, acme.role, "ACTUARIAL"), {"known", "alone"}),
    ]:
        rows = ask(pipeline.client, "reports", scope).rows
        assert {row["report_id"] for row in rows} == seen
        (totals,) = ask(pipeline.client, "totals", scope).rows
        assert totals["reports"] == len(seen)
        history = ask(pipeline.client, "report_history", scope, {"report_id": "secret"}).rows
        assert bool(history) is ("secret" in seen)
    with pytest.raises(QuestionError, match="no right to read"):
        ask(pipeline.client, "reports", Scope("bridge", "PUBLIC_RECORDS"))
    listed = ask(pipeline.client, "occurrences", Scope("acme", "INSURER")).rows
    assert [row["lead"] for row in listed] == ["alone"], "an occurrence with a closed report is withheld whole"


@pytest.mark.clickhouse
def test_every_query_answers_an_empty_hub(pipeline: Pipeline) -> None:  # noqa: F811
    for name in queries():
        answer = ask(pipeline.client, name, OPERATOR)
        assert answer.rows == [], name
        assert answer.final is False
