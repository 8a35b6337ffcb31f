"""Everything that a hub has on disk, decoded, and what a thief of it can read: for looking for what must be gone."""

import base64
import contextlib
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from kafka.record import MemoryRecords

from schemas.codec import BodyError, decode
from schemas.sealing import KeyRef, Place, SealError, key_id, unseal, unwrap
from tests.path.stack import pause
from wire.names import EVENTS

_LZ4, _ZSTD = 0x82, 0x90
_CODECS = {_LZ4: pa.Codec("lz4_raw"), _ZSTD: pa.Codec("zstd")}
_BLOCK = 16  # bytes of checksum before the header of a compressed block
_HEADER = 9  # method, compressed size with this header, size
_COMPRESSED = {".bin", ".cidx", ".cmrk4"}
_TRIES = 100
_RANDOM = 4  # zero bytes: fewer in 32 random ones, but for one in 100,000


def blobs(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file, then of what is packed in it: columns of ClickHouse's parts, active or not, records
    of Kafka's segments, records of an export."""
    for path, data in _files(folders):
        yield str(path), data
        if path.suffix in _COMPRESSED:
            yield f"{path} decoded", b"".join(_blocks(data))
        elif path.suffix == ".log" and path.stem.isdigit():
            for key, value, headers in _records(data):
                yield f"{path} decoded", b"\n".join([key or b"", value or b"", *(d or b"" for _, d in headers)])
        elif path.suffix == ".jsonl":
            for line in data.splitlines():
                texts = [text for text in json.loads(line).values() if isinstance(text, str)]
                yield f"{path} decoded", b"\n".join(_unpacked(text) for text in texts)


def _files(folders: Sequence[Path]) -> list[tuple[Path, bytes]]:
    """All at one moment: while the engine writes a part, or takes one away whose rows it has put elsewhere, again."""
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            paths = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
            if not any(part.startswith("tmp_") for path in paths for part in path.parts):
                return [(path, path.read_bytes()) for path in paths]
        pause(0.1)
    raise AssertionError("the engine does not come to rest")


def _blocks(data: bytes) -> Iterator[bytes]:
    """ClickHouse's compressed blocks; an unknown method is an error, not something to pass over."""
    at = 0
    while at < len(data):
        head = data[at + _BLOCK : at + _BLOCK + _HEADER]
        size, plain = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:9], "little")
        packed = data[at + _BLOCK + _HEADER : at + _BLOCK + size]
        yield _CODECS[head[0]].decompress(packed, plain).to_pybytes()
        at += _BLOCK + size


def _records(data: bytes) -> Iterator[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]]:
    batches = MemoryRecords(data)
    while (batch := batches.next_batch()) is not None:
        for record in batch:
            yield record.key, record.value, record.headers


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()


def forms(secret: bytes) -> list[bytes]:
    """How it may lie somewhere: as it is, in hex, in base64 at any offset, in wide characters; and its digest."""
    digest = sha256(secret).digest()
    wide = [secret.decode("latin-1").encode(name) for name in ("utf-16-le", "utf-32-le")]
    within = [base64.b64encode(bytes(n) + secret)[4 if n else 0 : -4] for n in range(3)]
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *wide, *within, digest,
            digest.hex().encode()]  # fmt: skip


def found(secret: bytes, *folders: Path) -> set[str]:
    """Where it lies."""
    wanted = forms(secret)
    return {name for name, data in blobs(*folders) if any(form in data for form in wanted)}


def stolen(home: Path, *more: Path) -> set[bytes]:
    """The bodies of sealed sections that can be opened with what lies there: every 32 bytes in a row of every file of
    keys are tried as the key of a data subject, and as a private key of the hub on every wrap of the log."""
    files = [path for folder in (home / "secrets", home / "members", *more) for path in folder.iterdir()]
    tried = {window for path in files for window in _windows(path.read_bytes())}
    keys = {key_id(window): window for window in tried}
    opened = set()
    for org, headers, value in _events(home):
        for section in value.get("sections", []):
            if section["key_ref"] is None:
                continue
            ref = KeyRef.parse(section["key_ref"])
            place = Place(org, headers["ce_source"], headers["ce_id"])
            mine: dict[str, bytes] = {}
            for subject, (name, wrapped) in zip(section["subjects"], ref.keys, strict=True):
                known = [keys[name]] if name in keys else _unwrapped(wrapped, name, org, subject, tried)
                mine |= dict.fromkeys([subject] if known else [], known[0] if known else b"")
            try:
                opened.add(unseal(place, section["name"], mine, section["nonce"], section["body"]))
            except SealError:
                continue
    return opened


def _windows(data: bytes) -> Iterator[bytes]:
    for at in range(len(data) - 31):
        window = data[at : at + 32]
        if window.count(0) < _RANDOM:
            yield window


def _unwrapped(wrapped: bytes, name: str, org: str, subject: str, privates: set[bytes]) -> list[bytes]:
    found = []
    for private in privates:
        try:
            found.append(unwrap(wrapped, name, org, subject, private))
        except SealError:
            continue
    return found


def _events(home: Path) -> Iterator[tuple[str, dict[str, str], dict[str, Any]]]:
    """Org, attributes and value of every event of members in the broker's segments."""
    for path in sorted((home / "broker" / "data").glob(f"{EVENTS}*/*.log")):
        for _, value, headers in _records(path.read_bytes()):
            try:
                _, told = decode(value or b"")
            except BodyError:
                continue
            org = path.parent.name.removeprefix(EVENTS).rpartition("-")[0]
            yield org, {name: (data or b"").decode() for name, data in headers}, told
