"""A fault that is mended is a fact from the mending event on, never earlier, live and after a rebuild."""

from datetime import UTC, datetime

import pytest

from commons.ask import OPERATOR, ask
from commons.log import LogRecord
from consumers.fsck import fsck
from consumers.rebuild import rebuild
from schemas.registry import SCHEMAS, latest
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

pytestmark = pytest.mark.clickhouse


def moment(record: LogRecord) -> str:
    return datetime.fromtimestamp(record.append_time / 1000, UTC).isoformat()


def held(pipeline: Pipeline, record: LogRecord) -> tuple[int, int]:
    """Occurrences and faults as of a record."""
    (totals,) = ask(pipeline.client, "totals", OPERATOR, {"source": "test"}, as_of=moment(record)).rows
    return totals["occurrences"], totals["faults"]


def test_a_record_of_a_later_release_counts_from_its_mending_on(
    pipeline: Pipeline, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, bridge = members.hub, members.bridge
    (early,) = bridge.reports(report("r1"))
    value = {"report_id": "r1", "reason": "ERROR", "note": None}
    (unknown,) = bridge.sign([bridge.event("ReportRetracted", "r1", value)])
    with monkeypatch.context() as older_release:
        older_release.delitem(SCHEMAS, latest("ReportRetracted").id)
        pipeline.take(early, unknown)
    assert pipeline.faults() == [(unknown.topic, unknown.offset, "UNKNOWN_SCHEMA")]
    (later,) = bridge.reports(report("r2"))
    pipeline.take(later)
    hub.now = later.append_time
    coordinates = {
        "topic": unknown.topic, "partition": 0, "offset": unknown.offset, "record_sha256": unknown.sha,
        "reason": "read now",
    }  # fmt: skip
    (mending,) = hub.sign([hub.event("FaultMended", "mended", coordinates)])
    pipeline.take(mending)
    expected = [(1, 0), (1, 1), (2, 1), (1, 0)]
    assert [held(pipeline, record) for record in (early, unknown, later, mending)] == expected
    assert fsck(pipeline.client, "test").problems == []
    rebuild(pipeline.client, "test")
    assert [held(pipeline, record) for record in (early, later, mending)] == [(1, 0), (2, 0), (1, 0)]
    assert fsck(pipeline.client, "test").problems == []
