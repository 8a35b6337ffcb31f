"""An operator's service: publishes the near misses of its own system. Start it as often as you like.

python near_misses.py PROFILE FILE    FILE: CSV with number, version, occurred, state, city, worst, proximity
"""

import csv
import sys
from pathlib import Path

from hub import EventError, Publisher, time_of


def near_miss(row: dict[str, str]) -> dict[str, object]:
    """One row in the words of the contract; what the row does not say is left out, and stays unknown."""
    return {
        "report_id": f"near-misses:{row['number']}",
        "version": int(row["version"]),
        "stage": "INITIAL" if row["version"] == "1" else "UPDATE",
        "class": "NEAR_MISS",
        "occurred": time_of(row["occurred"]),
        "place": {"country": "US", "state": row["state"], "city": row["city"]},
        "near_miss": {
            "realisation": "EXECUTED_NO_EFFECT",
            "credible_worst": row["worst"],
            "proximity": row["proximity"] or None,
        },
    }


with Publisher.open(sys.argv[1]) as hub, Path(sys.argv[2]).open(encoding="utf-8", newline="") as file:
    for row in csv.DictReader(file):
        value = near_miss(row)
        try:
            event = hub.event("OccurrenceReported", str(value["report_id"]), value, version=int(row["version"]))
            new = hub.publish(event)  # on disk when it returns; sent as soon as the hub can be reached
        except EventError as error:
            sys.exit(f"row {row['number']}: {error}")
        print(row["number"], row["version"], "accepted" if new else "accepted before", flush=True)
