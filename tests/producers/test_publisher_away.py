"""The broker goes away while a member publishes: nothing is lost, memory is bounded, each key keeps its order."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import OutboxFullError, Publisher
from producers.profile import Profile
from schemas.event import Event
from tests.broker_fixture import RunningBroker
from tests.path.stack import pause
from tests.producers.light import Interpreter
from tests.producers.members import check, registered, started
from wire.access import Access

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Member = Callable[[], Access]
Report = Callable[[str, object], None]
AWAY: dict[str, tuple[Callable[[RunningBroker], None], Callable[[RunningBroker], None]]] = {
    "killed": (RunningBroker.kill, RunningBroker.restart),
    "frozen": (RunningBroker.freeze, RunningBroker.thaw),
}
VALUE = {"stage": "INITIAL", "class": "NEAR_MISS", "place": {"country": "US", "city": "Tempe"}}
_MIB = 1024 * 1024


def version(value: dict[str, Any]) -> int:
    return int(value["version"])


@pytest.mark.parametrize("how", AWAY)
def test_a_broker_that_is_away_for_a_while_costs_nothing(
    broker: RunningBroker, member: Member, tmp_path: Path, how: str
) -> None:
    own = member()
    leave, come_back = AWAY[how]
    with Publisher.open(registered(broker, own, "OPERATOR", tmp_path), max_events=400) as publisher:

        def events(first: int, last: int) -> Iterator[Event]:
            for number in range(first, last):
                for version in (1, 2):
                    value = VALUE | {"report_id": f"r{number}", "version": version}
                    yield publisher.event("OccurrenceReported", f"r{number}", value, version=version)

        publisher.publish_all(events(0, 100))
        publisher.flush()
        leave(broker)
        full = 0
        try:
            for event in events(100, 400):
                try:
                    publisher.publish(event, timeout=0)
                except OutboxFullError:
                    full += 1
            assert (publisher.metrics().waiting, full) == (400, 200), "bounded, and said so"
        finally:
            come_back(broker)
        publisher.publish_all(events(100, 400))
        publisher.flush()
        told = publisher.metrics()
    assert (told.accepted, told.waiting) == (800, 0)
    assert told.acknowledged + told.found == 800
    check(own, 800, version)


class Watched:
    """The steady service in a process of its own, and every line it said."""

    def __init__(self, python: Interpreter, profile: Profile, rate: int, events: int, room: int) -> None:
        service = Path(__file__).with_name("steady_service.py")
        self.process = started(python, service, profile, str(rate), str(events), str(room))
        self.said: list[dict[str, Any]] = []
        self._more = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._more:
                self.said.append(json.loads(line))
                self._more.notify_all()

    def until(self, found: Callable[[dict[str, Any]], object]) -> None:
        """Return at the first line from now on that is so."""
        with self._more:
            begin = len(self.said)
            assert self._more.wait_for(lambda: any(map(found, self.said[begin:])), 300), self.said[-1:]

    def end(self) -> str:
        """Wait for its end; what it complained about."""
        assert self.process.stderr is not None
        complaints = self.process.stderr.read()
        self._thread.join()
        self.process.stdout.close()  # type: ignore[union-attr] # it is a pipe
        self.process.stderr.close()
        assert self.process.wait() == 0, complaints
        return complaints


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_broker_that_is_away_for_two_minutes_while_a_service_publishes(
    broker: RunningBroker, member: Member, light: Interpreter, tmp_path: Path, report: Report
) -> None:
    own = member()
    rate, events, room, seconds = 200, 80_000, 15_000, 120
    service = Watched(light, registered(broker, own, "OPERATOR", tmp_path), rate, events, room)
    outages: list[dict[str, Any]] = []
    try:
        for how, (leave, come_back) in AWAY.items():
            service.until(lambda line: line["accepted"] > 10 * rate and line["waiting"] < rate)
            begin = len(service.said)
            leave(broker)
            try:
                pause(seconds)
            finally:
                come_back(broker)
            service.until(lambda line: line["waiting"] < rate)
            outages.append({"how": how, "away_seconds": seconds} | told(service.said[begin:]))
        assert service.end() == ""
    except BaseException:
        service.process.kill()
        raise
    last = service.said[-1]
    assert (last["accepted"], last["waiting"], last["acknowledged"] + last["found"]) == (events, 0, events)
    assert room - rate < max(line["waiting"] for line in service.said) <= room, "full, and never fuller"
    repeats = check(own, events, version)
    assert repeats <= sum(outage["most_in_flight"] for outage in outages), "no more than what was in flight"
    before = max(line["resident"] for line in service.said[:10])
    most = max(line["resident"] for line in service.said)
    assert most - before <= 64 * _MIB
    report("publisher-broker-away", {
        "rate": rate, "events": events, "outbox_holds": room, "lost": 0, "repeats": repeats, "outages": outages,
        "resident_mib_before": round(before / _MIB, 1), "resident_mib_most": round(most / _MIB, 1),
        "sessions": last["sessions"], "found_on_the_topic": last["found"],
    })  # fmt: skip


def told(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What was seen from the moment the broker left until little waited again."""
    most = {name: max(line[name] for line in lines) for name in lines[0]}
    return {
        "most_waiting": most["waiting"], "most_waiting_bytes": most["waiting_bytes"],
        "most_in_flight": most["in_flight"], "longest_publish_seconds": most["longest_publish_seconds"],
        "resident_mib_most": round(most["resident"] / _MIB, 1),
    }  # fmt: skip
