"""An export proves itself: what was written comes back, and whatever is changed in it is found, with its place."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from producers.export import write_folder
from producers.folder import FolderError, entries, read_manifest
from producers.importing import check
from schemas.keys import key_id, proof, public_bytes
from schemas.record import record_sha
from tests.records import Member, report
from wire.consumer import Batch
from wire.records import Record, Unreadable

ACME = Member("acme", "INSURER")
TOPIC = "hub.events.acme"
KEYS = {ACME.key_id: (public_bytes(ACME.key.public_key()), proof(ACME.key, "acme"))}
Headers = tuple[tuple[bytes, bytes | None], ...]


def record(offset: int, key: bytes | None, value: bytes | None, headers: Headers, partition: int = 0) -> Record:
    return Record(TOPIC, bytes(16), partition, offset, 1_700_000_000_000, key, value, headers)


EVENTS = [
    record(offset, made.key, made.value, made.headers)
    for offset, made in enumerate(
        ACME.sign([ACME.event("OccurrenceReported", f"acme:{n}", report(f"acme:{n}")) for n in range(5)], batch=3)
    )
]
UNREADABLE = Unreadable(TOPIC, bytes(16), 1, 0, 3, 1_700_000_000_000, "stored with zstd compression", b"\x00\xff")


def write(out: Path, *records: Record, unreadable: tuple[Unreadable, ...] = ()) -> Path:
    positions = {(TOPIC, 0): len(records)}
    write_folder(out, "acme", KEYS, [Batch(list(records), list(unreadable), positions)])
    return out


def read(folder: Path) -> list[tuple[int, int, bytes | None, bytes | None, Headers]]:
    return [entry[:5] for entry in entries(folder, read_manifest(folder))]


def lines(folder: Path) -> list[bytes]:
    return (folder / "records.jsonl").read_bytes().splitlines(keepends=True)


def put(folder: Path, changed: list[bytes], **counts: int) -> None:
    """Other lines, and a manifest that fits them: what somebody can do who has no key of the member."""
    data = b"".join(changed)
    (folder / "records.jsonl").write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["records.jsonl"] = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    manifest["counts"] |= counts
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_an_export_has_every_record_and_what_it_is(tmp_path: Path) -> None:
    folder = write(tmp_path / "out", *EVENTS, record(5, None, None, ((b"\xff", None),)), unreadable=(UNREADABLE,))
    manifest = check(folder)
    assert manifest.counts == {"events": 5, "others": 1, "unreadable": 1}
    assert (manifest.org, manifest.topic, set(manifest.keys)) == ("acme", TOPIC, {ACME.key_id})
    assert read(folder)[:5] == [(0, r.offset, r.key, r.value, r.headers) for r in EVENTS]
    assert read(folder)[5:] == [(0, 5, None, None, ((b"\xff", None),)), (1, 0, None, b"\x00\xff", ())]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    public = json.loads((folder / f"{ACME.key_id.replace(':', '-')}.pub").read_bytes())
    assert public["key_id"] == key_id(KEYS[ACME.key_id][0])
    first = json.loads(lines(folder)[0])
    assert first["record_sha256"] == record_sha(*EVENTS[0][5:], EVENTS[0].append_time).hex()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.none() | st.binary(max_size=20),
            st.none() | st.binary(max_size=200),
            st.lists(st.tuples(st.binary(max_size=9), st.none() | st.binary(max_size=9)), max_size=4).map(tuple),
        ),
        max_size=5,
    )
)
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, contents: list[Any]) -> None:
    records = [record(offset, *content) for offset, content in enumerate(contents)]
    folder = write(tmp_path_factory.mktemp("any") / "out", *records)
    assert read(folder) == [(0, r.offset, r.key, r.value, r.headers) for r in records]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(data=st.data())
def test_no_byte_can_be_changed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = write(tmp_path_factory.mktemp("cut") / "out", *EVENTS)
    file = folder / data.draw(st.sampled_from(sorted(path.name for path in folder.iterdir())))
    old = file.read_bytes()
    at, new = data.draw(st.integers(0, len(old) - 1)), data.draw(st.integers(0, 255))
    file.write_bytes(old[:at] + bytes([new]) + old[at + 1 :])
    try:
        manifest = check(folder)
    except FolderError:
        return
    unsaid = file.name == "manifest.json" and manifest.counts["events"] == 5  # its layout, and where the topic ended
    assert unsaid or file.read_bytes() == old


def changed(line: bytes, **told: Any) -> bytes:
    """A line that says something else, and the digest of it."""
    document = json.loads(line) | told
    return json.dumps(document).encode() + b"\n"


def forged(line: bytes) -> bytes:
    """Another value under right digests: only the signature can tell."""
    made = EVENTS[1]._replace(value=(EVENTS[1].value or b"") + b"\x00")
    return changed(
        line, value="AAAA", record_sha256=record_sha(made.key, b"\x00\x00\x00", made.headers, made.append_time).hex()
    )


Tamper = Callable[[list[bytes]], list[bytes]]
TAMPERED: dict[str, tuple[Tamper, str]] = {
    "another value": (lambda all_: [all_[0], changed(all_[1], value="AAAA"), *all_[2:]], "line 2 .*record_sha256"),
    "another value and digest": (lambda all_: [all_[0], forged(all_[1]), *all_[2:]], r"line 2 .*offset 1\): .*leaf"),
    "another time": (lambda all_: [*all_[:4], changed(all_[4], append_time=1)], r"line 5 .*offset 4\).*record_sha256"),
    "no event any more": (lambda all_: [changed(all_[0], leaf=None), *all_[1:]], "line 1 .*leaf"),
    "another topic": (lambda all_: [changed(all_[0], topic="hub.events.rival"), *all_[1:]], "line 1 .*another topic"),
    "another order": (lambda all_: [all_[1], all_[0], *all_[2:]], "line 2 .*out of order"),
    "twice": (lambda all_: [all_[0], *all_], "line 2 .*there twice"),
    "one less": (lambda all_: all_[:-1], "taken or added"),
    "no JSON": (lambda all_: [all_[0][:50], *all_[1:]], "line 1 is no record"),
    "a negative offset": (lambda all_: [changed(all_[0], offset=-1), *all_[1:]], "line 1 is no record"),
    "a word for a number": (lambda all_: [changed(all_[0], append_time="now"), *all_[1:]], "line 1 is no record"),
    "deep": (lambda all_: [b"[" * 100_000 + b"\n", *all_], "line 1 is no record"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_is_named_even_if_the_manifest_fits(tmp_path: Path, name: str) -> None:
    tamper, says = TAMPERED[name]
    folder = write(tmp_path / "out", *EVENTS)
    put(folder, tamper(lines(folder)))
    with pytest.raises(FolderError, match=says):
        check(folder)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"format": "incident-hub-export/2"}, "another format"),
        ({"org": "rival"}, "does not prove that it is one of rival"),
        ({"keys": [{"key_id": "ed25519:0", "public_key": "AAAA", "proof": "AAAA"}]}, "does not prove"),
        ({"keys": [{}]}, "no manifest"),
        ({"counts": {}}, "no manifest"),
        ({"files": {}}, "other files"),
        ({"files": {"records.jsonl": {"bytes": 1, "sha256": ""}, "../x": {"bytes": 1, "sha256": ""}}}, "other files"),
        ({"files": {"records.jsonl": {"bytes": 1, "sha256": ""}, "x": {"bytes": 1, "sha256": ""}}}, "cannot be read"),
    ],
)
def test_a_manifest_that_is_none_is_said(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    folder = write(tmp_path / "out", *EVENTS)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    (folder / "manifest.json").write_text(json.dumps(manifest | told))
    with pytest.raises(FolderError, match=says):
        check(folder)


def test_what_is_no_folder_of_this_kind_is_said(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="is this an export"):
        check(tmp_path)


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    class Lost(Exception):
        pass

    def batches() -> Any:
        yield Batch(EVENTS[:2])
        raise Lost

    with pytest.raises(Lost):
        write_folder(tmp_path / "out", "acme", KEYS, batches())
    assert list(tmp_path.iterdir()) == []
