"""`hub receipts`: the end-of-day control. What lies on the member's topic, and what the hub took of it.

The topic itself says what was sent; what became of it, the hub tells the member on `hub.to.<org>`. Both are read with
the member's profile, on any machine.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, localcontext
from typing import Any

from hub.commands import console
from hub.errors import HubError
from hub.reach import quiet
from producers.conclusions import Conclusions, fault_row, read_conclusions
from producers.outbox import waiting_in
from producers.profile import Profile
from producers.sending import place_of
from schemas.codec import BodyError, decode
from wire.consumer import TopicReader
from wire.records import Record

ACCEPTED, FAULTED, REPEATED, UNDECIDED, UNKNOWN = "accepted", "faulted", "repeated", "undecided", "unknown"
_MONEY = "ClaimTransacted"


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
    faults: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the query `faults`."""

    def document(self) -> dict[str, Any]:
        """The JSON document: amounts as text, exact; what is not known here is null."""
        return {
            "org": self.org, "topic": self.topic, "date": self.day.isoformat() if self.day else None,
            "waiting": self.waiting, **self._counts(self.records),
            "types": [{"type": name, **self._counts(found)} for name, found in sorted(self.types.items())],
            "totals": [self._total(*at, found) for at, found in sorted(self.money.items())],
            "faults": self.faults if self.judged else None,
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


def receipts(profile: Profile, day: str | None) -> Receipts:
    """Count the member's topic. HubError for a day that is none; WireError when the topic cannot be read."""
    quiet()
    wanted = _day(day)
    with TopicReader(profile.access, profile.topic) as reader:
        # asked before the topic is read: what is appended meanwhile is undecided
        judged = read_conclusions(profile, reader.topic_id(profile.topic))
        told = Receipts(profile.org, profile.topic, wanted, waiting_in(profile.outbox), judged is not None)
        seen: set[tuple[bytes, bytes]] = set()
        for batch in reader.to_end():
            for record in batch.records:
                outcome = _outcome(profile.org, record, judged, seen)
                if wanted is None or datetime.fromtimestamp(record.append_time / 1000, UTC).date() == wanted:
                    _count(told, record, outcome)
                    if judged is not None and outcome == FAULTED:
                        at = (record.partition, record.offset)
                        told.faults.append(fault_row(profile.org, profile.topic, at, judged.faults[at]))
    return told


def _outcome(org: str, record: Record, judged: Conclusions | None, seen: set[tuple[bytes, bytes]]) -> str:
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
    if document["faults"]:
        told_of = ("kafka_partition", "kafka_offset", "reason", "detail", "recorded_at")
        console.table(told_of, [[fault[column] for column in told_of] for fault in document["faults"]])
