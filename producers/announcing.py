"""The hub's own word on topics of one partition that it alone writes. What lies there already is not looked up."""

from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.sign import Signer
from schemas.event import Event
from schemas.signature import MAX_BATCH
from wire.names import HUB_ORG
from wire.producer import Producer


def announce(producer: Producer, key: Ed25519PrivateKey, said: Mapping[str, Sequence[Event]]) -> None:
    """Sign and send what the hub says on each topic, in order; returns when it is acknowledged. Raises WireError."""
    signer = Signer(HUB_ORG, key)
    producer.expect(said)
    for topic, events in said.items():
        for first in range(0, len(events), MAX_BATCH):
            batch = [signer.prepare(event) for event in events[first : first + MAX_BATCH]]
            for one, signed in zip(batch, signer.sign(batch), strict=True):
                producer.send(topic, 0, one.key, one.value, signed.headers)
    producer.flush()
