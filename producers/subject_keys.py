"""A member's keys of data subjects: one file beside the outbox, made when there is something to seal.

| table | holds |
| --- | --- |
| about | whose file it is: the org, and the hub whose keys it wraps for (id of the key that the hub was founded with) |
| epochs | the hub's keys, in the order in which it announced them; the last one is wrapped for |
| subjects | data subject -> key |
| wraps | (data subject, epoch) -> key as it was wrapped for that epoch, once: publishing again gives the same bytes |
| erased | data subjects that the hub has erased: their keys are gone from here too |

Whoever loses this file can publish nothing again as it was: it is kept as long as the member's events are.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from secrets import token_bytes

from producers.key_file import KeyFile, KeyFileError
from schemas.sealing import KEY_BYTES, wrap

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS epochs (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    public BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS subjects (subject TEXT PRIMARY KEY, key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS wraps (subject TEXT, epoch TEXT, wrap BLOB NOT NULL, PRIMARY KEY (subject, epoch));
CREATE TABLE IF NOT EXISTS erased (subject TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class SubjectKeys:
    """The file of one org; safe to use from several threads and processes. Everything raises KeyFileError."""

    def __init__(self, path: Path, org: str) -> None:
        self._org = org
        self._fresh: dict[str, tuple[bytes, dict[str, bytes]]] = {}  # subject -> key and wraps, not on disk yet
        self._file = KeyFile(path, _TABLES)
        with self._file.writing() as db:
            self._is(db, "org", org)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def announced(self, hub: str, epochs: Sequence[tuple[str, bytes]], erased: Sequence[str]) -> None:
        """Take what the hub announced: its keys (id, public half) in order, and erased subjects, whose keys go."""
        with self._file.writing() as db:
            self._is(db, "hub", hub)
            db.executemany("INSERT OR IGNORE INTO epochs (id, public) VALUES (?, ?)", epochs)
            for subject in erased:
                self._destroy(db, subject)

    def destroy(self, subject: str) -> bool:
        """Destroy the key of a data subject, for good; whether there was one."""
        with self._file.writing() as db:
            return self._destroy(db, subject)

    def has(self, subject: str) -> bool:
        """Whether there is a key of this data subject."""
        with self._file.reading() as db:
            return db.execute("SELECT 1 FROM subjects WHERE subject = ?", (subject,)).fetchone() is not None

    def epochs(self) -> list[str]:
        """The ids of the hub's keys, the newest first."""
        with self._file.reading() as db:
            return [name for (name,) in db.execute("SELECT id FROM epochs ORDER BY seq DESC")]

    def erased(self, subjects: Sequence[str]) -> bool:
        """Whether one of these was erased."""
        with self._file.reading() as db:
            return any(self._gone(db, subject) for subject in subjects)

    def of(self, subjects: Sequence[str], epoch: str) -> dict[str, tuple[bytes, bytes]] | None:
        """Key and wrap of each subject, as they were used under that key of the hub; None when one was not."""
        with self._file.reading() as db:
            found = {subject: self._one(db, subject, epoch) for subject in subjects}
        told = {subject: pair for subject, pair in found.items() if pair is not None}
        return told if len(told) == len(found) else None

    def made(self, subjects: Sequence[str], epoch: str) -> dict[str, tuple[bytes, bytes]]:
        """The same; what is missing is made, and must be kept with `settle` before anything leaves that it seals."""
        found = {}
        with self._file.reading() as db:
            for subject in subjects:
                pair = self._one(db, subject, epoch)
                found[subject] = self._new(db, subject, epoch) if pair is None else pair
        return found

    def settle(self) -> None:
        """Everything that was made is on disk when this returns."""
        if not self._fresh:
            return
        with self._file.writing() as db:
            for subject, (key, wraps) in self._fresh.items():
                if self._gone(db, subject):
                    continue
                db.execute("INSERT OR IGNORE INTO subjects VALUES (?, ?)", (subject, key))
                if self._key(db, subject) != key:
                    self._fresh.clear()
                    raise KeyFileError("another process began to seal about the same subject just now: publish again")
                told = [(subject, epoch, wrapped) for epoch, wrapped in wraps.items()]
                db.executemany("INSERT OR IGNORE INTO wraps VALUES (?, ?, ?)", told)
            self._fresh.clear()

    def _new(self, db: sqlite3.Connection, subject: str, epoch: str) -> tuple[bytes, bytes]:
        (public,) = db.execute("SELECT public FROM epochs WHERE id = ?", (epoch,)).fetchone()
        key, wraps = self._fresh.setdefault(subject, (self._key(db, subject) or token_bytes(KEY_BYTES), {}))
        wraps[epoch] = wrap(key, self._org, subject, public)
        return key, wraps[epoch]

    def _one(self, db: sqlite3.Connection, subject: str, epoch: str) -> tuple[bytes, bytes] | None:
        key, wraps = self._fresh.get(subject, (b"", {}))
        if epoch in wraps:
            return key, wraps[epoch]
        sql = "SELECT key, wrap FROM subjects JOIN wraps USING (subject) WHERE subject = ? AND epoch = ?"
        row = db.execute(sql, (subject, epoch)).fetchone()
        return None if row is None else (row[0], row[1])

    @staticmethod
    def _gone(db: sqlite3.Connection, subject: str) -> bool:
        return db.execute("SELECT 1 FROM erased WHERE subject = ?", (subject,)).fetchone() is not None

    @staticmethod
    def _key(db: sqlite3.Connection, subject: str) -> bytes | None:
        row = db.execute("SELECT key FROM subjects WHERE subject = ?", (subject,)).fetchone()
        return None if row is None else bytes(row[0])

    def _destroy(self, db: sqlite3.Connection, subject: str) -> bool:
        self._fresh.pop(subject, None)
        db.execute("INSERT OR IGNORE INTO erased VALUES (?)", (subject,))
        db.execute("DELETE FROM wraps WHERE subject = ?", (subject,))
        return db.execute("DELETE FROM subjects WHERE subject = ?", (subject,)).rowcount > 0

    def _is(self, db: sqlite3.Connection, name: str, told: str) -> None:
        db.execute("INSERT OR IGNORE INTO about VALUES (?, ?)", (name, told))
        (known,) = db.execute("SELECT told FROM about WHERE name = ?", (name,)).fetchone()
        if known != told:
            raise KeyFileError(
                f"{self._file.path} has the keys of another {name}: give each org and each hub a folder of its own"
            )
