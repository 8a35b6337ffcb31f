"""The outbox: a file with what was accepted and is not acknowledged yet, and with what is known to lie on the topic.

| table | holds |
| --- | --- |
| about | whose outbox it is: org, topic, and the topic's id once it was seen |
| waiting | accepted, not acknowledged: the whole event in the order of acceptance, before it is signed |
| stored | lies on the topic: identity, digest of what it says, leaf, coordinates; no content |
| positions | per partition, up to where the topic was read or written without a gap |
| conflicts | was accepted before the topic could be read, which turned out to say something else under this id |

SQLite in WAL mode. Accepting is `synchronous=FULL`: it survives a power cut. What the broker acknowledged is written
with `synchronous=NORMAL`: the topic says it again if it is forgotten. The file is of mode 600, and so are its `-wal`
and `-shm`, which SQLite makes with the mode of the file; deleted content is overwritten (`secure_delete`).
"""

import fcntl
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from producers.sign import Prepared, identity

T = TypeVar("T")

_STATEMENT = 64
_FORMAT = 1
_APPLICATION = 0x48754F62  # "HuOb"
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, fact BLOB NOT NULL UNIQUE, content BLOB NOT NULL, size INTEGER NOT NULL,
    type TEXT NOT NULL, id TEXT NOT NULL, key BLOB NOT NULL, headers TEXT NOT NULL,
    value BLOB NOT NULL
);
CREATE TABLE stored (
    fact BLOB PRIMARY KEY, content BLOB NOT NULL, leaf BLOB NOT NULL, partition INTEGER NOT NULL,
    offset INTEGER NOT NULL, appended INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE positions (partition INTEGER PRIMARY KEY, offset INTEGER NOT NULL);
CREATE TABLE conflicts (fact BLOB PRIMARY KEY, type TEXT NOT NULL, subject TEXT NOT NULL) WITHOUT ROWID;
"""


class OutboxError(Exception):
    """The outbox cannot be used; the message says what to do."""


class OutboxFullError(OutboxError):
    """There was no room within the time given: nothing of what was handed over is stored."""


class Verdict(Enum):
    """What the outbox knows of an event that is handed over."""

    NEW = "new"
    KNOWN = "known"
    CONFLICTING = "conflicting"


class Place(NamedTuple):
    """Where a fact lies on the topic. `appended` is the broker's time, Unix milliseconds."""

    fact: bytes
    content: bytes
    leaf: bytes
    partition: int
    offset: int
    appended: int


class Outbox:
    """One org's outbox for one topic, held by one process; safe to use from several threads.

    `path` None keeps it in memory. Every method raises OutboxError when the file cannot be read or written.
    """

    def __init__(self, path: Path | None, org: str, topic: str) -> None:
        self.path = path
        self._where = str(path) if path else "the outbox in memory"
        self._lock = threading.Lock()
        self._held = _hold(path) if path else None
        try:
            with self._explained():
                self._db = _open(path)
                self._about = dict(self._db.execute("SELECT name, told FROM about"))
                for name, told in (("org", org), ("topic", topic)):
                    self._is(name, told, f"give {org} an outbox of its own for {topic}")
                row = self._db.execute("SELECT count(*), coalesce(sum(size), 0) FROM waiting").fetchone()
                self.events, self.bytes = int(row[0]), int(row[1])
        except BaseException:
            self._release()
            raise

    def close(self) -> None:
        """Let another process have it."""
        with self._lock:
            self._db.close()
            self._release()

    def accept(self, events: Sequence[Prepared]) -> list[Verdict]:
        """Put what is new at the end of the queue, on disk before this returns: all of it or, on an error, nothing."""
        added: dict[bytes, Prepared] = {}
        verdicts = []
        with self._writing("FULL") as db:
            known = self._known(db, [event.fact for event in events])
            for event in events:
                fact = event.fact
                said = known.setdefault(fact, event.content)
                if said is event.content and fact not in added:
                    added[fact] = event
                    verdicts.append(Verdict.NEW)
                else:
                    verdicts.append(Verdict.KNOWN if said == event.content else Verdict.CONFLICTING)
            rows = [
                (fact, e.content, e.size, e.type, e.id, e.key, _text(e.headers), e.value) for fact, e in added.items()
            ]
            _insert(db, "waiting (fact, content, size, type, id, key, headers, value)", rows)
        self.events += len(added)
        self.bytes += sum(event.size for event in added.values())
        return verdicts

    def waiting(self, after: int, events: int, size: int) -> list[tuple[int, Prepared]]:
        """The next of the queue behind `after`, with their numbers: at most so many events, and so many bytes or one
        event."""
        found: list[tuple[int, Prepared]] = []
        with self._lock, self._explained():
            rows = self._db.execute(
                "SELECT seq, type, id, fact, key, value, headers, content, size FROM waiting WHERE seq > ?"
                " ORDER BY seq LIMIT ?",
                (after, events),
            )
            for seq, kind, event_id, fact, key, value, headers, content, bytes_ in rows:
                size -= bytes_
                if size < 0 and found:
                    break
                found.append((seq, Prepared(kind, event_id, fact, key, value, _headers(headers), content)))
            rows.close()
        return found

    def acknowledge(self, places: Sequence[tuple[int, Place]]) -> None:
        """These numbers of the queue lie on the topic now."""
        with self._writing("NORMAL") as db:
            _insert(db, "stored", [place for _, place in places])
            self._drop(db, "seq", [seq for seq, _ in places])
            reached = dict(db.execute("SELECT partition, offset FROM positions"))
            for _, place in places:
                if reached.get(place.partition) == place.offset:
                    reached[place.partition] += 1  # a record of somebody else between two of ours is read at the start
            db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", reached.items())

    def found(self, places: Sequence[Place], positions: Mapping[int, int]) -> int:
        """What was read from the topic, up to these positions; how many of the queue that took away."""
        before = self.events
        with self._writing("NORMAL") as db:
            _insert(db, "stored", places)
            facts = [place.fact for place in places]
            db.executemany(
                "INSERT OR IGNORE INTO conflicts SELECT fact, type, CAST(key AS TEXT) FROM waiting"
                " WHERE fact = ? AND content != (SELECT content FROM stored WHERE stored.fact = waiting.fact)",
                [(fact,) for fact in facts],
            )
            self._drop(db, "fact", facts)
            db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", positions.items())
        return before - self.events

    def positions(self, topic_id: bytes) -> dict[int, int]:
        """Where to go on reading the topic, by partition. OutboxError when the outbox belongs to another topic."""
        with self._lock, self._explained():
            self._is("topic_id", topic_id.hex(), "its topic was made again, or is another hub's: use a new outbox")
            return dict(self._db.execute("SELECT partition, offset FROM positions"))

    def place(self, source: str, event_id: str) -> Place | None:
        """Where an event lies on the topic; None while that is not known."""
        with self._lock, self._explained():
            row = self._db.execute("SELECT * FROM stored WHERE fact = ?", (identity(source, event_id),)).fetchone()
        return None if row is None else Place(*row)

    def content(self, source: str, event_id: str) -> bytes | None:
        """The digest of what is waiting or stored under this identity; None when nothing is known."""
        with self._lock, self._explained():
            return next(iter(self._known(self._db, [identity(source, event_id)]).values()), None)

    def conflicts(self) -> list[tuple[str, str]]:
        """Type and subject of what was accepted and can never be sent: the topic says something else under its id."""
        with self._lock, self._explained():
            return list(self._db.execute("SELECT type, subject FROM conflicts ORDER BY type, subject"))

    @staticmethod
    def _known(db: sqlite3.Connection, facts: Sequence[bytes]) -> dict[bytes, bytes]:
        """What is known by these identities, with the digest of what it says."""
        known: dict[bytes, bytes] = {}
        for part in _parts(facts):
            marks = ", ".join("?" * len(part))
            for table in ("waiting", "stored"):
                known |= dict(db.execute(f"SELECT fact, content FROM {table} WHERE fact IN ({marks})", part))  # noqa: S608
        return known

    def _drop(self, db: sqlite3.Connection, column: str, keys: Sequence[bytes] | Sequence[int]) -> None:
        """Take out of the queue."""
        for part in _parts(keys):
            which = f"FROM waiting WHERE {column} IN ({', '.join('?' * len(part))})"
            events, size = db.execute(f"SELECT count(*), coalesce(sum(size), 0) {which}", part).fetchone()
            if events:
                db.execute(f"DELETE {which}", part)
                self.events -= events
                self.bytes -= size

    def _is(self, name: str, told: str, otherwise: str) -> None:
        known = self._about.setdefault(name, told)
        if known != told:
            raise OutboxError(f"{self._where} is the outbox of another {name.replace('_', ' ')}: {otherwise}")
        self._db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, told))

    @contextmanager
    def _writing(self, synchronous: Literal["FULL", "NORMAL"]) -> Iterator[sqlite3.Connection]:
        with self._lock, self._explained():
            self._db.execute(f"PRAGMA synchronous = {synchronous}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:  # a full disk, a folder that is gone
            raise OutboxError(f"{self._where} cannot be used: {error}; make room or give another place") from error
        except sqlite3.DatabaseError as error:
            raise OutboxError(
                f"{self._where} is damaged or no outbox ({error}): move it away and start again. What was acknowledged"
                " is found on the topic; what was waiting in it has to be published again"
            ) from error

    def _release(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None


def waiting_in(path: Path) -> int | None:
    """How many events wait in an outbox, which another process may have; None when there is no such file."""
    if not path.exists():
        return None
    try:
        db = sqlite3.connect(path)
        try:
            return int(db.execute("SELECT count(*) FROM waiting").fetchone()[0])
        finally:
            db.close()
    except sqlite3.Error as error:
        raise OutboxError(f"{path} cannot be read ({error}): is it an outbox?") from error


def _hold(path: Path) -> int:
    """Make sure that file and lock are there, for their owner alone, and that no other process has it."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        for file in (path, lock):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        mode = path.stat().st_mode
        held = os.open(lock, os.O_RDWR)
    except OSError as error:
        raise OutboxError(f"the outbox {path} cannot be opened: {error.strerror}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise OutboxError(f"the outbox {path} is in use by another process: stop it, or use another") from None
    if stat.S_IMODE(mode) & 0o077:
        os.close(held)
        raise OutboxError(f"the outbox {path} can be read by others: chmod 600 {path}")
    return held


def _open(path: Path | None) -> sqlite3.Connection:
    """A connection whose transactions are begun and ended here, with the tables of this format."""
    db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False, cached_statements=64)
    try:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA journal_mode = WAL")
        made = db.execute("PRAGMA user_version").fetchone()[0], db.execute("PRAGMA application_id").fetchone()[0]
        empty = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
        if empty:
            db.executescript(
                f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {_APPLICATION};"
                f" PRAGMA user_version = {_FORMAT}; COMMIT;"
            )
    except BaseException:
        db.close()
        raise
    if not empty and made != (_FORMAT, _APPLICATION):
        db.close()
        raise OutboxError(f"{path} is no outbox of this release: move it away, or use the release that made it")
    return db


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Many rows with few statements; the first one of a key counts, as it does at the hub."""
    for part in _parts(rows):
        marks = ", ".join([f"({', '.join('?' * len(part[0]))})"] * len(part))
        db.execute(f"INSERT OR IGNORE INTO {table} VALUES {marks}", [cell for row in part for cell in row])  # noqa: S608


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many as one statement takes: each statement lets another thread in, and waits until it comes out again."""
    for first in range(0, len(items), _STATEMENT):
        yield items[first : first + _STATEMENT]


def _text(headers: Sequence[tuple[str, bytes]]) -> str:
    return json.dumps([(name, data.decode()) for name, data in headers], ensure_ascii=False)


def _headers(text: str) -> list[tuple[str, bytes]]:
    return [(name, data.encode()) for name, data in json.loads(text)]
