"""The real files of exposures, claims and certificates, and small ones made by hand."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from producers.sources import SOURCES, Notice, Outcome, Reject, Skip
from schemas.event import Event
from tests.producers.public_files import ORG, PSEUDONYMS, section

MILEAGE = {
    "2021": "ca-dmv/2021-Autonomous-Mileage-Reports-CSV.csv",
    "2022": "ca-dmv/2022-Autonomous-Mileage-Reports-CSV.csv",
    "2022_driverless": "ca-dmv/2022-Autonomous-Mileage-Reports-CSV-driverless.csv",
}
VMT = "av-exposure/vmt_by_operator_month.csv"
SEVERITY, FREQUENCY, PREMIUM = (f"insurer-motor/fremotor1{kind}0304a.csv" for kind in ("sev", "freq", "prem"))
INJURY = "insurer-motor/ausautoBI8999.csv"
DEVICES = "fda-ai-devices/823_fda_devices_withAEs.csv"
FILES = {
    **dict.fromkeys(MILEAGE.values(), "ca-dmv-mileage"),
    VMT: "av-exposure",
    **dict.fromkeys((SEVERITY, FREQUENCY, PREMIUM, INJURY), "motor-claims"),
    DEVICES: "fda-device-clearances",
}
"""File to the source that reads it; ca-dmv-permits reads those of ca-dmv-mileage too."""
READ = (*FILES.items(), *((file, "ca-dmv-permits") for file in MILEAGE.values()))

_MONTHS = ("DEC 2021", "JAN 2022", "FEB 2022", "MAR 2022", "APR 2022", "MAY 2022", "JUN 2022", "JULY 2022", "AUG 2022",
           "SEP 2022", "OCT 2022", "NOV 2022")  # fmt: skip
_MILEAGE = {
    "Manufacturer": "Acme Robotics ", "Permit Number": "AVT003", "VIN NUMBER": "1HGCM82633A004352",
    "Annual Total of Disengagements": "2", **dict.fromkeys(_MONTHS, ""), "JAN 2022": "1,234.5 ",
    "ANNUAL TOTAL": "1234 .50",
}  # fmt: skip
PLAIN: dict[str, dict[str, str]] = {
    "ca-dmv-mileage/year-2022": _MILEAGE,
    "ca-dmv-permits/year-2022": _MILEAGE,
    "ca-dmv-mileage/years-2021-2022": _MILEAGE,
    "ca-dmv-permits/years-2021-2022": _MILEAGE,
    "av-exposure/table-9": {
        "helmer": "acme", "month": "2025-06", "vmt": "1000", "helmer_cumulative_vmt": "5000", "kyoom_min": "4000",
        "kyoom_max": "6000", "vmt_min": "700", "vmt_max": "1300", "rationale": "A guess.",
    },
    **{
        f"av-exposure/table-7-{who}": {
            who: "acme", "month": "2025-06", "vmt": "1000", f"{who}_cumulative_vmt": "5000", "vmt_min": "700",
            "vmt_max": "1300", "rationale": "A guess.",
        }
        for who in ("helmer", "driver", "company")
    },
    "motor-claims/fremotor1-sev": {
        "IDpol": "1000431.10a", "OccurDate": "2003-01-05", "Payment": "104", "IDclaim": "7201", "Guarantee": "TPL",
    },
    "motor-claims/fremotor1-freq": {
        "IDpol": "1000431.10a", "Year": "2003.0", "Damage": "0.0", "Fire": "0.0", "Other": "0.0", "Theft": "0.0",
        "TPL": "1.0", "Windscreen": "0.0",
    },
    "motor-claims/fremotor1-prem": {
        "IDpol": "1000431.10a", "Year": "2003.0", "DrivAge": "44.0", "DrivGender": "F", "MaritalStatus": "Widowed",
        "BonusMalus": "50.0", "LicenceNb": "3.0", "PayFreq": "Annual", "JobCode": "Farmer", "VehAge": "10.0",
        "VehClass": "Cheap", "VehPower": "P10", "VehGas": "Diesel", "VehUsage": "Professional", "Garage": "Street",
        "Area": "A2", "Region": "Center", "Channel": "A", "Marketing": "M4", "PremWindscreen": "15.5", "PremDamAll": "",
        "PremFire": "0.0", "PremAcc1": "0.0", "PremAcc2": "0.0", "PremLegal": "6.0", "PremTPLM": "69.1",
        "PremTPLV": "4.0", "PremServ": "50.0", "PremTheft": "0.0", "PremTot": "144.6",
    },
    "motor-claims/ausautoBI": {
        "AccDate": "1993-08-01", "ReportDate": "1993-09-01", "FinDate": "1994-01-01", "AccMth": "50.0",
        "ReportMth": "51.0", "FinMth": "55.0", "OpTime": "0.1", "InjType1": "minor injury", "InjType2": "fatal injury",
        "InjType3": "small injury", "InjNb": "3", "Legal": "No", "AggClaim": "87.74555",
    },
    "fda-device-clearances/table-30": {
        "idnumber": "K123456", "applicant": "Acme Médical", "street1": "7 Elm Street", "city": "Lyon", "zip": "69001",
        "decisioncode": "SESE", "productcode": "QIH", "stateorsumm": "Summary", "classadvisecomm": "RA",
        "type": "Special", "devicename": "SwoopÆ", "dtrec": "2021-01-02", "dtdec": "2021-03-04",
        "adverse_events": "7.0", "ae_3mths": "0.0",
    },
    "certificates/form-1": {
        "certificate": "QMS-17", "change": "ISSUED", "scheme": "iso-42001", "criteria_version": "2023",
        "issuer": "Acme Certification", "holder": "Acme Robotics", "holder_lei": "5493001KJTIIGC8Y1R12",
        "item_kind": "VEHICLE", "make": "Ford", "model": "Escape", "software_version": "7.1", "scope": "driving",
        "applied": "2024", "effective": "2024-06", "valid_from": "2024-06-01", "valid_to": "N/A", "sharing": "OPEN",
    },
}  # fmt: skip
"""Source and edition to the cells of an ordinary row."""


def made(form: str, *rows: Mapping[str, str], charset: str = "utf-8") -> bytes:
    """A file with these rows, each given by what differs from an ordinary one."""
    source, edition = form.split("/")
    columns = SOURCES[source].EDITIONS[edition]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["" if name.startswith("column ") else name for name in columns])
    writer.writerows([{**PLAIN[form], **row}.get(column, "") for column in columns] for row in rows)
    return out.getvalue().encode(charset)


def read(source: str, data: bytes) -> Iterator[Outcome]:
    """What the source makes of a file."""
    return SOURCES[source].read(data, ORG, PSEUDONYMS)


def events_of(row: Outcome) -> tuple[Event, ...]:
    """The events of a row, of which there may be none."""
    return () if isinstance(row, Reject | Skip | Notice) else row if isinstance(row, tuple) else (row,)


def told(form: str, cells: Mapping[str, str] | None = None) -> tuple[Event, ...]:
    """The events of a file with one row."""
    (row,) = read(form.split("/", maxsplit=1)[0], made(form, cells or {}))
    assert events_of(row), row
    return events_of(row)


def reject(form: str, cells: Mapping[str, str]) -> Reject:
    """The reject of a file with one row."""
    (row,) = read(form.split("/", maxsplit=1)[0], made(form, cells))
    assert isinstance(row, Reject), row
    return row


def native_of(row: Outcome) -> bytes | None:
    """The bytes of a row: those that every event of it with a native record has, or those of a reject or skip."""
    if isinstance(row, Reject | Skip):
        return bytes(row.native)
    natives = {section(event, "native") for event in events_of(row) if event.value["native"] is not None}
    assert len(natives) == 1
    return natives.pop()


def real(folder: Path, file: str, source: str | None = None) -> Iterator[Outcome]:
    """What became of each row of a real file; as many events are not kept in memory."""
    return read(source or FILES[file], (folder / file).read_bytes())
