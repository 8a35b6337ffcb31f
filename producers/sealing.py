"""Sealing on the way out: sections about data subjects leave the publisher as ciphertext (schemas/sealing.py).

What the hub announces (announced.py) is asked for when there is something to seal, and again once a minute. While it
cannot be read, what is known already is used.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from producers.announced import Announced
from producers.outbox import Outbox
from producers.sign import EventError, Prepared, Signer
from producers.subject_keys import SubjectKeys
from schemas.event import Event
from schemas.sealing import MAX_SUBJECT, MAX_SUBJECTS, KeyRef, Place, seal
from schemas.sealing import key_id as subject_key_id
from wire.errors import UnreachableError

NAMES = ("native", "narrative", "personal")
"""Sections that can be sealed."""
_AGAIN = 60.0  # seconds


def keys_beside(outbox: Path, org: str) -> Path:
    """The file of the org's keys of data subjects: in the folder of its outbox."""
    return outbox.with_name(f"{org}.subjects")


class Sealer:
    """Seals the events of one org; safe to use from several threads."""

    def __init__(self, org: str, outbox: Path | None, ask: Callable[[], Announced]) -> None:
        """Without a file for the outbox there is no place for keys, and nothing can be sealed. `ask`: what the hub has
        announced, UnreachableError while it cannot be read."""
        self._org, self._ask = org, ask
        self._file = keys_beside(outbox, org) if outbox else None
        self._lock = threading.Lock()
        self._known: SubjectKeys | None = None
        self._due = 0.0

    def close(self) -> None:
        """Let go of the keys."""
        with self._lock:
            if self._known is not None:
                self._known.close()
                self._known = None

    def forget_erased(self) -> None:
        """Destroy the keys of data subjects that the hub has erased, where there are keys; WireError when the hub
        cannot be asked."""
        if self._file is not None and self._file.exists():
            self._refresh(self._keys(self._file))

    def settle(self) -> None:
        """The keys of what was prepared are on disk when this returns: nothing prepared may leave before."""
        if self._known is not None:
            self._known.settle()

    def prepare(self, event: Event, signer: Signer, outbox: Outbox) -> Prepared:
        """Sealed for the newest key of the hub; what was accepted or published before, as it was then.

        Raises EventError for a section that cannot be sealed, and for a data subject that was erased; WireError and
        KeyFileError when what the hub announces, or the keys, cannot be read.
        """
        known = outbox.content(event.source, event.id)
        ways = (signer.prepare(way) for way in self._sealed(event))
        newest = next(ways)
        if known is None or known == newest.content:
            return newest
        return next((way for way in ways if way.content == known), newest)

    def _sealed(self, event: Event) -> Iterator[Event]:
        """The event sealed for the hub's newest key, then as it would have been sealed for earlier ones."""
        named = f"{event.type} {event.subject}"
        if self._file is None:
            raise EventError(
                f"{named} names data subjects, whose keys lie beside the outbox: give the publisher a file"
            )
        told = [_subjects(named, section) for section in event.value["sections"]]
        subjects = sorted({subject for section in told for subject in section})
        keys = self._keys(self._file)
        self._refresh(keys)
        epochs = keys.epochs()
        if not epochs:
            raise EventError(f"{named}: this hub takes no sealed sections; its operator starts a release that does")
        if keys.erased(subjects):
            raise EventError(
                f"{named} is about a data subject that was erased: leave the section out, or, where it is somebody"
                " else, choose another pseudonym"
            )
        yield _with_sealed(self._org, event, epochs[0], keys.made(subjects, epochs[0]))
        for epoch in epochs[1:]:
            found = keys.of(subjects, epoch)
            if found is not None:
                yield _with_sealed(self._org, event, epoch, found)

    def _keys(self, file: Path) -> SubjectKeys:
        with self._lock:
            if self._known is None:
                self._known = SubjectKeys(file, self._org)
            return self._known

    def _refresh(self, keys: SubjectKeys) -> None:
        """Read what the hub announced, if that was not done within the last minute."""
        if time.monotonic() < self._due:
            return
        try:
            told = self._ask()
        except UnreachableError:
            if not keys.epochs():
                raise
        else:
            keys.announced(told.hub, told.epochs, told.erased)
        self._due = time.monotonic() + _AGAIN


def _subjects(named: str, section: object) -> list[str]:
    """The data subjects of a section, sorted. EventError says what cannot be sealed."""
    if not isinstance(section, Mapping):
        raise EventError(f"{named}: a section is a record")
    told = section.get("subjects") or []
    if not isinstance(told, list | tuple) or not all(
        isinstance(s, str) and 0 < len(s) <= MAX_SUBJECT and s.isprintable() for s in told
    ):
        raise EventError(f"{named}: subjects are pseudonyms of 1 to {MAX_SUBJECT} printable characters")
    if len(set(told)) > MAX_SUBJECTS:
        raise EventError(f"{named}: a section is about at most {MAX_SUBJECTS} data subjects")
    if told and section.get("key_ref") is not None:
        raise EventError(f"{named}: key_ref is filled in by the publisher, which seals the section: leave it out")
    if told and not (isinstance(section.get("body"), bytes) and section.get("name") in NAMES):
        raise EventError(f"{named}: a sealed section is called {', '.join(NAMES)}, and has a body of bytes")
    return sorted(set(told))


def _with_sealed(org: str, event: Event, epoch: str, keys: Mapping[str, tuple[bytes, bytes]]) -> Event:
    place = Place(org, event.source, event.id)
    value = dict(event.value)
    value["sections"] = [_section(place, section, epoch, keys) for section in value["sections"]]
    if isinstance(value.get("native"), dict):  # a digest of the clear bytes would tell whoever guesses them
        for section in value["sections"]:
            if section.get("name") == "native" and section.get("subjects"):
                value["native"] = {**value["native"], "sha256": sha256(section["body"]).digest()}
    return replace(event, value=value)


def _section(
    place: Place, section: Mapping[str, Any], epoch: str, keys: Mapping[str, tuple[bytes, bytes]]
) -> Mapping[str, Any]:
    if not section.get("subjects"):
        return section
    subjects = sorted(set(section["subjects"]))
    told = {subject: keys[subject] for subject in subjects}
    nonce, body = seal(place, section["name"], {subject: key for subject, (key, _) in told.items()}, section["body"])
    ref = KeyRef(epoch, tuple((subject_key_id(key), wrapped) for key, wrapped in told.values()))
    return {**section, "subjects": subjects, "key_ref": ref.text(), "nonce": nonce, "body": body}
