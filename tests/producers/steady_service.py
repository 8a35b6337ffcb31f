"""A service that publishes at a steady rate whatever the broker does, and says each second how it fares.

python steady_service.py PROFILE RATE EVENTS ROOM    ROOM: most events that its outbox holds
"""

import json
import resource
import sys
import time
from pathlib import Path

from hub import Publisher

_KEYS = 500
_PAGE = resource.getpagesize()


def resident() -> int:
    """Memory of this process now, bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def main() -> None:
    """Publish EVENTS near misses, each key's versions in order; a full outbox makes it wait, and then it catches up."""
    profile, rate, events, room = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    began = told = time.monotonic()
    longest = 0.0
    with Publisher.open(profile, max_events=room) as hub:
        for number in range(events):
            version, key = number // _KEYS + 1, f"r{number % _KEYS}"
            value = {
                "report_id": key, "version": version, "stage": "INITIAL", "class": "NEAR_MISS",
                "place": {"country": "US", "city": "Tempe"},
            }  # fmt: skip
            event = hub.event("OccurrenceReported", key, value, version=version)
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            start = time.monotonic()
            hub.publish(event)
            now = time.monotonic()
            longest = max(longest, now - start)
            if now - told >= 1 or number == events - 1:
                told = now
                say(hub, longest)
                longest = 0.0
        hub.flush(patience=300)
        say(hub, longest)


def say(hub: Publisher, longest: float) -> None:
    """One line: what the publisher counts, memory in bytes, the longest call of `publish` in seconds."""
    m = hub.metrics()
    told = {
        "accepted": m.accepted, "waiting": m.waiting, "waiting_bytes": m.waiting_bytes, "sessions": m.sessions,
        "in_flight": m.sent - m.acknowledged, "found": m.found, "acknowledged": m.acknowledged,
        "resident": resident(), "longest_publish_seconds": round(longest, 3),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


main()
