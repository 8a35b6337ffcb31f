"""Events about members and judgements: who may publish, what is one occurrence, what is taken back. Pure.

An id is a hash of what the event says, so saying it twice adds nothing. Where a state can come back (suspended, active,
suspended again), `following` chains the new event to the one it replaces, which gives it an id of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schemas.codec import encode
from schemas.event import Event, fact_id
from schemas.keys import key_id
from schemas.registry import latest
from schemas.sealing import SUITE, epoch_id

SOURCE = "governance"
"""The adapter's part of `ce_source` in these events."""
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")


def check_lei(lei: str) -> str:
    """The code, if it is an ISO 17442 legal entity identifier with right check digits (ISO 7064 mod 97-10).

    Raises ValueError otherwise.
    """
    if _LEI.fullmatch(lei) is None:
        raise ValueError("an LEI has 18 digits or capital letters and two check digits")
    if int("".join(str(int(character, 36)) for character in lei)) % 97 != 1:
        raise ValueError("the check digits of the LEI are wrong: look for a mistyped character")
    return lei


def public_key(public: bytes, proof: bytes) -> dict[str, str | bytes]:
    """The value of a PublicKey: the 32 bytes, their id and the proof of possession."""
    return {"key_id": key_id(public), "public_key": public, "proof": proof}


def participant_registered(
    org: str,
    name: str,
    roles: Sequence[str],
    keys: Sequence[tuple[bytes, bytes]],
    *,
    status: str = "ACTIVE",
    lei: str | None = None,
    jurisdiction: str | None = None,
    governance_statement: str | None = None,
    contact: str | None = None,
) -> Event:
    """The full state of a member from now on; `keys` are (public key, proof of possession). ValueError: a bad LEI."""
    value = {
        "org": org,
        "name": name,
        "lei": None if lei is None else check_lei(lei),
        "roles": list(roles),
        "jurisdiction": jurisdiction,
        "governance_statement": governance_statement,
        "contact": contact,
        "keys": [public_key(*key) for key in keys],
        "status": status,
    }
    return _event("hub", "HUB", "ParticipantRegistered", org, value)


def key_changed(
    org: str,
    change: str,
    public: bytes,
    proof: bytes,
    *,
    signed_by_old: bytes | None = None,
    previous_key_id: str | None = None,
    compromised_since: int | None = None,
) -> Event:
    """A key of a member is ADDED, REVOKED or COMPROMISED (since: microseconds since 1970-01-01T00:00Z)."""
    value = {
        "org": org,
        "change": change,
        "key": public_key(public, proof),
        "signed_by_old": signed_by_old,
        "previous_key_id": previous_key_id,
        "compromised_since": compromised_since,
    }
    return _event("hub", "HUB", "KeyChanged", org, value)


def fault_mended(topic: str, partition: int, offset: int, record_sha256: bytes, reason: str) -> Event:
    """The record at these coordinates can be read from now on."""
    value = {
        "topic": topic, "partition": partition, "offset": offset, "record_sha256": record_sha256, "reason": reason,
    }  # fmt: skip
    return _event("hub", "HUB", "FaultMended", f"{topic}/{partition}/{offset}", value)


def records_judged(value: dict[str, Any]) -> Event:
    """What the hub concluded about a member's records. The topic decides who reads it; nobody else is meant."""
    return replace(_event("hub", "HUB", "RecordsJudged", value["topic"], value), sharing="CLOSED")


def occurrence_linked(
    org: str,
    role: str,
    a: tuple[str, str],
    b: tuple[str, str],
    relation: str,
    reason: str,
    *,
    method: str = "MANUAL",
    probability: float | None = None,
    rule: str | None = None,
) -> Event:
    """The judgement of `org` on two reports, each (org, report id). Keyed by the pair, whichever is named first."""
    value = {
        "a_org": a[0],
        "a_report": a[1],
        "b_org": b[0],
        "b_report": b[1],
        "relation": relation,
        "method": method,
        "probability": probability,
        "rule": rule,
        "reason": reason,
    }
    pair = " ".join(sorted(f"{party}/{report}" for party, report in (a, b)))
    return _event(org, role, "OccurrenceLinked", pair, value)


def report_retracted(org: str, role: str, report_id: str, reason: str, note: str | None = None) -> Event:
    """`org` takes back its own report."""
    value = {"report_id": report_id, "reason": reason, "note": note}
    return _event(org, role, "ReportRetracted", report_id, value)


def sharing_changed(
    org: str,
    role: str,
    subject: str,
    source: str,
    tier: Mapping[str, Any],
    reason: str,
    *,
    target_id: str | None = None,
    section: str | None = None,
    about: Sequence[str] = (),
) -> Event:
    """`org` gives earlier events of `source` (a ce_source) about `subject`, or a section of them, another tier.

    `about` are the ids of the events so far: the same words about a later version are another event.
    """
    value = {
        "subject": subject, "target_source": source, "target_id": target_id, "section": section,
        "sharing": tier["sharing"], "audience": tier["audience"], "purposes": tier["purposes"], "reason": reason,
    }  # fmt: skip
    event = _event(org, role, "SharingChanged", subject, value)
    return replace(event, id=fact_id(event.id, *about), sharing="CLOSED")


def party_identified(
    party_id: str,
    name: str,
    scheme: str,
    value: str,
    reason: str,
    *,
    source: str | None = None,
    since: str | None = None,
    org: str | None = None,
    change: str = "IDENTIFIED",
) -> Event:
    """A spelling (`scheme` name) or an id of some scheme, exactly as filed, is this party, in one source or in all.

    `since` is the day from which it means this party, e.g. 2021-03-01; None means always.
    """
    told = {
        "party_id": party_id,
        "name": name,
        "org": org,
        "source": source,
        "scheme": scheme,
        "value": value,
        "change": change,
        "since": None if since is None else _day(since),
        "decided_by": "hub",
        "reason": reason,
    }
    return _event("hub", "HUB", "PartyIdentified", party_id, told)


def _day(text: str) -> dict[str, Any]:
    first = datetime.combine(date.fromisoformat(text), time.min, UTC)
    micros = [
        (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for at in (first, first + timedelta(1))
    ]
    return {"text": text, "from": micros[0], "to": micros[1], "precision": "DAY"}


def subject_erased(
    org: str, subject: str, key_ids: Sequence[str], ground: str, requested: dict[str, Any] | None, erased_at: int
) -> Event:
    """The keys of a data subject of `org` are destroyed; `requested` is a Time, `erased_at` microseconds since 1970."""
    value = {
        "subject": subject, "org": org, "key_refs": list(key_ids), "ground": ground, "requested": requested,
        "erased_at": erased_at,
    }  # fmt: skip
    return _event("hub", "HUB", "SubjectErased", subject, value)


def sealing_key_set(public: bytes) -> Event:
    """From now on the keys of data subjects are wrapped for this public key of the hub (X25519)."""
    name = epoch_id(public)
    return _event("hub", "HUB", "SealingKeySet", name, {"key_id": name, "public_key": public, "suite": SUITE})


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that `reader` was given `at` some time (microseconds since 1970): of whose records, which reports were
    opened one by one, (org, report id), what was shown of them, and how many rows."""

    at: int
    reader: str
    role: str
    purpose: str | None
    query: str
    parameters_sha256: bytes
    owners: Sequence[str] = ()
    reports: Sequence[tuple[str, str]] = ()
    sections: Sequence[str] = ()
    rows: int = 0


def access_recorded(access_id: str, given: Given) -> Event:
    """The hub says who was given what."""
    value = {
        "access_id": access_id, "at": given.at, "reader": given.reader, "role": given.role, "purpose": given.purpose,
        "query": given.query, "parameters_sha256": given.parameters_sha256, "owners": list(given.owners),
        "reports": [{"org": org, "report_id": report} for org, report in given.reports],
        "opened_sections": list(given.sections), "rows": given.rows, "duty": None,
    }  # fmt: skip
    return replace(_event("hub", "HUB", "AccessRecorded", access_id, value), sharing="CLOSED")


def following(event: Event, previous: str | None) -> Event:
    """The same event as the one that replaces `previous` (its `ce_id`); unchanged when there is none."""
    return event if previous is None else replace(event, id=fact_id(event.id, previous))


def _event(org: str, role: str, event_type: str, subject: str, value: dict[str, Any]) -> Event:
    return Event(
        type=event_type,
        id=fact_id(event_type, subject, encode(latest(event_type), value)),
        source=f"/{org}/{SOURCE}",
        subject=subject,
        role=role,
        value=value,
        provenance="FIRST_HAND",
        sharing="OPEN",
    )
