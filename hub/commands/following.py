"""`hub publish --follow`: two looks a second at files and folders, and what has come is published."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from types import FrameType

from hub.commands import console, outcomes
from hub.commands.mapping import load_for
from hub.commands.outcomes import Published, Rejects, events_of
from hub.commands.publishing import first_of
from hub.home import Home
from producers.following import Following
from producers.profile import Profile
from producers.sources import Source
from schemas.event import Event

_POLL = 0.5  # seconds between two looks


@dataclass(slots=True)
class Ended:
    """How following ended: rows rejected and conflicts since it began, and files of which something still waits."""

    rejected: int = 0
    conflicting: int = 0
    waiting: dict[str, str] = field(default_factory=dict)


class _Stop:
    """Whether SIGINT or SIGTERM came: the first one lets the row at hand be published, a second one does not wait."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def follow(home: Home, source: Source, paths: Sequence[Path], profile: Profile, *, as_json: bool) -> Ended:
    """Publish as `profile.org` what is in the files and folders and what comes, until a signal; then flush.

    FileError when a named file is none of the source's, or cannot be read.
    """
    from hub.reach import quiet
    from producers.pseudonym_key import pseudonyms_of
    from producers.publisher import Publisher, PublishReport

    quiet()
    stop, ended = _Stop(), Ended()
    following = Following(source, paths, profile.org, pseudonyms_of(profile), partial(load_for, source))
    with (
        closing(following),
        Rejects(home, source.NAME) as rejects,
        console.progress(f"following as {profile.org}") as update,
        Publisher.open(profile) as publisher,
    ):
        publisher.wait_ready()
        console.say(f"following {', '.join(map(str, paths))} as {profile.org}: Ctrl-C ends it")
        seen = 0
        refused: dict[str, str] = {}

        def moved(report: PublishReport) -> None:
            if report.seen % 100 == 0:
                update(seen + report.seen)

        while True:
            done = Published(source.NAME, [])
            events = _events(following, done, rejects, lambda: stop.asked)
            report = publisher.publish_all(chain(first_of(events, profile), events), moved)
            done.events, done.already_published = report.events, report.already_published
            done.conflicting = report.conflicting
            seen += report.seen
            ended.rejected += done.rejected
            ended.conflicting += len(done.conflicting)
            refused = _tell(done, following, refused, as_json=as_json)
            if stop.asked:
                break
            time.sleep(_POLL)
        ended.waiting = following.waiting()
    for name, why in ended.waiting.items():
        console.say(f"{name}: {why}")
    return ended


def _events(following: Following, done: Published, rejects: Rejects, stopped: Callable[[], bool]) -> Iterator[Event]:
    """The events of one look, in the order of the rows; a row that was begun is given out whole."""
    for name, outcome in following.look():
        if not done.files or done.files[-1] != name:
            done.files.append(name)
        yield from events_of(name, (outcome,), done, rejects)
        if stopped():
            return


def _tell(done: Published, following: Following, before: dict[str, str], *, as_json: bool) -> dict[str, str]:
    """Say what a look found, if it did; the files that cannot be read, which are named once."""
    refused = following.refused()
    for name, why in refused.items():
        if before.get(name) != why:
            console.say(f"{name}: {why}")
    if done.rows or done.notices:
        if as_json:
            console.line(done.document() | {"waiting": following.waiting()})
        else:
            console.result(outcomes.line(done, dry=False))
        outcomes.say_what_to_look_at(done)
    return refused
