"""Publishing: exactly the events that are not there yet, each signed, each acknowledged.

1. Read the org's own topic to its end: the ids that are there, and what each says.
2. Prepare each event; leave out what is there. The same id with other content is never sent: the hub would call it
   a conflict, so it is reported instead.
3. Collect per partition, sign up to 64 at a time, send in order.
4. Wait until the broker has acknowledged every record; the first failure is raised.

A run that is killed leaves some records behind; the next one reads them in step 1 and goes on. If the broker stores a
record of the dead run after step 1, the record is sent twice with the same leaf, which the hub counts once.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.sign import Prepared, Signer, content
from schemas.event import Event
from schemas.signature import MAX_BATCH
from wire.access import Access
from wire.consumer import TopicReader
from wire.names import events_topic
from wire.producer import Producer, partition_for
from wire.records import Record

Progress = Callable[["PublishReport"], None]


@dataclass(slots=True)
class PublishReport:
    """What one run did; `events` counts what was new by type."""

    events: Counter[str] = field(default_factory=Counter)
    already_published: int = 0
    conflicting: list[str] = field(default_factory=list)
    """Subjects whose id is there with other content: not sent. Two readings of one native record."""

    @property
    def seen(self) -> int:
        """Events looked at so far."""
        return self.events.total() + self.already_published + len(self.conflicting)


def published(access: Access, org: str, topic: str) -> dict[tuple[str, str], bytes]:
    """What lies in the org's own topic: (ce_source, ce_id) to the digest of what it says; the first one counts.

    Raises WireError when the topic cannot be read.
    """
    there: dict[tuple[str, str], bytes] = {}
    with TopicReader(access, topic) as reader:
        for batch in reader.to_end():
            for record in batch.records:
                found = _identity(org, record)
                if found is not None:
                    there.setdefault(*found)
    return there


def _identity(org: str, record: Record) -> tuple[tuple[str, str], bytes] | None:
    """Identity and digest of a record; None for one that is no event at all."""
    try:
        attributes = [(name.decode(), data or b"") for name, data in record.headers]
        named = dict(attributes)
        identity = named["ce_source"].decode(), named["ce_id"].decode()
    except (UnicodeDecodeError, KeyError):
        return None
    return identity, content(org, attributes, record.key or b"", record.value or b"")


def publish(
    access: Access,
    org: str,
    key: Ed25519PrivateKey,
    events: Iterable[Event],
    progress: Progress | None = None,
    *,
    topic: str | None = None,
) -> PublishReport:
    """Publish what is new of `events` to the org's own topic (or `topic`, for what else the hub owns).

    Returns when everything is acknowledged. Raises WireError when the broker refuses or does not answer, and
    producers.sign.EventError for an event that is not of its schema; what was sent until then stays, and running
    again goes on from there.
    """
    topic = topic or events_topic(org)
    signer, report = Signer(org, key), PublishReport()
    there = published(access, org, topic)
    with Producer(access) as producer:
        waiting: list[list[Prepared]] = [[] for _ in range(producer.partitions(topic))]

        def send(partition: int) -> None:
            batch, waiting[partition] = waiting[partition], []
            for prepared, attributes in zip(batch, signer.sign(batch), strict=True):
                producer.send(topic, partition, prepared.key, prepared.value, attributes)

        for event in events:
            prepared = signer.prepare(event)
            known = there.setdefault((event.source, event.id), prepared.content)
            if known is prepared.content:
                partition = partition_for(prepared.key, len(waiting))
                waiting[partition].append(prepared)
                report.events[event.type] += 1
                if len(waiting[partition]) == MAX_BATCH:
                    send(partition)
            elif known == prepared.content:
                report.already_published += 1
            else:
                report.conflicting.append(event.subject)
            if progress is not None:
                progress(report)
        for partition, batch in enumerate(waiting):
            if batch:
                send(partition)
        producer.flush()
    return report
