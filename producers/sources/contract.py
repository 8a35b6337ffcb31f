"""What a source adapter is: one pure file per format, bytes in, events and rejected rows out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from producers.sources.csv_records import File, Native
from producers.sources.pseudonyms import Pseudonyms
from schemas.event import Event


class FormatError(ValueError):
    """The bytes are no file of the source's format; the message names what is missing or unknown."""


class OutOfTurnError(FormatError):
    """A file of a series that cannot be read before another one."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that became no event: where it begins, which column is at fault and why, and its bytes.

    `line` is the physical line on which the row begins, from 1. `reason` never quotes a value.
    """

    line: int
    column: str | None
    reason: str
    native: Native


@dataclass(frozen=True, slots=True)
class Skip:
    """A row that says nothing and so is neither an event nor a fault, e.g. a blank line that a spreadsheet left."""

    line: int
    reason: str
    native: Native


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be looked at and is no row: a claim that the last snapshot had and this one has not."""

    subject: str
    reason: str


Outcome = Event | tuple[Event, ...] | Reject | Skip | Notice
"""What becomes of one row: its event, its events where it says several things, or why there is none; or a notice."""


class FaultError(Exception):
    """A cell that this release cannot read without guessing; raised while a row is read, handed out as a Reject."""

    def __init__(self, column: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Source(Protocol):
    """An adapter: a module with these names."""

    NAME: str
    """Name of the source in events, queries and token schemes."""
    DESCRIPTION: str
    """One line for `hub sources`."""
    EDITIONS: Mapping[str, tuple[str, ...]]
    """Edition of the form to its columns in the order of the file."""
    EVENT_TYPES: tuple[str, ...]
    """Types of the events it makes."""
    NEEDS_WHOLE_FILE: str | None
    """Why no row can be read before the file is complete; None where each row speaks for itself."""

    def read(self, data: File, org: str, pseudonyms: Pseudonyms, /) -> Iterator[Outcome]:
        """What became of each row, in the order of the file; FormatError for a file of another format.

        `pseudonyms` are the member's own: an adapter that meets the number of a vehicle or a person says that instead.
        """
        ...
