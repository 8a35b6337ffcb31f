"""Amounts, certificates and names are projections like any other: rebuilt, checked, made anew by a newer release."""

import pytest

from commons import generation as generations
from commons.ask import OPERATOR, ask
from consumers.fsck import fsck
from consumers.rebuild import first
from tests.amounts import certificate, exposure, identified, near_misses, signed, transaction
from tests.consumers.conftest import Members, Pipeline

pytestmark = pytest.mark.clickhouse


@pytest.fixture
def loaded(pipeline: Pipeline, members: Members) -> Pipeline:
    pipeline.take(
        *signed(members.bridge, "ExposureReported", exposure("e1", "1.000001", "2021-01", lower="0.5", upper="2")),
        *signed(members.bridge, "NearMissCountReported", near_misses("n1", 0, "2021")),
        *signed(members.acme, "ClaimTransacted", transaction("c1", 1, "INDEMNITY_PAID", "0.1", occurred="2021-01-05")),
        *signed(members.bridge, "CertificateChanged", certificate("test:A1", valid_from="2020-02-03")),
        *signed(members.hub, "PartyIdentified", identified("waymo", "Waymo", "waymo"), source="governance"),
    )
    return pipeline


def test_every_table_equals_a_rebuild_and_an_altered_amount_is_named(loaded: Pipeline) -> None:
    assert loaded.faults() == []
    report = fsck(loaded.client, "test")
    assert report.problems == []
    assert {"exposures", "near_miss_counts", "claim_transactions", "certificates", "parties"} <= set(report.compared)
    loaded.client.command("ALTER TABLE exposures_g1 UPDATE value = 2 WHERE 1 SETTINGS mutations_sync = 1")
    loaded.client.command("ALTER TABLE parties_g1 DELETE WHERE 1 SETTINGS mutations_sync = 1")
    found = [(p.check, p.where.split(":")[0], p.found) for p in fsck(loaded.client, "test").problems]
    assert found == [
        ("altered", "exposures", "differs from a rebuild in value"),
        ("lost", "parties", "a rebuild has it"),
    ]


def test_a_generation_of_an_older_release_is_built_anew(loaded: Pipeline) -> None:
    client = loaded.client
    assert first(client, "test") == 1
    client.command("DROP TABLE exposures_g1 SYNC")
    assert first(client, "newer") == 2 == generations.current(client)
    (row,) = ask(client, "exposure", OPERATOR).rows
    assert str(row["value"]) == "1.000001"
    (row,) = ask(client, "certificates", OPERATOR).rows
    assert (row["certificate"], row["status"], row["valid_from"]) == ("A1", "VALID", "2020-02-03")
