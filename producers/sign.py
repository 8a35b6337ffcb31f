"""Events to signed records: encoded, salted, in batches of one partition that one signature covers.

Everything but the place in the batch is a function of the event and the key, so publishing again gives the same leaf.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.codec import MAX_VALUE, encode
from schemas.event import Event, headers
from schemas.keys import key_id, public_bytes
from schemas.registry import latest
from schemas.signature import SIG_HEADER, leaf, sign_batch

Headers = list[tuple[str, bytes]]
_SALT_TAG = b"incident-hub/salt/v1"
_BOUND_TO_KEY = ("ce_keyid", "ce_salt")


class EventError(ValueError):
    """An event that cannot be published; the message names its type and subject."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An event as bytes, before its batch is signed."""

    event: Event
    key: bytes
    value: bytes
    headers: Headers
    leaf: bytes
    content: bytes


def content(org: str, attributes: Sequence[tuple[str, bytes]], key: bytes, value: bytes) -> bytes:
    """Digest of what a record says, whichever key of `org` signed it: its leaf without the attributes of the key."""
    return leaf(org, [a for a in attributes if a[0] not in _BOUND_TO_KEY], key, value)


class Signer:
    """Prepares and signs the events of one org with one key."""

    def __init__(self, org: str, private: Ed25519PrivateKey) -> None:
        self.org = org
        self.key_id = key_id(public_bytes(private.public_key()))
        self._private = private
        # Only the holder of the key can compute a salt, so a neighbour's leaf tells nothing about its content.
        self._salt_key = hmac.digest(private.private_bytes_raw(), _SALT_TAG, sha256)

    def prepare(self, event: Event) -> Prepared:
        """Encode one event. Raises EventError when its value is not of its schema or too large."""
        try:
            value = encode(latest(event.type), event.value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # fastavro names the field in most cases; its text may also hold the value, which must not be shown
            raise EventError(f"{event.type} {event.subject} is not of its schema ({type(error).__name__})") from error
        if len(value) > MAX_VALUE:
            raise EventError(f"{event.type} {event.subject} has {len(value)} bytes; at most {MAX_VALUE} are read")
        salt = hmac.digest(self._salt_key, event.id.encode(), sha256)[:16]
        attributes, key = headers(event, self.key_id, salt), event.subject.encode()
        return Prepared(
            event,
            key,
            value,
            attributes,
            leaf(self.org, attributes, key, value),
            content(self.org, attributes, key, value),
        )

    def sign(self, batch: Sequence[Prepared]) -> list[Headers]:
        """The complete headers of 1 to 64 events of one partition, in order."""
        signatures = sign_batch(self._private, [prepared.leaf for prepared in batch])
        return [
            [*prepared.headers, (SIG_HEADER, signature.text().encode())]
            for prepared, signature in zip(batch, signatures, strict=True)
        ]
