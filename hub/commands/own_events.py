"""What lies on a member's own topic about one subject: read with the profile alone, so on any machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from producers.profile import Profile
from schemas.codec import BodyError, decode
from wire.consumer import TopicReader
from wire.records import Record


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event as it was published, and where it lies; `tier` is that of its open part."""

    type: str
    id: str
    source: str
    role: str
    tier: Mapping[str, Any]
    value: Mapping[str, Any]
    place: tuple[int, int]
    """Partition and offset."""
    appended: int

    def before(self, other: "OwnEvent") -> bool:
        """Whether it lies before another, as the hub orders them."""
        if self.place[0] == other.place[0]:
            return self.place[1] < other.place[1]
        return self.appended <= other.appended


def own_events(profile: Profile, subject: str) -> list[OwnEvent]:
    """Every event of this member about the subject, in order of the broker's time. Raises WireError."""
    found = []
    with TopicReader(profile.access, profile.topic) as reader:
        for batch in reader.to_end():
            found += [event for record in batch.records if record.key == subject.encode() and (event := _read(record))]
    return sorted(found, key=lambda event: (event.appended, event.place))


def _read(record: Record) -> OwnEvent | None:
    try:
        told = {name.decode(): (data or b"").decode() for name, data in record.headers}
        schema, value = decode(record.value or b"")
        tier = {
            "sharing": told["ce_sharing"],
            "audience": [word for word in told.get("ce_audience", "").split(",") if word],
            "purposes": [word for word in told.get("ce_purposes", "").split(",") if word],
        }
        place = (record.partition, record.offset)
        named = (schema.type, told["ce_id"], told["ce_source"], told["ce_role"])
    except (UnicodeDecodeError, BodyError, KeyError):
        return None  # no event: the hub has it among the faults
    return OwnEvent(*named, tier, value, place, record.append_time)
