"""What becomes of the rows of files: counted, told, and, where a row is rejected, kept."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from hub.commands import console
from hub.home import Home
from producers.sources import Notice, Outcome, Reject, Skip
from producers.sources.csv_records import pieces
from schemas.event import Event


@dataclass(slots=True)
class Published:
    """What one run did, or one look of a run that follows; `events` counts what was new."""

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


class Rejects:
    """The file of rejected rows, made with the first: a JSON object a line, with the row's bytes."""

    def __init__(self, home: Home, source: str) -> None:
        self.path: Path | None = None
        self._home = home
        self._source = source
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, name: str, reject: Reject) -> None:
        """Keep a rejected row: where it is, what is wrong, and its bytes, of which there may be many."""
        if self._file is None:
            self._home.rejects.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = self._home.rejects / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{self._source}.jsonl"
            self._file = self.path.open("x", encoding="utf-8")
            self.path.chmod(0o600)  # a row may be confidential
        told = {"file": name, "line": reject.line, "column": reject.column, "reason": reject.reason}
        self._file.write(f'{json.dumps(told, ensure_ascii=False)[:-1]}, "native": "')
        for piece in pieces(reject.native):
            self._file.write(b64encode(piece).decode())
        self._file.write('"}\n')
        self._file.flush()


def events_of(name: str, rows: Iterable[Outcome], done: Published, rejects: Rejects) -> Iterator[Event]:
    """The events of a file's rows; all rows are counted in `done`."""
    for row in rows:
        if isinstance(row, Notice):
            done.notices.append(f"{name}: {row.subject}: {row.reason}")
            continue
        done.rows += 1
        if isinstance(row, Reject):
            rejects.add(name, row)
            done.rejected, done.reject_file = done.rejected + 1, rejects.path
        elif isinstance(row, Skip):
            done.skipped[row.reason] += 1
        elif isinstance(row, tuple):
            yield from row
        else:
            yield row


def say_what_to_look_at(done: Published) -> None:
    """Conflicts and notices, a line each, and where the rejected rows are, beside the answer."""
    for subject in done.conflicting:
        console.say(f"{subject}: this version was published with other content, and is not sent again")
    for notice in done.notices:
        console.say(notice)
    if done.rejected:
        console.say(f"{done.rejected} rows were rejected: see {done.reject_file}")


def line(done: Published, *, dry: bool) -> str:
    """What was done, in one line."""
    events = ", ".join(f"{count} {name}" for name, count in sorted(done.events.items())) or "no event"
    kept = "" if dry else f"; {done.already_published} were published before"
    skipped = "".join(f"; {count} skipped: {reason}" for reason, count in sorted(done.skipped.items()))
    events += " (not published)" if dry else " published"
    return f"{done.rows} rows: {events}{kept}; {done.rejected} rejected{skipped}"
