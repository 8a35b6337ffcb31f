"""What identifies a Kafka record's content, wherever a copy of it lies."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from struct import Struct

_LENGTH = Struct(">I").pack
_ABSENT = b"\xff\xff\xff\xff"


def record_sha(
    key: bytes | None, value: bytes | None, headers: Sequence[tuple[bytes, bytes | None]], append_time: int
) -> bytes:
    """SHA-256 of key, value, headers in order and append time, each length-prefixed; absent is not empty."""
    framed: list[bytes] = []
    for part in (key, value, *chain.from_iterable(headers)):
        framed += (_ABSENT,) if part is None else (_LENGTH(len(part)), part)
    framed.append(append_time.to_bytes(8, "big", signed=True))
    return sha256(b"".join(framed)).digest()
