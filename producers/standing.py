"""How members stand with the hub, as its governance topic says: what to look at before publishing or registering."""

from dataclasses import dataclass, field
from typing import Any

from schemas.codec import BodyError, decode
from wire.access import Access
from wire.consumer import TopicReader
from wire.names import GOVERNANCE


class StandingError(Exception):
    """The org may not publish with this key now; the message says what to do."""


PublicHalf = tuple[bytes, bytes]
"""A public key (32 bytes) and the proof of possession."""


@dataclass(slots=True)
class Standing:
    """The latest registration of an org, the `ce_id` of its event, and its keys: id to public key and proof."""

    registration: dict[str, Any]
    event_id: str
    keys: dict[str, PublicHalf] = field(default_factory=dict)
    """Valid now."""
    revoked: dict[str, PublicHalf] = field(default_factory=dict)
    """Valid once, never again."""


def read_standings(access: Access) -> dict[str, Standing]:
    """Every registered org. Signatures are not checked here: only the hub can write to this topic.

    Raises WireError when the topic cannot be read.
    """
    standings: dict[str, Standing] = {}
    with TopicReader(access, GOVERNANCE) as reader:
        for batch in reader.to_end():
            for record in batch.records:
                try:
                    schema, value = decode(record.value or b"")
                except BodyError:
                    continue
                ids = [data for name, data in record.headers if name == b"ce_id" and data]
                if schema.type == "ParticipantRegistered" and ids:
                    standing = standings.setdefault(value["org"], Standing(value, ""))
                    standing.registration, standing.event_id = value, ids[0].decode("ascii", "replace")
                    for key in value["keys"]:
                        _add(standing, key)
                elif schema.type == "KeyChanged" and value["org"] in standings:
                    _change(standings[value["org"]], value)
    return standings


def _add(standing: Standing, key: dict[str, Any]) -> None:
    if key["key_id"] not in standing.revoked:
        standing.keys[key["key_id"]] = (key["public_key"], key["proof"])


def _change(standing: Standing, value: dict[str, Any]) -> None:
    key = value["key"]
    if value["change"] == "ADDED":
        _add(standing, key)
    else:
        standing.keys.pop(key["key_id"], None)
        standing.revoked[key["key_id"]] = (key["public_key"], key["proof"])


def check_may_publish(access: Access, org: str, key_id: str) -> None:
    """StandingError unless `org` is registered, active and holds this key: all else would be faults at the hub."""
    standing = read_standings(access).get(org)
    if standing is None:
        raise StandingError(f"{org} is not registered at this hub: ask its operator for `hub member add {org}`")
    if standing.registration["status"] != "ACTIVE":
        raise StandingError(f"{org} is suspended at this hub: ask its operator")
    if key_id not in standing.keys:
        raise StandingError(f"the key {key_id} is not registered for {org}: register it, or use the registered one")
