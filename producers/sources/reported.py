"""OccurrenceReported from a row of a public table: the parts that are alike whatever the table says."""

from collections.abc import Mapping, Sequence
from typing import Any

from producers.sources.table import Row
from schemas.event import Event, fact_id

PURPOSES = ("SAFETY_LEARNING", "SUPERVISION", "CERTIFICATION", "RESEARCH")
"""For what members may read what is shared of a public record."""


def occurrence(
    org: str, row: Row, report: str, value: Mapping[str, Any], *, version: int = 1, sharing: str = "OPEN"
) -> Event:
    """The event of a row: `report` is the source's own id, `value` all that the row itself says.

    Fields that `value` leaves out are empty: no table has all of them.
    """
    form, edition = row.header.form, row.header.edition
    subject = f"{form.source}:{report}"
    return Event(
        type="OccurrenceReported",
        id=fact_id(form.source, edition, report, version, row.digest, row.ordinal),
        source=f"/{org}/{form.source}",
        subject=subject,
        role="PUBLIC_RECORDS",
        value={
            "report_id": subject, "version": version, "tokens": [], "stage": "UNKNOWN", "occurred": None, "aware": None,
            "submitted": None, "parties": [], "items": [], "harms": [], "near_miss": None, "measures": [],
            "copy_of": None, "interests": [], "narrative_lang": None,
            **value,
            "native": native(row),
            "missing": row.missing,
        },
        provenance="PUBLIC_SOURCE",
        sharing=sharing,
        purposes=PURPOSES if sharing == "SHARED" else (),
    )  # fmt: skip


def native(row: Row, media_type: str = "text/csv; header=absent") -> dict[str, Any]:
    """What the native record is."""
    source = row.header.form.source
    return {
        "source": source, "edition": row.header.edition, "media_type": media_type, "charset": row.charset,
        "sha256": row.digest, "size": len(row.native), "ordinal": row.ordinal, "mapper": f"{source}/1",
    }  # fmt: skip


def section(name: str, sharing: str, body: bytes, purposes: Sequence[str] = ()) -> dict[str, Any]:
    """A section in the clear."""
    return {
        "name": name, "sharing": sharing, "audience": [], "purposes": list(purposes), "subjects": [], "key_ref": None,
        "nonce": None, "body": body,
    }  # fmt: skip


def native_sections(row: Row, sharing: str, purposes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The native record, and the header where the file orders its columns in its own way."""
    bodies = {"native": row.native} | ({} if row.header.native is None else {"header": row.header.native})
    return [section(name, sharing, body, purposes) for name, body in bodies.items()]


def lineage(name: str, reference: str) -> list[dict[str, str]]:
    """Where the data came from."""
    return [{"kind": "PUBLIC_FILE", "name": name, "reference": reference}]


def party(role: str, name: str, scheme: str | None = None, number: str | None = None) -> dict[str, str | None]:
    """A party as the row names it."""
    return {"role": role, "name": name, "scheme": scheme, "id": number}


def harm(domain: str, basis: str, level: str) -> dict[str, Any]:
    """A harm of which the row gives no number."""
    return {"domain": domain, "basis": basis, "level": level, "count": None, "hospitalised": None}


def item(role: str, kind: str, **told: str | None) -> dict[str, Any]:
    """A thing involved; what is not told of it is null."""
    nothing = dict.fromkeys(("make", "model", "model_year", "identity", "automation", "driver"))
    return {"role": role, "kind": kind, **nothing, **told, "versions": []}
