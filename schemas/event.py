"""One signed fact on its way out: what a publisher fills in, and the headers it becomes (CloudEvents 1.0, binary)."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from schemas.registry import latest

CONTENT_TYPE = "application/vnd.confluent.avro"
"""The value is an Avro datum behind the Confluent prefix."""

REQUIRED = (
    "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_dataschema", "content-type",
    "ce_role", "ce_provenance", "ce_sharing", "ce_keyid", "ce_salt", "ce_sig",
)  # fmt: skip
OPTIONAL = ("ce_time", "ce_interest", "ce_audience", "ce_purposes")
PROVENANCES = ("FIRST_HAND", "TELEMETRY", "CLAIM_FILE", "INVESTIGATION", "THIRD_PARTY", "PUBLIC_SOURCE", "BACKFILL")
SHARINGS = ("OPEN", "SHARED", "CLOSED")
PURPOSES = ("SAFETY_LEARNING", "SUPERVISION", "CERTIFICATION", "ACTUARIAL", "RESEARCH", "PUBLIC_STATISTICS")


@dataclass(frozen=True, slots=True)
class Event:
    """A fact before it is encoded and signed.

    `subject` is the record key (report, claim, certificate); `source` is `/<org>/<adapter>`; `id` is deterministic, so
    that publishing the same fact twice adds nothing.
    """

    type: str
    id: str
    source: str
    subject: str
    role: str
    value: dict[str, Any]
    provenance: str
    sharing: str = "CLOSED"
    interest: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    time: str | None = None


def fact_id(*parts: str | int | bytes) -> str:
    """`ce_id`: the first 32 hex digits of SHA-256 over the parts, each length-prefixed: none runs into the next."""
    digest = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.hexdigest()[:32]


def headers(event: Event, key_id: str, salt: bytes) -> list[tuple[str, bytes]]:
    """Every attribute but `ce_sig`, in sorted order; lists are comma-joined, empty ones left out."""
    attributes = (
        ("ce_audience", ",".join(event.audience)),
        ("ce_dataschema", latest(event.type).dataschema),
        ("ce_id", event.id),
        ("ce_interest", ",".join(event.interest)),
        ("ce_keyid", key_id),
        ("ce_provenance", event.provenance),
        ("ce_purposes", ",".join(event.purposes)),
        ("ce_role", event.role),
        ("ce_salt", salt.hex()),
        ("ce_sharing", event.sharing),
        ("ce_source", event.source),
        ("ce_specversion", "1.0"),
        ("ce_subject", event.subject),
        ("ce_time", event.time),
        ("ce_type", event.type),
        ("content-type", CONTENT_TYPE),
    )
    return [(name, text.encode()) for name, text in attributes if text]
