"""A fault that is mended is a fact from the mending event on, never earlier, live and after a rebuild."""

from datetime import UTC, datetime

import pytest

from commons.ask import OPERATOR, ask
from commons.log import LogRecord
from consumers.fsck import fsck
from consumers.rebuild import rebuild
from schemas.examples import examples
from schemas.registry import LATEST, SCHEMAS, latest
from tests.avro_values import successor
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


def test_a_later_version_is_kept_as_it_came_and_read_once_its_id_is_known(
    pipeline: Pipeline, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both versions of a type stand in the same tables; the later one's bytes were in the log all along."""
    bridge, old = members.bridge, latest("NilReturnFiled")
    value = examples(old)[0][0]
    (early,) = bridge.sign([bridge.event(old.type, value["report_id"], value)])
    new = successor(old, 9000)
    with monkeypatch.context() as newer_release:
        newer_release.setitem(SCHEMAS, new.id, new)
        newer_release.setitem(LATEST, new.type, new)
        said = value | {"version": 2, "later": "of a later release"}
        (unknown,) = bridge.sign([bridge.event(new.type, value["report_id"], said)])
    pipeline.take(early, unknown)
    assert pipeline.faults() == [(unknown.topic, unknown.offset, "UNKNOWN_SCHEMA")]
    with monkeypatch.context() as newer_release:
        newer_release.setitem(SCHEMAS, new.id, new)
        rebuild(pipeline.client, "test")
        stored = "SELECT version, schema_id FROM reports_g2 FINAL ANY LEFT JOIN facts_g2 USING (org, ce_source, ce_id)"
        assert pipeline.client.query(f"{stored} ORDER BY version").result_rows == [(1, old.id), (2, new.id)]
        assert pipeline.client.command("SELECT count() FROM judgements_g2 FINAL") == 0
        assert fsck(pipeline.client, "test").problems == []
