"""Tell each member what was concluded about its records: RecordsJudged, on `hub.to.<org>`.

No position is kept but the topic itself: its last event says how far each partition was told, and is read back at
start. A crash between judging and telling loses nothing, and what is told twice is said twice in the same words. Told
again is everything when a new generation is read, and what lies behind a fault that was mended.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from commons import generation as generations
from commons import log
from commons.client import Client
from commons.conclusions import CHUNK, Conclusion, Stretch, concluded
from commons.log import GOVERNANCE
from schemas.codec import BodyError, decode
from wire.access import Access
from wire.consumer import last_records
from wire.errors import WireError
from wire.names import EVENTS, HUB_ORG, conclusions_topic, events_topic
from wire.records import Record

logger = logging.getLogger("hub.telling")

Publish = Callable[[Mapping[str, Sequence[dict[str, Any]]]], None]
"""Signs and sends what each org is told, in order; returns when it is acknowledged. Raises WireError."""
_Ends = dict[tuple[str, int], int]  # (topic id, partition) -> next offset
_MOST = 64  # stretches that are looked up together
_PAUSE = 1.0  # seconds between two rounds
_SHARE = 20  # a round is followed by so many times its own length: the engine has more to do than this
_PATIENCE = 5.0  # seconds until the next attempt when Kafka takes nothing


@dataclass(slots=True)
class _Told:
    """How far one member was told, under which generation and after which governance."""

    generation: int = 0
    governance: int = 0
    reached: _Ends = field(default_factory=dict)


class Teller:
    """Compares what is judged with what was told, and says the rest."""

    def __init__(self, client: Client, access: Access, publish: Publish) -> None:
        """`access` reads the topics of conclusions; `client` belongs to whoever calls `step`."""
        self._client, self._access, self._publish = client, access, publish
        self._told: dict[str, _Told] = {}

    def step(self) -> int:
        """Tell everything that is judged now; how many events that took. Raises WireError: the rest is told later."""
        generation = generations.current(self._client)
        ends: dict[str, _Ends] = defaultdict(dict)
        governance = 0
        for (topic_id, topic, partition), position in generations.positions(self._client, generation, "link").items():
            if topic == GOVERNANCE:
                governance += position.offset
            elif topic.startswith(EVENTS) and topic != events_topic(HUB_ORG):
                ends[topic.removeprefix(EVENTS)][topic_id, partition] = position.offset
        self._read_back(ends.keys() - self._told.keys())
        known = {org: places for org, places in ends.items() if org in self._told}
        for org, places in known.items():
            told = self._told[org]
            before = told.reached if told.generation == generation else {}
            told.generation, told.reached = generation, {p: min(before.get(p, 0), end) for p, end in places.items()}
        self._go_back_to_mended(governance)
        events = 0
        while following := self._following(known):
            self._say(following)
            events += len(following)
        return events

    def _read_back(self, orgs: Collection[str]) -> None:
        """How far orgs were told by earlier processes; one whose topic is not there is asked for again later."""
        topics = {conclusions_topic(org): org for org in orgs}
        found = last_records(self._access, topics) if topics else {}
        for topic, record in found.items():
            self._told[topics[topic]] = _told_by(record)
        if missing := topics.keys() - found.keys():
            logger.warning("not there, so nobody is told: %s; `hub up` makes it", ", ".join(sorted(missing)))

    def _go_back_to_mended(self, governance: int) -> None:
        start = min((told.governance for told in self._told.values() if any(told.reached.values())), default=governance)
        for at, value in _mendings(self._client, start, governance):
            told = self._told.get(value["topic"].removeprefix(EVENTS), _Told())
            for place, reached in told.reached.items():
                if place[1] == value["partition"] and at >= told.governance:
                    told.reached[place] = min(reached, value["offset"])
        for told in self._told.values():
            told.governance = max(told.governance, governance)

    def _following(self, ends: Mapping[str, _Ends]) -> list[tuple[str, list[Stretch]]]:
        """The next events: whom, and a stretch of each partition, empty where nothing is new."""
        found: list[tuple[str, list[Stretch]]] = []
        room = _MOST
        for org, places in ends.items():
            reached = dict(self._told[org].reached)
            while room > 0 and reached != places:
                stretches = [
                    Stretch(*place, first, min(places[place], (first // CHUNK + 1) * CHUNK))
                    for place, first in sorted(reached.items())
                ]
                found.append((org, stretches))
                room -= sum(stretch.first < stretch.next for stretch in stretches)
                reached = {(stretch.topic_id, stretch.partition): stretch.next for stretch in stretches}
        return found

    def _say(self, following: Sequence[tuple[str, Sequence[Stretch]]]) -> None:
        wanted = {stretch for _, stretches in following for stretch in stretches if stretch.first < stretch.next}
        generation = self._told[following[0][0]].generation
        found = concluded(self._client, generation, wanted)
        values: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for org, stretches in following:
            told = self._told[org]
            said = [_said(stretch, found.get(stretch, Conclusion(0, 0, []))) for stretch in stretches]
            values[org].append(
                {"topic": events_topic(org), "generation": told.generation, "governance": told.governance,
                 "stretches": said}
            )  # fmt: skip
        self._publish(values)
        for org, stretches in following:
            self._told[org].reached = {(stretch.topic_id, stretch.partition): stretch.next for stretch in stretches}


def _told_by(record: Record | None) -> _Told:
    """What the last event of a topic says; nothing, if it is none of ours."""
    try:
        schema, value = decode(record.value or b"" if record else b"")
    except BodyError:
        return _Told()
    if schema.type != "RecordsJudged":
        return _Told()
    reached = {(stretch["topic_id"], stretch["partition"]): stretch["next_offset"] for stretch in value["stretches"]}
    return _Told(value["generation"], value["governance"], reached)


def _mendings(client: Client, start: int, stop: int) -> list[tuple[int, dict[str, Any]]]:
    """Offset and value of every FaultMended in this stretch of governance."""
    found = []
    for place in [place for place in log.ends(client) if place[1] == GOVERNANCE] if start < stop else []:
        for records in log.scan(client, place, start, stop):
            for record in records:
                try:
                    schema, value = decode(record.value or b"")
                except BodyError:
                    continue  # judged a fault
                if schema.type == "FaultMended":
                    found.append((record.offset, value))
    return found


def _said(stretch: Stretch, conclusion: Conclusion) -> dict[str, Any]:
    return {
        "topic_id": stretch.topic_id,
        "partition": stretch.partition,
        "first_offset": stretch.first,
        "next_offset": stretch.next,
        "accepted": conclusion.accepted,
        "repeated": conclusion.repeated,
        "faults": [fault._asdict() for fault in conclusion.faults],
    }


class Telling(threading.Thread):
    """Tells on a thread of its own, when woken, so that no ingest waits for it."""

    def __init__(self, step: Callable[[], int], stop: threading.Event) -> None:
        """`stop` is the consumer's: set when telling fails in a way that nobody foresaw."""
        super().__init__(name="telling", daemon=True)
        self._step, self._stop_consumer = step, stop
        self._woken, self._ending = threading.Event(), threading.Event()
        self._failed: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        self.wake()  # what an earlier process judged
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End after the round that is under way; raises what telling failed with."""
        self._ending.set()
        self.wake()
        self.join()
        if self._failed is not None and error is None:
            raise self._failed

    def wake(self) -> None:
        """Something was judged."""
        self._woken.set()

    def run(self) -> None:
        """Rounds, with pauses that leave the engine to others."""
        while not self._ending.is_set():
            self._woken.wait()
            self._woken.clear()
            began = time.monotonic()
            pause = _PAUSE
            try:
                self._step()
            except WireError as error:
                logger.warning("members are told later: %s", error)
                self._woken.set()
                pause = _PATIENCE
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits for this thread
                self._failed = error
                self._stop_consumer.set()
                return
            self._ending.wait(max(pause, _SHARE * (time.monotonic() - began)))
