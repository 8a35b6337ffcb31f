"""Who was given what: the log of accesses, and the earlier readers of what was shared otherwise since."""

import pytest

from commons.ask import OPERATOR, Scope, ask
from producers.governance import Given, access_recorded, sharing_changed
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

pytestmark = pytest.mark.clickhouse
SUPERVISOR = ("nhtsa", "REGULATOR", "SUPERVISION")
DIGEST = bytes(32)


def test_an_owner_sees_who_was_given_its_records_and_nobody_elses(pipeline: Pipeline, members: Members) -> None:
    both = ["acme", "bridge"]
    given = [
        Given(1, *SUPERVISOR, "report_versions", DIGEST, both, [("acme", "r1")], ["narrative"], rows=3),
        Given(2, "rival", "OPERATOR", None, "reports", DIGEST, ["acme"], rows=9),
        Given(3, *SUPERVISOR, "occurrences_by_month", DIGEST, rows=12),
    ]
    pipeline.take(*members.hub.sign([access_recorded(str(one.at), one) for one in given]))

    def log(who: Scope, **params: str) -> list[tuple[object, ...]]:
        rows = ask(pipeline.client, "access_log", who, params).rows
        return [(row["who"], row["purpose"], row["query"], row["org"], row["report_ids"], row["rows"]) for row in rows]

    acme = [("nhtsa", "SUPERVISION", "report_versions", "acme", ["r1"], 3), ("rival", "", "reports", "acme", [], 9)]
    assert log(Scope("acme", "INSURER")) == acme
    assert log(Scope("acme", "INSURER"), report_id="r1") == acme[:1]
    assert log(Scope("bridge", "HUB")) == [("nhtsa", "SUPERVISION", "report_versions", "bridge", [], 3)]
    assert log(Scope("rival", "OPERATOR")) == log(Scope("rival", "OPERATOR"), org="acme") == []
    assert [row[3] for row in log(OPERATOR)] == ["acme", "bridge", "acme", ""]


def test_a_change_of_sharing_names_who_read_the_report_before(pipeline: Pipeline, members: Members) -> None:
    acme = members.acme
    pipeline.take(*acme.reports(report("r1"), report("r2")))
    change = sharing_changed(
        "acme", "INSURER", "r1", "/acme/test", {"sharing": "CLOSED", "audience": [], "purposes": []}, "mistake"
    )
    (told,) = acme.sign([change])
    began, ended = told.append_time * 1000 - 500, told.append_time * 1000

    given = [
        Given(at, who, "REGULATOR", None, "report_versions", DIGEST, ["acme"], [("acme", report_id)])
        for at, who, report_id in (
            (1, "early", "r1"), (began, "reader", "r1"), (began + 1, "other", "r2"), (ended, "late", "r1")
        )
    ]  # fmt: skip
    accesses = [access_recorded(one.reader, one) for one in given]
    pipeline.take(*members.hub.sign(accesses), told)
    (row,) = ask(pipeline.client, "sharing_changes", Scope("acme", "INSURER")).rows
    assert (row["readers"], row["listed_to"]) == (["reader"], ["other", "reader"])
