"""Which of several equal rows a row is: rows of the same bytes are separate events, told apart by their number.

Of a few rows this is kept in memory; of many in a database without a name, which SQLite keeps in a temporary file.
"""

import sqlite3

_FEW = 50_000


class Ordinals:
    """How often each row was counted, by its digest; to be closed."""

    def __init__(self) -> None:
        self._few: dict[bytes, int] = {}
        self._many: sqlite3.Connection | None = None

    def of(self, digest: bytes) -> int:
        """How many equal rows were counted before."""
        if self._many is None:
            return self._few.get(digest, 0)
        found = self._many.execute("SELECT counted FROM rows WHERE digest = ?", (digest,)).fetchone()
        return 0 if found is None else int(found[0])

    def count(self, digest: bytes) -> None:
        """Count a row."""
        if self._many is not None:
            self._add(self._many, digest, 1)
            return
        self._few[digest] = self._few.get(digest, 0) + 1
        if len(self._few) > _FEW:
            self._many = sqlite3.connect("", isolation_level=None)
            self._many.execute("PRAGMA journal_mode = OFF")  # nobody reads it after a crash
            self._many.execute("CREATE TABLE rows (digest BLOB PRIMARY KEY, counted INTEGER NOT NULL) WITHOUT ROWID")
            self._many.execute("BEGIN")
            for known, counted in self._few.items():
                self._add(self._many, known, counted)
            self._few.clear()

    def close(self) -> None:
        """Let go of the file."""
        if self._many is not None:
            self._many.close()

    @staticmethod
    def _add(many: sqlite3.Connection, digest: bytes, counted: int) -> None:
        many.execute(
            "INSERT INTO rows VALUES (?, ?) ON CONFLICT (digest) DO UPDATE SET counted = counted + excluded.counted",
            (digest, counted),
        )
