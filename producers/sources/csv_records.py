"""Splitting CSV bytes into records without losing a byte.

The rules are those of RFC 4180 as Python's csv module reads them: a quote opens only at the beginning of a cell, text
after a closing quote belongs to the cell, and CRLF, LF or CR end a record. They are applied to bytes, so any encoding
that keeps ASCII as it is (UTF-8, cp1252, cp932) splits alike, and header + records concatenated equal the file.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from mmap import mmap

BOM = b"\xef\xbb\xbf"
MAX_CELL = 131_072
"""Longest cell that is handed out, in bytes; a longer one is named, not copied."""
MAX_CELLS = 1_024
"""Most cells of a record that are handed out; more are counted only."""
MAX_RECORD = 524_288
"""Longest record that becomes an event, in bytes: it is carried whole, and its narrative once more."""

_PIECE = 3 * 65_536  # a multiple of three: base64 of the pieces is base64 of the whole

# Possessive quantifiers: every byte is looked at once, whatever the input.
_CELL = rb'(?:"([^"]*+(?:""[^"]*+)*+)("?)([^,\r\n]*+)|([^,\r\n]*+))(,|\r\n|\n|\r|\Z)'

Native = bytes | memoryview
"""The bytes of a record; a view of the file where they are more than MAX_RECORD, so that they are not copied."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as found.

    `native` is its bytes, line end included; `line` the physical line on which it begins, from 1; `cells` the
    unquoted cells (at most MAX_CELLS; a cell over MAX_CELL is empty here), `width` how many there are. `too_long` is
    the index of the first cell over the limit; `open_quote` the index of a cell whose quote is never closed.
    """

    line: int
    native: Native
    cells: list[bytes]
    width: int
    too_long: int | None = None
    open_quote: int | None = None

    @property
    def blank(self) -> bool:
        """Whether the record is an empty line."""
        return self.width == 1 and not bytes(self.native[:3]).strip(b"\r\n")


Split = Callable[[bytes | mmap, int, int], tuple[Record, int, bytes]]
"""The record that begins at a place, on a line: itself, where it ends, and its line end (none at the end of data)."""


class NotYetError(Exception):
    """An adapter asked for a record of which the end has not come."""


class Feed:
    """What there is of a file that grows, for an adapter that reads it from its beginning to its end, once.

    Only whole records are given out: one whose line end has not come, or a carriage return after which a line feed may
    follow, or an open quote, is not there yet. An adapter that has begun is asked for its next outcome when the feed is
    `ready`: each outcome is of one record.
    """

    def __init__(self) -> None:
        self._held = b""
        self._base = 0  # where in the file `_held` begins
        self._cursor: _Cursor | None = None

    def __len__(self) -> int:
        return self._base + len(self._held)

    def __getitem__(self, part: slice) -> bytes:
        """Bytes of what is held: of the beginning, for an adapter that looks what kind of file it is."""
        return self._held[part]

    def add(self, data: bytes) -> None:
        """More of the file."""
        self._held += data

    @property
    def ready(self) -> bool:
        """Whether the adapter can be asked for what becomes of the next record."""
        return self._cursor is not None and self._cursor.peek() is not None

    @property
    def waiting(self) -> tuple[int, int]:
        """How many bytes are held back, and the line on which they begin."""
        if self._cursor is None:
            return len(self._held), 1
        return len(self) - self._cursor.start, self._cursor.line

    def forget(self) -> None:
        """Let go of the records that were given out; whoever reads from the beginning has done so."""
        if self._cursor is not None:
            self._held = self._held[self._cursor.start - self._base :]
            self._base = self._cursor.start

    def rewind(self) -> None:
        """Nobody reads any more: all that is held is to be read again."""
        self._cursor = None

    def read(self, split: Split) -> Iterator[Record]:
        """The records from the beginning; `ready` is about the reader that was begun last."""
        self._cursor = _Cursor(self, split)
        return self._cursor

    def record(self, split: Split, start: int, line: int) -> tuple[Record, int] | None:
        """The record at a place of the file, and where it ends; None while it is not whole."""
        at = start - self._base
        if at >= len(self._held):
            return None
        record, end, terminator = split(self._held, at, line)
        if not terminator or (terminator == b"\r" and end == len(self._held)):
            return None
        return record, end + self._base


class _Cursor(Iterator[Record]):
    def __init__(self, feed: Feed, split: Split) -> None:
        self._feed, self._split = feed, split
        self.start, self.line = 0, 1
        self._found: tuple[Record, int] | None = None

    def peek(self) -> Record | None:
        if self._found is None:
            self._found = self._feed.record(self._split, self.start, self.line)
        return None if self._found is None else self._found[0]

    def __next__(self) -> Record:
        record = self.peek()
        if record is None or self._found is None:
            raise NotYetError
        self.start, self.line = self._found[1], self.line + _line_ends(record.native)
        self._found = None
        return record


File = bytes | mmap | Feed
"""The bytes of a file: mapped ones are read as they are needed, so that a large file takes little memory."""


def records(data: File, delimiter: bytes = b",") -> Iterator[Record]:
    """Every record of the file, the header first; a byte order mark stays in the header's bytes, not in its cell.

    `delimiter` is one byte that is no letter, quote or line end, and no part of a character of the file's encoding.
    """
    return _each(partial(_record, re.compile(_CELL.replace(b",", re.escape(delimiter))), delimiter), data)


def lines(data: File) -> Iterator[Record]:
    """Every line of the file as a record of one cell, without surrounding white space."""
    return _each(_line, data)


def pieces(native: Native) -> Iterator[bytes]:
    """The bytes of a record, a part at a time."""
    for first in range(0, len(native), _PIECE):
        yield bytes(native[first : first + _PIECE])


def _each(split: Split, data: File) -> Iterator[Record]:
    return data.read(split) if isinstance(data, Feed) else _whole(split, data)


def _whole(split: Split, data: bytes | mmap) -> Iterator[Record]:
    start, line = 0, 1
    while start < len(data):
        record, start, _ = split(data, start, line)
        yield record
        line += _line_ends(record.native)


def _record(
    pattern: re.Pattern[bytes], delimiter: bytes, data: bytes | mmap, start: int, line: int
) -> tuple[Record, int, bytes]:
    position = start + len(BOM) if line == 1 and data[start : start + len(BOM)] == BOM else start
    cells: list[bytes] = []
    width, too_long, open_quote, end = 0, None, None, delimiter
    while end == delimiter:
        match = pattern.match(data, position)
        if match is None:  # the pattern matches the empty string before any byte
            raise AssertionError("a position that is no cell")
        if width < MAX_CELLS:
            if match.end() - match.start() > MAX_CELL:
                too_long = width if too_long is None else too_long
                cells.append(b"")
            else:
                cells.append(_unquoted(match))
        if match[2] == b"":
            open_quote = width
        width += 1
        end, position = match[5], match.end()
    return Record(line, _native(data, start, position), cells, width, too_long, open_quote), position, end


def _line(data: bytes | mmap, start: int, line: int) -> tuple[Record, int, bytes]:
    found = data.find(b"\n", start) + 1
    native = _native(data, start, found or len(data))
    short = isinstance(native, bytes) and len(native) <= MAX_CELL
    cells = [native.strip()] if isinstance(native, bytes) and short else [b""]
    return Record(line, native, cells, 1, None if short else 0), start + len(native), b"\n" if found else b""


def _native(data: bytes | mmap, start: int, end: int) -> Native:
    return data[start:end] if end - start <= MAX_RECORD else memoryview(data)[start:end]


def _line_ends(native: Native) -> int:
    count, before = 0, b""
    for piece in pieces(native):
        count += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
        count -= before.endswith(b"\r") and piece.startswith(b"\n")
        before = piece
    return count


def _unquoted(match: re.Match[bytes]) -> bytes:
    quoted, _, tail, plain, _ = match.groups()
    if quoted is None:
        return plain
    return quoted.replace(b'""', b'"') + tail
