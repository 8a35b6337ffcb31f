"""An export: a folder with a member's records byte for byte and their receipts, which proves itself without a hub.

manifest.json   format, org, topic, the org's public keys with proofs, next offsets, counts, size and SHA-256 of each
                other file
records.jsonl   a JSON object a line, per partition in order. A record: topic, partition, offset, append_time (Unix
                milliseconds), record_sha256, leaf, key, value, headers `[[name, value], …]`; bytes in base64, hashes in
                hex, absent is null. `leaf` is null for what is no event that a key of the org signed. A stored batch
                that cannot be read as records: last_offset, unreadable (why) and data in place of key, value, headers
faults.json     what the hub had told the member: the rows of the query `faults` and how far each partition was judged
KEY.pub         each public key, as `hub member add --public-key` takes it
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.keys import key_id, proves
from schemas.record import record_sha
from schemas.signature import SIG_HEADER, Signature, SignatureError, leaf, verifies

FORMAT = "incident-hub-export/1"
MANIFEST, RECORDS, FAULTS = "manifest.json", "records.jsonl", "faults.json"
_LARGEST_MANIFEST = 1024 * 1024
_LARGEST_LINE = 16 * 1024 * 1024  # the hub's largest record has 4 MiB, in base64 and with its headers
_NEEDED = ("ce_source", "ce_id", "ce_keyid", "ce_role", SIG_HEADER)

Headers = tuple[tuple[bytes, bytes | None], ...]


class FolderError(Exception):
    """The folder is no export, or not as it was exported; the message names the file and the record."""


class Entry(NamedTuple):
    """One line that was verified. `attributes` are the headers of an event, None for all else."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    leaf: bytes | None
    attributes: Mapping[str, bytes] | None

    @property
    def place(self) -> str:
        """Where it lay, for messages."""
        return f"partition {self.partition}, offset {self.offset}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the folder says of itself; `keys` are the org's public keys by id."""

    org: str
    topic: str
    keys: Mapping[str, bytes]
    counts: Mapping[str, int]
    files: Mapping[str, Mapping[str, Any]]


def event(
    org: str, key: bytes | None, value: bytes | None, headers: Headers, keys: Mapping[str, bytes]
) -> tuple[bytes, Mapping[str, bytes]] | None:
    """Leaf and attributes of an event that one of `keys` signed; None for any other record."""
    try:
        listed = [(name.decode(), data) for name, data in headers if data is not None]
        attributes = dict(listed)
        signature, public = Signature.parse(attributes[SIG_HEADER]), keys[attributes["ce_keyid"].decode()]
    except (UnicodeDecodeError, KeyError, SignatureError):
        return None
    whole = len(attributes) == len(headers) and all(attributes.get(name) for name in _NEEDED)
    if key is None or value is None or not whole:
        return None
    digest = leaf(org, listed, key, value)
    return (digest, attributes) if verifies(_public(public), digest, signature) else None


def record_line(
    topic: str, partition: int, offset: int, append_time: int, content: tuple[bytes | None, bytes | None, Headers],
    leaf_hash: bytes | None,
) -> bytes:  # fmt: skip
    """A record as a line of records.jsonl."""
    key, value, headers = content
    return _line(
        {
            "topic": topic, "partition": partition, "offset": offset, "append_time": append_time,
            "record_sha256": record_sha(key, value, headers, append_time).hex(),
            "leaf": None if leaf_hash is None else leaf_hash.hex(),
            "key": _text(key), "value": _text(value),
            "headers": [[_text(name), _text(data)] for name, data in headers],
        }
    )  # fmt: skip


def unreadable_line(
    topic: str, partition: int, offsets: tuple[int, int], append_time: int, reason: str, data: bytes
) -> bytes:
    """A stored batch that cannot be read, as a line of records.jsonl."""
    return _line(
        {
            "topic": topic, "partition": partition, "offset": offsets[0], "last_offset": offsets[1],
            "append_time": append_time, "record_sha256": record_sha(None, data, (), append_time).hex(), "leaf": None,
            "unreadable": reason, "data": _text(data),
        }
    )  # fmt: skip


def read_manifest(folder: Path) -> Manifest:
    """What the folder says of itself; every other file is verified against it, records.jsonl when it is read."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            told = json.loads(file.read(_LARGEST_MANIFEST))
        if told["format"] != FORMAT:
            raise FolderError(f"{folder} is an export of another format than {FORMAT}: use the release that made it")
        keys = {str(key["key_id"]): _bytes(key["public_key"]) for key in told["keys"]}
        proofs = [_bytes(key["proof"]) for key in told["keys"]]
        counts = {name: int(told["counts"][name]) for name in ("events", "others", "unreadable")}
        files = {name: {"sha256": str(f["sha256"]), "bytes": int(f["bytes"])} for name, f in told["files"].items()}
        manifest = Manifest(str(told["org"]), str(told["topic"]), keys, counts, files)
    except OSError as error:
        raise FolderError(f"{folder / MANIFEST} cannot be read: {error.strerror}: is this an export?") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FolderError(f"{folder / MANIFEST} is no manifest of an export") from None
    for (name, public), proof in zip(keys.items(), proofs, strict=True):
        if key_id(public) != name or not proves(public, manifest.org, proof):
            raise FolderError(f"{folder / MANIFEST}: the key {name} does not prove that it is one of {manifest.org}")
    if RECORDS not in files or any(Path(name).name != name for name in files):
        raise FolderError(f"{folder / MANIFEST} names other files than an export has")
    for name in files.keys() - {RECORDS}:
        _check_file(folder / name, files[name])
    return manifest


def entries(folder: Path, manifest: Manifest) -> Iterator[Entry]:
    """Every record, verified one by one, then the file as a whole.

    Raises FolderError at the first that is not as it was: a caller that must not act by halves reads to the end first.
    """
    digest, size, counts = sha256(), 0, dict.fromkeys(manifest.counts, 0)
    reached: dict[int, int] = {}
    with (folder / RECORDS).open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(_LARGEST_LINE), b""), start=1):
            digest.update(line)
            size += len(line)
            where = f"{folder / RECORDS} line {number}"
            entry, last, kind = _entry(line, where, manifest)
            if entry.offset < reached.get(entry.partition, 0):
                raise FolderError(f"{where} ({entry.place}): out of order, or there twice")
            reached[entry.partition] = last + 1
            counts[kind] += 1
            yield entry
    whole = {"sha256": digest.hexdigest(), "bytes": size}
    if whole != manifest.files[RECORDS] or counts != manifest.counts:
        raise FolderError(f"{folder / RECORDS} is not the file that the manifest names: records were taken or added")


def _entry(line: bytes, where: str, manifest: Manifest) -> tuple[Entry, int, str]:
    try:
        told = json.loads(line)
        place = f"partition {int(told['partition'])}, offset {int(told['offset'])}"
        partition, offset, append_time = told["partition"], told["offset"], told["append_time"]
        batch = "unreadable" in told
        key = None if batch else _bytes_or_none(told["key"])
        value = _bytes(told["data"]) if batch else _bytes_or_none(told["value"])
        headers = tuple((_bytes(name), _bytes_or_none(data)) for name, data in (() if batch else told["headers"]))
        last = told["last_offset"] if batch else offset
        stated = (told["record_sha256"], told["leaf"], told["topic"])
        sha = record_sha(key, value, headers, append_time).hex()
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise FolderError(f"{where} is no record of an export") from None
    if not all(type(n) is int and n >= 0 for n in (partition, offset, last)) or last < offset:
        raise FolderError(f"{where} is no record of an export")
    found = None if batch else event(manifest.org, key, value, headers, manifest.keys)
    digest, attributes = found or (None, None)
    if stated[0] != sha:
        raise FolderError(f"{where} ({place}): its bytes do not give its record_sha256: it was changed")
    if stated[1] != (digest.hex() if digest else None):
        raise FolderError(f"{where} ({place}): its bytes and signature do not give its leaf: it was changed")
    if stated[2] != manifest.topic:
        raise FolderError(f"{where} ({place}) is of another topic than {manifest.topic}")
    kind = "unreadable" if batch else "others" if found is None else "events"
    return Entry(partition, offset, key, value, headers, digest, attributes), last, kind


def _check_file(path: Path, told: Mapping[str, Any]) -> None:
    digest, size = sha256(), 0
    try:
        with path.open("rb") as file:
            while part := file.read(1024 * 1024):
                digest.update(part)
                size += len(part)
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}") from None
    if {"sha256": digest.hexdigest(), "bytes": size} != told:
        raise FolderError(f"{path} is not the file that the manifest names: it was changed")


@lru_cache(maxsize=64)
def _public(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def _line(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def _text(data: bytes | None) -> str | None:
    return None if data is None else b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _bytes_or_none(text: str | None) -> bytes | None:
    return None if text is None else _bytes(text)


def key_documents(org: str, keys: Mapping[str, tuple[bytes, bytes]]) -> Sequence[Mapping[str, str]]:
    """Public keys with their proofs, each as the .pub file of `hub key new`."""
    return [
        {
            "org": org,
            "key_id": name,
            "public_key": b64encode(public).decode(),
            "proof": b64encode(proof).decode(),
        }
        for name, (public, proof) in sorted(keys.items())
    ]
