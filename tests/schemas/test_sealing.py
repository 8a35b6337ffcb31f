"""Sealed sections: what is sealed comes back under the right keys at its own place, and under nothing else."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from schemas.sealing import (
    KEY_BYTES,
    MARK,
    MAX_SUBJECTS,
    KeyRef,
    Place,
    SealError,
    epoch_id,
    key_id,
    seal,
    unseal,
    unwrap,
    wrap,
)  # fmt: skip

VECTORS = json.loads((Path(__file__).parents[2] / "schemas" / "examples" / "sealing.json").read_text("utf-8"))
HERE = Place("acme", "/acme/own", "f1")
PRIVATE = X25519PrivateKey.generate()
KEYS = {"p1": bytes(range(32)), "p2": bytes(range(1, 33))}

keys = st.dictionaries(st.text(min_size=1, max_size=9), st.binary(min_size=32, max_size=32), min_size=1, max_size=4)


@given(keys, st.binary(max_size=200), st.text(max_size=9))
def test_what_is_sealed_comes_back_and_is_the_same_each_time(told: dict[str, bytes], body: bytes, name: str) -> None:
    nonce, sealed = seal(HERE, name, told, body)
    assert (len(nonce), len(sealed)) == (16, len(body))
    assert seal(HERE, name, dict(reversed(told.items())), body) == (nonce, sealed)
    assert unseal(HERE, name, told, nonce, sealed) == body


@pytest.mark.parametrize("moved", [
    (HERE._replace(org="other"), "native"), (HERE._replace(source="/acme/two"), "native"),
    (HERE._replace(id="f2"), "native"), (HERE, "narrative"),
    (Place("acme", "/acme/ownf", "1"), "native"),
])  # fmt: skip
def test_a_section_cannot_be_moved(moved: tuple[Place, str]) -> None:
    nonce, sealed = seal(HERE, "native", KEYS, b"he fell")
    with pytest.raises(SealError):
        unseal(*moved, KEYS, nonce, sealed)


def test_each_of_its_keys_is_needed_under_its_own_name() -> None:
    nonce, sealed = seal(HERE, "native", KEYS, b"he fell")
    for other in (
        {"p1": KEYS["p1"]}, {**KEYS, "p2": bytes(32)}, {"p1": KEYS["p2"], "p2": KEYS["p1"]},
        {"p1": KEYS["p1"], "p3": KEYS["p2"]},
    ):  # fmt: skip
        with pytest.raises(SealError):
            unseal(HERE, "native", other, nonce, sealed)


@given(st.data())
def test_no_bit_can_be_changed(data: st.DataObject) -> None:
    nonce, sealed = seal(HERE, "native", KEYS, b"he fell")
    whole = bytearray(nonce + sealed)
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        unseal(HERE, "native", KEYS, bytes(whole[:16]), bytes(whole[16:]))
    with pytest.raises(SealError):
        unseal(HERE, "native", KEYS, data.draw(st.none() | st.binary(max_size=15)), sealed)


def test_a_wrap_opens_for_its_org_subject_and_id_alone() -> None:
    public = PRIVATE.public_key().public_bytes_raw()
    key, private = KEYS["p1"], PRIVATE.private_bytes_raw()
    wrapped = wrap(key, "acme", "p1", public)
    assert unwrap(wrapped, key_id(key), "acme", "p1", private) == key
    for name, org, subject, opener in [
        (key_id(KEYS["p2"]), "acme", "p1", private), (key_id(key), "other", "p1", private),
        (key_id(key), "acme", "p2", private),
        (key_id(key), "acme", "p1", X25519PrivateKey.generate().private_bytes_raw()),
    ]:  # fmt: skip
        with pytest.raises(SealError):
            unwrap(wrapped, name, org, subject, opener)
    short = wrap(key[:-1], "acme", "p1", public)
    with pytest.raises(SealError):
        unwrap(short, key_id(key[:-1]), "acme", "p1", private)


@given(st.lists(st.tuples(st.binary(min_size=16, max_size=16), st.binary(min_size=80, max_size=80)), min_size=1,
                max_size=MAX_SUBJECTS))  # fmt: skip
def test_a_key_ref_comes_back(pairs: list[tuple[bytes, bytes]]) -> None:
    ref = KeyRef(epoch_id(b"public"), tuple((name.hex(), wrapped) for name, wrapped in pairs))
    assert KeyRef.parse(ref.text()) == ref
    assert ref.text().encode().startswith(MARK)


@given(st.text(max_size=40) | st.text(max_size=40).map(MARK.decode().__add__))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(SealError):
        KeyRef.parse(text)


def test_a_key_ref_is_bounded() -> None:
    one = (key_id(KEYS["p1"]), bytes(80))
    KeyRef.parse(KeyRef(epoch_id(b""), (one,) * MAX_SUBJECTS).text())
    for many in (MAX_SUBJECTS + 1, 100_000):
        with pytest.raises(SealError):
            KeyRef.parse(KeyRef(epoch_id(b""), (one,) * many).text())


def test_the_vectors_of_the_contract() -> None:
    """Nobody's sealed section becomes unreadable by a change here: the vectors stay as they are."""
    told = {name: bytes.fromhex(key) for name, key in VECTORS["keys"].items()}
    assert all(len(key) == KEY_BYTES for key in told.values())
    assert {name: key_id(key) for name, key in told.items()} == VECTORS["key_ids"]
    nonce, sealed = seal(Place(*VECTORS["place"]), VECTORS["name"], told, VECTORS["clear"].encode())
    assert (nonce.hex(), sealed.hex()) == (VECTORS["nonce"], VECTORS["body"])
    private = bytes.fromhex(VECTORS["private"])
    for name, wrapped in VECTORS["wraps"].items():
        key = unwrap(bytes.fromhex(wrapped), VECTORS["key_ids"][name], VECTORS["place"][0], name, private)
        assert key == told[name]
