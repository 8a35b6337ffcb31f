"""Real files, damaged: never a crash, and every row is an event or a reject with its bytes."""

import random
from pathlib import Path

import pytest

from producers.sources import FormatError, Reject, Skip
from producers.sources.csv_records import records
from producers.sources.nhtsa_sgo import read
from schemas.codec import encode
from schemas.registry import latest
from tests.producers.mutations import MUTATORS, Mutator, re_encoder
from tests.producers.sgo_files import ARCHIVE, CURRENT, ORG, real, section

ROWS = 40


@pytest.mark.parametrize("mutate", [*MUTATORS, re_encoder("utf-8")])
@pytest.mark.parametrize("file", [ARCHIVE, CURRENT])
def test_a_damaged_file_is_rows_or_a_format_error(test_data: Path, file: str, mutate: Mutator) -> None:
    whole, events = real(test_data / file)
    rows = [section(event.value, "native") or b"" for event in events]
    header = bytes(next(records(whole)).native)
    for seed in range(12):
        rng = random.Random(f"{file} {seed}")
        data = mutate(rng, header + b"".join(rng.sample(rows, ROWS)))
        expected = [bytes(record.native) for record in records(data)][1:]
        try:
            found = list(read(data, ORG))
        except FormatError:
            continue
        natives = [row.native if isinstance(row, Reject | Skip) else section(row.value, "native") for row in found]
        assert natives == expected, seed
        for row in found:
            if not isinstance(row, Reject | Skip):
                encode(latest(row.type), row.value)
        identities = [row.id for row in found if not isinstance(row, Reject | Skip)]
        assert len(set(identities)) == len(identities), seed
