"""Ed25519 keys of members: their ids and the proof that whoever registers a key holds it."""

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
    return private.sign(_PROOF_TAG + org.encode() + b"\x00" + public_bytes(private.public_key()))


def proves(public: bytes, org: str, signature: bytes) -> bool:
    """Whether `signature` is that proof."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _PROOF_TAG + org.encode() + b"\x00" + public)
    except (InvalidSignature, ValueError):
        return False
    return True
