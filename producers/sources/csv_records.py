"""Splitting CSV bytes into records without losing a byte.

The rules are those of RFC 4180 as Python's csv module reads them: a quote opens only at the beginning of a cell, text
after a closing quote belongs to the cell, and CRLF, LF or CR end a record. They are applied to bytes, so any encoding
that keeps ASCII as it is (UTF-8, cp1252, cp932) splits alike, and header + records concatenated equal the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

File = bytes | mmap
"""The bytes of a file; mapped ones are read as they are needed, so that a large file takes little memory."""

BOM = b"\xef\xbb\xbf"
MAX_CELL = 131_072
"""Longest cell that is handed out, in bytes; a longer one is named, not copied."""
MAX_CELLS = 1_024
"""Most cells of a record that are handed out; more are counted only."""

# Possessive quantifiers: every byte is looked at once, whatever the input.
_CELL = rb'(?:"([^"]*+(?:""[^"]*+)*+)("?)([^,\r\n]*+)|([^,\r\n]*+))(,|\r\n|\n|\r|\Z)'


@dataclass(frozen=True, slots=True)
class Record:
    """One record as found.

    `native` is its bytes, line end included; `line` the physical line on which it begins, from 1; `cells` the
    unquoted cells (at most MAX_CELLS; a cell over MAX_CELL is empty here), `width` how many there are. `too_long` is
    the index of the first cell over the limit; `open_quote` the index of a cell whose quote is never closed.
    """

    line: int
    native: bytes
    cells: list[bytes]
    width: int
    too_long: int | None = None
    open_quote: int | None = None

    @property
    def blank(self) -> bool:
        """Whether the record is an empty line."""
        return self.width == 1 and not self.native.strip(b"\r\n")


def records(data: File, delimiter: bytes = b",") -> Iterator[Record]:
    """Every record of the file, the header first; a byte order mark stays in the header's bytes, not in its cell.

    `delimiter` is one byte that is no letter, quote or line end, and no part of a character of the file's encoding.
    """
    pattern = re.compile(_CELL.replace(b",", re.escape(delimiter)))
    start, line = 0, 1
    position = len(BOM) if data[: len(BOM)] == BOM else 0
    while start < len(data):
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
        native = data[start:position]
        yield Record(line, native, cells, width, too_long, open_quote)
        line += native.count(b"\n") + native.count(b"\r") - native.count(b"\r\n")
        start = position


def lines(data: File) -> Iterator[Record]:
    """Every line of the file as a record of one cell, without surrounding white space."""
    start, line = 0, 1
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        native = data[start:end]
        too_long = 0 if len(native) > MAX_CELL else None
        yield Record(line, native, [b"" if too_long == 0 else native.strip()], 1, too_long)
        start, line = end, line + 1


def _unquoted(match: re.Match[bytes]) -> bytes:
    quoted, _, tail, plain, _ = match.groups()
    if quoted is None:
        return plain
    return quoted.replace(b'""', b'"') + tail
