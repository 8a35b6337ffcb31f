"""An export into another hub: the same bytes, so the same leaves, so the same facts.

1. Read the org's own topic: what is there is left out, and so is what would conflict with it.
2. Verify the whole folder; not a byte is sent before its last record was found as it was exported.
3. See that the org stands here with the keys and roles under which the rest was signed: it would be faults otherwise.
4. Send the rest as it is, each record into the partition it came from.

A run that is killed leaves some records behind; the next one finds them in step 1 and goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from producers.folder import Entry, FolderError, Manifest, entries, event, read_manifest
from producers.profile import Profile
from producers.standing import Standing, StandingError, read_standings
from wire.consumer import TopicReader
from wire.producer import Producer, partition_for

Identity = tuple[bytes, bytes]


@dataclass(slots=True)
class Imported:
    """What one run did."""

    org: str
    events: int = 0
    already_there: int = 0
    conflicting: list[str] = field(default_factory=list)
    """Events whose id is there with another leaf: not sent."""
    no_events: list[str] = field(default_factory=list)
    """Records that no key of the org signed as an event, and unreadable batches: not sent."""


def check(folder: Path) -> Manifest:
    """Verify a folder without any hub. FolderError names the record that is not as it was exported."""
    manifest = read_manifest(folder)
    for _ in entries(folder, manifest):
        pass
    return manifest


def import_folder(profile: Profile, folder: Path, progress: Callable[[int], None] | None = None) -> Imported:
    """Publish what is new of the folder under the member's own credentials.

    Raises FolderError, StandingError when this hub would call the events faults, WireError.
    """
    manifest = read_manifest(folder)
    if manifest.org != profile.org:
        raise FolderError(f"{folder} has the events of {manifest.org}, which {profile.org} cannot publish")
    standing = read_standings(profile.access).get(profile.org)
    if standing is None or standing.registration["status"] != "ACTIVE":
        raise StandingError(f"{profile.org} is not registered and active at this hub: ask its operator")
    there = _published(profile, {name: key for name, (key, _) in (standing.keys | standing.revoked).items()})
    keys, roles = set(), set()
    for entry in entries(folder, manifest):
        if entry.attributes is not None and _identity(entry) not in there:
            keys.add(entry.attributes["ce_keyid"].decode())
            roles.add(entry.attributes["ce_role"].decode("utf-8", "replace"))
    _check_standing(standing, manifest, keys, roles)
    done = Imported(profile.org)
    with Producer(profile.access) as producer:
        partitions = producer.partitions(profile.topic)
        for entry in entries(folder, manifest):
            if entry.leaf is None or entry.attributes is None or entry.key is None or entry.value is None:
                done.no_events.append(entry.place)
                continue
            known = there.setdefault(_identity(entry), entry.leaf)
            if known is entry.leaf:
                fits = entry.partition < partitions
                partition = entry.partition if fits else partition_for(entry.key, partitions)
                producer.send(profile.topic, partition, entry.key, entry.value, _headers(entry))
                done.events += 1
            elif known == entry.leaf:
                done.already_there += 1
            else:
                done.conflicting.append(entry.place)
            if progress is not None:
                progress(done.events + done.already_there)
        producer.flush()
    return done


def _check_standing(standing: Standing, manifest: Manifest, keys: set[str], roles: set[str]) -> None:
    """StandingError unless these keys of the export are valid here now, and these roles registered."""
    org = manifest.org
    held = {name for name in keys if name in standing.keys and standing.keys[name][0] == manifest.keys[name]}
    if missing := sorted(keys - held):
        files = ", ".join(f"{name.replace(':', '-')}.pub" for name in missing)
        raise StandingError(
            f"events were signed with {', '.join(missing)}, no valid key of {org} at this hub: its operator adds each "
            f"with `hub member add {org} --public-key FILE` ({files} of the export)"
        )
    if missing := sorted(roles - set(standing.registration["roles"])):
        raise StandingError(
            f"{org} is not registered as {', '.join(missing)} at this hub: `hub member add {org}` with each --role"
        )


def _published(profile: Profile, keys: dict[str, bytes]) -> dict[Identity, bytes]:
    """What lies in the org's topic: identity to leaf; the first one counts."""
    there: dict[Identity, bytes] = {}
    with TopicReader(profile.access, profile.topic) as reader:
        for batch in reader.to_end():
            for r in batch.records:
                found = event(profile.org, r.key, r.value, r.headers, keys)
                if found is not None:
                    there.setdefault((found[1]["ce_source"], found[1]["ce_id"]), found[0])
    return there


def _identity(entry: Entry) -> Identity:
    attributes = entry.attributes or {}
    return attributes["ce_source"], attributes["ce_id"]


def _headers(entry: Entry) -> list[tuple[str, bytes]]:
    """The headers in their order; an event's names are text, and none of its values is absent."""
    return [(name.decode(), data or b"") for name, data in entry.headers]
