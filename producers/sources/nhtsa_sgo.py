"""NHTSA Standing General Order 2021-01: crashes of vehicles with driving automation, as published in CSV files.

The edition of the form follows from the set of column names, never from a file name or date. A row is the full state of
one report at one version. The native record is the row's bytes, untouched; everything else is derived from them.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from typing import Any

from producers.sources import nhtsa_sgo_forms as forms
from producers.sources.contract import FaultError, FormatError, Reject, Skip
from producers.sources.csv_records import BOM, MAX_CELL, MAX_RECORD, File, Record, records
from producers.sources.nhtsa_sgo_row import CBI, Form, Row, month_of
from producers.sources.nhtsa_sgo_text import declared_copy
from producers.sources.ordinals import Ordinals
from producers.sources.pseudonyms import Pseudonyms
from schemas.event import Event, fact_id

NAME = "nhtsa-sgo"
DESCRIPTION = "NHTSA Standing General Order 2021-01 crash reports (CSV; forms of 122, 137 and 116 columns)"
EDITIONS = forms.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("OccurrenceReported", "NilReturnFiled")
NEEDS_WHOLE_FILE: str | None = None

MAPPER = "nhtsa-sgo/1"
PURPOSES = ["SAFETY_LEARNING", "SUPERVISION", "CERTIFICATION", "RESEARCH"]
"""For what members may read the native record and the narrative."""
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd")
"""How gzip, zip, xz, bzip2 and zstd begin."""
_REPORT_ID = re.compile(r"[0-9]{1,9}-[0-9]{1,9}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")


def read(data: File, org: str, _pseudonyms: Pseudonyms | None = None, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org` for a file of any edition, one event, reject or skip per row, in the order of the file.

    Raises FormatError before the first row when the bytes are no such file.
    """
    found = records(data)
    return _rows(found, _form(next(found, None)), org)


def _rows(found: Iterator[Record], form: Form, org: str) -> Iterator[Event | Reject | Skip]:
    with closing(Ordinals()) as seen:
        for record in found:
            if record.blank:
                yield Skip(record.line, "the record is blank", record.native)
                continue
            try:
                charset, row, native = _row(form, record)
                digest = sha256(native).digest()
                event = _event(org, form, row, native, charset, digest, seen.of(digest))
            except FaultError as fault:
                yield Reject(record.line, form.as_filed(fault.column), fault.reason, record.native)
            else:
                seen.count(digest)
                yield event


def _form(record: Record | None) -> Form:
    if record is None:
        raise FormatError("the file is empty")
    native = bytes(record.native[: MAX_RECORD + 1])
    if native.startswith(_PACKED):
        raise FormatError("the file is compressed: unpack it first")
    if b"\x00" in native or native[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError("the header holds NUL bytes: save the file as CSV in UTF-8")
    if record.open_quote is not None:
        raise FormatError("the header has a quotation mark that is never closed: the file is cut off or no CSV file")
    _, cells = _decoded(record)
    columns = [name or f"column {at}" for at, name in enumerate(cells, 1)]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise FormatError(f"the header names columns twice: {_listed(twice)}")
    for edition, known in EDITIONS.items():
        if set(columns) == set(known):
            if len(native) > MAX_RECORD:
                raise FormatError(f"no NHTSA SGO file: the header is longer than {MAX_RECORD} bytes")
            header = None if tuple(columns) == known else native.removeprefix(BOM)
            names, own = ([forms.RENAMED.get(name, name) for name in order] for order in (columns, known))
            return Form(edition, tuple(names), tuple(columns), forms.boxes(own), forms.groups(own), header)
    edition, known = max(EDITIONS.items(), key=lambda item: len(set(item[1]) & set(columns)))
    missing = [name for name in known if name not in columns]
    unknown = [name for name in columns if name not in known]
    parts = [f"missing: {_listed(missing)}"] * bool(missing) + [f"unknown: {_listed(unknown)}"] * bool(unknown)
    common = len(known) - len(missing)
    raise FormatError(
        f"no NHTSA SGO file: {common} of the {len(known)} columns of the nearest form ({edition}); {'; '.join(parts)}"
    )


def _listed(names: list[str]) -> str:
    shown = [repr(name[:60]) for name in names[:10]]
    return ", ".join(shown) + (f" and {len(names) - 10} more" if len(names) > 10 else "")


def _decoded(record: Record) -> tuple[str, list[str]]:
    """Charset and cells: UTF-8, else cp1252, else cp1252 with what does not decode replaced (IANA: unknown-8bit)."""
    for charset in ("utf-8", "cp1252"):
        try:
            return charset, [cell.decode(charset) for cell in record.cells]
        except UnicodeDecodeError:
            continue
    return "unknown-8bit", [cell.decode("cp1252", "replace") for cell in record.cells]


def _row(form: Form, record: Record) -> tuple[str, Row, bytes]:
    """Charset, row and bytes of a record; FaultError for one that cannot be an event."""
    columns, native = form.columns, record.native
    if record.open_quote is not None:
        column = columns[record.open_quote] if record.open_quote < len(columns) else None
        raise FaultError(column, "a quotation mark is never closed: the file is cut off or damaged")
    if record.width != len(columns):
        raise FaultError(None, f"the row has {record.width} cells, the header {len(columns)}")
    if record.too_long is not None:
        raise FaultError(columns[record.too_long], f"the cell is longer than {MAX_CELL} bytes")
    if not isinstance(native, bytes):
        raise FaultError(None, f"the row is longer than {MAX_RECORD} bytes")
    if b"\x00" in native:
        column = next((name for name, cell in zip(columns, record.cells, strict=True) if b"\x00" in cell), None)
        raise FaultError(column, "the cell holds a NUL byte")
    charset, cells = _decoded(record)
    return charset, Row(form, cells), native


def _event(org: str, form: Form, row: Row, native: bytes, charset: str, digest: bytes, ordinal: int) -> Event:
    if _REPORT_ID.fullmatch(row.text("Report ID")) is None:
        raise FaultError("Report ID", "not an id of the form 12345-6789")
    if _VERSION.fullmatch(row.text("Report Version")) is None:
        raise FaultError("Report Version", "not a whole number from 1")
    report, version = row.text("Report ID"), int(row.text("Report Version"))
    stage = forms.STAGES.get(row.text("Report Type"))
    if stage is None:
        raise FaultError("Report Type", "not a type of report that the forms know")
    value = _nil_return(row) if stage == "NIL" else _occurrence(row, report, stage)
    value |= {
        "report_id": f"{NAME}:{report}",
        "version": version,
        "reported_to": ["NHTSA"],
        "parties": _parties(row, stage),
        "lineage": [
            {
                "kind": "PUBLIC_FILE",
                "name": f"NHTSA, Standing General Order 2021-01, {form.edition}",
                "reference": "Standing General Order on Crash Reporting",
            }
        ],
        "native": {
            "source": NAME, "edition": form.edition, "media_type": "text/csv; header=absent", "charset": charset,
            "sha256": digest, "size": len(native), "ordinal": ordinal, "mapper": MAPPER,
        },
        "sections": _sections(form, row, native),
        "missing": row.missing,
    }  # fmt: skip
    return Event(
        type="NilReturnFiled" if stage == "NIL" else "OccurrenceReported",
        id=fact_id(NAME, form.edition, report, version, digest, ordinal),
        source=f"/{org}/{NAME}",
        subject=f"{NAME}:{report}",
        role="PUBLIC_RECORDS",
        value=value,
        provenance="PUBLIC_SOURCE",
        sharing="OPEN",
    )


def _nil_return(row: Row) -> dict[str, Any]:
    year, month = row.text("Report Year"), row.text("Report Month")
    period = None
    if not year or not month:
        row.lacks("period", "NOT_REPORTED")
    elif re.fullmatch(r"(?:19|20)[0-9]{2}", year) is None:
        raise FaultError("Report Year", "not a year of four digits")
    elif re.fullmatch(r"0?[1-9]|1[0-2]", month) is None:
        raise FaultError("Report Month", "not a month from 1 to 12")
    else:
        period = month_of(int(year), int(month))
    return {
        "obligation": "NHTSA Standing General Order 2021-01",
        "period": period,
        "submitted": row.month("Report Submission Date", "submitted"),
    }


def _occurrence(row: Row, report: str, stage: str) -> dict[str, Any]:
    token = row.value("Same Incident ID", "tokens")
    narrative = row.value("Narrative", "narrative")
    copy = declared_copy(narrative or "", report)
    place = {name: row.value(column, f"place.{name}") for name, column in forms.PLACE.items()}
    scope = forms.TOKEN_SCOPES.get(row.form.edition, row.form.edition)
    return {
        "tokens": [] if token is None else [{"scheme": NAME, "scope": scope, "value": token}],
        "stage": stage,
        "class": "ACCIDENT",
        **{name: row.month(column, name) for name, column in forms.MONTHS.items()},
        "place": {"country": "US", **{name: place[name] for name in ("state", "city", "postcode")}},
        "items": _items(row),
        "harms": _harms(row),
        "near_miss": None,
        "terms": [{"scheme": NAME, "version": row.form.edition, "codes": _codes(row)}],
        "measures": _measures(row),
        "copy_of": copy and {
            "report_id": copy[0] and f"{NAME}:{copy[0]}", "entity": copy[1], "words": copy[2],
        },
        "interests": [],
        "narrative_lang": None if narrative is None else "en",
    }  # fmt: skip


def _parties(row: Row, stage: str) -> list[dict[str, Any]]:
    parties = []
    for role, column in forms.PARTIES.items():
        if stage == "NIL" and role != "REPORTER":
            continue
        if role == "AUTHORITY" and row.text(column).casefold() in forms.NO_AGENCY:
            row.lacks("parties.AUTHORITY", "NOT_APPLICABLE")
            continue
        name = row.value(column, f"parties.{role}")
        if name is not None:
            parties.append({"role": role, "name": name, "scheme": None, "id": None})
    return parties


def _items(row: Row) -> list[dict[str, Any]]:
    vehicle: dict[str, Any] = {
        "role": "SUBJECT",
        "kind": "VEHICLE",
        **{name: row.value(column, f"items.{name}") for name, column in forms.VEHICLE.items()},
        "versions": [
            {"component": component, "value": value}
            for component, column in forms.VERSIONS.items()
            if column in row.cells and (value := row.value(column, f"items.versions.{component}")) is not None
        ],
        # coded columns: why they are missing is noted with the codes
        "automation": row.text("Automation System Engaged?") or None,
        "driver": row.text("Driver / Operator Type") or None,
    }
    partner = row.text("Crash With")
    nothing: Mapping[str, Any] = dict.fromkeys((*forms.VEHICLE, "automation", "driver"))
    return [vehicle] + [{"role": "PARTNER", "kind": partner, **nothing, "versions": []}] * bool(partner)


def _harms(row: Row) -> list[dict[str, Any]]:
    def harm(domain: str, level: str, *, hospitalised: bool | None = None) -> dict[str, Any]:
        return {
            "domain": domain, "basis": "ALLEGED", "level": level, "count": None, "hospitalised": hospitalised,
        }  # fmt: skip

    harms = []
    severity = row.text("Highest Injury Severity Alleged")
    if severity:
        if severity not in forms.SEVERITIES:
            raise FaultError("Highest Injury Severity Alleged", "not a severity that the forms know")
        level, hospitalised = forms.SEVERITIES[severity]
        harms.append(harm("PHYSICAL", level, hospitalised=hospitalised))
    damage = row.text("Property Damage?")
    if damage not in ("", "Yes", "No", "Unknown"):
        raise FaultError("Property Damage?", "not Yes, No or Unknown")
    if damage == "Yes" or severity in forms.DAMAGE_ONLY:
        harms.append(harm("PROPERTY", "UNKNOWN"))  # there is damage; the form does not ask how grave
    elif damage == "No":
        harms.append(harm("PROPERTY", "NONE"))
    elif "Property Damage?" not in row.cells:
        row.lacks("harms.PROPERTY", "NOT_REPORTED")  # only one severity of this form speaks of damage
    return harms


def _codes(row: Row) -> dict[str, list[str]]:
    """The terms, as filed; a code that says unknown is kept, and listed as unknown."""
    codes: dict[str, list[str]] = {}
    for column in forms.CODES:
        if column not in row.cells:
            continue
        path = forms.PATHS.get(column, f"terms.{column}")
        text = row.value(column, path)
        if text is not None:
            codes[column] = [text]
            folded = text.casefold()
            if folded.startswith("unknown"):
                row.lacks(path, "UNKNOWN")
            elif folded == "not applicable":
                row.lacks(path, "NOT_APPLICABLE")
    for dimension, columns in row.form.groups.items():
        ticked = [label for column, label in columns if row.ticked(column)]
        if ticked:
            codes[dimension] = ticked
    return codes


def _measures(row: Row) -> list[dict[str, str]]:
    measures = []
    for name, unit in forms.MEASURES.items():
        text = row.value(name, f"measures.{name}")
        if text is None:
            continue
        if _NUMBER.fullmatch(text) is None:
            raise FaultError(name, "not a number")
        measures.append({"name": name, "value": text, "unit": unit})
    return measures


def _sections(form: Form, row: Row, native: bytes) -> list[dict[str, Any]]:
    """The native record; the header where the file orders its columns in its own way; the narrative, VINs cut."""
    bodies = {"native": native}
    if form.header is not None:
        bodies["header"] = form.header
    narrative = row.cells["Narrative"].strip()
    if narrative and narrative != CBI:
        bodies["narrative"] = narrative.encode()
    return [
        {
            "name": name, "sharing": "SHARED", "audience": [], "purposes": PURPOSES, "subjects": [],
            "key_ref": None, "nonce": None, "body": body,
        }
        for name, body in bodies.items()
    ]  # fmt: skip
