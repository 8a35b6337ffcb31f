"""How every claim of a series of snapshots stands: in a database without a name, which SQLite keeps in a temporary file
that only this process can open. So memory is bounded however many claims a member has.
"""

import json
import sqlite3
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Time = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a claim stands by what was accepted of it; `seen` and `line` say where it was last."""

    first: Time
    seen: str
    line: int
    money: dict[str, Decimal]
    outstanding: Decimal | None
    closed: bool
    currency: str | None
    said: bytes


class Claims:
    """The claims by their numbers, in each snapshot: how often it has them, and how they stand after it. Snapshots are
    numbered in the order in which they are read; the rows of one may be asked for again when others were read."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._rows.close)  # in whatever thread that is
        self._rows.execute("PRAGMA journal_mode = OFF")  # nobody reads it after a crash
        self._rows.execute(
            "CREATE TABLE claims (at INTEGER PRIMARY KEY, number TEXT NOT NULL, snapshot INTEGER NOT NULL,"
            " counted INTEGER NOT NULL, standing TEXT, UNIQUE (number, snapshot))"
        )
        self._rows.execute("BEGIN")

    def count(self, snapshot: int, number: str) -> None:
        """The snapshot has the claim, once more."""
        self._rows.execute(
            "INSERT INTO claims (number, snapshot, counted) VALUES (?, ?, 1)"
            " ON CONFLICT (number, snapshot) DO UPDATE SET counted = counted + 1",
            (number, snapshot),
        )

    def counted(self, snapshot: int, number: str) -> int:
        """How often the snapshot has a claim."""
        (counted,) = self._rows.execute(
            "SELECT coalesce(max(counted), 0) FROM claims WHERE number = ? AND snapshot = ?", (number, snapshot)
        ).fetchone()
        return int(counted)

    def before(self, snapshot: int, number: str) -> Standing | None:
        """How a claim stood after the last snapshot before this one that says so."""
        row = self._rows.execute(
            "SELECT standing FROM claims WHERE number = ? AND snapshot < ? AND standing NOT NULL"
            " ORDER BY snapshot DESC LIMIT 1",
            (number, snapshot),
        ).fetchone()
        return None if row is None else _read(row[0])

    def keep(self, snapshot: int, number: str, standing: Standing) -> None:
        """How a claim of the snapshot stands after it."""
        self._rows.execute(
            "INSERT INTO claims (number, snapshot, counted, standing) VALUES (?, ?, 0, ?)"
            " ON CONFLICT (number, snapshot) DO UPDATE SET standing = excluded.standing",
            (number, snapshot, _written(standing)),
        )

    def vanished(self, last: int, snapshot: int) -> Iterator[tuple[str, Standing]]:
        """Those known after one snapshot that another does not count, in the order of the first."""
        rows = self._rows.execute(
            "SELECT number, standing FROM claims AS known WHERE snapshot = ? AND standing NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM claims WHERE number = known.number AND snapshot = ? AND counted > 0) ORDER BY at",
            (last, snapshot),
        )
        return ((number, _read(standing)) for number, standing in rows)


def _written(standing: Standing) -> str:
    s = standing
    money = {name: str(amount) for name, amount in s.money.items()}
    outstanding = None if s.outstanding is None else str(s.outstanding)
    return json.dumps([s.first, s.seen, s.line, money, outstanding, s.closed, s.currency, s.said.hex()])


def _read(text: str) -> Standing:
    first, seen, line, money, outstanding, closed, currency, said = json.loads(text)
    return Standing(
        first, seen, line, {name: Decimal(amount) for name, amount in money.items()},
        None if outstanding is None else Decimal(outstanding), closed, currency, bytes.fromhex(said),
    )  # fmt: skip
