"""Seeded damage to files, as copying, editing, sending and spreadsheets do it: bytes in, bytes out."""

import random
from collections.abc import Callable

from producers.sources.csv_records import records

Mutator = Callable[[random.Random, bytes], bytes]

CELLS = (
    "=1+1", "#REF!", "1,234,567.89", "1.234.567,89", "-5", "1e308", "99999999999999999999", "12/31/9999", "1/1/0001",
    "2/30/2021", "3/4/21", "44259", "３/４/２０２１", "令和3年", "平成22年3月", "N/A", "Yes", "yes", "0", "", " ",
    "\u202e2021-01-01", "\ufffd", "x" * 200_000,
)  # fmt: skip
"""What a spreadsheet, a form of another country or a hand puts into a cell."""
BITS = (b'"', b",", b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"Y", b"[XXX]", b'""', b"\x81")


def truncate(rng: random.Random, data: bytes) -> bytes:
    """Cut off anywhere."""
    return data[: rng.randrange(len(data))]


def flip(rng: random.Random, data: bytes) -> bytes:
    """Other bytes in a few places."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def insert(rng: random.Random, data: bytes) -> bytes:
    """More bytes in a few places."""
    for _ in range(rng.randrange(1, 10)):
        at = rng.randrange(len(data))
        data = data[:at] + rng.choice(BITS) + data[at:]
    return data


def delete(rng: random.Random, data: bytes) -> bytes:
    """A piece taken out."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(2000) :]


def duplicate(rng: random.Random, data: bytes) -> bytes:
    """Rows more than once, some not at all, in another order."""
    header, *rows = [bytes(record.native) for record in records(data)]
    return header + b"".join(rng.choices(rows, k=len(rows) * 2))


def shuffle_cells(rng: random.Random, data: bytes) -> bytes:
    """The cells of each row in another order."""
    header, *rows = list(records(data))
    shuffled = []
    for row in rows:
        cells = list(row.cells)
        rng.shuffle(cells)
        shuffled.append(_line(cells))
    return bytes(header.native) + b"".join(shuffled)


def replace_cells(rng: random.Random, data: bytes) -> bytes:
    """Cells with what does not belong there."""
    header, *rows = list(records(data))
    changed = []
    for row in rows:
        cells = list(row.cells)
        for _ in range(rng.randrange(3)):
            cells[rng.randrange(len(cells))] = rng.choice(CELLS).encode()
        changed.append(_line(cells) if rng.random() < 0.9 else bytes(row.native))
    return bytes(header.native) + b"".join(changed)


def line_ends(rng: random.Random, data: bytes) -> bytes:
    """Other line ends, mixed, in the cells too; blank lines between; a byte order mark before."""
    ends = [rng.choice([b"\n", b"\r\n", b"\r", b"\n\n", b",,,\n"]) for _ in range(data.count(b"\n"))]
    pieces = data.replace(b"\r\n", b"\n").split(b"\n")
    joined = b"".join(piece + end for piece, end in zip(pieces, [*ends, b""], strict=False))
    return rng.choice([b"", b"\xef\xbb\xbf"]) + joined


def re_encoder(charset: str) -> Mutator:
    """The file as a program writes it that reads `charset` rightly and saves in another encoding."""

    def re_encode(rng: random.Random, data: bytes) -> bytes:
        text = data.decode(charset, "replace").replace("'", "\u2019")
        return text.encode(rng.choice(["cp1252", "utf-8", "utf-8-sig", "cp932", "utf-16"]), "replace")

    return re_encode


def _line(cells: list[bytes]) -> bytes:
    return b",".join(b'"' + cell.replace(b'"', b'""') + b'"' for cell in cells) + b"\n"


MUTATORS: tuple[Mutator, ...] = (
    truncate, flip, insert, delete, duplicate, shuffle_cells, replace_cells, line_ends,
)  # fmt: skip
"""All but re-encoding, which needs to know the encoding."""
