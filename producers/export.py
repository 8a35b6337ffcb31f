"""A member's own topic into a folder, from wherever its profile works; whole or not at all."""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from producers.conclusions import read_conclusions
from producers.folder import (
    FAULTS,
    FORMAT,
    MANIFEST,
    RECORDS,
    FolderError,
    event,
    key_documents,
    record_line,
    unreadable_line,
)
from producers.profile import Profile
from producers.standing import PublicHalf, StandingError, read_standings
from wire.consumer import Batch, TopicReader
from wire.names import events_topic

Progress = Callable[[int], None]


def export(profile: Profile, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write everything in the org's own topic up to its present end, and what the hub told of it; the manifest.

    Raises FolderError when `out` is there already, StandingError when the org has no key at this hub, WireError when
    the broker does not answer.
    """
    if out.exists():
        raise FolderError(f"{out} is there already: an export is a new folder")
    standing = read_standings(profile.access).get(profile.org)
    if standing is None:
        raise StandingError(f"{profile.org} is not registered at this hub: ask its operator for `hub member add`")
    with TopicReader(profile.access, profile.topic) as reader:
        told = read_conclusions(profile, reader.topic_id(profile.topic))
        faults = None if told is None else told.document(profile.org)
        return write_folder(out, profile.org, standing.keys | standing.revoked, reader.to_end(), faults, progress)


def write_folder(
    out: Path,
    org: str,
    keys: Mapping[str, PublicHalf],
    batches: Iterable[Batch],
    faults: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write what was read of the org's topic, whole or not at all; the manifest."""
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))  # mode 700
    try:
        counts: Counter[str] = Counter(events=0, others=0, unreadable=0)
        ends: dict[str, int] = {}
        public = {name: key for name, (key, _) in keys.items()}
        lines = _lines(org, public, batches, counts, ends, progress)
        files = {RECORDS: _write(unfinished / RECORDS, lines)}
        if faults is not None:
            files[FAULTS] = _write(unfinished / FAULTS, [json.dumps(faults, default=str, indent=1).encode()])
        documents = key_documents(org, keys)
        for key in documents:
            name = f"{key['key_id'].replace(':', '-')}.pub"
            files[name] = _write(unfinished / name, [json.dumps(key, indent=1).encode() + b"\n"])
        manifest = {
            "format": FORMAT, "org": org, "topic": events_topic(org), "keys": documents, "counts": dict(counts),
            "next_offsets": ends, "files": files,
        }  # fmt: skip
        _write(unfinished / MANIFEST, [json.dumps(manifest, indent=1).encode() + b"\n"])
        unfinished.rename(out)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return manifest


def _lines(
    org: str,
    keys: Mapping[str, bytes],
    batches: Iterable[Batch],
    counts: Counter[str],
    ends: dict[str, int],
    progress: Progress | None,
) -> Iterator[bytes]:
    for batch in batches:
        lines: list[tuple[int, int, bytes]] = []
        for r in batch.records:
            found = event(org, r.key, r.value, r.headers, keys)
            counts["events" if found else "others"] += 1
            content = (r.key, r.value, r.headers)
            text = record_line(r.topic, r.partition, r.offset, r.append_time, content, found[0] if found else None)
            lines.append((r.partition, r.offset, text))
        for u in batch.unreadable:
            counts["unreadable"] += 1
            text = unreadable_line(u.topic, u.partition, (u.offset, u.last_offset), u.append_time, u.reason, u.data)
            lines.append((u.partition, u.offset, text))
        yield from (line for _, _, line in sorted(lines))
        ends.update({str(partition): offset for (_, partition), offset in batch.positions.items()})
        if progress is not None:
            progress(counts.total())


def _write(path: Path, parts: Iterable[bytes]) -> dict[str, Any]:
    """Write a file of mode 600 to the disk; its size and digest."""
    digest, size = sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for part in parts:
            file.write(part)
            digest.update(part)
            size += len(part)
        file.flush()
        os.fsync(file.fileno())
    return {"bytes": size, "sha256": digest.hexdigest()}
