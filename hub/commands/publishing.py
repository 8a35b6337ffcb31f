"""`hub sources`, `hub publish`."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from secrets import token_bytes
from typing import IO, Any, Self

from hub.commands import console
from hub.errors import HubError
from hub.home import Home
from producers.profile import Profile
from producers.sources import SOURCES, Notice, Pseudonyms, Reject, Skip, Source
from producers.sources.mapped import DESCRIPTION, EVENT_TYPES
from producers.sources.mapping import NAME
from producers.sources.pseudonyms import KEY_BYTES
from schemas.event import Event

_OFTEN = 100  # events between two movements of a bar


@dataclass(slots=True)
class Published:
    """What one run did; `events` counts what was new."""

    source: str
    files: list[str]
    rows: int = 0
    events: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    already_published: int = 0
    conflicting: list[str] = field(default_factory=list)
    reject_file: Path | None = None
    notices: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The JSON document of `--json`."""
        return {
            "source": self.source,
            "files": self.files,
            "rows": self.rows,
            "events": dict(sorted(self.events.items())),
            "rejected": self.rejected,
            "skipped": dict(sorted(self.skipped.items())),
            "already_published": self.already_published,
            "conflicting": self.conflicting,
            "reject_file": str(self.reject_file) if self.reject_file else None,
            **({"notices": self.notices} if self.notices else {}),
        }


def sources() -> list[dict[str, Any]]:
    """Every adapter; the editions of mapped files are the members' own mappings."""
    by_mapping = {"source": NAME, "format": DESCRIPTION, "editions": {}, "events": [*EVENT_TYPES]}
    return [
        {
            "source": name,
            "format": source.DESCRIPTION,
            "editions": {edition: len(columns) for edition, columns in source.EDITIONS.items()},
            "events": list(source.EVENT_TYPES),
        }
        for name, source in SOURCES.items()
    ] + [by_mapping]


def named(source: str, mapping: Path | None = None) -> Source:
    """An adapter, of mapped files that of a mapping; HubError when there is none, MappingError when it has errors."""
    if source == NAME:
        from hub.commands.mapping import adapter

        if mapping is None:
            raise HubError("a mapped file needs its mapping: --mapping MAPPING.toml (docs/mapping.md)")
        return adapter(mapping)
    if source not in SOURCES:
        raise HubError(f"there is no source {source}: `hub sources` lists {', '.join([*SOURCES, NAME])}")
    if mapping is not None:
        raise HubError(f"{source} files are of a form of their own: only mapped ones have a --mapping")
    return SOURCES[source]


def profile_of(home: Home, org: str | None, file: Path | None) -> Profile:
    """The connection profile of who publishes."""
    if file is not None:
        profile = Profile.load(file)
        if org not in (None, profile.org):
            raise HubError(f"{file} is the profile of {profile.org}, not of {org}")
        return profile
    if org is None:
        raise HubError("say who publishes: --as ORG, or --profile FILE")
    path = home.profile(org)
    if not path.exists():
        raise HubError(f"{org} has no connection profile in {home.members}: `hub member add {org} --role ROLE`")
    return Profile.load(path)


def dry_run(
    home: Home,
    source: Source,
    files: Sequence[tuple[str, bytes]],
    org: str,
    look: Callable[[Event], None] = lambda _: None,
) -> Published:
    """Read and count, without a hub; `events` counts everything, as nothing is known to be there.

    Each event is shown to `look`. Pseudonyms are under a key of the moment: nothing of it leaves, and no file is made.
    """
    done = Published(source.NAME, [name for name, _ in files])
    with _Rejects(home, source.NAME, done) as rejects:
        for event in _events(source, files, org, Pseudonyms(token_bytes(KEY_BYTES)), rejects):
            done.events[event.type] += 1
            look(event)
    return done


def publish(home: Home, source: Source, files: Sequence[tuple[str, bytes]], profile: Profile) -> Published:
    """Publish what is new of these files, as `profile.org`."""
    from hub.reach import quiet
    from producers.pseudonym_key import pseudonyms_of
    from producers.publisher import Publisher, PublishReport

    quiet()
    done = Published(source.NAME, [name for name, _ in files])
    with _Rejects(home, source.NAME, done) as rejects, console.progress(f"publishing as {profile.org}") as update:
        events = _events(source, files, profile.org, pseudonyms_of(profile), rejects)
        first = list(_first(events, profile))

        def moved(report: PublishReport) -> None:
            if report.seen % _OFTEN == 0:
                update(report.seen)

        with Publisher.open(profile) as publisher:
            publisher.wait_ready()
            report = publisher.publish_all(chain(first, events), moved)
    done.events, done.already_published, done.conflicting = report.events, report.already_published, report.conflicting
    return done


def load(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Names and bytes of files; HubError names one that cannot be read."""
    loaded = []
    for path in paths:
        try:
            loaded.append((str(path), path.read_bytes()))
        except OSError as error:
            raise HubError(f"{path} cannot be read: {error.strerror}") from None
    return loaded


def _first(events: Iterator[Event], profile: Profile) -> Iterator[Event]:
    """The first event, if there is one: its role tells whether the member may publish this source at all."""
    for event in events:
        if event.role not in profile.roles:
            raise HubError(
                f"{profile.org} is not registered as {event.role}, as which this source is published:"
                f" `hub member add {profile.org} --role {event.role}`"
            )
        yield event
        return


def _events(
    source: Source, files: Sequence[tuple[str, bytes]], org: str, pseudonyms: Pseudonyms, rejects: "_Rejects"
) -> Iterator[Event]:
    """The events of all files; every file is known to be of the format before the first event is given out."""
    opened = []
    for name, data in files:
        try:
            rows = iter(source.read(data, org, pseudonyms))
            opened.append((name, chain([next(rows)], rows)))
        except StopIteration:
            continue
        except ValueError as error:
            raise HubError(f"{name}: {error}") from error
    for name, found in opened:
        for row in found:
            if isinstance(row, Notice):
                rejects.done.notices.append(f"{name}: {row.subject}: {row.reason}")
                continue
            rejects.done.rows += 1
            if isinstance(row, Reject):
                rejects.add(name, row)
            elif isinstance(row, Skip):
                rejects.done.skipped[row.reason] += 1
            elif isinstance(row, tuple):
                yield from row
            else:
                yield row


class _Rejects:
    """The file of rejected rows, made with the first: a JSON object a line, with the row's bytes."""

    def __init__(self, home: Home, source: str, done: Published) -> None:
        self.done = done
        self._home = home
        self._source = source
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, name: str, reject: Reject) -> None:
        """Keep a rejected row: where it is, what is wrong, and its bytes."""
        if self._file is None:
            self._home.rejects.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self._home.rejects / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{self._source}.jsonl"
            self._file = path.open("x", encoding="utf-8")
            path.chmod(0o600)  # a row may be confidential
            self.done.reject_file = path
        told = {"file": name, "line": reject.line, "column": reject.column, "reason": reject.reason}
        self._file.write(json.dumps({**told, "native": b64encode(reject.native).decode()}, ensure_ascii=False) + "\n")
        self.done.rejected += 1


def line(done: Published, *, dry: bool) -> str:
    """What was done, in one line."""
    events = ", ".join(f"{count} {name}" for name, count in sorted(done.events.items())) or "no event"
    kept = "" if dry else f"; {done.already_published} were published before"
    skipped = "".join(f"; {count} skipped: {reason}" for reason, count in sorted(done.skipped.items()))
    events += " (not published)" if dry else " published"
    return f"{done.rows} rows: {events}{kept}; {done.rejected} rejected{skipped}"
