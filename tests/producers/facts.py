"""What a publishing process has said, by its outbox, and what it should say, by its adapter."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from producers.profile import Profile
from producers.pseudonym_key import pseudonyms_of
from producers.sending import place_of
from producers.sign import Signer
from producers.sources import SOURCES
from tests.producers.figure_files import events_of
from wire.records import Record

Fact = tuple[bytes, bytes]
"""Identity and digest of what it says."""


def counts(outbox: Path) -> tuple[int, int]:
    """How many events the outbox of another process has on their way, and knows to lie on the topic."""
    if not outbox.exists():
        return 0, 0
    try:
        with closing(sqlite3.connect(outbox)) as db:
            waiting, stored = (
                int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in ("waiting", "stored")
            )
    except sqlite3.OperationalError:  # its tables are being made
        return 0, 0
    return waiting, stored


def accepted(outbox: Path) -> int:
    """Both together: what is not taken again."""
    return sum(counts(outbox))


def expected(profile: Profile, files: Iterable[tuple[str, bytes]]) -> set[Fact]:
    """What the files say, each with the source that reads it."""
    signer, pseudonyms = Signer(profile.org, profile.private_key()), pseudonyms_of(profile)
    rows = (row for source, data in files for row in SOURCES[source].read(data, profile.org, pseudonyms))
    prepared = [signer.prepare(event) for row in rows for event in events_of(row)]
    return {(one.fact, one.content) for one in prepared}


def lying(profile: Profile, records: Iterable[Record]) -> Counter[Fact]:
    """What lies on the member's topic, and how often."""
    places = [place_of(profile.org, record) for record in records]
    return Counter((place.fact, place.content) for place in places if place is not None)
