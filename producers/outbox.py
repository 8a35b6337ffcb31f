"""The outbox: a file with what was accepted and is not acknowledged yet, and with what is known to lie on the topic.

| table | holds |
| --- | --- |
| about | whose outbox it is: org, topic, and the topic's id once it was seen |
| waiting | accepted, not acknowledged: the whole event in the order of acceptance, before it is signed, with a digest |
| stored | lies on the topic: identity, digest of what it says, leaf, coordinates; no content |
| positions | per partition, up to where the topic was read or written without a gap |
| conflicts | was accepted before the topic could be read, which turned out to say something else under this id |

SQLite in WAL mode. Accepting is `synchronous=FULL`: it survives a power cut. What the broker acknowledged is written
with `synchronous=NORMAL`: the topic says it again if it is forgotten. The file is of mode 600, and so are its `-wal`
and `-shm`, which SQLite makes with the mode of the file; deleted content is overwritten (`secure_delete`).

What each waiting event is known by stays in memory (some 300 bytes each), and so does the front of the queue while the
sending thread keeps up: the file is read when it does not, and at the start.
"""

import fcntl
import os
import sqlite3
import stat
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from producers.sign import Prepared, identity, restored

T = TypeVar("T")

_STATEMENT = 128
_KEPT = 32 * 1024 * 1024  # bytes of memory for the front of the queue
_OBJECTS = 2048  # bytes that an event takes in memory beside its own
_FORMAT = 2
_END = (1 << 63) - 1
_APPLICATION = 0x48754F62  # "HuOb"
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting (seq INTEGER PRIMARY KEY, content BLOB NOT NULL, head BLOB NOT NULL, value BLOB NOT NULL);
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


class _Waiting(NamedTuple):
    """What is known of an event in the queue without looking at it."""

    seq: int
    content: bytes
    size: int


class Outbox:
    """One org's outbox for one topic, held by one process; safe to use from several threads, one of which reads the
    queue.

    `path` None keeps it in memory. Every method raises OutboxError when the file cannot be read or written.
    """

    def __init__(self, path: Path | None, org: str, topic: str) -> None:
        self.path, self._org = path, org
        self._where = str(path) if path else "the outbox in memory"
        self._lock = threading.Lock()  # the file's
        self._front = threading.Lock()  # of what follows, which is needed while others write the file
        self._kept: deque[tuple[int, Prepared]] = deque()  # the queue behind `_given`, up to `_kept_to`
        self._kept_bytes = self._given = self._kept_to = self._last = 0
        self._known: dict[bytes, _Waiting] = {}
        self.bytes = 0
        self._held = _hold(path) if path else None
        try:
            with self._explained():
                self._db = _open(path)
                self._about = dict(self._db.execute("SELECT name, told FROM about"))
                for name, told in (("org", org), ("topic", topic)):
                    self._is(name, told, f"give {org} an outbox of its own for {topic}")
                for seq, event in self._read(0):
                    self._enter(seq, event)
                    self._last = seq
        except BaseException:
            self._release()
            raise

    @property
    def events(self) -> int:
        """How many wait; `bytes` are their keys, values and attributes."""
        return len(self._known)

    def close(self) -> None:
        """Let another process have it."""
        with self._lock:
            self._db.close()
            self._release()

    def accept(self, events: Sequence[Prepared]) -> list[Verdict]:
        """Put what is new at the end of the queue, on disk before this returns: all of it or, on an error, nothing."""
        added: dict[bytes, Prepared] = {}
        verdicts = []
        with self._lock, self._explained():
            stored = self._stored([event.fact for event in events])
            for event in events:
                fact, waits = event.fact, self._known.get(event.fact)
                known = waits.content if waits else stored.get(fact)
                if known is None and fact in added:
                    known = added[fact].content
                if known is None:
                    added[fact] = event
                    verdicts.append(Verdict.NEW)
                else:
                    verdicts.append(Verdict.KNOWN if known == event.content else Verdict.CONFLICTING)
            numbered = list(enumerate(added.values(), self._last + 1))
            if numbered:
                with self._writing("FULL") as db:
                    _insert(db, "waiting", [(seq, event.content, event.head, event.value) for seq, event in numbered])
                for seq, event in numbered:
                    self._enter(seq, event)
                self._keep(numbered)
        return verdicts

    def waiting(self, after: int, events: int, size: int) -> list[tuple[int, Prepared]]:
        """The next of the queue behind `after`, with their numbers: at most so many events, and so many bytes or one
        event. What was given before is given again only after another `after` than its last number."""
        with self._front:
            if after == self._given and (self._kept or self._kept_to == self._last):
                found = _first(self._kept, events, size)
                for _ in found:
                    self._kept_bytes -= _OBJECTS + self._kept.popleft()[1].size
                self._given = found[-1][0] if found else after
                return found
        with self._lock, self._explained():
            found = _first(self._read(after), events, size)
            with self._front:
                self._kept.clear()
                self._kept_bytes = 0
                self._given = found[-1][0] if found else after
                self._kept_to = self._given if found else self._last
        return found

    def acknowledge(self, places: Sequence[tuple[int, Place]]) -> None:
        """These numbers of the queue lie on the topic now."""
        with self._lock, self._explained():
            with self._writing("NORMAL") as db:
                _insert(db, "stored", [place for _, place in places])
                self._drop(db, [seq for seq, _ in places])
                reached = dict(db.execute("SELECT partition, offset FROM positions"))
                for _, place in places:  # a record of somebody else between two of ours is read at the start
                    if reached.get(place.partition) == place.offset:
                        reached[place.partition] += 1
                db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", reached.items())
            self._leave([place.fact for _, place in places])

    def found(self, places: Sequence[Place], positions: Mapping[int, int]) -> int:
        """What was read from the topic, up to these positions; how many of the queue that took away."""
        first: dict[bytes, Place] = {}
        for place in places:
            first.setdefault(place.fact, place)
        with self._lock, self._explained():
            gone = {fact: waits for fact in first if (waits := self._known.get(fact)) is not None}
            with self._writing("NORMAL") as db:
                _insert(db, "stored", list(first.values()))
                for fact, waits in gone.items():
                    if waits.content != first[fact].content:
                        ((_, event),) = self._read(waits.seq - 1, waits.seq)
                        told = (fact, event.type, event.key.decode())
                        db.execute("INSERT OR IGNORE INTO conflicts VALUES (?, ?, ?)", told)
                self._drop(db, [waits.seq for waits in gone.values()])
                db.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?)", positions.items())
            self._leave(list(gone))
            if gone:
                with self._front:
                    self._given = -1  # what is kept has to be read again
        return len(gone)

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
            fact = identity(source, event_id)
            waits = self._known.get(fact)
            return waits.content if waits else self._stored([fact]).get(fact)

    def conflicts(self) -> list[tuple[str, str]]:
        """Type and subject of what was accepted and can never be sent: the topic says something else under its id."""
        with self._lock, self._explained():
            return list(self._db.execute("SELECT type, subject FROM conflicts ORDER BY type, subject"))

    def _stored(self, facts: Sequence[bytes]) -> dict[bytes, bytes]:
        """What of these identities lies on the topic, with the digest of what it says."""
        stored: dict[bytes, bytes] = {}
        for part in _parts(facts):
            marks = ", ".join("?" * len(part))
            stored |= dict(self._db.execute(f"SELECT fact, content FROM stored WHERE fact IN ({marks})", part))  # noqa: S608
        return stored

    def _read(self, after: int, to: int = _END) -> Iterator[tuple[int, Prepared]]:
        """The queue in the file behind `after`. OutboxError when an event is not as it was accepted."""
        rows = self._db.execute(
            "SELECT seq, content, head, value FROM waiting WHERE seq > ? AND seq <= ? ORDER BY seq", (after, to)
        )
        try:
            for seq, content, head, value in rows:
                event = restored(self._org, head, value)
                if event.content != content:
                    raise sqlite3.DatabaseError(f"event {seq} has another digest")
                yield seq, event
        except (ValueError, TypeError) as error:
            raise sqlite3.DatabaseError("an event is no event") from error
        finally:
            rows.close()

    def _enter(self, seq: int, event: Prepared) -> None:
        self._known[event.fact] = _Waiting(seq, event.content, event.size)
        self.bytes += event.size

    def _leave(self, facts: Sequence[bytes]) -> None:
        for fact in facts:
            if (waits := self._known.pop(fact, None)) is not None:
                self.bytes -= waits.size

    def _keep(self, numbered: Sequence[tuple[int, Prepared]]) -> None:
        """Keep what was accepted in memory if it follows what is there, and fits."""
        with self._front:
            if self._kept_to == self._last and self._kept_bytes <= _KEPT:
                self._kept.extend(numbered)
                self._kept_bytes += sum(_OBJECTS + event.size for _, event in numbered)
                self._kept_to = numbered[-1][0]
            self._last = numbered[-1][0]

    def _drop(self, db: sqlite3.Connection, seqs: Sequence[int]) -> None:
        """Take out of the queue."""
        for part in _parts(seqs):
            db.execute(f"DELETE FROM waiting WHERE seq IN ({', '.join('?' * len(part))})", part)  # noqa: S608

    def _is(self, name: str, told: str, otherwise: str) -> None:
        known = self._about.setdefault(name, told)
        if known != told:
            raise OutboxError(f"{self._where} is the outbox of another {name.replace('_', ' ')}: {otherwise}")
        self._db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, told))

    @contextmanager
    def _writing(self, synchronous: Literal["FULL", "NORMAL"]) -> Iterator[sqlite3.Connection]:
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


def _first(queue: Iterable[tuple[int, Prepared]], events: int, size: int) -> list[tuple[int, Prepared]]:
    """As many as asked for, and so many bytes or one event."""
    found: list[tuple[int, Prepared]] = []
    for numbered in queue:
        size -= numbered[1].size
        if len(found) == events or (size < 0 and found):
            break
        found.append(numbered)
    return found
