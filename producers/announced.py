"""What the hub announces about sealed sections on `hub.governance`: its keys, and data subjects that were erased.

Only what the hub has signed counts, from the key with which it founded itself on. Which key that was is kept beside the
keys of data subjects (subject_keys.py): another hub's announcements are refused.
"""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from schemas.codec import BodyError, decode
from schemas.keys import key_id
from schemas.sealing import SUITE, epoch_id
from schemas.signature import Signature, SignatureError, leaf, verifies
from wire.access import Access
from wire.consumer import TopicReader
from wire.names import GOVERNANCE, HUB_ORG
from wire.records import Record


@dataclass(slots=True)
class Announced:
    """A fold over the records of `hub.governance`, for one org."""

    org: str
    hub: str = ""
    """The id of the key that the hub was founded with; empty before that."""
    epochs: list[tuple[str, bytes]] = field(default_factory=list)
    """Id and public half of the keys for which publishers wrap, in order: the last one is in use."""
    erased: list[str] = field(default_factory=list)
    """The org's erased data subjects."""
    _keys: dict[str, bytes] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """One record, in order; what the hub has not signed is passed over."""
        try:
            schema, value = decode(record.value or b"")
        except BodyError:
            return
        if not self.hub and schema.type == "ParticipantRegistered" and value["org"] == HUB_ORG and value["keys"]:
            founding = {key_id(value["keys"][0]["public_key"]): value["keys"][0]["public_key"]}
            if _signed(founding, record):  # it stands by its own signature
                self._keys, (self.hub,) = founding, founding
        elif not _signed(self._keys, record):
            return
        elif schema.type == "KeyChanged" and value["org"] == HUB_ORG:
            public = value["key"]["public_key"]
            self._keys.pop(key_id(public), None)
            if value["change"] == "ADDED":
                self._keys[key_id(public)] = public
        elif schema.type == "SubjectErased" and value["org"] == self.org:
            self.erased.append(value["subject"])
        elif schema.type == "SealingKeySet" and value["suite"] == SUITE:
            self.epochs.append((epoch_id(value["public_key"]), value["public_key"]))


def read_announced(access: Access, org: str) -> Announced:
    """All that the hub has announced so far. Raises WireError when the topic cannot be read."""
    told = Announced(org)
    with TopicReader(access, GOVERNANCE) as reader:
        for batch in reader.to_end():
            for record in batch.records:
                told.take(record)
    return told


def _signed(keys: dict[str, bytes], record: Record) -> bool:
    """Whether one of these keys of the hub's has signed it."""
    try:
        attributes = [(name.decode(), data or b"") for name, data in record.headers]
        named = dict(attributes)
        public = Ed25519PublicKey.from_public_bytes(keys[named["ce_keyid"].decode()])
        signature = Signature.parse(named["ce_sig"])
    except (KeyError, ValueError, SignatureError):
        return False
    return verifies(public, leaf(HUB_ORG, attributes, record.key or b"", record.value or b""), signature)
