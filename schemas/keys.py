"""Ed25519 keys of members: their ids, the proof that whoever registers a key holds it, and how one follows another."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_PROOF_TAG = b"incident-hub/proof-of-possession/v1\x00"


def public_bytes(public: Ed25519PublicKey) -> bytes:
    """The 32 bytes of RFC 8032."""
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """`ed25519:` and the first 16 hex digits of the SHA-256 of the public key."""
    return "ed25519:" + sha256(public).hexdigest()[:16]


def proof(private: Ed25519PrivateKey, org: str) -> bytes:
    """Proof of possession: the key signs the org it is for, and itself."""
    return endorsement(private, org, public_bytes(private.public_key()))


def proves(public: bytes, org: str, signature: bytes) -> bool:
    """Whether `signature` is that proof."""
    return endorses(public, org, public, signature)


def endorsement(old: Ed25519PrivateKey, org: str, public: bytes) -> bytes:
    """Rotation: the old key signs the new key's proof text."""
    return old.sign(_text(org, public))


def endorses(old: bytes, org: str, public: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of the old public key for the new one."""
    try:
        Ed25519PublicKey.from_public_bytes(old).verify(signature, _text(org, public))
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(org: str, public: bytes) -> bytes:
    return _PROOF_TAG + org.encode() + b"\x00" + public
