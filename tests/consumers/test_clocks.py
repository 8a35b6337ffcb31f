"""`as_of` and `submitted_by`: what was held at T equals a rebuild from the log cut at T, for every query."""

from datetime import UTC, datetime

import pytest

from commons.ask import OPERATOR, QuestionError, ask
from commons.client import Client
from commons.log import LogRecord
from consumers.fsck import fsck
from consumers.rebuild import rebuild
from tests.consumers.conftest import Members, Pipeline
from tests.records import Member, report

pytestmark = pytest.mark.clickhouse

_MICROSECONDS = 1000
_ASKED = ("totals", "reports", "report_history", "agreement", "occurrences_by_month", "severity_changes")


def stages(bridge: Member) -> list[list[LogRecord]]:
    """A history in which severity, token, retraction and judgement each change after an earlier stage."""

    def retraction(report_id: str) -> LogRecord:
        value = {"report_id": report_id, "reason": "ERROR", "note": None}
        return bridge.sign([bridge.event("ReportRetracted", report_id, value)])[0]

    def link(a: str, b: str, relation: str) -> LogRecord:
        value = {
            "a_org": "bridge", "a_report": a, "b_org": "bridge", "b_report": b, "relation": relation,
            "method": "MANUAL", "probability": None, "rule": None, "reason": "read",
        }  # fmt: skip
        return bridge.sign([bridge.event("OccurrenceLinked", f"{a}+{b}", value)])[0]

    return [
        bridge.reports(
            report("r1", severity="FATAL", token="t1"),
            report("r2", severity="FATAL", token="t1", reporter="General Motors, LLC"),
            report("r3", severity="MINOR", token="t3"),
        ),
        bridge.reports(report("r1", 2, severity="NONE", token="t1", submitted="2023-11")),
        bridge.reports(report("r2", 2, severity="NONE", token="t9", submitted="2023-12")),
        [retraction("r3")],
        [link("r1", "r2", "SAME_OCCURRENCE")],
        bridge.reports(report("r3", 2, severity="SERIOUS", token="t3", submitted="2024-02")),
        [link("r1", "r2", "NOT_SAME")],
    ]


def answers(
    client: Client, *, as_of: str | None = None, submitted_by: str | None = None
) -> dict[str, list[dict[str, object]]]:
    """The queries through which every part and every table is read, under one clock."""
    return {name: ask(client, name, OPERATOR, {}, as_of=as_of, submitted_by=submitted_by).rows for name in _ASKED}


def test_as_of_equals_a_rebuild_from_the_log_cut_there(pipeline: Pipeline, members: Members) -> None:
    history = stages(members.bridge)
    then = []
    for stage in history:
        pipeline.take(*stage)
        then.append(answers(pipeline.client))
    today_filtered = []
    for stage, expected in zip(history, then, strict=True):
        at = _text(stage[-1].append_time * _MICROSECONDS)
        assert answers(pipeline.client, as_of=at) == expected
        today = pipeline.client.query(
            "SELECT report_id, argMax(severity, version) FROM reports_g1 FINAL GROUP BY report_id"
            " HAVING max(recorded) <= {at:Int64} ORDER BY report_id",
            parameters={"at": stage[-1].append_time * _MICROSECONDS},
        ).result_rows
        today_filtered.append(
            sorted(map(tuple, today)) == sorted((r["report_id"], r["severity"]) for r in expected["reports"])
        )
    assert not all(today_filtered), "a table of today filtered by date would do, so this history tests nothing"


def test_what_was_held_survives_a_rebuild(pipeline: Pipeline, members: Members) -> None:
    history = stages(members.bridge)
    pipeline.take(*[record for stage in history for record in stage])
    before = [answers(pipeline.client, as_of=_text(stage[-1].append_time * _MICROSECONDS)) for stage in history]
    assert rebuild(pipeline.client, "test") == 2
    after = [answers(pipeline.client, as_of=_text(stage[-1].append_time * _MICROSECONDS)) for stage in history]
    assert after == before
    assert fsck(pipeline.client, "test").problems == []


def test_submitted_by_asks_what_had_been_filed_with_the_source(pipeline: Pipeline, members: Members) -> None:
    pipeline.take(*[record for stage in stages(members.bridge)[:3] for record in stage])

    def said(day: str) -> tuple[object, ...]:
        rows = ask(pipeline.client, "reports", OPERATOR, {"sort": "id"}, submitted_by=day).rows
        (totals,) = ask(pipeline.client, "totals", OPERATOR, submitted_by=day).rows or [{"occurrences": 0}]
        return totals["occurrences"], sorted((row["report_id"], row["severity"]) for row in rows)

    assert said("2023-10-30") == (0, [])  # a month is filed when its last day has passed
    assert said("2023-10-31") == (2, [("r1", "FATAL"), ("r2", "FATAL"), ("r3", "MINOR")])
    assert said("2023-11-30") == (2, [("r1", "NONE"), ("r2", "FATAL"), ("r3", "MINOR")])
    assert said("2023-12-31") == (3, [("r1", "NONE"), ("r2", "NONE"), ("r3", "MINOR")])


def test_both_clocks_at_once_are_refused(pipeline: Pipeline) -> None:
    with pytest.raises(QuestionError, match="two clocks"):
        ask(pipeline.client, "totals", OPERATOR, as_of="2026-01-01", submitted_by="2025-12-31")


def test_an_answer_is_final_once_every_end_was_seen_after_it(pipeline: Pipeline, members: Members) -> None:
    records = members.bridge.reports(report("r1"))
    pipeline.take(*records)
    at = records[0].append_time * _MICROSECONDS
    assert not ask(pipeline.client, "totals", OPERATOR, as_of=_text(at)).final
    ends = {place: position.offset for place, position in pipeline.projection.positions.items()}
    pipeline.projection.complete(ends, at + 1)
    assert ask(pipeline.client, "totals", OPERATOR, as_of=_text(at)).final
    assert not ask(pipeline.client, "totals", OPERATOR, as_of=_text(at + 1)).final
    assert not ask(pipeline.client, "totals", OPERATOR).final


def test_ids_lead_on_after_a_merge_and_a_split(pipeline: Pipeline, members: Members) -> None:
    history = stages(members.bridge)
    pipeline.take(*history[0])
    (row,) = ask(pipeline.client, "agreement", OPERATOR).rows
    for stage in history[1:3]:
        pipeline.take(*stage)
    left = {r["report_id"]: r["occurrence_id"] for r in ask(pipeline.client, "reports", OPERATOR).rows}
    assert left["r1"] == row["occurrence_id"] != left["r2"]
    for stage in history[3:5]:
        pipeline.take(*stage)
    (resolved,) = ask(pipeline.client, "resolve", OPERATOR, {"occurrence_id": left["r2"]}).rows
    assert (resolved["status"], resolved["occurrence_id"]) == ("MERGED", left["r1"])
    gone = ask(pipeline.client, "resolve", OPERATOR, {"occurrence_id": left["r3"]}).rows
    assert [row["status"] for row in gone] == ["RETRACTED"]


def test_records_arriving_in_any_batches_give_the_same_answers(pipeline: Pipeline, members: Members) -> None:
    records = [record for stage in stages(members.bridge) for record in stage]
    for record in records:
        pipeline.take(record)
    one_by_one = answers(pipeline.client)
    assert rebuild(pipeline.client, "test") == 2
    assert answers(pipeline.client) == one_by_one
    again = Pipeline(pipeline.client)
    again.projection.generation = 2
    again.take(*records)
    assert answers(pipeline.client) == one_by_one


def _text(micros: int) -> str:
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest:06}Z"
