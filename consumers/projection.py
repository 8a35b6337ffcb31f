"""Judge -> project -> position -> link -> position, for records that are in the log already.

1. Judge: governance first, read to its end; a crash here judges again and says the same. The keys that sealed sections
   of facts bring are kept.
2. Project: facts into typed tables, faults into judgements. Both are sets; doing it twice is doing it once.
3. Position `project`: a whole prefix per partition is judged and projected.
4. Link: the closures that were touched, whole.
5. Position `link`: what readers are bounded by. After a crash everything from here on is repeated from the log.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from commons import generation as generations
from commons import log
from commons.client import Client
from commons.generation import Position
from commons.log import GOVERNANCE, LogRecord, Partition
from consumers.judge import Fact, Fault, judge
from consumers.link import link, touched
from consumers.project import Refused, keep_judgements, project
from consumers.registry import Registry, RegistryError
from schemas.codec import BodyError, decode
from schemas.sealing import MARK

Learn: TypeAlias = Callable[[Iterable[tuple[str, Sequence[Mapping[str, Any]]]]], object]
"""Takes (org, sections) of the records that have sealed ones, and keeps the keys that come with them."""
_Coordinates = tuple[str, int, int, bytes]


class Projection:
    """One generation being kept up to date; holds its positions and the registry they imply."""

    def __init__(self, client: Client, generation: int, learn: Learn | None = None) -> None:
        """`learn`: whoever judges records for the first time keeps their keys; a rebuild does not."""
        self.client = client
        self._learn = learn
        self.generation = generation
        self.positions = generations.positions(client, generation, "link")
        self._open: set[int] = set()  # schema ids whose landings are there
        self._registry = Registry()
        self._mended: dict[_Coordinates, int] = {}
        for place, position in self.positions.items():
            if place[1] == GOVERNANCE:
                self._replay(place, position.offset)

    @property
    def governance(self) -> int:
        """How far hub.governance has been judged."""
        return sum(position.offset for place, position in self.positions.items() if place[1] == GOVERNANCE)

    def process(self, records: list[LogRecord]) -> None:
        """All steps for records in order per partition; governance among them is judged first."""
        fresh = [r for r in records if r.offset >= self.positions.get(r.place, Position()).offset]
        fresh.sort(key=lambda record: record.topic != GOVERNANCE)
        if not fresh:
            return
        reached = dict(self.positions)
        facts: list[Fact] = []
        faults: list[Refused] = []
        for record in fresh:
            done = reached.get(record.place, Position())
            at = max(done.recorded, record.append_time * 1000)
            self._take(record, at, facts, faults)
            reached[record.place] = Position(record.last_offset + 1, at, done.complete_at)
        for number, schema in {fact.schema.id: fact.schema for fact in facts}.items():
            if number not in self._open:
                generations.open_landing(self.client, self.generation, schema)
                self._open.add(number)
        if self._learn is not None and (sealed := _sealed(facts)):
            self._learn(sealed)  # before the position says that these are judged: a crash here learns them again
        refused = project(self.client, self.generation, facts)
        governance = sum(position.offset for place, position in reached.items() if place[1] == GOVERNANCE)
        keep_judgements(self.client, self.generation, faults + refused, governance)
        self._advance("project", reached)
        out = {refusal.record.sha for refusal in refused}
        accepted = [fact for fact in facts if fact.record.sha not in out]
        link(self.client, self.generation, touched(accepted), sum(position.offset for position in reached.values()))
        self._advance("link", reached)
        self.positions = reached

    def catch_up(self, until: Mapping[Partition, int] | None = None) -> None:
        """Process what the log has beyond the positions: governance whole, then every other partition.

        `until` (next offset per partition) cuts the log there; without it, its end.
        """
        ends = log.ends(self.client) if until is None else until
        stretches = log.behind({place: position.offset for place, position in self.positions.items()}, ends)
        for place, (start, stop) in sorted(stretches.items(), key=lambda item: (item[0][1] != GOVERNANCE, item[0])):
            for records in log.scan(self.client, place, start, stop):
                self.process(records)

    def complete(self, ends: Mapping[Partition, int], at: int) -> None:
        """Note that each partition whose end was read is processed up to it, as of `at` (microseconds UTC).

        A partition without a record is one too: an answer is final only when nothing can still come into any.
        """
        known = {place: self.positions.get(place, Position()) for place in ends}
        done = {
            place: Position(position.offset, position.recorded, at)
            for place, position in known.items()
            if ends[place] == position.offset
        }
        self._advance("link", done)
        self.positions |= done

    def _advance(self, stage: str, reached: Mapping[Partition, Position]) -> None:
        generations.advance(self.client, self.generation, stage, reached)

    def _take(self, record: LogRecord, at: int, facts: list[Fact], faults: list[Refused]) -> None:
        mended = self._mended.get((record.topic, record.partition, record.offset, record.sha), 0)
        verdict = judge(record, self._registry, max(at, mended))
        if isinstance(verdict, Fact) and record.topic == GOVERNANCE:
            self._govern(verdict, at, facts, faults)
        elif isinstance(verdict, Fact):
            facts.append(verdict)
        else:
            faults.append(Refused(record, verdict, at))

    def _govern(self, fact: Fact, at: int, facts: list[Fact], faults: list[Refused]) -> None:
        """A governance fact counts at once: for the records that are judged after it."""
        try:
            _, value = decode(fact.landed.value)
            self._registry.apply(fact.schema.type, value, fact.record.append_time)
        except BodyError as error:
            faults.append(Refused(fact.record, Fault(error.reason, str(error)), at))
            return
        except RegistryError as error:
            faults.append(Refused(fact.record, Fault("BAD_KEY", str(error)), at))
            return
        facts.append(fact)
        if fact.schema.type == "FaultMended":
            self._mend(value, at, facts, faults)

    def _mend(self, value: dict[str, Any], at: int, facts: list[Fact], faults: list[Refused]) -> None:
        """Judge a faulty record again; if it stands now, it is a fact from the mending event on."""
        coordinates = (value["topic"], value["partition"], value["offset"], value["record_sha256"])
        self._mended[coordinates] = at
        for record in log.one(self.client, value["topic"], value["partition"], value["offset"]):
            passed = record.offset < self.positions.get(record.place, Position()).offset
            if record.sha == value["record_sha256"] and passed:
                self._take(record, at, facts, faults)

    def _replay(self, place: Partition, stop: int) -> None:
        """Rebuild registry and mended faults from the governance log that was judged already."""
        at = 0
        for records in log.scan(self.client, place, 0, stop):
            for record in records:
                at = max(at, record.append_time * 1000)
                verdict = judge(record, self._registry, 0)
                if isinstance(verdict, Fault):
                    continue
                try:
                    _, value = decode(verdict.landed.value)
                    self._registry.apply(verdict.schema.type, value, record.append_time)
                except (BodyError, RegistryError):
                    continue  # judged a fault when it was processed
                if verdict.schema.type == "FaultMended":
                    self._mended[(value["topic"], value["partition"], value["offset"], value["record_sha256"])] = at


def _sealed(facts: Iterable[Fact]) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Org and sections of the facts that have sealed ones: no other body is decoded."""
    found = []
    for fact in facts:
        if MARK not in fact.landed.value:
            continue
        try:
            _, value = decode(fact.landed.value)
        except BodyError:
            continue  # refused by the engine too, or opened by nobody (commons/opened.py)
        found.append((fact.landed.envelope["org"], value.get("sections", [])))
    return found
