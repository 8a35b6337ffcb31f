"""Sealed sections: what a section about persons leaves its publisher as, and how the hub gets to read it.

| what | how |
| --- | --- |
| subject key | 32 random bytes for each data subject of an org; whoever destroys it erases |
| key id | HKDF-SHA256 (RFC 5869) of it: names the key, and commits to it, without telling it |
| section key | HKDF-SHA256 of the keys of all its subjects, in the order of their names: each of them is needed |
| body | AES-256-SIV (RFC 5297): authenticated, and deterministic. The synthetic IV is the section's `nonce` |
| wrap | HPKE base mode (RFC 9180): X25519, HKDF-SHA256, AES-256-GCM, to a key of the hub for one **epoch** |

Deterministic, because publishing again must give the same leaf. AES-SIV is made for that: without a nonce it shows
that two inputs are equal, and nothing else (RFC 5297, section 1.3.1). The associated data hold org, `ce_source`,
`ce_id`, name and subjects, so equal inputs are one section of one event, and no section can be moved elsewhere.

A wrap is random, and made once for a subject and an epoch: the publisher keeps it.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
MAX_SUBJECTS = 16
"""Most data subjects of one section."""
MAX_SUBJECT = 200
"""Most characters of one."""
SUITE = "0020-0001-0002"
"""KEM, KDF and AEAD of the wraps, as RFC 9180 numbers them (section 7)."""
MARK = b"sealed.v1."
"""What a `key_ref` begins with: a record without these bytes has no section that a hub could open."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_IV = 16
_WRAPPED = r"[0-9a-f]{32}:[A-Za-z0-9_-]{107}"
_KEY_REF = re.compile(
    rf"sealed\.v1\.(x25519:[0-9a-f]{{16}})\.({_WRAPPED}(?:,{_WRAPPED}){{0,{MAX_SUBJECTS - 1}}})", re.ASCII
)
_TAG = b"incident-hub/sealing/v1/"


class SealError(ValueError):
    """A sealed section, or its `key_ref`, that cannot be read; the message holds no value."""


class Place(NamedTuple):
    """The event that a section belongs to."""

    org: str
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class KeyRef:
    """What `key_ref` says: the hub's key, and for each subject, in sorted order, key id and wrapped key."""

    epoch: str
    keys: tuple[tuple[str, bytes], ...]

    def text(self) -> str:
        """As it stands in the record: `sealed.v1.<epoch>.<key id>:<base64url of the wrap>,…` without padding."""
        parts = [f"{name}:{base64.urlsafe_b64encode(wrap).decode().rstrip('=')}" for name, wrap in self.keys]
        return f"{MARK.decode()}{self.epoch}.{','.join(parts)}"

    @classmethod
    def parse(cls, text: str) -> "KeyRef":
        """The inverse of `text`; SealError for anything else."""
        found = _KEY_REF.fullmatch(text)
        if found is None:
            raise SealError("key_ref is not sealed.v1.<epoch>.<key id>:<wrap>,…")
        pairs = [part.split(":") for part in found[2].split(",")]
        return cls(found[1], tuple((name, base64.urlsafe_b64decode(f"{wrap}=")) for name, wrap in pairs))


def key_id(key: bytes) -> str:
    """The id of a subject key: 32 hex digits from which nobody comes back to the key."""
    return _derived(key, b"key-id", 16).hex()


def epoch_id(public: bytes) -> str:
    """`x25519:` and the first 16 hex digits of the SHA-256 of the hub's public key."""
    return "x25519:" + sha256(public).hexdigest()[:16]


def wrap(key: bytes, org: str, subject: str, public: bytes) -> bytes:
    """The subject's key for who has the private half of `public`: 80 bytes, others each time."""
    return _SUITE.encrypt(key, X25519PublicKey.from_public_bytes(public), _about(org, subject))


def unwrap(wrapped: bytes, name: str, org: str, subject: str, private: bytes) -> bytes:
    """The subject's key. SealError when it was not wrapped for this org and subject, or is not the key of this id."""
    try:
        key = _SUITE.decrypt(wrapped, X25519PrivateKey.from_private_bytes(private), _about(org, subject))
    except (InvalidTag, ValueError):
        raise SealError("the wrap does not open") from None
    if len(key) != KEY_BYTES or key_id(key) != name:
        raise SealError("the wrap holds another key than its id says")
    return key


def seal(place: Place, name: str, keys: Mapping[str, bytes], body: bytes) -> tuple[bytes, bytes]:
    """(`nonce`, `body`) of a section under the keys of its subjects; as long as the clear body."""
    subjects = sorted(keys)
    sealed = _cipher([keys[subject] for subject in subjects]).encrypt(body, [_bound(place, name, subjects)])
    return sealed[:_IV], sealed[_IV:]


def unseal(place: Place, name: str, keys: Mapping[str, bytes], nonce: bytes | None, body: bytes) -> bytes:
    """The clear body. SealError when it is not what was sealed at this place under these keys."""
    subjects = sorted(keys)
    if nonce is None or len(nonce) != _IV:
        raise SealError("a sealed section has a nonce of 16 bytes")
    cipher = _cipher([keys[subject] for subject in subjects])
    try:
        return cipher.decrypt(nonce + body, [_bound(place, name, subjects)])
    except InvalidTag:
        raise SealError("the section was not sealed here under these keys") from None


def _cipher(keys: Sequence[bytes]) -> AESSIV:
    return AESSIV(_derived(b"".join(keys), b"section", 64))


def _derived(key: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=_TAG + use).derive(key)


def _bound(place: Place, name: str, subjects: Sequence[str]) -> bytes:
    """Associated data: every part length-prefixed, so that none runs into the next."""
    return _parts(*place, name, *subjects)


def _about(org: str, subject: str) -> bytes:
    return _TAG + b"wrap" + _parts(org, subject)


def _parts(*texts: str) -> bytes:
    return b"".join(len(data).to_bytes(4, "big") + data for data in (text.encode() for text in texts))
