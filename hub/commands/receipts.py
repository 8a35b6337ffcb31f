"""`hub receipts`: the end-of-day control. What lies on the member's topic, and what the hub took of it.

The topic itself says what was sent. What became of it is the hub's judgement: it is asked where the hub of the profile
runs in this HUB_HOME, and not known elsewhere.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from typing import Any

from hub.commands import console
from hub.errors import HubError
from hub.home import Home
from hub.reach import Reach, quiet
from producers.outbox import waiting_in
from producers.profile import Profile
from producers.sending import place_of
from schemas.codec import BodyError, decode
from wire.consumer import TopicReader
from wire.records import Record

ACCEPTED, FAULTED, REPEATED, UNDECIDED, UNKNOWN = "accepted", "faulted", "repeated", "undecided", "unknown"
_MONEY = "ClaimTransacted"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the hub said at one moment: the faulty coordinates, and how far each partition had been processed."""

    faults: frozenset[tuple[int, int]]
    positions: dict[int, int]


@dataclass(slots=True)
class Receipts:
    """The records of one day (or all) counted once each by what became of them, and the money in them."""

    org: str
    topic: str
    day: date | None
    waiting: int | None
    judged: bool
    records: Counter[str] = field(default_factory=Counter)
    types: dict[str, Counter[str]] = field(default_factory=dict)
    money: dict[tuple[str, str, str], dict[str, list[Decimal]]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The JSON document: amounts as text, exact; what is not known here is null."""
        return {
            "org": self.org, "topic": self.topic, "date": self.day.isoformat() if self.day else None,
            "waiting": self.waiting, **self._counts(self.records),
            "types": [{"type": name, **self._counts(found)} for name, found in sorted(self.types.items())],
            "totals": [self._total(*at, found) for at, found in sorted(self.money.items())],
        }  # fmt: skip

    def _counts(self, found: Counter[str]) -> dict[str, int | None]:
        told: dict[str, int | None] = {"sent": found.total(), REPEATED: found[REPEATED]}
        return told | {name: found[name] if self.judged else None for name in (ACCEPTED, FAULTED, UNDECIDED)}

    def _total(self, line: str, currency: str, transaction: str, found: dict[str, list[Decimal]]) -> dict[str, Any]:
        sent = [amount for amounts in found.values() for amount in amounts]
        accepted = found.get(ACCEPTED, [])
        return {
            "line": line or None, "currency": currency or None, "transaction": transaction,
            "sent": len(sent), "sent_amount": _sum(sent),
            "accepted": len(accepted) if self.judged else None,
            "accepted_amount": _sum(accepted) if self.judged else None,
        }  # fmt: skip


def receipts(home: Home, profile: Profile, day: str | None) -> Receipts:
    """Count the member's topic. HubError for a day that is none; WireError when the topic cannot be read."""
    quiet()
    wanted, judged = _day(day), _judged(home, profile)
    told = Receipts(profile.org, profile.topic, wanted, waiting_in(profile.outbox), judged is not None)
    seen: set[tuple[bytes, bytes]] = set()
    for record in _records(profile):
        outcome = _outcome(profile.org, record, judged, seen)
        if wanted is None or datetime.fromtimestamp(record.append_time / 1000, UTC).date() == wanted:
            _count(told, record, outcome)
    return told


def _records(profile: Profile) -> Iterator[Record]:
    with TopicReader(profile.access, profile.topic) as reader:
        for batch in reader.to_end():
            yield from batch.records


def _judged(home: Home, profile: Profile) -> Judged | None:
    """Asked before the topic is read: what is appended meanwhile is undecided."""
    run = home.run()
    if run is None or profile.bootstrap not in {run["addresses"].get("kafka"), run["addresses"].get("kafka_tls")}:
        return None
    from hub.commands.asking import ask

    answer = ask(Reach(home, run), "faults", {"org": profile.org})
    faults = [(r["kafka_partition"], r["kafka_offset"]) for r in answer.rows if r["kafka_topic"] == profile.topic]
    positions = {}
    for place, position in answer.positions.items():
        topic, _, number = place.rpartition("/")
        if topic == profile.topic:
            positions[int(number)] = position
    return Judged(frozenset(faults), positions)


def _outcome(org: str, record: Record, judged: Judged | None, seen: set[tuple[bytes, bytes]]) -> str:
    """What became of a record; `seen` holds what is a fact already."""
    if judged is not None and record.offset >= judged.positions.get(record.partition, 0):
        return UNDECIDED
    if judged is not None and (record.partition, record.offset) in judged.faults:
        return FAULTED
    place = place_of(org, record)
    if place is not None and (place.fact, place.leaf) in seen:
        return REPEATED
    if place is not None:
        seen.add((place.fact, place.leaf))
    return UNKNOWN if judged is None else ACCEPTED


def _count(told: Receipts, record: Record, outcome: str) -> None:
    told.records[outcome] += 1
    try:
        schema, value = decode(record.value or b"")
    except BodyError:
        told.types.setdefault("", Counter())[outcome] += 1
        return
    told.types.setdefault(schema.type, Counter())[outcome] += 1
    if schema.type == _MONEY and outcome != REPEATED and value["amount"] is not None:
        at = (value["line"] or "", value["currency"] or "", value["transaction"])
        told.money.setdefault(at, {}).setdefault(outcome, []).append(value["amount"])


def _sum(amounts: list[Decimal]) -> str:
    """Exact: the default context would round to 28 digits, and one amount may have 38."""
    with localcontext(prec=100):
        return f"{sum(amounts, Decimal(0)):f}"


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise HubError("--date takes a day like 2026-03-16, as the broker's clock had it in UTC") from None


def show(told: Receipts) -> None:
    """The counts in one line each, the money as a table."""
    document = told.document()
    for name in ("waiting", "sent", ACCEPTED, FAULTED, REPEATED, UNDECIDED):
        value = document[name]
        console.result(f"{name:<10}  {'not known here' if value is None else f'{value:,}'}")
    if document["totals"]:
        columns = ("line", "currency", "transaction", "sent", "sent_amount", "accepted", "accepted_amount")
        console.table(columns, [[total[column] for column in columns] for total in document["totals"]])
