"""Leaves, trees and signatures: against the vectors in the repository, and as properties."""

import json
from importlib.resources import files

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from schemas import keys
from schemas.signature import (
    MAX_BATCH,
    Signature,
    SignatureError,
    leaf,
    path,
    root,
    root_from_path,
    sign_batch,
    verifies,
)

leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=MAX_BATCH)
headers = st.lists(
    st.tuples(st.sampled_from(["ce_id", "ce_type", "content-type", "ce_salt"]), st.binary(max_size=20)),
    unique_by=lambda header: header[0],
)


def test_vectors() -> None:
    told = json.loads((files("schemas") / "examples" / "signatures.json").read_text("utf-8"))
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["seed"]))
    assert keys.key_id(keys.public_bytes(private.public_key())) == told["key_id"]
    assert keys.proof(private, told["org"]).hex() == told["proof_of_possession"]
    made = [
        leaf(
            told["org"],
            [(n, v.encode()) for n, v in event["headers"]],
            event["key"].encode(),
            bytes.fromhex(event["value"]),
        )
        for event in told["events"]
    ]
    assert [digest.hex() for digest in made] == [event["leaf"] for event in told["events"]]
    assert root(made).hex() == told["root"]
    assert [signature.text() for signature in sign_batch(private, made)] == [
        event["ce_sig"] for event in told["events"]
    ]


@given(leaves)
def test_every_leaf_proves_itself_and_no_other_place(batch: list[bytes]) -> None:
    top = root(batch)
    for index, digest in enumerate(batch):
        audit = path(batch, index)
        assert root_from_path(digest, index, len(batch), audit) == top
        assert root_from_path(digest, index, len(batch), [*audit, bytes(32)]) is None
        if audit:
            assert root_from_path(digest, index, len(batch), audit[:-1]) != top
        assert root_from_path(digest, len(batch), len(batch), audit) is None


@given(leaves, st.data())
def test_a_signature_covers_its_own_leaf_only(batch: list[bytes], data: st.DataObject) -> None:
    private = Ed25519PrivateKey.generate()
    index = data.draw(st.integers(0, len(batch) - 1))
    signature = Signature.parse(sign_batch(private, batch)[index].text().encode())
    assert verifies(private.public_key(), batch[index], signature)
    assert not verifies(private.public_key(), bytes(32), signature) or batch[index] == bytes(32)
    assert not verifies(Ed25519PrivateKey.generate().public_key(), batch[index], signature)


@given(headers, st.binary(max_size=30), st.binary(max_size=30))
def test_the_leaf_does_not_depend_on_header_order_or_unsigned_headers(
    attributes: list[tuple[str, bytes]], key: bytes, value: bytes
) -> None:
    whole = leaf("acme", attributes, key, value)
    assert leaf("acme", [*reversed(attributes), ("ce_sig", b"x"), ("traceparent", b"y")], key, value) == whole
    assert leaf("acme2", attributes, key, value) != whole


@given(headers, st.binary(min_size=1, max_size=30), st.binary(max_size=30))
def test_nothing_can_move_between_the_parts_of_a_leaf(
    attributes: list[tuple[str, bytes]], key: bytes, value: bytes
) -> None:
    assert leaf("acme", attributes, key, value) != leaf("acme", attributes, key[:-1], key[-1:] + value)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"v1", b"v1.0.1.A", b"v1.0.1." + b"A" * 87, b"v1.0.1." + b"!" * 86, b"v1.0.1." + b"A" * 5000),
        *(place + b"." + b"A" * 86 for place in (b"v2.0.1", b"v1.0.0", b"v1.1.1", b"v1.0.65", b"v1.-1.1")),
    ],
)
def test_what_is_no_signature_says_so(text: bytes) -> None:
    with pytest.raises(SignatureError):
        Signature.parse(text)


def test_a_proof_of_possession_is_for_one_org_and_one_key() -> None:
    private = Ed25519PrivateKey.generate()
    public = keys.public_bytes(private.public_key())
    assert keys.proves(public, "acme", keys.proof(private, "acme"))
    assert not keys.proves(public, "acme2", keys.proof(private, "acme"))
    assert not keys.proves(public, "acme", keys.proof(Ed25519PrivateKey.generate(), "acme"))
