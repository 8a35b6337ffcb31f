"""`hub status`: each part is asked; each partition's position is held against the end of its topic."""

import contextlib
import re
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hub import answers
from hub.commands import console
from hub.errors import HubError, foreseen
from hub.home import PARTS, Home
from hub.processes import alive
from hub.reach import Reach

if TYPE_CHECKING:
    from commons.client import Client

Place = tuple[str, str, int]
"""Topic id, topic, partition: a topic that was made again is another."""
_PAUSE = 0.1  # seconds between two looks at the positions
_PATIENCE = 30.0  # seconds in which a live consumer has noted that it has read everything


@dataclass(frozen=True, slots=True)
class Lag:
    """How far one partition is processed; `lag_seconds` is the age of the oldest record that is not."""

    topic: str
    partition: int
    position: int
    end: int
    lag_records: int
    lag_seconds: float


def status(home: Home) -> dict[str, Any]:
    """The JSON document of `hub status --json`."""
    run = home.run()
    if run is None or alive(run["processes"].get("supervisor")) is None:
        return {"home": str(home.path), "up": False, "parts": {}, "partitions": [], "faults": None}
    reach = Reach(home, run)
    parts = _parts(reach, run)
    lags: list[Lag] = []
    faults = None
    if all(parts[name]["state"] == "up" for name in ("broker", "clickhouse")):
        try:
            lags, faults = partitions(reach), _faults(reach)
        except Exception as error:  # a part may end between two questions: that is a status too
            if (line := foreseen(error)) is None:
                raise
            console.say(line)
    return {
        "home": str(home.path),
        "up": faults is not None and all(part["state"] == "up" for part in parts.values()),
        "parts": parts,
        "partitions": [asdict(lag) for lag in lags],
        "faults": faults,
    }


def _parts(reach: Reach, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    addresses, processes = reach.addresses, run["processes"]
    asked = {
        "broker": "kafka" in addresses and answers.kafka(reach.admin),
        "clickhouse": "clickhouse" in addresses
        and answers.clickhouse(addresses["clickhouse"], reach.home.secret("clickhouse")),
        "api": "api" in addresses and answers.api(addresses["api"]),
        "dashboard": "dashboard" in addresses and answers.dashboard(addresses["dashboard"]),
    }
    asked["consumer"] = asked["clickhouse"] and _consumer_answers(reach)
    named = {"broker": "kafka", "clickhouse": "clickhouse", "api": "api", "dashboard": "dashboard"}
    parts: dict[str, dict[str, Any]] = {
        "supervisor": {"state": "up", "pid": processes["supervisor"]["pid"], "address": None}
    }
    for name in PARTS:
        told = processes.get(name)
        state = "up" if asked[name] else "starting" if alive(told) else "down"
        parts[name] = {
            "state": state,
            "pid": told["pid"] if alive(told) else None,
            "address": addresses.get(named.get(name, "")),
        }
    return parts


def _consumer_answers(reach: Reach) -> bool:
    try:
        with contextlib.closing(reach.store()) as client:
            return answers.consumer(client, time.time() - _PATIENCE)
    except Exception as error:  # what is foreseen means it does not answer; anything else is raised again
        if foreseen(error) is None:
            raise
        return False


def partitions(reach: Reach) -> list[Lag]:
    """Every partition that consumers read, with its lag. Raises WireError or StoreError when it cannot be asked."""
    ends = _ends(reach)
    with contextlib.closing(reach.store()) as client:
        reached = _reached(client)
    lags = []
    for place in sorted(ends, key=lambda place: place[1:]):
        position, end = reached.get(place, 0), ends[place]
        age = _age(reach, ends, place, position) if position < end else 0.0
        lags.append(Lag(place[1], place[2], position, end, max(0, end - position), age))
    return lags


def wait_processed(reach: Reach, patience: float = 300.0) -> None:
    """Return when every partition is read to its end; HubError after `patience` seconds of standstill."""
    goal, deadline = _ends(reach), time.monotonic() + patience
    least = sum(goal.values()) + 1
    progress = console.progress("processing", sum(goal.values()))
    with contextlib.closing(reach.store()) as client, progress as update:
        while True:
            reached = _reached(client)
            missing = sum(max(0, end - reached.get(place, 0)) for place, end in goal.items())
            update(sum(goal.values()) - missing)
            if missing == 0:
                return
            if missing < least:
                least, deadline = missing, time.monotonic() + patience
            if time.monotonic() > deadline:
                raise HubError(f"{missing} records are still not processed: see {reach.home.log('consumer')}")
            time.sleep(_PAUSE)


def _ends(reach: Reach) -> dict[Place, int]:
    """The end of every partition that consumers read, as Kafka has it now."""
    from wire import names
    from wire.admin import HUB_PARTITIONS, PARTITIONS, Admin
    from wire.consumer import TopicReader

    with Admin(reach.consumer) as admin:
        topics = {topic: topic_id for topic, topic_id in admin.topics().items() if re.match(names.CONSUMED, topic)}
    members = names.EVENTS
    places = [(t, p) for t in topics for p in range(PARTITIONS if t.startswith(members) else HUB_PARTITIONS)]
    with TopicReader(reach.consumer, names.GOVERNANCE) as reader:
        ends = reader.end_offsets(places)
    return {(str(UUID(bytes=topics[topic])), topic, p): end for (topic, p), end in ends.items()}


def _reached(client: "Client") -> dict[Place, int]:
    """The next offset to process of every partition that was ever read."""
    from commons import generation

    return {place: p.offset for place, p in generation.positions(client, generation.current(client), "link").items()}


def _age(reach: Reach, ends: dict[Place, int], place: Place, position: int) -> float:
    """Seconds since the broker took the oldest record that is not processed."""
    from wire.consumer import TopicReader

    _, topic, partition = place
    start = {p: position if p == partition else end for (_, name, p), end in ends.items() if name == topic}
    with TopicReader(reach.consumer, topic, start) as reader:
        for batch in reader.to_end(max_records=1):
            times = [record.append_time for record in batch.records] + [found.append_time for found in batch.unreadable]
            if times:
                return round(max(0.0, time.time() - min(times) / 1000), 3)
    return 0.0


def _faults(reach: Reach) -> int:
    from commons.ask import OPERATOR, ask

    with contextlib.closing(reach.store()) as client:
        first = ask(client, "faults", OPERATOR, {"limit": "1"}).rows
    return int(first[0]["total"]) if first else 0


def show(told: dict[str, Any]) -> None:
    """The same for people."""
    if not told["parts"]:
        console.result(f"the hub in {told['home']} is down: start it with `hub up`")
        return
    rows = [[name, part["state"], part["pid"], part["address"]] for name, part in told["parts"].items()]
    console.table(("part", "state", "pid", "address"), rows)
    if told["partitions"]:
        console.result("")
        console.table(tuple(told["partitions"][0]), [list(lag.values()) for lag in told["partitions"]])
        console.result(f"\nfaults  {told['faults']}")
