"""How long a newcomer waits, and what a hub needs: `hub up`, `hub demo` to its headline, resident memory.

Each run has a home of its own; the jars of the broker are in the cache of the machine already (a warm machine). The
peer of a start is the broker alone, as its vendor starts it: what `hub up` takes beyond that is ours.

    python -m bench.stack [--runs 5]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from bench.recording import keep, spread
from tests.broker_fixture import start_broker


def hub(home: Path, *words: str) -> float:
    """Seconds that a `hub` command takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hub", "--home", str(home), *words], check=True, capture_output=True)
    return time.perf_counter() - began


def resident(home: Path) -> dict[str, float]:
    """MiB that each process of a hub keeps, children included, and their sum."""
    told = {}
    for name, process in json.loads((home / "run.json").read_text())["processes"].items():
        family = [psutil.Process(process["pid"])]
        family += family[0].children(recursive=True) if name != "supervisor" else []
        told[name] = round(sum(member.memory_info().rss for member in family) / 2**20, 1)
    return told | {"all": round(sum(told.values()), 1)}


def demo(home: Path) -> float:
    """Seconds from the command to the headline; the hub stays up."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "--home", str(home), "demo"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True, bufsize=1,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("AGREE?"):
            break
    seconds = time.perf_counter() - began
    figures = resident(home)
    process.send_signal(2)
    process.communicate()
    (home / "resident.json").write_text(json.dumps(figures))
    return seconds


def broker_alone(folder: Path) -> float:
    """Seconds until a fresh broker answers."""
    began = time.perf_counter()
    folder.mkdir()
    running = start_broker(folder)
    seconds = time.perf_counter() - began
    running.stop()
    return seconds


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    cold, warm, demos, alone = [], [], [], []
    memory: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(runs):
            home = Path(folder) / f"up{number}"
            alone.append(broker_alone(Path(folder) / f"broker{number}"))
            cold.append(hub(home, "up"))
            hub(home, "down")
            warm.append(hub(home, "up"))
            hub(home, "down")
            shown = Path(folder) / f"demo{number}"
            demos.append(demo(shown))
            memory.append(json.loads((shown / "resident.json").read_text()))
    figures = {
        "hub_up_first_seconds": spread(cold),
        "hub_up_again_seconds": spread(warm),
        "broker_alone_seconds": spread(alone),
        "ratio_hub_up_first_to_broker_alone": spread([ours / other for ours, other in zip(cold, alone, strict=True)]),
        "demo_to_headline_seconds": spread(demos),
        "resident_mib": {name: spread([run[name] for run in memory]) for name in memory[0]},
    }
    sys.stdout.write(f"{keep('stack', 'python -m bench.stack', figures)}\n")


if __name__ == "__main__":
    main()
