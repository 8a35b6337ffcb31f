"""Rows per second of each adapter on its real files, and its memory on a file a hundred times that size.

The seconds are of processor time: an adapter waits for nothing, and what else runs on the machine does not count.

The large file is mapped, not read, and its rows repeat. Memory is what the process has of its own (RssAnon), without
the pages of the mapped file, which the system takes back when it likes. Linux only.

    HUB_TEST_DATA=DIR python -m bench.adapters [--runs 5] [--times 100]
"""

import argparse
import mmap
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.recording import keep, spread
from producers.sources import SOURCES, Pseudonyms
from producers.sources.csv_records import records
from tests.producers.figure_files import FILES as FIGURES
from tests.producers.public_files import FILES as PUBLIC
from tests.producers.sgo_files import ARCHIVE, CURRENT

FILES = {**PUBLIC, **FIGURES, CURRENT: "nhtsa-sgo", ARCHIVE: "nhtsa-sgo"}
EVERY = 1_000  # rows between two looks at the memory
PSEUDONYMS = Pseudonyms(bytes(32))


def own_memory() -> int:
    """Bytes of this process that are no file's."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("RssAnon:")]
    return int(line.split()[1]) * 1024


def measure(source: str, path: Path) -> None:
    """Read a mapped file to its end; print rows and the most memory above what there was before the first row."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        before = peak = own_memory()
        rows = 0
        for rows, _ in enumerate(SOURCES[source].read(data, "bench", PSEUDONYMS), 1):
            if rows % EVERY == 0:
                peak = max(peak, own_memory())
    sys.stdout.write(f"{rows} {max(peak, own_memory()) - before}\n")


def memory(source: str, data: bytes, times: int) -> dict[str, Any]:
    """Memory on the file and on one `times` as large, each in a process of its own."""
    header = bytes(next(records(data)).native)
    rows = data[len(header) :] + b"\n" * (not data.endswith(b"\n"))
    told: dict[str, Any] = {}
    for name, count in (("once", 1), ("many_times", times)):
        with tempfile.NamedTemporaryFile() as file:
            file.write(header)
            for _ in range(count):
                file.write(rows)
            file.flush()
            command = [sys.executable, "-m", "bench.adapters", "--measure", source, file.name]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            told[name] = {
                "rows": int(said[0]), "file_mib": round(Path(file.name).stat().st_size / 2**20, 1),
                "peak_mib": round(int(said[1]) / 2**20, 1),
            }  # fmt: skip
    return told


def rate(source: str, data: bytes, runs: int) -> dict[str, Any]:
    """Rows per second of processor time, with all that is derived and none of it sent."""
    rates = []
    for _ in range(runs):
        start = time.process_time()
        rows = sum(1 for _ in SOURCES[source].read(data, "bench", PSEUDONYMS))
        rates.append(rows / (time.process_time() - start))
    return {"rows": rows, "rows_per_second": spread(rates)}


def main() -> None:
    """Measure all files and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--measure", nargs=2, metavar=("SOURCE", "FILE"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.measure:
        return measure(told.measure[0], Path(told.measure[1]))
    folder = os.environ.get("HUB_TEST_DATA")
    if folder is None:
        sys.stdout.write("not measured: HUB_TEST_DATA, which names the folder of the real data, is not set\n")
        return None
    figures = {}
    for file, source in FILES.items():
        data = (Path(folder) / file).read_bytes()
        figures[file] = {"source": source, **rate(source, data, told.runs), "memory": memory(source, data, told.times)}
        sys.stdout.write(f"{file}: {figures[file]}\n")
    path = keep("adapters", f"python -m bench.adapters --runs {told.runs} --times {told.times}", figures)
    sys.stdout.write(f"{path}\n")
    return None


if __name__ == "__main__":
    main()
