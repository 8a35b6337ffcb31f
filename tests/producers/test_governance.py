"""Governance events: right LEIs, ids that follow from what is said, values that are of their schema."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers import governance
from schemas.codec import decode, encode
from schemas.event import Event
from schemas.keys import proof, proves, public_bytes
from schemas.registry import latest

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = public_bytes(KEY.public_key())
PAIR = (PUBLIC, proof(KEY, "acme"))
A, B = ("acme", "nhtsa-sgo:1-1"), ("acme", "nhtsa-sgo:1-2")


def registered(status: str = "ACTIVE") -> Event:
    """A registration of acme."""
    return governance.participant_registered(
        "acme", "Acme", ["INSURER"], [PAIR], status=status, lei="529900T8BM49AURSDO55"
    )


EVENTS = {
    "ParticipantRegistered": registered(),
    "KeyChanged": governance.key_changed("acme", "REVOKED", *PAIR, compromised_since=1),
    "FaultMended": governance.fault_mended("hub.events.acme", 2, 17, bytes(32), "schema id 9"),
    "OccurrenceLinked": governance.occurrence_linked(
        "acme", "INSURER", A, B, "SAME_OCCURRENCE", "they name each other"
    ),
    "ReportRetracted": governance.report_retracted("acme", "INSURER", A[1], "ERROR", "sent in error"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_of_its_schema(name: str) -> None:
    event = EVENTS[name]
    assert event.type == name
    assert decode(encode(latest(name), event.value))[1] == event.value
    org = "hub" if name in ("ParticipantRegistered", "KeyChanged", "FaultMended") else "acme"
    assert (event.source, event.role) == (f"/{org}/governance", "HUB" if org == "hub" else "INSURER")


def test_a_registration_carries_a_key_that_proves_itself() -> None:
    (key,) = registered().value["keys"]
    assert proves(key["public_key"], "acme", key["proof"])
    assert not proves(key["public_key"], "other", key["proof"])


def test_saying_it_twice_is_one_fact_and_saying_something_else_another() -> None:
    assert registered() == registered()
    assert registered().id != registered("SUSPENDED").id


def test_a_state_that_comes_back_is_a_fact_of_its_own() -> None:
    first = registered()
    second = governance.following(registered("SUSPENDED"), first.id)
    third = governance.following(registered(), second.id)
    assert len({first.id, second.id, third.id}) == 3
    assert third == governance.following(registered(), second.id)
    assert governance.following(first, None) == first


def test_a_link_has_the_same_key_whichever_report_is_named_first() -> None:
    there = governance.occurrence_linked("acme", "INSURER", A, B, "NOT_SAME", "two cars")
    back = governance.occurrence_linked("acme", "INSURER", B, A, "NOT_SAME", "two cars")
    assert there.subject == back.subject
    assert there.id != back.id


def test_a_retraction_has_the_key_of_its_report() -> None:
    assert EVENTS["ReportRetracted"].subject == "nhtsa-sgo:1-1"


@pytest.mark.parametrize("lei", ["529900T8BM49AURSDO55", "5493001KJTIIGC8Y1R12", "7LTWFZYICNSX8D621K86"])
def test_a_right_lei_is_accepted(lei: str) -> None:
    assert governance.check_lei(lei) == lei


@pytest.mark.parametrize(
    "lei", ["529900T8BM49AURSDO56", "592900T8BM49AURSDO55", "529900t8bm49aursdo55", "529900T8BM49AURSDO5", "", "é" * 20]
)
def test_a_wrong_lei_is_refused(lei: str) -> None:
    with pytest.raises(ValueError, match="LEI"):
        governance.participant_registered("acme", "Acme", ["INSURER"], [PAIR], lei=lei)
