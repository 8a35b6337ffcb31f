"""What identifies a Kafka record's content, wherever a copy of it lies."""

from collections.abc import Sequence
from hashlib import sha256


def record_sha(
    key: bytes | None, value: bytes | None, headers: Sequence[tuple[bytes, bytes | None]], append_time: int
) -> bytes:
    """SHA-256 of key, value, headers in order and append time, each length-prefixed; absent is not empty."""
    digest = sha256()
    for part in (key, value, *(part for header in headers for part in header)):
        digest.update(b"\xff\xff\xff\xff" if part is None else len(part).to_bytes(4, "big") + part)
    digest.update(append_time.to_bytes(8, "big", signed=True))
    return digest.digest()
