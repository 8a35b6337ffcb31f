"""A file of keys that can be destroyed: SQLite, mode 600, one transaction or none.

With a rollback journal and `secure_delete` what was deleted is overwritten in the file, and nothing of it stays beside
the file: a write-ahead log would keep old pages until some later checkpoint. What a disk keeps of overwritten blocks is
beyond its reach.
"""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30.0  # seconds that another process may hold the file
_PRAGMAS = ("secure_delete = ON", "journal_mode = DELETE", "synchronous = FULL", "temp_store = MEMORY")


class KeyFileError(Exception):
    """The keys cannot be used; the message says what to do."""


class KeyFile:
    """One such file, made when it is not there; safe to use from several threads, and by several processes.

    Everything raises KeyFileError when the file cannot be read or written.
    """

    def __init__(self, path: Path, tables: str) -> None:
        """`tables`: statements that make what is missing."""
        self.path = path
        self._lock = threading.Lock()
        with self._explained():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeyFileError(f"{path} can be read by others: chmod 600 {path}")
            self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                for pragma in _PRAGMAS:
                    self._db.execute(f"PRAGMA {pragma}")
                self._db.executescript(tables)
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """For questions."""
        with self._lock, self._explained():
            yield self._db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: on disk when the block ends, undone when it fails."""
        with self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise KeyFileError(
                f"{self.path} cannot be used ({error}): make room, or bring it back from a backup"
            ) from error
