"""Members of the test broker as they are elsewhere: registered with a key, a profile in a folder of their own."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from subprocess import Popen
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.governance import participant_registered
from producers.profile import Profile, new_key
from producers.publisher import publish
from producers.sign import identity
from schemas.codec import decode
from schemas.keys import key_id, proof, public_bytes
from schemas.signature import leaf
from tests.broker_fixture import RunningBroker
from tests.producers.light import Interpreter
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


def started(python: Interpreter, service: Path, profile: Profile, *words: str) -> Popen[str]:
    """A service of a member in a process of its own."""
    return python.start(str(service), str(profile.folder / f"{profile.org}.toml"), *words)


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


def check(own: Access, facts: int, step: Callable[[dict[str, Any]], int]) -> int:
    """Exactly these facts, each in the order of its key, repeats with the same leaf; how many repeats there are. `step`
    says which one of its key a value is."""
    records = stored(own)
    found = leaves(own.user, records)
    assert len(found) == len({fact for fact, _ in found}) == facts
    first: dict[bytes, list[int]] = {}
    for record in records:
        number, steps = step(decode(record.value or b"")[1]), first.setdefault(record.key or b"", [])
        if number not in steps:
            steps.append(number)
    assert all(a < b for steps in first.values() for a, b in pairwise(steps))
    return found.total() - len(found)
