"""Sealing on the way out: what is about data subjects leaves as ciphertext, the same each time, or not at all."""

import stat
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons.log import LogRecord
from hub.keyring import Keyring
from producers.announced import Announced
from producers.draft import draft
from producers.governance import key_changed, sealing_key_set, subject_erased
from producers.key_file import KeyFileError
from producers.outbox import Outbox
from producers.sealing import Sealer, keys_beside
from producers.sign import EventError, Prepared, Signer, about_subjects
from producers.subject_keys import SubjectKeys
from schemas.codec import decode
from schemas.event import Event
from schemas.keys import proof, public_bytes
from schemas.sealing import MAX_SUBJECTS, KeyRef, Place, epoch_id
from tests.records import Hub
from wire.errors import UnreachableError
from wire.records import Record

BODY = b"She fell before the car"
SIGNER = Signer("acme", Ed25519PrivateKey.generate())
NATIVE = {"source": "own", "edition": "1", "media_type": "text/plain", "charset": "utf-8",
          "sha256": sha256(BODY).digest(), "size": len(BODY), "ordinal": 0, "mapper": "1"}  # fmt: skip


def section(*subjects: str, name: str = "narrative", **changes: Any) -> dict[str, Any]:
    return {"name": name, "sharing": "CLOSED", "audience": [], "purposes": [], "subjects": list(subjects),
            "key_ref": None, "nonce": None, "body": BODY} | changes  # fmt: skip


def event(*sections: Any, report: str = "r1", **changes: Any) -> Event:
    value = {"report_id": report, "version": 1, "stage": "INITIAL", "class": "NEAR_MISS", "place": {"country": None},
             "sections": list(sections)} | changes  # fmt: skip
    return draft("acme", "OccurrenceReported", report, value, role="INSURER")


class TheHub:
    """What the hub would announce, from a keyring of its own, and whether it can be asked."""

    def __init__(self, path: Path) -> None:
        self.keyring = Keyring(path)
        self.epochs = [self.keyring.newest()]
        self.erased: list[str] = []
        self.away = False

    def __call__(self) -> Announced:
        if self.away:
            raise UnreachableError("away")
        return Announced("acme", "ed25519:1", [(epoch_id(public), public) for public in self.epochs], self.erased)

    def erase(self, subject: str) -> None:
        self.keyring.erase("acme", subject, "asked for", None, 1)
        self.erased.append(subject)
        self.epochs.append(self.keyring.newest())


@pytest.fixture
def hub(tmp_path: Path) -> TheHub:
    return TheHub(tmp_path / "keyring")


class OneMember:
    """A member with files in a folder; each publisher that it starts asks the hub anew."""

    def __init__(self, folder: Path, hub: TheHub) -> None:
        folder.mkdir()
        self.file, self._hub = folder / "acme.outbox", hub
        self.outbox = Outbox(self.file, "acme", "hub.events.acme")

    def prepare(self, told: Event, signer: Signer = SIGNER) -> Prepared:
        sealer = Sealer("acme", self.file, self._hub)
        try:
            prepared = sealer.prepare(told, signer, self.outbox)
            sealer.settle()
            return prepared
        finally:
            sealer.close()

    def forget(self) -> None:
        Sealer("acme", self.file, self._hub).forget_erased()


@pytest.fixture
def member(tmp_path: Path, hub: TheHub) -> OneMember:
    return OneMember(tmp_path / "member", hub)


def sections(prepared: Prepared) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = decode(prepared.value)[1]["sections"]
    return found


def test_what_is_about_a_subject_is_sealed_and_the_rest_stays_clear(member: OneMember, hub: TheHub) -> None:
    told = event(section("p2", "p1", "p2"), section(name="native"), report="r1")
    prepared = member.prepare(told)
    sealed, clear = sections(prepared)
    assert clear == section(name="native")
    assert sealed["subjects"] == ["p1", "p2"]
    assert BODY not in sealed["body"]
    assert len(sealed["body"]) == len(BODY)
    assert hub.keyring.learn([("acme", [sealed, clear])]) == 2
    assert hub.keyring.open(Place("acme", told.source, told.id), sealed) == BODY
    assert stat.S_IMODE(keys_beside(member.file, "acme").stat().st_mode) == 0o600
    assert not about_subjects(event(section()))


def test_a_sealed_native_record_has_the_digest_of_its_ciphertext(member: OneMember) -> None:
    """The digest of the clear bytes would tell whoever guesses them."""
    _, value = decode(member.prepare(event(section("p1", name="native"), native=NATIVE)).value)
    assert value["native"] == NATIVE | {"sha256": sha256(value["sections"][0]["body"]).digest()}
    assert sha256(BODY).digest() not in member.prepare(event(section("p1", name="native"), native=NATIVE)).value


def test_the_same_event_is_the_same_record_whenever_it_is_published(member: OneMember, hub: TheHub) -> None:
    first, other = event(section("p1")), event(section("p1", "p2"), report="r2")
    before = [member.prepare(one) for one in (first, other)]
    assert [member.prepare(one) for one in (first, other)] == before
    member.outbox.accept(before[:1])
    hub.erase("p9")
    after = [member.prepare(one) for one in (first, other)]
    assert after[0] == before[0], "accepted before the hub's key changed: as it was then"
    assert after[1] != before[1]
    (now,) = sections(after[1])
    assert KeyRef.parse(now["key_ref"]).epoch == epoch_id(hub.epochs[-1])
    assert [name for name, _ in KeyRef.parse(now["key_ref"]).keys] == [
        name for name, _ in KeyRef.parse(sections(before[1])[0]["key_ref"]).keys
    ], "the keys of data subjects stay"
    changed = event(section("p1", body=b"another story"))
    assert member.prepare(changed).content not in {one.content for one in (*before, *after)}


def test_an_erased_subject_has_no_key_any_more_and_is_not_sealed_again(member: OneMember, hub: TheHub) -> None:
    member.prepare(event(section("p1", "p2")))
    keys = SubjectKeys(keys_beside(member.file, "acme"), "acme")
    found = keys.of(["p1", "p2"], epoch_id(hub.epochs[0]))
    assert found is not None
    hub.erase("p1")
    member.forget()
    assert not keys.has("p1")
    assert keys.has("p2")
    raw = keys_beside(member.file, "acme").read_bytes()
    assert not any(gone in raw for gone in found["p1"])
    assert found["p2"][0] in raw, "the search finds what is there"
    with pytest.raises(EventError, match="OccurrenceReported r1 is about a data subject that was erased") as refused:
        member.prepare(event(section("p1", "p2")))
    assert "p1" not in str(refused.value)
    assert not keys.has("p1")
    member.prepare(event(section("p2")))
    assert [path.name for path in member.file.parent.glob("acme.subjects*")] == ["acme.subjects"]


def test_what_is_known_is_used_while_the_hub_is_away(member: OneMember, hub: TheHub) -> None:
    hub.away = True
    with pytest.raises(UnreachableError):
        member.prepare(event(section("p1")))
    hub.away = False
    first = member.prepare(event(section("p1")))
    hub.away = True
    assert member.prepare(event(section("p1"))) == first


def test_keys_are_on_disk_before_anything_leaves_and_not_sooner(member: OneMember, hub: TheHub) -> None:
    """Many are written at once; of two processes that begin with the same subject the second starts again."""
    sealers = [Sealer("acme", member.file, hub) for _ in range(2)]
    first, other = (sealer.prepare(event(section("p1")), SIGNER, member.outbox) for sealer in sealers)
    assert first != other
    assert not SubjectKeys(keys_beside(member.file, "acme"), "acme").has("p1")
    sealers[0].settle()
    assert SubjectKeys(keys_beside(member.file, "acme"), "acme").has("p1")
    with pytest.raises(KeyFileError, match="publish again"):
        sealers[1].settle()
    assert [sealer.prepare(event(section("p1")), SIGNER, member.outbox) for sealer in sealers] == [first, first]
    sealers[1].prepare(event(section("p2")), SIGNER, member.outbox)
    hub.erase("p2")
    keys = SubjectKeys(keys_beside(member.file, "acme"), "acme")
    keys.destroy("p2")
    sealers[1].settle()
    assert not keys.has("p2"), "erased while it waited to be written"


@pytest.mark.parametrize(("wrong", "why"), [
    ([section("p" * 201)], "1 to 200"), ([section("")], "1 to 200"), ([section("a\nb")], "printable"),
    ([section("\ud800")], "printable"), ([section(*(f"p{n}" for n in range(MAX_SUBJECTS + 1)))], "at most 16"),
    ([section("p1") | {"subjects": "p1"}], "pseudonyms"), ([section("p1", body="text")], "body of bytes"),
    ([section("p1", key_ref="k1")], "leave it out"), ([section("p1", name="other")], "called native"),
    ([section("p1"), "no section"], "is a record"),
])  # fmt: skip
def test_what_cannot_be_sealed_is_refused(member: OneMember, wrong: list[Any], why: str) -> None:
    told = event()
    with pytest.raises(EventError, match=f"OccurrenceReported r1: .*{why}"):
        member.prepare(replace(told, value={**told.value, "sections": wrong}))


def test_nothing_about_a_subject_leaves_clear() -> None:
    """Where there is no file for the keys, or nobody who seals."""
    sealer = Sealer("acme", None, lambda: Announced("acme"))
    with pytest.raises(EventError, match="give the publisher a file"):
        sealer.prepare(event(section("p1")), SIGNER, Outbox(None, "acme", "t"))
    told = event()
    one = section("p1")
    for found in ([one], (one,), [MappingProxyType(one)], [section(), section() | {"subjects": ("p1",)}]):
        with pytest.raises(EventError, match="names data subjects, and is not sealed"):
            SIGNER.prepare(replace(told, value={**told.value, "sections": found}))


def test_a_hub_that_has_no_key_takes_nothing_sealed(tmp_path: Path) -> None:
    sealer = Sealer("acme", tmp_path / "outbox", lambda: Announced("acme", "ed25519:1"))
    with pytest.raises(EventError, match="takes no sealed sections"):
        sealer.prepare(event(section("p1")), SIGNER, Outbox(None, "acme", "t"))
    sealer.close()


def test_a_file_of_another_hub_or_org_and_one_that_others_read_is_refused(member: OneMember, hub: TheHub) -> None:
    member.prepare(event(section("p1")))
    file = keys_beside(member.file, "acme")
    keys = SubjectKeys(file, "acme")
    with pytest.raises(KeyFileError, match="another hub"):
        keys.announced("ed25519:2", [(epoch_id(b"x" * 32), b"x" * 32)], ["p1"])
    assert keys.has("p1")
    assert keys.epochs() == [epoch_id(hub.epochs[0])], "nothing of the other hub was taken"
    with pytest.raises(KeyFileError, match="another org"):
        SubjectKeys(file, "rival")
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        SubjectKeys(file, "acme")
    file.chmod(0o600)
    file.write_bytes(b"not a database, but something else that is long enough to be looked at")
    with pytest.raises(KeyFileError, match="backup"):
        SubjectKeys(file, "acme")


def taken(*records: LogRecord) -> Announced:
    told = Announced("acme")
    for record in records:
        told.take(Record(record.topic, b"", 0, record.offset, 0, record.key, record.value, record.headers))
    return told


def test_only_what_the_hub_has_signed_counts() -> None:
    hub, thief = Hub(), Hub()
    keys = [bytes([n]) * 32 for n in range(3)]
    p1, p2, p3 = (subject_erased(org, name, [], "g", None, 1) for org, name in
                  (("acme", "p1"), ("rival", "p2"), ("acme", "p3")))  # fmt: skip
    founded, second, rubbish = hub.register(hub), thief.register(thief), thief.record(b"k", b"rubbish", ())
    good, forged = hub.sign([sealing_key_set(keys[0]), p1]), thief.sign([sealing_key_set(keys[1]), p3])
    bent = good[0]._replace(value=(good[0].value or b"").replace(keys[0], keys[1]))
    told = taken(rubbish, *forged, founded, *good, *hub.sign([p2]), *forged, bent, second)
    assert (told.hub, told.epochs, told.erased) == (hub.key_id, [(epoch_id(keys[0]), keys[0])], ["p1"])
    public = public_bytes(thief.key.public_key())

    def changed(org: str, *changes: str) -> list[LogRecord]:
        return hub.sign([key_changed(org, change, public, proof(thief.key, org)) for change in changes])

    assert len(taken(founded, *changed("rival", "ADDED"), *forged).epochs) == 0
    assert len(taken(founded, *changed("hub", "ADDED"), *forged).epochs) == 1, "rotated"
    assert len(taken(founded, *changed("hub", "ADDED", "REVOKED"), *forged).epochs) == 0
