"""FDA: clearances (510(k)) and De Novo decisions on medical devices with AI, as a table of the devices.

A clearance has no expiry here, and the table knows of no withdrawal. The counts of adverse events are the compilers',
and blank where they found none: not reported, not zero. Cells that were wrongly decoded before they came into the table
are repaired in the typed half only. The street address of the applicant stays in the native record.
"""

import re
from collections.abc import Iterator

from producers.sources.contract import FaultError, Reject, Skip
from producers.sources.csv_records import File
from producers.sources.facts import BRIDGE, certificate
from producers.sources.numbers import iso, measures
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import item, lineage, native_sections, party
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from schemas.event import Event

NAME = "fda-device-clearances"
DESCRIPTION = "FDA clearances and De Novo decisions on medical devices with AI (CSV; table of 30 columns)"
EVENT_TYPES: tuple[str, ...] = ("CertificateChanged",)
NEEDS_WHOLE_FILE: str | None = None
CODES = ("decisioncode", "stateorsumm", "classadvisecomm", "type")
_WITHIN = ("3mths", "6mths", "9mths", "1yr", "2yr")
_COUNTS = (
    "adverse_events", *(f"ae_{within}" for within in _WITHIN), "adverse_events_mand",
    *(f"ae_mand_{within}" for within in _WITHIN),
)  # fmt: skip
EDITIONS = {
    "table-30": (
        "idnumber", "applicant", "street1", "city", "state", "zip", "decisioncode", "productcode", "stateorsumm",
        "classadvisecomm", "type", "devicename", "dtrec", "dtdec", "yrdec", "yrrec", "fda_ai", "soft_dum_key", *_COUNTS,
    ),
}  # fmt: skip
FORM = Form(NAME, "table of FDA devices", EDITIONS, ("utf-8",), MARKS)

_SCHEMES = {"K": "fda-510k", "DEN": "fda-de-novo", "P": "fda-pma"}
_NUMBER = re.compile(r"(K|DEN|P)[0-9]{6}")
_PRODUCT = re.compile(r"[A-Z]{3}")
_MEASURES = dict.fromkeys(_COUNTS, ("EVENT", 1_000_000))
_LIKELY = re.compile(r"[\x00-\x7f\u00a0-\u00ff\u2013\u2018\u2019\u201c\u201d\u2122]*")


def read(data: File, org: str, _pseudonyms: Pseudonyms, /) -> Iterator[Event | Reject | Skip]:
    """Events of `org`, one event, reject or skip per row, in the order of the file; FormatError before the first."""
    header, found = read_table(FORM, data)
    return read_rows(header, found, lambda row: _event(org, row))


def repaired(text: str) -> str:
    """A text in Windows' encoding that was once read as a Macintosh's (`SwoopÆ` for `Swoop®`), as it was meant.

    What does not become European letters and quotation marks by that was no such text, and stays.
    """
    try:
        meant = text.encode("mac_roman").decode("cp1252")
    except UnicodeError:
        return text
    return meant if _LIKELY.fullmatch(meant) else text


def _event(org: str, row: Row) -> Event:
    number = row.text("idnumber")
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise FaultError("idnumber", "not the number of a clearance, e.g. K123456 or DEN123456")
    holder, product = row.value("applicant", "holder"), row.value("productcode", "product_codes")
    if holder is None:
        raise FaultError("applicant", "the applicant is not named")
    if product is not None and _PRODUCT.fullmatch(product) is None:
        raise FaultError("productcode", "not a product code of three capital letters")
    device, decided = row.value("devicename", "items.model"), iso(row, "dtdec", "valid_from")
    codes = {column: row.value(column, f"terms.{column}") for column in CODES}
    row.lacks("valid_to", "NOT_APPLICABLE")
    value = {
        "change": "ISSUED", "scheme": _SCHEMES[match[1]], "issuer": party("AUTHORITY", "FDA"),
        "holder": party("MANUFACTURER", repaired(holder)),
        "items": [item("SUBJECT", "DEVICE", model=device and repaired(device), identity=number)],
        "product_codes": [] if product is None else [{"scheme": "fda-product-code", "value": product}],
        "applied": iso(row, "dtrec", "applied"), "effective": decided, "valid_from": decided,
        "terms": [{
            "scheme": NAME, "version": row.header.edition,
            "codes": {dimension: [code] for dimension, code in codes.items() if code is not None},
        }],
        "measures": measures(row, _MEASURES),
        "lineage": lineage(
            "FDA, 510(k) and De Novo decisions; table of Babic et al., npj Digital Medicine 2025",
            "doi:10.1038/s41746-025-01717-9",
        ),
        "sections": native_sections(row, "CLOSED"),  # the native record has the applicant's street
    }  # fmt: skip
    return certificate(BRIDGE, org, row, number, value)
