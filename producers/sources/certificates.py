"""Certificates as a certification body keeps them: a plain form of our own, as CSV or as JSON Lines.

docs/certificates.md describes it. A row is one change of a certificate. What is not told is blank, `N/A` is what does
not apply (a certificate without expiry); whatever is not shared in so many words is closed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from producers.governance import check_lei
from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import BOM, File, lines
from producers.sources.facts import Voice, certificate
from producers.sources.numbers import iso
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import PURPOSES, item, lineage, native, native_sections, party
from producers.sources.table import MARKS, Form, Header, Row, read_rows, read_table
from schemas.event import Event

NAME = "certificates"
DESCRIPTION = "Certificates of a certification body (CSV or JSON Lines; a form of this hub, docs/certificates.md)"
EVENT_TYPES: tuple[str, ...] = ("CertificateChanged",)
NEEDS_WHOLE_FILE: str | None = None
COLUMNS = (
    "certificate", "change", "scheme", "criteria_version", "issuer", "holder", "holder_lei", "item_kind", "make",
    "model", "software_version", "product_code_scheme", "product_code", "scope", "applied", "effective", "valid_from",
    "valid_to", "reason", "sharing",
)  # fmt: skip
EDITIONS = {"form-1": COLUMNS}
FORM = Form(NAME, "file of certificates", EDITIONS, ("utf-8",), MARKS)
CHANGES = ("ISSUED", "RENEWED", "SUSPENDED", "REINSTATED", "WITHDRAWN")

_LINES = Header(FORM, "form-1-json", ("the object",), (0,), ("utf-8",), None)
_NUMBER = re.compile(r"[^\s:]{1,100}")
_SHARING = {"": "CLOSED", "CLOSED": "CLOSED", "SHARED": "SHARED", "OPEN": "OPEN"}


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row or line; FormatError before the first."""
    if data[:4096].removeprefix(BOM).lstrip().startswith(b"{"):
        return read_rows(_LINES, lines(data), lambda row: _event(org, _opened(row), "application/json"))
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row, "text/csv; header=absent"))


def _opened(row: Row) -> Row:
    """The row with the fields of its object as cells; FaultError for anything but an object of known texts."""
    try:
        pairs = json.loads(row.text("the object"), object_pairs_hook=list)
    except (ValueError, RecursionError):
        raise FaultError(None, "not a JSON object on one line") from None
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise FaultError(None, "not a JSON object on one line")
    cells: dict[str, str] = {}
    for name, text in pairs:
        if name not in COLUMNS:
            raise FaultError(None, "a field that this form does not have")
        if name in cells:
            raise FaultError(name, "the field is there twice")
        if text is not None and not isinstance(text, str):
            raise FaultError(name, "not a text in quotation marks, and not null")
        if "\x00" in (text or "") or not (text or "").isprintable():
            raise FaultError(name, "a character that is no text")
        cells[name] = text or ""
    row.cells = cells
    return row


def _event(org: str, row: Row, media_type: str) -> Event:
    number, change, sharing = (row.text(name) for name in ("certificate", "change", "sharing"))
    if _NUMBER.fullmatch(number) is None:
        raise FaultError("certificate", "not a number of a certificate: no white space, no colon, up to 100 characters")
    if change not in CHANGES:
        raise FaultError("change", f"not one of {', '.join(CHANGES)}")
    if sharing not in _SHARING:
        raise FaultError("sharing", "not OPEN, SHARED, CLOSED or blank")
    told = {name: row.value(name, path) for name, path in _PATHS.items()}
    for name in ("scheme", "issuer", "holder"):
        if told[name] is None:
            raise FaultError(name, "a certificate needs one")
    times = {
        name: iso(row, name, name, ("YEAR", "MONTH", "DAY"))
        for name in ("applied", "effective", "valid_from", "valid_to")
    }
    tier = _SHARING[sharing]
    purposes = PURPOSES if tier == "SHARED" else ()
    value = {
        "change": change, "scheme": told["scheme"], "criteria_version": told["criteria_version"],
        "issuer": party("OTHER", told["issuer"] or ""), "holder": _holder(told), "items": _items(told),
        "product_codes": _product(told), "scope": told["scope"], **times, "reason": told["reason"],
        "lineage": lineage("register of certificates of the publisher", "docs/certificates.md"),
        "native": native(row, media_type), "sections": native_sections(row, tier, purposes),
    }  # fmt: skip
    voice = Voice("CERTIFICATION_BODY", "FIRST_HAND", tier)
    return replace(certificate(voice, org, row, number, value), purposes=purposes)


_PATHS = {
    "scheme": "scheme", "criteria_version": "criteria_version", "issuer": "issuer", "holder": "holder",
    "holder_lei": "holder.id", "item_kind": "items.kind", "make": "items.make", "model": "items.model",
    "software_version": "items.versions", "product_code_scheme": "product_codes.scheme",
    "product_code": "product_codes", "scope": "scope", "reason": "reason",
}  # fmt: skip
"""Column to the field for which a missing value is noted."""


def _holder(told: dict[str, str | None]) -> dict[str, str | None]:
    lei = told["holder_lei"]
    if lei is None:
        return party("MANUFACTURER", told["holder"] or "")
    try:
        return party("MANUFACTURER", told["holder"] or "", "lei", check_lei(lei))
    except ValueError as error:
        raise FaultError("holder_lei", str(error)) from None


def _items(told: dict[str, str | None]) -> list[dict[str, Any]]:
    kind, make, model, version = (told[name] for name in ("item_kind", "make", "model", "software_version"))
    if kind is None and not (make or model or version):
        return []
    if kind is None:
        raise FaultError("item_kind", "the item has a make, model or version, but no kind, e.g. VEHICLE or DEVICE")
    versions = [] if version is None else [{"component": "SOFTWARE", "value": version}]
    return [{**item("SUBJECT", kind, make=make, model=model), "versions": versions}]


def _product(told: dict[str, str | None]) -> list[dict[str, str]]:
    scheme, code = told["product_code_scheme"], told["product_code"]
    if (scheme is None) != (code is None):
        raise FaultError("product_code", "a product code and its scheme come together")
    return [] if scheme is None or code is None else [{"scheme": scheme, "value": code}]
