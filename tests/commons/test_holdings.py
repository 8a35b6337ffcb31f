"""What the hub holds: sources, freshness, positions, faults by reason, and single claims with their transactions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commons import log
from commons.ask import OPERATOR, Scope, ask
from tests.amounts import exposure, signed, transaction
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

pytestmark = pytest.mark.clickhouse

INSURER = Scope("acme", "INSURER")
STRANGER = Scope("nhtsa", "REGULATOR", "SUPERVISION")


def rows(pipeline: Pipeline, name: str, scope: Scope = OPERATOR, as_of: str | None = None, **params: str) -> Any:
    return ask(pipeline.client, name, scope, params, as_of=as_of).rows


def millis(day: int) -> int:
    return int((datetime(2024, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)).timestamp() * 1000)


def test_the_rhythm_of_a_source_is_its_longest_pause_once_it_came_three_times(
    pipeline: Pipeline, members: Members
) -> None:
    told = []
    for number, day in enumerate((0, 0, 3, 10, 11)):
        members.acme.now = millis(day) + number
        pipeline.take(*members.acme.reports(report(f"r{number}")))
        (row,) = rows(pipeline, "freshness")
        told.append((row["loads"], row["rhythm_days"]))
    assert told == [(1, None), (1, None), (2, None), (3, 7), (4, 7)]
    (row,) = rows(pipeline, "freshness", as_of="2024-03-05")
    assert (row["loads"], row["rhythm_days"]) == (2, None), "at an earlier moment less was known"
    members.acme.now = millis(20)
    pipeline.take(*signed(members.acme, "ExposureReported", exposure("e", 1, "2024-01"), source="miles"))
    assert {row["source"] for row in rows(pipeline, "freshness")} == {"test", "miles"}


def test_sources_count_as_totals_do_by_publisher(pipeline: Pipeline, members: Members) -> None:
    acme, rival = members.acme, members.rival
    pipeline.take(
        *acme.reports(report("r1"), report("r1", 2), report("r2")), *rival.reports(report("r1")),
        *signed(acme, "ClaimTransacted", transaction("c", 1, "NOTIFIED"), transaction("c", 2, "INDEMNITY_PAID", 5)),
        *signed(acme, "ExposureReported", exposure("e", 1, "2024-01")),
    )  # fmt: skip
    pipeline.take(*signed(rival, "ClaimTransacted", transaction("c", 1, "NOTIFIED")))
    found = {row["org"]: row for row in rows(pipeline, "sources")}
    names = ("rows", "reports", "versions", "claims", "exposures", "events", "faults")
    assert [found["acme"][name] for name in names] == [5, 2, 3, 1, 1, 6, 0]
    assert [found["rival"][name] for name in names] == [1, 1, 1, 0, 0, 1, 1], "no operator may publish a claim"
    (totals,) = rows(pipeline, "totals")
    for name in ("reports", "versions", "claims", "exposures", "faults", "rows"):
        assert totals[name] == sum(row[name] for row in found.values()), name
    assert [row["org"] for row in rows(pipeline, "sources", org="rival")] == ["rival"]
    (fault,) = rows(pipeline, "faults_by_reason")
    assert (fault["org"], fault["source"], fault["reason"], fault["faults"]) == ("rival", "test", "NOT_ENTITLED", 1)
    assert rows(pipeline, "faults_by_reason", INSURER) == rows(pipeline, "faults_by_reason", STRANGER) == []
    assert len(rows(pipeline, "faults", reason="NOT_ENTITLED")) == 1
    assert rows(pipeline, "faults", reason="BAD_BODY") == []
    heard = {row["org"]: row["events"] for row in rows(pipeline, "participants")}
    assert heard == {"acme": 6, "bridge": 0, "hub": 4, "rival": 1}


def test_a_record_that_waits_is_seen_and_only_in_ones_own_partitions(pipeline: Pipeline, members: Members) -> None:
    acme = members.acme
    pipeline.take(*acme.reports(report("r1")))

    def at(scope: Scope = OPERATOR) -> dict[str, tuple[int, int, bool]]:
        return {
            row["kafka_topic"]: (row["position"], row["lag_records"], row["waiting_since"] != "")
            for row in rows(pipeline, "positions", scope)
        }

    assert at()[acme.topic] == (1, 0, False)
    log.append(pipeline.client, acme.reports(report("r2"), report("r3")))
    assert at()[acme.topic] == (1, 2, True)
    assert set(at(INSURER)) == {acme.topic, "hub.governance"}
    assert set(at(STRANGER)) == {"hub.governance"}


def test_a_claim_opens_with_every_transaction_and_says_which_still_count(pipeline: Pipeline, members: Members) -> None:
    acme = members.acme
    steps = [
        transaction("c", 1, "NOTIFIED", occurred="2020-01", transacted="2020-02"),
        transaction("c", 2, "INDEMNITY_PAID", "400.000001", outstanding="600", transacted="2020-03"),
        transaction("c", 3, "INDEMNITY_PAID", "7", transacted="2020-04"),
        transaction("c", 4, "REVERSED", reverses="3", transacted="2020-05"),
        transaction("c", 2, "INDEMNITY_PAID", "410", outstanding="590", transacted="2020-03"),
    ]
    records = signed(acme, "ClaimTransacted", *steps)
    pipeline.take(*records, *signed(acme, "ClaimTransacted", transaction("d", 1, "INDEMNITY_PAID", 1, coverage=None)))
    found = rows(pipeline, "claim_transactions", claim_ref="c")
    assert [(row["transaction_id"], row["word"]) for row in found] == [
        ("1", "STANDS"), ("2", "CORRECTED"), ("2", "STANDS"), ("3", "TAKEN_BACK"), ("4", "REVERSAL"),
    ]  # fmt: skip
    assert {row["signature"] for row in found} == {"VALID"}
    assert [row["kafka_offset"] for row in found] == [records[place].offset for place in (0, 1, 4, 2, 3)]
    before = datetime.fromtimestamp(records[2].append_time / 1000, UTC).isoformat()
    words = [row["word"] for row in rows(pipeline, "claim_transactions", claim_ref="c", as_of=before)]
    assert words == ["STANDS", "STANDS", "STANDS"]
    (claim,) = rows(pipeline, "claim_list", claim_ref="c", org="acme")
    assert (claim["paid"], claim["outstanding"], claim["incurred"]) == (410, 590, 1000)
    (blank,) = rows(pipeline, "claim_list", coverage="NOT_REPORTED")
    assert blank["claim_ref"] == "d"
    assert [row["claim_ref"] for row in rows(pipeline, "claim_list", sort="paid", order="asc")] == ["d", "c"]
    assert rows(pipeline, "claim_transactions", org="rival", claim_ref="c") == []
    assert rows(pipeline, "claim_transactions") == []
