"""Memory of `hub publish --dry-run` on real files, on files a hundred times as large, and with a cell of 100 MB.

The rows of the large files are distinct: the number of each record has that of the copy before it. Memory is the most
that the command has of its own (RssAnon, looked at every 20 ms), imports included, without the pages of mapped files,
which the system takes back when it likes. Linux only.

    HUB_TEST_DATA=DIR python -m bench.flat [--times 100]
"""

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.recording import keep

FILES = {
    "sgo-ads/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv": ("nhtsa-sgo", "Report ID", "utf-8"),
    "fda-ai-devices/943_AEs_for_fda_devices.csv": ("fda-device-events", "mdr_report_key", "utf-8"),
    "insurer-motor/fremotor1sev0304a.csv": ("motor-claims", "IDclaim", "utf-8"),
}
"""File to its source, the column that is told apart, and its charset."""
CELL = 100_000_000


def copied(data: bytes, column: str, charset: str, times: int, path: Path) -> None:
    """Write a file so many times, each copy with other numbers in the column; of once, it is the file itself."""
    if times == 1:
        path.write_bytes(data)
        return
    header, *rows = csv.reader(io.StringIO(data.decode(charset), newline=""))
    at = header.index(column)
    with path.open("w", encoding=charset, newline="") as file:
        write = csv.writer(file)
        write.writerow(header)
        for copy in range(1, times + 1):
            write.writerows([*row[:at], f"{copy}{row[at]}", *row[at + 1 :]] for row in rows)


def measure(source: str, path: Path) -> dict[str, Any]:
    """Rows, seconds and most memory of the command."""
    with tempfile.TemporaryDirectory() as home:
        words = ["--home", home, "publish", source, str(path), "--as", "bench", "--dry-run", "--json"]
        began, peak = time.monotonic(), 0
        process = subprocess.Popen([sys.executable, "-m", "hub", *words], stdout=subprocess.PIPE)
        while process.poll() is None:
            peak = max(peak, own_memory(process.pid))
            time.sleep(0.02)
        assert process.stdout is not None
        told = json.load(process.stdout)
        return {
            "file_mib": round(path.stat().st_size / 2**20, 1), "rows": told["rows"], "rejected": told["rejected"],
            "seconds": round(time.monotonic() - began, 1), "peak_mib": round(peak / 2**20, 1),
        }  # fmt: skip


def own_memory(pid: int) -> int:
    """Bytes of a process that are no file's; 0 when it has ended."""
    try:
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in told if line.startswith("RssAnon:")), 0)


def main() -> None:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    folder = os.environ.get("HUB_TEST_DATA")
    if folder is None:
        sys.stdout.write("not measured: HUB_TEST_DATA, which names the folder of the real data, is not set\n")
        return
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "file.csv"
        for file, (source, column, charset) in FILES.items():
            data = (Path(folder) / file).read_bytes()
            figures[file] = {"source": source}
            for name, count in (("once", 1), ("many_times", times)):
                copied(data, column, charset, count, path)
                figures[file][name] = measure(source, path)
            sys.stdout.write(f"{file}: {figures[file]}\n")
        with path.open("wb") as out:
            out.write(data + b'"')
            out.writelines([b"x" * 1_000_000] * (CELL // 1_000_000))
        figures["a cell of 100 MB"] = measure(source, path)
    sys.stdout.write(
        f"{figures['a cell of 100 MB']}\n{keep('flat', f'python -m bench.flat --times {times}', figures)}\n"
    )


if __name__ == "__main__":
    main()
