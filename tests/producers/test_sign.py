"""Signed records: each proves itself, and the same event gives the same leaf whenever it is signed."""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.sign import EventError, Headers, Prepared, Signer, content
from schemas.event import REQUIRED, Event
from schemas.signature import MAX_BATCH, Signature, leaf, verifies
from tests.producers.sgo_files import event

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer("acme", KEY)


def prepared(number: int) -> list[Prepared]:
    """As many different events."""
    return [SIGNER.prepare(event({"Report ID": f"1-{n + 1}"})) for n in range(number)]


def signature(headers: Headers) -> Signature:
    """What `ce_sig` holds."""
    return Signature.parse(dict(headers)["ce_sig"])


@pytest.mark.parametrize("size", [1, 2, 3, 63, MAX_BATCH])
def test_every_event_of_a_batch_proves_itself(size: int) -> None:
    batch = prepared(size)
    for one, signed in zip(batch, SIGNER.sign(batch), strict=True):
        headers = signed.headers
        assert set(REQUIRED) <= set(dict(headers))
        assert [name for name, _ in headers] == sorted({name for name, _ in headers}, key=lambda n: (n == "ce_sig", n))
        told = leaf("acme", headers, one.key, one.value)
        assert told == signed.leaf
        assert verifies(KEY.public_key(), told, signature(headers))
        assert not verifies(KEY.public_key(), leaf("other", headers, one.key, one.value), signature(headers))


def test_publishing_again_gives_the_same_leaf() -> None:
    again = [Signer("acme", KEY).sign(prepared(number))[-1].leaf for number in (1, 2, 3)]
    assert [signed.leaf for signed in SIGNER.sign(prepared(3))] == again


def test_salts_differ_and_need_the_key() -> None:
    other = Signer("acme", Ed25519PrivateKey.generate())
    signed = [*SIGNER.sign(prepared(2)), *other.sign(prepared(1))]
    salts = [dict(one.headers)["ce_salt"] for one in signed]
    assert len(set(salts)) == 3
    assert all(len(salt) == 32 for salt in salts)


def test_what_is_said_does_not_depend_on_the_key() -> None:
    mine, other = SIGNER.prepare(event()), Signer("acme", Ed25519PrivateKey.generate())
    assert mine == other.prepare(event())
    (signed,), (theirs,) = SIGNER.sign([mine]), other.sign([mine])
    assert signed.leaf != theirs.leaf
    for headers in (signed.headers, theirs.headers):
        assert content("acme", headers, mine.key, mine.value) == mine.content
    changed = SIGNER.prepare(event({"City": "Tempe"}))
    assert changed.content != mine.content


def test_an_event_that_is_not_of_its_schema_is_named_without_its_value() -> None:
    one = event()
    for wrong in ({"version": "secret"}, {"harms": [{"domain": "secret"}]}, {"unheard": "secret"}):
        bad = Event(one.type, one.id, one.source, one.subject, one.role, one.value | wrong, one.provenance)
        with pytest.raises(EventError, match="OccurrenceReported nhtsa-sgo:30412-6439") as caught:
            SIGNER.prepare(bad)
        assert "secret" not in str(caught.value)


def test_an_event_over_the_limit_is_refused() -> None:
    one = event()
    sections = [{**one.value["sections"][0], "body": bytes(5_000_000)}]
    with pytest.raises(EventError, match="at most 4128768"):
        SIGNER.prepare(
            Event(one.type, one.id, one.source, one.subject, one.role, one.value | {"sections": sections}, "X")
        )


def test_places_in_a_batch_are_its_order() -> None:
    found = [signature(signed.headers) for signed in SIGNER.sign(prepared(5))]
    assert [(s.index, s.size) for s in found] == [(n, 5) for n in range(5)]
    assert all(a.signature == b.signature for a, b in itertools.pairwise(found))
