"""Batch signatures: a leaf per event, an RFC 6962 tree over a batch, one Ed25519 signature over its root.

leaf  = SHA-256(0x00 | tag | org | n | name, value of each signed attribute, sorted by name | key | value)
node  = SHA-256(0x01 | left | right), the tree of RFC 6962 section 2.1
root  = what the publisher's Ed25519 key signs (RFC 8032)

Every part of a leaf is length-prefixed (four bytes, big-endian). Signed attributes are `content-type` and every `ce_*`
header except `ce_sig`. Test vectors lie in `examples/signatures.json`.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

TAG = b"incident-hub/leaf/v1"
MAX_BATCH = 64
SIG_HEADER = "ce_sig"
_MAX_PATH = 6  # a tree of 64 leaves is 6 levels deep


class SignatureError(ValueError):
    """The signature attribute is not of its form."""


def _part(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


@lru_cache(maxsize=256)
def _text_part(text: str) -> bytes:
    return _part(text.encode())


@lru_cache(maxsize=256)
def _prefix(org: str) -> bytes:
    return b"\x00" + _part(TAG) + _text_part(org)


@lru_cache(maxsize=256)
def is_signed(name: str) -> bool:
    """Whether a header is an attribute that the leaf covers."""
    return name == "content-type" or (name.startswith("ce_") and name != SIG_HEADER)


def leaf(org: str, headers: Sequence[tuple[str, bytes]], key: bytes, value: bytes) -> bytes:
    """The 32-byte leaf of one event in `org`'s topic."""
    signed = sorted(header for header in headers if is_signed(header[0]))
    return digest(org, head(signed, key), value)


def head(signed: Sequence[tuple[str, bytes]], key: bytes) -> bytes:
    """What a leaf has between org and value: the signed attributes, which are sorted, and the key."""
    parts = [len(signed).to_bytes(4, "big")]
    for name, data in signed:
        parts += (_text_part(name), len(data).to_bytes(4, "big"), data)
    parts.append(_part(key))
    return b"".join(parts)


def parse_head(data: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """The inverse of `head`: attributes and key. ValueError for anything else."""
    at = 4
    parts = []
    for _ in range(2 * int.from_bytes(data[:4], "big") + 1):
        begin, at = at + 4, at + 4 + int.from_bytes(data[at : at + 4], "big")
        if at > len(data):
            raise ValueError("not the head of a leaf")
        parts.append(data[begin:at])
    if at != len(data):
        raise ValueError("not the head of a leaf")
    return [(name.decode(), content) for name, content in zip(parts[:-1:2], parts[1::2], strict=True)], parts[-1]


def digest(org: str, leaf_head: bytes, value: bytes) -> bytes:
    """The leaf from its parts."""
    return sha256(b"".join((_prefix(org), leaf_head, len(value).to_bytes(4, "big"), value))).digest()


@lru_cache(maxsize=1024)  # the events of a batch share the nodes above their leaves
def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from the leaves up to the root. A node without a sibling moves up as it is, which is the same tree as
    RFC 6962 section 2.1 defines by splitting at the largest power of two."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(below) & ~1 :])
    return levels


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 Merkle tree hash of at least one leaf (leaves are already hashed)."""
    return _levels(leaves)[-1][0]


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """RFC 6962 audit path of one leaf, from the leaf upwards."""
    return _path(_levels(leaves), index)


def _path(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    audit = []
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            audit.append(level[index ^ 1])
        index >>= 1
    return audit


def root_from_path(leaf_hash: bytes, index: int, size: int, audit: Sequence[bytes]) -> bytes | None:
    """The root that a leaf and its path lead to (RFC 9162, 2.1.3.2); None when path and position do not fit."""
    if not 0 <= index < size:
        return None
    fn, sn, node = index, size - 1, leaf_hash
    for sibling in audit:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = _node(sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = _node(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None


@dataclass(frozen=True, slots=True)
class Signature:
    """What `ce_sig` holds: the batch's signature and the event's place in the batch."""

    index: int
    size: int
    signature: bytes
    audit: tuple[bytes, ...]

    def text(self) -> str:
        """`v1.<index>.<size>.<base64url of signature and path>`."""
        blob = base64.urlsafe_b64encode(self.signature + b"".join(self.audit)).decode().rstrip("=")
        return f"v1.{self.index}.{self.size}.{blob}"

    @classmethod
    def parse(cls, text: bytes) -> "Signature":
        """The inverse of `text`; SignatureError for anything else."""
        parts = text.split(b".")
        if len(text) > 600 or len(parts) != 4 or parts[0] != b"v1" or not (parts[1].isdigit() and parts[2].isdigit()):
            raise SignatureError("ce_sig is not v1.<index>.<size>.<base64url>")
        try:
            blob = base64.b64decode(parts[3] + b"=" * (-len(parts[3]) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            raise SignatureError("ce_sig is not base64url") from None
        index, size, audit = int(parts[1]), int(parts[2]), blob[64:]
        if (
            not (1 <= size <= MAX_BATCH and index < size)
            or len(blob) < 64
            or len(audit) % 32
            or len(audit) > 32 * _MAX_PATH
        ):
            raise SignatureError("ce_sig does not describe a place in a batch of 1 to 64 events")
        return cls(index, size, blob[:64], tuple(audit[i : i + 32] for i in range(0, len(audit), 32)))


def sign_batch(private: Ed25519PrivateKey, leaves: Sequence[bytes]) -> list[Signature]:
    """One signature for 1 to 64 leaves, with each leaf's path."""
    if not 1 <= len(leaves) <= MAX_BATCH:
        raise ValueError(f"a batch has 1 to {MAX_BATCH} events, not {len(leaves)}")
    levels = _levels(leaves)
    signature = private.sign(levels[-1][0])
    return [Signature(i, len(leaves), signature, tuple(_path(levels, i))) for i in range(len(leaves))]


def verifies(public: Ed25519PublicKey, leaf_hash: bytes, signature: Signature) -> bool:
    """Whether this one leaf is covered by this signature; needs nothing else of the batch."""
    top = root_from_path(leaf_hash, signature.index, signature.size, signature.audit)
    if top is None:
        return False
    try:
        public.verify(signature.signature, top)
    except InvalidSignature:
        return False
    return True
