"""Signed records as they lie in the log, made without a broker: for tests of what happens behind it."""

from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commons.log import GOVERNANCE, LogRecord, record_sha
from schemas import codec, keys
from schemas.event import Event, fact_id, headers
from schemas.registry import latest
from schemas.signature import leaf, sign_batch

Headers = tuple[tuple[bytes, bytes | None], ...]


def month(text: str) -> dict[str, Any]:
    """A Time of one month, its local microseconds counted by hand."""
    year, number = int(text[:4]), int(text[5:7])
    days = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    before = sum(366 if y % 4 == 0 else 365 for y in range(1970, year)) + sum(days[: number - 1])
    day = 86_400_000_000
    return {"text": text, "from": before * day, "to": (before + days[number - 1]) * day, "precision": "MONTH"}


def report(report_id: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    """A value of OccurrenceReported; `token`, `severity`, `submitted`, `occurred` and `reporter` are short forms."""
    token, severity = changes.pop("token", None), changes.pop("severity", None)
    submitted, occurred = changes.pop("submitted", "2023-10"), changes.pop("occurred", "2023-09")
    reporter = changes.pop("reporter", "Cruise LLC")
    value: dict[str, Any] = {
        "report_id": report_id,
        "version": version,
        "reported_to": ["NHTSA"],
        "tokens": [{"scheme": "test", "scope": "form", "value": token}] if token else [],
        "stage": "INITIAL",
        "class": "ACCIDENT",
        "occurred": month(occurred) if occurred else None,
        "aware": None,
        "submitted": month(submitted) if submitted else None,
        "place": {"country": "US", "state": "AZ", "city": "Tempe", "postcode": None},
        "parties": [{"role": "REPORTER", "name": reporter, "scheme": None, "id": None}],
        "items": [],
        "harms": [],
        "near_miss": None,
        "terms": [],
        "measures": [],
        "missing": [] if token else [{"field": "tokens", "reason": "NOT_REPORTED"}],
        "copy_of": None,
        "interests": [],
        "lineage": [],
        "narrative_lang": "en",
        "native": None,
        "sections": [],
    }
    if severity:
        value["harms"] = [
            {"domain": "PHYSICAL", "basis": "ALLEGED", "level": severity, "count": None, "hospitalised": None}
        ]
    return value | changes


class Member:
    """An org with a key; what it signs gets its own topic's coordinates, one partition, a millisecond a record."""

    def __init__(self, org: str, role: str, *, start: int = 1_700_000_000_000) -> None:
        self.org = org
        self.role = role
        self.key = Ed25519PrivateKey.generate()
        self.topic = GOVERNANCE if org == "hub" else f"hub.events.{org}"
        self.now = start
        self.offset = 0

    @property
    def key_id(self) -> str:
        return keys.key_id(keys.public_bytes(self.key.public_key()))

    def event(self, event_type: str, subject: str, value: dict[str, Any], **changes: Any) -> Event:
        """An event of this member; its id is derived from its content unless given."""
        framed = codec.encode(latest(event_type), value)
        told = {
            "id": fact_id(self.org, event_type, subject, framed),
            "source": f"/{self.org}/test",
            "role": self.role,
            "provenance": "FIRST_HAND",
            "sharing": "OPEN",
        }
        return Event(event_type, subject=subject, value=value, **(told | changes))

    def reports(self, *values: dict[str, Any]) -> list[LogRecord]:
        """Signed OccurrenceReported events, each a batch of its own."""
        return self.sign([self.event("OccurrenceReported", value["report_id"], value) for value in values])

    def sign(self, events: Iterable[Event], batch: int = 1) -> list[LogRecord]:
        """Events as records, signed in batches of the given size."""
        framed = [
            (headers(event, self.key_id, fact_id(event.id).encode()[:16]), event.subject.encode(),
             codec.encode(latest(event.type), event.value))
            for event in events
        ]  # fmt: skip
        records = []
        for first in range(0, len(framed), batch):
            part = framed[first : first + batch]
            leaves = [leaf(self.org, attributes, key, value) for attributes, key, value in part]
            for (attributes, key, value), signature in zip(part, sign_batch(self.key, leaves), strict=True):
                signed = [*attributes, ("ce_sig", signature.text().encode())]
                records.append(self.record(key, value, tuple((name.encode(), data) for name, data in signed)))
        return records

    def sign_raw(self, attributes: Sequence[tuple[str, bytes]], key: bytes, value: bytes) -> LogRecord:
        """One record with any attributes and any bytes, validly signed: what a hostile member can do."""
        signature = sign_batch(self.key, [leaf(self.org, attributes, key, value)])[0].text().encode()
        return self.record(key, value, tuple((n.encode(), d) for n, d in [*attributes, ("ce_sig", signature)]))

    def record(self, key: bytes | None, value: bytes | None, attributes: Headers) -> LogRecord:
        """Any bytes at this member's next coordinates."""
        self.now += 1
        sha = record_sha(key, value, attributes, self.now)
        at = self.offset
        made = LogRecord(f"id-{self.topic}", self.topic, 0, at, self.now, key, value, attributes, sha, at, "")
        self.offset += 1
        return made


class Hub(Member):
    """The hub's own org: it registers itself first, then members."""

    def __init__(self, *, start: int = 1_600_000_000_000) -> None:
        super().__init__("hub", "HUB", start=start)

    def register(self, member: Member, status: str = "ACTIVE", roles: Sequence[str] = ()) -> LogRecord:
        """ParticipantRegistered with the member's key."""
        public = keys.public_bytes(member.key.public_key())
        value = {
            "org": member.org, "name": member.org.title(), "lei": None, "roles": list(roles) or [member.role],
            "jurisdiction": None, "governance_statement": None, "contact": None, "status": status,
            "keys": [{"key_id": member.key_id, "public_key": public, "proof": keys.proof(member.key, member.org)}],
        }  # fmt: skip
        return self.sign([self.event("ParticipantRegistered", member.org, value)])[0]
