"""The hub's keys of data subjects: what makes sealed sections readable here, in one file of mode 600.

| table | holds |
| --- | --- |
| epochs | the hub's own keys, for which publishers wrap theirs; the private half of the newest alone |
| keys | (org, key id) -> key of a data subject, as the records told |
| names | which key ids a data subject was ever seen under |
| erasures | data subjects whose keys were destroyed, in order, with what is said about it |

Erasing is one transaction, so it has happened or it has not.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from commons.access import ERASED, WITHHELD
from producers.key_file import KeyFile
from schemas.sealing import MAX_SUBJECT, KeyRef, Place, SealError, epoch_id, unseal, unwrap

_TABLES = """
CREATE TABLE IF NOT EXISTS epochs (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    public BLOB NOT NULL, private BLOB);
CREATE TABLE IF NOT EXISTS keys (org TEXT, key_id TEXT, key BLOB NOT NULL, PRIMARY KEY (org, key_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS names (org TEXT, subject TEXT, key_id TEXT, PRIMARY KEY (org, subject, key_id))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS erasures (seq INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, subject TEXT NOT NULL,
    key_ids TEXT NOT NULL, ground TEXT NOT NULL, requested TEXT, erased_at INTEGER NOT NULL, UNIQUE (org, subject));
CREATE TABLE IF NOT EXISTS destroyed (org TEXT, key_id TEXT, PRIMARY KEY (org, key_id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Erasure:
    """A data subject whose keys were destroyed; `requested` is a Time, `erased_at` microseconds since 1970 UTC."""

    org: str
    subject: str
    key_ids: tuple[str, ...]
    ground: str
    requested: dict[str, Any] | None
    erased_at: int


class Keyring:
    """One hub's file, made when it is not there; safe to use from several threads and processes. Everything raises
    KeyFileError."""

    def __init__(self, path: Path) -> None:
        self._file = KeyFile(path, _TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def newest(self) -> bytes:
        """The public key for which publishers wrap: that of the newest epoch, the first one is made now."""
        with self._file.writing() as db:
            row = db.execute("SELECT public FROM epochs ORDER BY seq DESC LIMIT 1").fetchone()
            return bytes(row[0]) if row else _begin_epoch(db)

    def learn(self, records: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> int:
        """Keep the keys that records bring, each (org, sections); how many were new.

        What cannot be opened is passed over: the record stands, and nobody can read that section. Keys of an erased
        data subject are not kept.
        """
        found = [told for org, sections in records for section in sections for told in _wrapped(org, section)]
        with self._file.reading() as db:
            fresh = [told for told in found if _key(db, told.org, told.subject, told.name) is None]
        return self._keep(fresh) if fresh else 0

    def open(self, place: Place, section: Mapping[str, Any]) -> bytes | str:
        """The clear body of a sealed section; ERASED when a data subject of it was, WITHHELD when it cannot be opened
        here."""
        try:
            pairs = _paired(section["subjects"], KeyRef.parse(section["key_ref"]))
            with self._file.reading() as db:
                if any(_erased(db, place.org, subject) for subject, _ in pairs):
                    return ERASED
                found = [(subject, _key(db, place.org, subject, name)) for subject, (name, _) in pairs]
            keys = {subject: key for subject, key in found if key is not None}
            return unseal(place, section["name"], keys, section["nonce"], section["body"])
        except SealError:
            return WITHHELD

    def knows(self, org: str, subject: str) -> bool:
        """Whether a key of this data subject is here, or was."""
        with self._file.reading() as db:
            sql = "SELECT 1 FROM names WHERE org = ? AND subject = ?"
            return _erased(db, org, subject) or db.execute(sql, (org, subject)).fetchone() is not None

    def erase(self, org: str, subject: str, ground: str, requested: dict[str, Any] | None, at: int) -> Erasure:
        """Destroy the keys of a data subject, and the private half of every epoch under which they were wrapped; a new
        epoch begins. Said again it changes nothing. What was done, with the words of the first time."""
        with self._file.writing() as db:
            if (done := _erasure(db, org, subject)) is not None:
                return done
            told = db.execute("SELECT key_id FROM names WHERE org = ? AND subject = ? ORDER BY key_id", (org, subject))
            names = [name for (name,) in told]
            db.executemany("INSERT OR IGNORE INTO destroyed VALUES (?, ?)", [(org, name) for name in names])
            db.executemany("DELETE FROM keys WHERE org = ? AND key_id = ?", [(org, name) for name in names])
            db.execute("UPDATE epochs SET private = NULL")
            _begin_epoch(db)
            db.execute(
                "INSERT INTO erasures (org, subject, key_ids, ground, requested, erased_at) VALUES (?, ?, ?, ?, ?, ?)",
                (org, subject, json.dumps(names), ground, json.dumps(requested), at),
            )
            return Erasure(org, subject, tuple(names), ground, requested, at)

    def erasures(self) -> list[Erasure]:
        """Every one, in order."""
        with self._file.reading() as db:
            rows = db.execute("SELECT org, subject FROM erasures ORDER BY seq").fetchall()
            return [told for row in rows if (told := _erasure(db, *row)) is not None]

    def _keep(self, fresh: "list[_Wrapped]") -> int:
        kept = 0
        with self._file.writing() as db:
            for told in fresh:
                if _erased(db, told.org, told.subject) or _destroyed(db, told.org, told.name):
                    continue
                row = db.execute("SELECT private FROM epochs WHERE id = ?", (told.epoch,)).fetchone()
                if row is None or row[0] is None:
                    continue
                try:
                    key = unwrap(told.wrapped, told.name, told.org, told.subject, row[0])
                except SealError:
                    continue
                kept += db.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (told.org, told.name, key)).rowcount
                db.execute("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", (told.org, told.subject, told.name))
        return kept


def _begin_epoch(db: sqlite3.Connection) -> bytes:
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    told = (epoch_id(public), public, private.private_bytes_raw())
    db.execute("INSERT INTO epochs (id, public, private) VALUES (?, ?, ?)", told)
    return public


def _paired(subjects: list[str], ref: KeyRef) -> list[tuple[str, tuple[str, bytes]]]:
    """Each subject with its key id and wrap. SealError when they do not belong together."""
    if len(ref.keys) != len(subjects) or sorted(set(subjects)) != subjects:
        raise SealError("key_ref does not have one key for each subject, in sorted order")
    if any(len(subject) > MAX_SUBJECT for subject in subjects):
        raise SealError(f"a data subject has more than {MAX_SUBJECT} characters")
    return list(zip(subjects, ref.keys, strict=True))


class _Wrapped(NamedTuple):
    """A key as a section brings it."""

    org: str
    subject: str
    name: str
    epoch: str
    wrapped: bytes


def _wrapped(org: str, section: Mapping[str, Any]) -> Iterator[_Wrapped]:
    """Each key that a section brings; none when it is not sealed in our way."""
    if section["key_ref"] is None:
        return
    try:
        ref = KeyRef.parse(section["key_ref"])
        pairs = _paired(section["subjects"], ref)
    except SealError:
        return
    for subject, (name, wrapped) in pairs:
        yield _Wrapped(org, subject, name, ref.epoch, wrapped)


def _key(db: sqlite3.Connection, org: str, subject: str, name: str) -> bytes | None:
    """The key of this id, if it is known as one of this data subject: else erasing the subject would not reach
    it."""
    row = db.execute(
        "SELECT key FROM keys NATURAL JOIN names WHERE org = ? AND subject = ? AND key_id = ?", (org, subject, name)
    ).fetchone()
    return None if row is None else bytes(row[0])


def _erased(db: sqlite3.Connection, org: str, subject: str) -> bool:
    return _erasure(db, org, subject) is not None


def _destroyed(db: sqlite3.Connection, org: str, name: str) -> bool:
    sql = "SELECT 1 FROM destroyed WHERE org = ? AND key_id = ?"
    return db.execute(sql, (org, name)).fetchone() is not None


def _erasure(db: sqlite3.Connection, org: str, subject: str) -> Erasure | None:
    row = db.execute(
        "SELECT org, subject, key_ids, ground, requested, erased_at FROM erasures WHERE org = ? AND subject = ?",
        (org, subject),
    ).fetchone()
    if row is None:
        return None
    return Erasure(row[0], row[1], tuple(json.loads(row[2])), row[3], json.loads(row[4]), row[5])
