"""Exposures, nil returns, claims, certificates and duties from a row of a table: what is alike in all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from producers.sources.reported import native
from producers.sources.table import Row
from schemas.event import Event, fact_id


@dataclass(frozen=True, slots=True)
class Voice:
    """As whom a source is published, and to whom its events may go."""

    role: str
    provenance: str
    sharing: str


BRIDGE = Voice("PUBLIC_RECORDS", "PUBLIC_SOURCE", "OPEN")
"""A member that republishes what is public anyway."""
INSURER = Voice("INSURER", "BACKFILL", "CLOSED")
"""An insurer with files from before it joined; claims and policies are nobody else's business."""

_STRATA = (
    "operator", "make", "model", "software_version", "automation_mode", "driver_present", "road", "country", "state",
    "permit", "vehicle", "product_code", "insurer", "line", "coverage", "policy_ref",
)  # fmt: skip
_EMPTY: dict[str, Any] = {
    "reported_to": [], "submitted": None, "terms": [], "measures": [], "interests": [], "lineage": [],
    "narrative_lang": None,
}  # fmt: skip


def strata(**told: str | None) -> dict[str, str | None]:
    """The group that an exposure belongs to; null is what it is not told apart by."""
    return dict.fromkeys(_STRATA) | told


def exposure(voice: Voice, org: str, row: Row, number: str, value: Mapping[str, Any]) -> Event:
    """ExposureReported: `number` is the source's own id, `value` what the row says; what it leaves out is empty."""
    said = {
        **_EMPTY, "version": 1, "lower": None, "upper": None, "currency": None, "currency_assumed": False,
        "method": None, "parties": [], **value,
    }  # fmt: skip
    return fact(voice, org, row, "ExposureReported", "report_id", number, said)


def nil_return(voice: Voice, org: str, row: Row, number: str, value: Mapping[str, Any]) -> Event:
    """NilReturnFiled, in the same way."""
    said = {"version": 1, "reported_to": [], "submitted": None, "parties": [], "lineage": [], **value}
    return fact(voice, org, row, "NilReturnFiled", "report_id", number, said)


def transaction(voice: Voice, org: str, row: Row, claim: str, value: Mapping[str, Any]) -> Event:
    """ClaimTransacted, in the same way; `claim` is the claim's id, the kind of transaction its id within the claim."""
    said = {
        **_EMPTY, "policy_ref": None, "transaction_id": value["transaction"], "reverses": None, "occurred": None,
        "notified": None, "transacted": None, "line": None, "coverage": None, "cause": None, "amount": None,
        "outstanding": None, "currency": None, "currency_assumed": False, "reinsurance": "UNKNOWN",
        "coinsurance_share": None, "liability_share": None, "insured": None, "items": [], "harms": [], "parties": [],
        "reports": [], "tokens": [], **value,
    }  # fmt: skip
    return fact(voice, org, row, "ClaimTransacted", "claim_ref", claim, said, what=said["transaction_id"])


def certificate(voice: Voice, org: str, row: Row, number: str, value: Mapping[str, Any]) -> Event:
    """CertificateChanged, in the same way; `number` is the certificate's own, and all that happens to it has it."""
    said = {
        **_EMPTY, "number": number, "criteria_version": None, "items": [], "product_codes": [], "scope": None,
        "applied": None, "effective": None, "valid_from": None, "valid_to": None, "reason": None, "reports": [],
        **value,
    }  # fmt: skip
    return fact(voice, org, row, "CertificateChanged", "certificate_id", number, said, what=said["change"])


def fact(
    voice: Voice, org: str, row: Row, kind: str, key: str, number: str, value: Mapping[str, Any], *, what: str = ""
) -> Event:
    """The event of a row: `key` is the field of its record key, `number` the source's own id; `what` tells events of
    one row and number apart."""
    source, edition = row.header.form.source, row.header.edition
    subject = f"{source}:{number}"
    return Event(
        type=kind,
        id=fact_id(source, edition, kind, number, what, row.digest, row.ordinal),
        source=f"/{org}/{source}",
        subject=subject,
        role=voice.role,
        value={key: subject, **value, "native": value.get("native") or native(row), "missing": [*row.missing]},
        provenance=voice.provenance,
        sharing=voice.sharing,
    )
