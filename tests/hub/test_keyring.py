"""The hub's keys of data subjects: learnt from whom they belong to, opened for nobody else, destroyed for good."""

import stat
from pathlib import Path
from typing import Any

import pytest

from commons.access import ERASED, WITHHELD
from hub.keyring import Keyring
from producers.key_file import KeyFileError
from schemas.sealing import KeyRef, Place, epoch_id, key_id, seal, wrap

LONG = "p" * 201
KEYS = {f"p{n}": bytes([n]) * 32 for n in range(4)} | {LONG: b"long" * 8}
BODY = b"she fell"
HERE = Place("acme", "/acme/own", "f1")


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    (tmp_path / "secrets").mkdir()
    return Keyring(tmp_path / "secrets" / "keyring")


def sealed(
    keyring: Keyring, *subjects: str, place: Place = HERE, public: bytes = b"", **changes: Any
) -> dict[str, Any]:
    """A section as a publisher seals it, or nearly so."""
    public = public or keyring.newest()
    keys = {subject: KEYS[subject] for subject in subjects}
    nonce, body = seal(place, "narrative", keys, BODY)
    pairs = [(key_id(key), wrap(key, place.org, subject, public)) for subject, key in sorted(keys.items())]
    told = {"name": "narrative", "subjects": sorted(subjects), "nonce": nonce, "body": body,
            "key_ref": KeyRef(epoch_id(public), tuple(pairs)).text()}  # fmt: skip
    return told | changes


def test_a_section_opens_once_its_keys_were_learnt(keyring: Keyring) -> None:
    section = sealed(keyring, "p1", "p2")
    assert keyring.open(HERE, section) == WITHHELD
    assert keyring.learn([("acme", [section]), ("acme", [sealed(keyring, "p2")])]) == 2
    assert keyring.learn([("acme", [section])]) == 0
    assert keyring.open(HERE, section) == BODY
    assert keyring.knows("acme", "p2")
    assert not keyring.knows("rival", "p2")


def test_keys_belong_to_the_org_that_published_them(keyring: Keyring) -> None:
    """Copied into another's record they teach nothing, and nobody replaces another's."""
    mine = sealed(keyring, "p1")
    assert keyring.learn([("rival", [mine])]) == 0
    assert keyring.open(HERE._replace(org="rival"), mine) == WITHHELD
    assert keyring.learn([("acme", [mine])]) == 1
    theirs = sealed(keyring, "p1", place=Place("rival", "/rival/own", "f1"))
    assert keyring.learn([("rival", [theirs])]) == 1
    keyring.erase("rival", "p1", "asked for", None, 1)
    assert keyring.open(HERE, mine) == BODY
    assert keyring.open(Place("rival", "/rival/own", "f1"), theirs) == ERASED


def test_what_a_hostile_member_writes_teaches_nothing_and_stays_sealed(keyring: Keyring) -> None:
    keyring.learn([("acme", [sealed(keyring, "p1")])])
    good = KeyRef.parse(sealed(keyring, "p1", "p2")["key_ref"])
    (one, two), epoch = good.keys, good.epoch
    refs = [
        "", "k1", "sealed.v1.", "sealed.v2." + good.text()[10:], good.text() + ",", good.text() * 1000,
        KeyRef(epoch_id(b"?"), good.keys).text(), KeyRef(epoch, (two, one)).text(), KeyRef(epoch, (one,)).text(),
        KeyRef(epoch, ((one[0], two[1]), (two[0], one[1]))).text(),
    ]  # fmt: skip
    wrong: list[dict[str, Any]] = [{"key_ref": ref} for ref in refs]
    wrong += [{"subjects": []}, {"subjects": ["p2", "p1"]}, {"subjects": ["p1", "p1"]}, {"subjects": ["p1", "p3"]},
              {"nonce": None}, {"nonce": b"short"}, {"body": b""}, {"name": "native"}]  # fmt: skip
    for changes in wrong:
        section = sealed(keyring, "p1", "p2", **changes)
        keyring.learn([("acme", [section])])
        assert keyring.open(HERE, section) == WITHHELD, changes
    assert keyring.learn([("acme", [sealed(keyring, LONG)])]) == 0
    assert not keyring.knows("acme", "p3")
    for known in ("p1", "p2"):
        keyring.learn([("acme", [sealed(keyring, known)])])
    without = KeyRef(epoch, ((one[0], bytes(80)), (two[0], bytes(80)))).text()
    assert keyring.open(HERE, sealed(keyring, "p1", "p2", key_ref=without)) == BODY, "the ids name keys that are known"


def test_a_key_that_is_known_under_one_name_opens_nothing_under_another(keyring: Keyring) -> None:
    """Else erasing the other would not reach it."""
    keyring.learn([("acme", [sealed(keyring, "p1")])])
    nonce, body = seal(HERE, "narrative", {"p2": KEYS["p1"]}, BODY)
    ref = KeyRef(epoch_id(keyring.newest()), ((key_id(KEYS["p1"]), bytes(80)),))
    alias = {"name": "narrative", "subjects": ["p2"], "nonce": nonce, "body": body, "key_ref": ref.text()}
    keyring.learn([("acme", [alias])])
    assert keyring.open(HERE, alias) == WITHHELD
    wrapped = wrap(KEYS["p1"], "acme", "p2", keyring.newest())
    alias["key_ref"] = KeyRef(ref.epoch, ((key_id(KEYS["p1"]), wrapped),)).text()
    keyring.learn([("acme", [alias])])
    assert keyring.open(HERE, alias) == BODY
    keyring.erase("acme", "p2", "asked for", None, 1)
    assert keyring.open(HERE, sealed(keyring, "p1")) == WITHHELD
    assert keyring.learn([("acme", [sealed(keyring, "p1")])]) == 0, "a key that was destroyed stays so"


def test_what_was_erased_is_gone_from_the_file_and_does_not_come_back(keyring: Keyring, tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "keyring"
    before = keyring.newest()
    gone, both, kept = (sealed(keyring, *names) for names in (("p1",), ("p1", "p2"), ("p2",)))
    keyring.learn([("acme", [gone, both, kept])])
    reader = Keyring(file)
    assert reader.open(HERE, gone) == BODY
    time = {"text": "2026", "from": 1, "to": 2, "precision": "YEAR"}
    done = keyring.erase("acme", "p1", "asked for", time, 7)
    assert (done.key_ids, done.requested, done.erased_at) == ((key_id(KEYS["p1"]),), time, 7)
    assert keyring.erase("acme", "p1", "said again", None, 8) == done
    assert keyring.erasures() == [done]
    assert [reader.open(HERE, section) for section in (gone, both, kept)] == [ERASED, ERASED, BODY]
    assert KEYS["p1"] not in file.read_bytes()
    assert KEYS["p2"] in file.read_bytes(), "the search finds what is there"
    assert [path.name for path in file.parent.iterdir()] == ["keyring"]
    assert keyring.newest() != before
    for public in (before, keyring.newest()):
        assert keyring.learn([("acme", [sealed(keyring, "p1", public=public)])]) == 0
        assert keyring.learn([("acme", [sealed(keyring, "p3", public=public)])]) == (public != before)
    assert keyring.open(HERE, sealed(keyring, "p1")) == ERASED


def test_no_private_key_of_the_hub_outlives_an_erasure(keyring: Keyring, tmp_path: Path) -> None:
    wraps = {public: wrap(KEYS["p0"], "acme", "p0", public) for public in [keyring.newest()]}
    for number in range(3):
        keyring.learn([("acme", [sealed(keyring, f"p{number}")])])
        keyring.erase("acme", f"p{number}", "asked for", None, number)
        public = keyring.newest()
        wraps[public] = wrap(KEYS["p3"], "acme", "p3", public)
    assert len(wraps) == 4
    learnt = [keyring.learn([("acme", [sealed(keyring, "p3", public=public)])]) for public in wraps]
    assert learnt == [0, 0, 0, 1]
    assert stat.S_IMODE((tmp_path / "secrets" / "keyring").stat().st_mode) == 0o600


def test_an_erasure_that_fails_has_not_happened(keyring: Keyring, tmp_path: Path) -> None:
    section = sealed(keyring, "p1")
    keyring.learn([("acme", [section])])
    public = keyring.newest()
    with pytest.raises(TypeError):
        keyring.erase("acme", "p1", "asked for", {"from": object()}, 1)
    assert Keyring(tmp_path / "secrets" / "keyring").open(HERE, section) == BODY
    assert (keyring.newest(), keyring.erasures()) == (public, [])
    (tmp_path / "secrets" / "keyring").chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        Keyring(tmp_path / "secrets" / "keyring")
