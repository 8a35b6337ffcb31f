"""`hub sources`, `hub publish`."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from secrets import token_bytes
from typing import Any

from hub.commands import console
from hub.commands.outcomes import Published, Rejects, events_of
from hub.errors import HubError
from hub.home import Home
from producers.profile import Profile
from producers.sources import SOURCES, FormatError, Pseudonyms, Source
from producers.sources.csv_records import File
from producers.sources.mapped import DESCRIPTION, EVENT_TYPES
from producers.sources.mapping import NAME
from producers.sources.pseudonyms import KEY_BYTES
from schemas.event import Event

_OFTEN = 100  # events between two movements of a bar


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
    files: Sequence[tuple[str, File]],
    org: str,
    look: Callable[[Event], None] = lambda _: None,
) -> Published:
    """Read and count, without a hub; `events` counts everything, as nothing is known to be there.

    Each event is shown to `look`. Pseudonyms are under a key of the moment: nothing of it leaves, and no file is made.
    """
    done = Published(source.NAME, [name for name, _ in files])
    with Rejects(home, source.NAME) as rejects:
        for event in _events(source, files, org, Pseudonyms(token_bytes(KEY_BYTES)), done, rejects):
            done.events[event.type] += 1
            look(event)
    return done


def publish(home: Home, source: Source, files: Sequence[tuple[str, File]], profile: Profile) -> Published:
    """Publish what is new of these files, as `profile.org`."""
    from hub.reach import quiet
    from producers.pseudonym_key import pseudonyms_of
    from producers.publisher import Publisher, PublishReport

    quiet()
    done = Published(source.NAME, [name for name, _ in files])
    with Rejects(home, source.NAME) as rejects, console.progress(f"publishing as {profile.org}") as update:
        events = _events(source, files, profile.org, pseudonyms_of(profile), done, rejects)
        first = list(first_of(events, profile))

        def moved(report: PublishReport) -> None:
            if report.seen % _OFTEN == 0:
                update(report.seen)

        with Publisher.open(profile) as publisher:
            publisher.wait_ready()
            report = publisher.publish_all(chain(first, events), moved)
    done.events, done.already_published, done.conflicting = report.events, report.already_published, report.conflicting
    return done


def load(source: Source, paths: Sequence[Path]) -> list[tuple[str, File]]:
    """Names and bytes of files, of mapped Parquet as JSON Lines; FileError or HubError names one that cannot be read.

    Only small files are held in memory (producers.files).
    """
    from hub.commands.mapping import load_for

    loaded: list[tuple[str, File]] = []
    for path in paths:
        try:
            loaded.append((str(path), load_for(source, path)))
        except FormatError as error:
            raise HubError(f"{path}: {error}") from None
    return loaded


def first_of(events: Iterator[Event], profile: Profile) -> Iterator[Event]:
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
    source: Source,
    files: Sequence[tuple[str, File]],
    org: str,
    pseudonyms: Pseudonyms,
    done: Published,
    rejects: Rejects,
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
        yield from events_of(name, found, done, rejects)
