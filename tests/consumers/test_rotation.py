"""A key follows another: who signed that is checked, and append time decides what each key may have signed."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.governance import key_changed
from schemas.event import Event
from schemas.keys import endorsement, key_id, proof, public_bytes
from tests.consumers.conftest import Members, Pipeline
from tests.records import Member, report

pytestmark = pytest.mark.clickhouse


def half(key: Ed25519PrivateKey, org: str) -> tuple[bytes, bytes]:
    return public_bytes(key.public_key()), proof(key, org)


def added(member: Member, new: Ed25519PrivateKey, *, by: Ed25519PrivateKey | None) -> Event:
    """The new key of a member, signed by another of its keys or by nobody."""
    public, possession = half(new, member.org)
    if by is None:
        return key_changed(member.org, "ADDED", public, possession)
    return key_changed(
        member.org, "ADDED", public, possession, signed_by_old=endorsement(by, member.org, public),
        previous_key_id=key_id(public_bytes(by.public_key())),
    )  # fmt: skip


def rotated(members: Members, pipeline: Pipeline, new: Ed25519PrivateKey, *, by: Ed25519PrivateKey | None) -> None:
    """The hub says at once that the new key is there and the present one is not."""
    old = half(members.acme.key, "acme")
    members.hub.now = members.acme.now
    pipeline.take(
        *members.hub.sign([added(members.acme, new, by=by), key_changed("acme", "REVOKED", *old)], batch=2)
    )  # fmt: skip
    members.acme.now = members.hub.now


def test_append_time_decides_which_key_counts(members: Members, pipeline: Pipeline) -> None:
    acme, old, new = members.acme, members.acme.key, Ed25519PrivateKey.generate()
    pipeline.take(*acme.reports(report("acme:1")))
    rotated(members, pipeline, new, by=old)
    assert pipeline.faults() == []
    acme.key = new
    pipeline.take(*acme.reports(report("acme:2")))
    acme.key = old
    pipeline.take(*acme.reports(report("acme:3")))
    assert pipeline.faults() == [("hub.events.acme", 2, "UNKNOWN_KEY")]
    assert [name for _, _, name in pipeline.reports()] == ["acme:1", "acme:2"]


def test_what_was_appended_before_stays_a_fact_though_it_is_read_later(members: Members, pipeline: Pipeline) -> None:
    early = members.acme.reports(report("acme:1"))
    rotated(members, pipeline, Ed25519PrivateKey.generate(), by=members.acme.key)
    pipeline.take(*early)
    assert pipeline.faults() == []
    assert [name for _, _, name in pipeline.reports()] == ["acme:1"]


def test_an_operators_reset_names_no_key_and_stands(members: Members, pipeline: Pipeline) -> None:
    new = Ed25519PrivateKey.generate()
    rotated(members, pipeline, new, by=None)
    members.acme.key = new
    pipeline.take(*members.acme.reports(report("acme:1")))
    assert pipeline.faults() == []


def test_a_rotation_that_claims_a_signature_it_does_not_have_is_a_fault(members: Members, pipeline: Pipeline) -> None:
    acme, new = members.acme, Ed25519PrivateKey.generate()
    public, possession = half(new, "acme")
    stolen = endorsement(acme.key, "rival", public)  # said for another org
    of_rival = endorsement(members.rival.key, "acme", public)  # by another's key
    claims: list[dict[str, Any]] = [
        {"signed_by_old": stolen, "previous_key_id": acme.key_id},
        {"signed_by_old": of_rival, "previous_key_id": members.rival.key_id},
        {"signed_by_old": of_rival, "previous_key_id": acme.key_id},
        {"signed_by_old": b"", "previous_key_id": acme.key_id},
        {"signed_by_old": None, "previous_key_id": acme.key_id},
        {"signed_by_old": endorsement(acme.key, "acme", public), "previous_key_id": None},
    ]
    pipeline.take(*members.hub.sign([key_changed("acme", "ADDED", public, possession, **claim) for claim in claims]))
    assert [reason for _, _, reason in pipeline.faults()] == ["BAD_KEY"] * len(claims)
    acme.key, acme.now = new, members.hub.now
    pipeline.take(*acme.reports(report("acme:1")))
    assert pipeline.faults()[0] == ("hub.events.acme", 0, "UNKNOWN_KEY")


def test_a_revoked_key_signs_no_successor_and_never_comes_back(members: Members, pipeline: Pipeline) -> None:
    acme, old, new = members.acme, members.acme.key, Ed25519PrivateKey.generate()
    rotated(members, pipeline, new, by=old)
    late = added(acme, Ed25519PrivateKey.generate(), by=old)
    back = added(acme, old, by=new)
    pipeline.take(*members.hub.sign([late, back]))
    assert [reason for _, _, reason in pipeline.faults()] == ["BAD_KEY", "BAD_KEY"]
    pipeline.take(members.hub.register(acme))  # a registration that still names the old key
    acme.now = members.hub.now
    pipeline.take(*acme.reports(report("acme:1")))
    assert pipeline.faults()[0] == ("hub.events.acme", 0, "UNKNOWN_KEY")
