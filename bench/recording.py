"""How a measurement is kept: medians of at least five runs, with machine and commit, as JSON beside the code."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def spread(values: Sequence[float]) -> dict[str, float]:
    """Minimum, median and maximum of the runs."""
    return {
        "min": round(min(values), 3), "median": round(statistics.median(values), 3), "max": round(max(values), 3),
        "runs": len(values),
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(), "memory_gib": round(memory / 2**30), "python": platform.python_version(),
        "system": platform.system(), "architecture": platform.machine(),
    }  # fmt: skip


def keep(name: str, command: str, figures: dict[str, Any]) -> Path:
    """Write `bench/results/<name>.json` and say where."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    told = {
        "name": name, "command": command, "commit": commit.stdout.strip(), "machine": machine(),
        "measured": datetime.now(UTC).date().isoformat(), "figures": figures,
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(told, indent=1) + "\n")
    return path
