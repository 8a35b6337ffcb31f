"""What the hub concluded about a member's records: published by the hub, read by the member wherever its profile works.

The events are RecordsJudged on `hub.to.<org>`. What is said later of an offset replaces what was said before, so a
stretch that is told twice counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.announcing import announce
from producers.folder import event
from producers.governance import records_judged
from producers.profile import Profile
from producers.standing import StandingError, read_standings
from schemas.codec import BodyError, decode
from wire.access import Access
from wire.consumer import TopicReader, last_records
from wire.names import HUB_ORG, conclusions_topic
from wire.producer import Producer
from wire.records import Record

Coordinates = tuple[int, int]
"""Partition and offset."""


@dataclass(frozen=True, slots=True)
class Conclusions:
    """What the hub said of one topic: how far each partition is judged, and what is no fact among it."""

    topic: str
    positions: Mapping[int, int]
    """The offset behind the last record that was judged."""
    faults: Mapping[Coordinates, Mapping[str, Any]]
    """source, reason, detail and recorded (microseconds since 1970 UTC)."""

    def document(self, org: str) -> dict[str, Any]:
        """As the query `faults` answers, with the positions that it rests on."""
        return {
            "name": "faults",
            "params": {"org": org},
            "positions": {f"{self.topic}/{number}": at for number, at in sorted(self.positions.items())},
            "rows": [fault_row(org, self.topic, at, fault) for at, fault in self.by_time()],
        }

    def by_time(self) -> list[tuple[Coordinates, Mapping[str, Any]]]:
        """The faults in the order of the query."""
        return sorted(self.faults.items(), key=lambda item: (item[1]["recorded"], item[0]))


def fault_row(org: str, topic: str, at: Coordinates, fault: Mapping[str, Any]) -> dict[str, Any]:
    """A fault as a row of the query `faults`."""
    moment = datetime.fromtimestamp(fault["recorded"] / 1_000_000, UTC)
    return {
        "kafka_topic": topic, "kafka_partition": at[0], "kafka_offset": at[1], "org": org, "source": fault["source"],
        "reason": fault["reason"], "detail": fault["detail"],
        "recorded_at": moment.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }  # fmt: skip


def read_conclusions(profile: Profile, topic_id: bytes) -> Conclusions | None:
    """What the hub told this member about its topic under this id; None from a hub that tells nothing.

    Raises StandingError for what the hub did not sign, WireError.
    """
    topic = conclusions_topic(profile.org)
    if topic not in last_records(profile.access, [topic]):
        return None
    hub = read_standings(profile.access).get(HUB_ORG)
    keys = {name: public for name, (public, _) in (hub.keys | hub.revoked).items()} if hub else {}
    wanted = str(UUID(bytes=topic_id))
    positions: dict[int, int] = {}
    faults: dict[Coordinates, Mapping[str, Any]] = {}
    with TopicReader(profile.access, topic) as reader:
        for batch in reader.to_end():
            for record in batch.records:
                for stretch in _stretches(profile, record, keys):
                    if stretch["topic_id"] == wanted:
                        _take(stretch, positions, faults)
    return Conclusions(profile.topic, positions, faults)


def _take(stretch: Mapping[str, Any], positions: dict[int, int], faults: dict[Coordinates, Mapping[str, Any]]) -> None:
    partition, first, after = stretch["partition"], stretch["first_offset"], stretch["next_offset"]
    for offset in range(first, min(after, positions.get(partition, 0))):  # said again
        faults.pop((partition, offset), None)
    faults.update({(partition, fault["offset"]): fault for fault in stretch["faults"]})
    positions[partition] = max(after, positions.get(partition, 0))


def _stretches(profile: Profile, record: Record, keys: Mapping[str, bytes]) -> Sequence[Mapping[str, Any]]:
    signed = event(HUB_ORG, record.key, record.value, record.headers, keys)
    try:
        schema, value = decode(record.value or b"")
    except BodyError as error:
        if signed and error.reason == "UNKNOWN_SCHEMA":
            raise StandingError("the hub is of a later release than this one: update here to read it") from None
        signed = None
    if signed is None:
        raise StandingError(
            f"{record.topic} offset {record.offset} is not signed by the hub: ask its operator what happened there"
        )
    if schema.type != "RecordsJudged" or value["topic"] != profile.topic:
        return ()
    stretches: Sequence[Mapping[str, Any]] = value["stretches"]
    return stretches


class Announcer:
    """Publishes conclusions as the hub; used by one thread."""

    def __init__(self, access: Access, key: Ed25519PrivateKey) -> None:
        self._access, self._key = access, key
        self._producer: Producer | None = None

    def publish(self, told: Mapping[str, Sequence[dict[str, Any]]]) -> None:
        """What each org is told, in order; returns when it is acknowledged. Raises WireError."""
        # soon given up: what was not taken is told later, and a consumer that ends waits for this
        producer, self._producer = self._producer or Producer(self._access, delivery_timeout=10), None
        try:
            said = {conclusions_topic(org): [records_judged(value) for value in values] for org, values in told.items()}
            announce(producer, self._key, said)
        except BaseException:
            producer.close(flush=False)  # one that failed stays failed
            raise
        self._producer = producer

    def close(self) -> None:
        """End the connection."""
        if self._producer is not None:
            self._producer.close()
