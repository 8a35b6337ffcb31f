"""Members of the test broker as they are elsewhere: registered with a key, a profile in a folder of their own."""

from collections import Counter
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.governance import participant_registered
from producers.profile import Profile, new_key
from producers.publisher import publish
from producers.sign import identity
from schemas.keys import key_id, proof, public_bytes
from schemas.signature import leaf
from tests.broker_fixture import RunningBroker
from wire.access import Access
from wire.consumer import TopicReader
from wire.names import GOVERNANCE, events_topic
from wire.records import Record

HUB_KEY = Ed25519PrivateKey.generate()


def registered(broker: RunningBroker, own: Access, role: str, folder: Path) -> Profile:
    """Register a member of the broker; its profile and key lie in `folder`."""
    key = new_key(folder / f"{own.user}.key")
    public = public_bytes(key.public_key())
    event = participant_registered(own.user, own.user, [role], [(public, proof(key, own.user))])
    publish(broker.access_hub, "hub", HUB_KEY, [event], topic=GOVERNANCE)
    file = folder / f"{own.user}.toml"
    Profile(own.user, (role,), own.bootstrap, own.user, own.password, f"{own.user}.key", key_id(public)).save(file)
    return Profile.load(file)


def stored(access: Access, topic: str | None = None) -> list[Record]:
    """All that lies in the member's topic."""
    with TopicReader(access, topic or events_topic(access.user)) as reader:
        return [record for batch in reader.to_end() for record in batch.records]


def headers(record: Record) -> dict[str, bytes]:
    """Attributes by name."""
    return {name.decode(): data or b"" for name, data in record.headers}


def leaves(org: str, records: list[Record]) -> Counter[tuple[bytes, bytes]]:
    """How often each (identity, leaf) lies there."""
    found: Counter[tuple[bytes, bytes]] = Counter()
    for record in records:
        told = headers(record)
        fact = identity(told["ce_source"].decode(), told["ce_id"].decode())
        found[fact, leaf(org, list(told.items()), record.key or b"", record.value or b"")] += 1
    return found
