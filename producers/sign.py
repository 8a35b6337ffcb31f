"""Events to signed records: encoded, then in batches of one partition that one signature covers.

What an event says (`Prepared`) does not depend on who signs it; key id and salt join it in `sign`. Everything but the
place in the batch is a function of the event and the key, so publishing again gives the same leaf.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.codec import MAX_VALUE, encode
from schemas.encoding import FitError
from schemas.event import PROVENANCES, SHARINGS, Event, fact_id, headers
from schemas.keys import key_id, public_bytes
from schemas.registry import latest
from schemas.signature import SIG_HEADER, digest, head, leaf, parse_head, sign_batch

Headers = list[tuple[str, bytes]]
MAX_ATTRIBUTES = 32 * 1024
"""Most bytes of key and attributes; a hub takes twice as many, signature included."""
_SALT_TAG = b"incident-hub/salt/v1"
_BOUND_TO_KEY = ("ce_keyid", "ce_salt")


class EventError(ValueError):
    """An event that cannot be published; the message names its type and subject."""


class ConflictError(EventError):
    """The same id was published with other content: a correction is a new version, with an id of its own."""


class Prepared(NamedTuple):
    """An event as bytes, before anybody signs it: `headers` are the attributes without those of the key, `head` is what
    a digest of them and the key is made from."""

    type: str
    id: str
    fact: bytes
    key: bytes
    value: bytes
    headers: Headers
    head: bytes
    content: bytes

    @property
    def size(self) -> int:
        """Bytes of key, value and attributes, with their lengths."""
        return len(self.head) + len(self.value)


class Signed(NamedTuple):
    """The complete headers of one record, and its leaf."""

    headers: Headers
    leaf: bytes


def identity(source: str, event_id: str) -> bytes:
    """16 bytes for (`ce_source`, `ce_id`), which is what a fact of one org is known by."""
    return bytes.fromhex(fact_id(source, event_id))


def restored(org: str, event_head: bytes, value: bytes) -> Prepared:
    """An event from its head and value. ValueError when that is no head."""
    attributes, key = parse_head(event_head)
    named = dict(attributes)
    try:
        kind, event_id, source = (named[name].decode() for name in ("ce_type", "ce_id", "ce_source"))
    except KeyError:
        raise ValueError("not the head of an event") from None
    told = digest(org, event_head, value)
    return Prepared(kind, event_id, identity(source, event_id), key, value, attributes, event_head, told)


def content(org: str, attributes: Sequence[tuple[str, bytes]], key: bytes, value: bytes) -> bytes:
    """Digest of what a record says, whichever key of `org` signed it: its leaf without the attributes of the key."""
    return leaf(org, [a for a in attributes if a[0] not in _BOUND_TO_KEY], key, value)


def check_envelope(org: str, event: Event) -> None:
    """EventError for what every hub would refuse on `org`'s topic, whatever the value says."""
    named = f"{event.type} {event.subject}"
    source = event.source.split("/")
    if len(source) != 3 or source[:2] != ["", org] or not source[2]:
        raise EventError(f"{named}: the source of {org}'s events is /{org}/ADAPTER")
    if not event.id or not event.subject:
        raise EventError(f"{named} needs an id and a subject")
    if event.provenance not in PROVENANCES:
        raise EventError(f"{named}: provenance is one of {', '.join(PROVENANCES)}")
    if event.sharing not in SHARINGS:
        raise EventError(f"{named}: sharing is one of {', '.join(SHARINGS)}")
    if any("," in item or not item for items in (event.interest, event.audience, event.purposes) for item in items):
        raise EventError(f"{named}: each of interest, audience and purposes is a tuple of words without a comma")


def about_subjects(event: Event) -> list[Mapping[str, Any]]:
    """The sections that name data subjects; whatever the encoder would take for one counts."""
    sections = event.value.get("sections")
    if not isinstance(sections, Sequence):
        return []
    return [section for section in sections if isinstance(section, Mapping) and section.get("subjects")]


class Signer:
    """Prepares and signs the events of one org with one key."""

    def __init__(self, org: str, private: Ed25519PrivateKey) -> None:
        self.org = org
        self.key_id = key_id(public_bytes(private.public_key()))
        self._private = private
        # Only the holder of the key can compute a salt, so a neighbour's leaf tells nothing about its content.
        salt_key = hmac.digest(private.private_bytes_raw(), _SALT_TAG, sha256)
        self._salting = hmac.new(salt_key, digestmod=sha256)

    def prepare(self, event: Event) -> Prepared:
        """Encode one event. Raises EventError when its value is not of its schema or too large."""
        if any(section.get("key_ref") is None for section in about_subjects(event)):
            raise EventError(f"{event.type} {event.subject} names data subjects, and is not sealed")
        try:
            value = encode(latest(event.type), event.value)
            attributes, key = headers(event, "", b""), event.subject.encode()
        except FitError as error:
            where = str(error).strip(" .")
            raise EventError(f"{event.type} {event.subject} is not of its schema: {where}") from error
        except (ValueError, TypeError, AttributeError) as error:  # the text may hold what must not be shown
            raise EventError(f"{event.type} {event.subject} is not of its schema ({type(error).__name__})") from error
        told, event_head = identity(event.source, event.id), head(attributes, key)
        prepared = Prepared(
            event.type, event.id, told, key, value, attributes, event_head, digest(self.org, event_head, value)
        )
        most = MAX_VALUE - 2 * MAX_ATTRIBUTES  # the broker bounds the record, which holds the attributes too
        if len(value) > most:
            raise EventError(f"{event.type} {event.subject} has {len(value)} bytes; at most {most} are published")
        if prepared.size - len(value) > MAX_ATTRIBUTES:
            raise EventError(f"{event.type} {event.subject}: subject and attributes exceed {MAX_ATTRIBUTES} bytes")
        return prepared

    def sign(self, batch: Sequence[Prepared]) -> list[Signed]:
        """The complete headers and the leaf of 1 to 64 events of one partition, in order."""
        by = ("ce_keyid", self.key_id.encode())
        bound = [sorted([*one.headers, by, ("ce_salt", self._salt(one.id))]) for one in batch]
        leaves = [
            digest(self.org, head(attributes, one.key), one.value) for attributes, one in zip(bound, batch, strict=True)
        ]
        return [
            Signed([*attributes, (SIG_HEADER, signature.text().encode())], told)
            for attributes, told, signature in zip(bound, leaves, sign_batch(self._private, leaves), strict=True)
        ]

    def _salt(self, event_id: str) -> bytes:
        salting = self._salting.copy()  # unlike hmac.digest it keeps the interpreter's lock, which others wait for
        salting.update(event_id.encode())
        return salting.digest()[:16].hex().encode()
