"""Real files, damaged: never a crash, and every row is an event or a reject with its bytes."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from producers.sources import FormatError, Reject
from producers.sources.csv_records import records
from producers.sources.nhtsa_sgo import read
from schemas.codec import encode
from schemas.registry import latest
from tests.producers.sgo_files import ARCHIVE, CURRENT, ORG, real, section

ROWS = 40
Mutator = Callable[[random.Random, bytes], bytes]


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def insert(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.randrange(1, 10)):
        at = rng.randrange(len(data))
        data = data[:at] + rng.choice([b'"', b",", b"\r\n", b"\n", b"\x00", b"\xff\xfe", b"Y", b"[XXX]"]) + data[at:]
    return data


def delete(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(2000) :]


def duplicate(rng: random.Random, data: bytes) -> bytes:
    header, *rows = [record.native for record in records(data)]
    return header + b"".join(rng.choices(rows, k=len(rows) * 2))


def shuffle_cells(rng: random.Random, data: bytes) -> bytes:
    header, *rows = list(records(data))
    shuffled = []
    for row in rows:
        cells = [b'"' + cell.replace(b'"', b'""') + b'"' for cell in row.cells]
        rng.shuffle(cells)
        shuffled.append(b",".join(cells) + b"\n")
    return header.native + b"".join(shuffled)


def re_encode(rng: random.Random, data: bytes) -> bytes:
    return (
        data.decode()
        .replace("'", "\u2019")
        .encode(rng.choice(["cp1252", "utf-8", "utf-8-sig", "cp932", "utf-16"]), "replace")
    )


@pytest.mark.parametrize("mutate", [truncate, flip, insert, delete, duplicate, shuffle_cells, re_encode])
@pytest.mark.parametrize("file", [ARCHIVE, CURRENT])
def test_a_damaged_file_is_rows_or_a_format_error(test_data: Path, file: str, mutate: Mutator) -> None:
    whole, events = real(test_data / file)
    rows = [section(event.value, "native") or b"" for event in events]
    header = next(records(whole)).native
    for seed in range(15):
        rng = random.Random(f"{file} {seed}")
        data = mutate(rng, header + b"".join(rng.sample(rows, ROWS)))
        expected = [record.native for record in records(data)][1:]
        try:
            found = list(read(data, ORG))
        except FormatError:
            continue
        natives = [row.native if isinstance(row, Reject) else section(row.value, "native") for row in found]
        assert natives == expected, seed
        for row in found:
            if not isinstance(row, Reject):
                encode(latest(row.type), row.value)
        identities = [row.id for row in found if not isinstance(row, Reject)]
        assert len(set(identities)) == len(identities), seed
