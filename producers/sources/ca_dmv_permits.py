"""California DMV, permits to test automated vehicles, as the mileage files name them, and the duty each comes with.

The files say who held which permit in a reporting year, not when it was issued: validity is not reported. The first
good row of a permit is the certificate; the duty to report every year follows from the permit alone, so it is the same
event whichever file it is read from.
"""

from collections.abc import Iterator
from typing import Any

from producers.sources import ca_dmv_mileage_form as form
from producers.sources.contract import Outcome, Skip
from producers.sources.csv_records import File
from producers.sources.facts import BRIDGE, certificate
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import lineage, native_sections, party
from producers.sources.table import Row, read_rows
from schemas.event import Event, fact_id

NAME = "ca-dmv-permits"
DESCRIPTION = "California DMV permits to test automated vehicles, with their duty to report (CSV; the mileage files)"
EDITIONS = form.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("CertificateChanged", "ObligationSet")
NEEDS_WHOLE_FILE: str | None = "all rows of a permit say how many disengagements it declares"

RULE = "13 CCR 227.50"
"""Reporting Disengagement of Autonomous Mode: for December to November, due on 1 January, also when there was none."""
_SCOPES = {"AVT": "testing with a driver", "AVDT": "testing without a driver"}


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Outcome]:
    """Events of `org` for the file of one reporting year; FormatError before the first row."""
    table = form.read_mileage(NAME, data)
    told: set[str] = set()
    return read_rows(table.header, table.rows, lambda row: _events(org, table, told, row))


def _events(org: str, table: form.Table, told: set[str], row: Row) -> tuple[Event, ...] | Skip:
    permit = form.permit_of(row)
    if permit in told:
        return Skip(row.line, "an earlier row of the file tells of the permit", row.native)
    kind = permit.rstrip("0123456789")
    for path in ("submitted", "applied", "effective", "valid_from", "valid_to"):
        row.lacks(path, "NOT_REPORTED")
    value = {
        "change": "ISSUED",
        "scheme": f"ca-dmv-{kind.lower()}",
        "issuer": party("AUTHORITY", "California DMV"),
        "holder": form.holder_of(row, permit, "OPERATOR"),
        "scope": _SCOPES[kind],
        "terms": [{"scheme": NAME, "version": row.header.edition, "codes": {"reporting_year": [str(table.year)]}}],
        "measures": _declared(table, row, permit),
        "lineage": lineage(f"California DMV, mileage reports of {table.name}", "Disengagement Reports"),
        "sections": native_sections(row, "CLOSED"),  # the native record holds a full VIN
    }
    events = certificate(BRIDGE, org, row, permit, value), _duty(org, permit)
    told.add(permit)
    return events


def _declared(table: form.Table, row: Row, permit: str) -> list[dict[str, str]]:
    """What the rows of the permit declare together, to be compared with the disengagements that were filed."""
    if permit in table.declared:
        return [{"name": form.DECLARED, "value": str(table.declared[permit]), "unit": "DISENGAGEMENT"}]
    row.lacks(f"measures.{form.DECLARED}", "UNKNOWN")
    return []


def _duty(org: str, permit: str) -> Event:
    obligation = form.duty_of(permit)
    value: dict[str, Any] = {
        "obligation_id": obligation, "version": 1, "reported_to": ["California DMV"], "submitted": None,
        "status": "IN_FORCE", "legal_basis": RULE,
        "targets": [{"kind": "CERTIFICATE", "scheme": None, "value": form.certificate_of(permit)}],
        "event_types": ["OccurrenceReported", "ExposureReported"], "class_from": ["NEAR_MISS"],
        "trigger": "every disengagement of the technology on public roads, and the miles of every vehicle and month",
        "clock_from": "PERIOD_END", "within": 1, "within_unit": "MONTHS", "calendar": None, "recurrence": "YEARLY",
        "period_starts_month": 12, "required_fields": [], "declared_total": True, "nil_return": True,
        "in_force_from": None, "in_force_to": None, "terms": [],
        "missing": [{"field": "in_force_from", "reason": "NOT_REPORTED"}], "interests": [],
        "lineage": [{"kind": "REGULATION", "name": "California Code of Regulations, title 13", "reference": RULE}],
        "narrative_lang": None, "native": None, "sections": [],
    }  # fmt: skip
    return Event(
        type="ObligationSet",
        id=fact_id(NAME, RULE, obligation, 1),
        source=f"/{org}/{NAME}",
        subject=obligation,
        role=BRIDGE.role,
        value=value,
        provenance=BRIDGE.provenance,
        sharing=BRIDGE.sharing,
    )
