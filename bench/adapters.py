"""Rows per second of each adapter on its real files, and its memory on a file a hundred times that size.

The seconds are of processor time: an adapter waits for nothing. The peer only splits the same rows into cells, with
Python's csv.DictReader (json.loads for JSON Lines), and checks, keeps and derives nothing; the runs of both take turns.
All rates are measured first, then the memory.

The large file is mapped, not read, and its rows repeat; those of `certificates` and `mapped`, which have no real
files, are invented and all distinct. Memory is what the process has of its own (RssAnon), without the pages of the
mapped file, which the system takes back when it likes. Linux only.

    HUB_TEST_DATA=DIR python -m bench.adapters [--runs 5] [--times 100]
"""

import argparse
import csv
import io
import json
import mmap
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.flat import own_memory
from bench.recording import keep, spread
from producers.sources import SOURCES, Outcome, Pseudonyms, Source
from producers.sources.csv_records import File, records
from producers.sources.mapped import Mapped
from producers.sources.mapping import load
from tests.producers.bordereaux import DAYS, MAPPINGS, STYLES, accounts, written
from tests.producers.figure_files import READ, made
from tests.producers.public_files import FILES as PUBLIC
from tests.producers.sgo_files import ARCHIVE, CURRENT

REAL = (*PUBLIC.items(), *READ, (CURRENT, "nhtsa-sgo"), (ARCHIVE, "nhtsa-sgo"))
INVENTED = 1_000  # rows
EVERY = 1_000  # rows between two looks at the memory
PSEUDONYMS = Pseudonyms(bytes(32))
TRANSACTIONS = """name = "transactions"
event = "ClaimTransacted"
role = "INSURER"
provenance = "CLAIM_FILE"
file.format = "csv"
file.charset = "cp1252"
file.delimiter = ";"
numbers.decimal = ","
numbers.thousands = "."
dates.formats = ["%d.%m.%Y"]
[fields]
claim_ref = { column = "Schaden-Nr", pseudonym = "claim" }
transaction_id = "Schaden-Nr"
transacted = "Stichtag"
transaction = { value = "INDEMNITY_PAID" }
amount = "Gezahlt"
currency = { value = "EUR" }
"""


def certificates(rows: int) -> bytes:
    """A file of so many certificates."""
    return made("certificates/form-1", *({"certificate": f"QMS-{number}"} for number in range(rows)))


def bordereau(style: str) -> Callable[[int], bytes]:
    """What writes the first bordereau of a style with so many claims."""
    return lambda rows: written(style, DAYS[0], accounts(1, rows * 2)[0][:rows])


def adapters() -> dict[str, tuple[Source, str | Callable[[int], bytes]]]:
    """Each adapter under its name, with the name of its real file or what writes an invented one."""
    found: dict[str, tuple[Source, str | Callable[[int], bytes]]] = {
        f"{source} {file}": (SOURCES[source], file) for file, source in REAL
    }
    found["certificates, invented"] = (SOURCES["certificates"], certificates)
    found["mapped, transactions, invented"] = (
        Mapped(load(TRANSACTIONS.encode(), "transactions.toml")),
        bordereau("european"),
    )
    for style in STYLES:
        plan = load((MAPPINGS / f"{style}.toml").read_bytes(), style)
        found[f"mapped, snapshot, {style}, invented"] = (Mapped(plan, alone=True), bordereau(style))
    return found


def read(source: Source, data: File) -> Iterator[Outcome]:
    """What becomes of each row."""
    return source.read(data, "bench", PSEUDONYMS)


def content(name: str, folder: Path, rows: int = INVENTED) -> bytes:
    """The real file of an adapter, or an invented one with so many rows."""
    file = adapters()[name][1]
    return (folder / file).read_bytes() if isinstance(file, str) else file(rows)


def measure(name: str, path: Path) -> None:
    """Read a mapped file to its end; print rows and the most memory above what there was before the first row."""
    source = adapters()[name][0]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        before = peak = own_memory(os.getpid())
        rows = 0
        for rows, _ in enumerate(read(source, data), 1):
            if rows % EVERY == 0:
                peak = max(peak, own_memory(os.getpid()))
    sys.stdout.write(f"{rows} {max(peak, own_memory(os.getpid())) - before}\n")


def memory(name: str, folder: Path, times: int) -> dict[str, Any]:
    """Memory on the file and on one `times` as large, each in a process of its own."""
    told: dict[str, Any] = {}
    for key, count in (("once", 1), ("many_times", times)):
        with tempfile.NamedTemporaryFile() as file:
            if isinstance(adapters()[name][1], str):
                data = content(name, folder)
                header = bytes(next(records(data)).native)
                file.write(header)
                for _ in range(count):
                    file.write(data[len(header) :] + b"\n" * (not data.endswith(b"\n")))
            else:
                file.write(content(name, folder, INVENTED * count))
            file.flush()
            command = [sys.executable, "-m", "bench.adapters", "--measure", name, file.name]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            told[key] = {
                "rows": int(said[0]), "file_mib": round(Path(file.name).stat().st_size / 2**20, 1),
                "peak_mib": round(int(said[1]) / 2**20, 1),
            }  # fmt: skip
    return told


def split(data: bytes) -> int:
    """The peer: rows of cells, of the bytes taken one by one as characters, and nothing done with them."""
    if data.startswith(b"{"):
        return sum(1 for line in data.splitlines() if json.loads(line))
    text = data.decode("latin-1")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    return sum(1 for _ in csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def count(rows: Iterator[Outcome]) -> int:
    """How many there are."""
    return sum(1 for _ in rows)


def timed(work: Callable[[], int]) -> float:
    """Rows per second of processor time."""
    start = time.process_time()
    rows = work()
    return rows / (time.process_time() - start)


def rate(name: str, folder: Path, runs: int) -> dict[str, Any]:
    """Rows per second of adapter and peer, with all that is derived and none of it sent."""
    data, adapter, peer = content(name, folder), [], []
    for _ in range(runs):
        adapter.append(timed(partial(count, read(adapters()[name][0], data))))
        peer.append(timed(partial(split, data)))
    ratio = statistics.median(adapter) / statistics.median(peer)
    return {
        "rows_per_second": spread(adapter), "peer_rows_per_second": spread(peer),
        "ratio": round(ratio, 3),
    }  # fmt: skip


def main() -> None:
    """Measure all adapters and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.measure:
        return measure(told.measure[0], Path(told.measure[1]))
    if "HUB_TEST_DATA" not in os.environ:
        sys.stdout.write("not measured: HUB_TEST_DATA, which names the folder of the real data, is not set\n")
        return None
    folder = Path(os.environ["HUB_TEST_DATA"])
    figures = {name: rate(name, folder, told.runs) for name in adapters()}
    for name, found in figures.items():
        found["memory"] = memory(name, folder, told.times)
        sys.stdout.write(f"{name}: {found}\n")
        sys.stdout.flush()
    path = keep("adapters", f"python -m bench.adapters --runs {told.runs} --times {told.times}", figures)
    sys.stdout.write(f"{path}\n")
    return None


if __name__ == "__main__":
    main()
