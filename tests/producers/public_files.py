"""The real files of the public sources beside NHTSA's, and small ones made by hand."""

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from producers.sources import SOURCES, Pseudonyms, Reject
from producers.sources.csv_records import records
from schemas.event import Event

ORG = "public-records"
PSEUDONYMS = Pseudonyms(bytes(range(32)))

DISENGAGEMENTS = {year: f"ca-dmv/{year}-Autonomous-Vehicle-Disengagement-Reports-CSV.csv" for year in ("2021", "2022")}
COLLISIONS = "ca-dmv/CA_AV_Collision_2019-2024.csv"
DEVICE_EVENTS = "fda-ai-devices/943_AEs_for_fda_devices.csv"
CASES = "jcqhc-hiyari/MedicalReportPub.csv"
FILES = {
    **dict.fromkeys(DISENGAGEMENTS.values(), "ca-dmv-disengagement"),
    COLLISIONS: "ca-dmv-collision",
    DEVICE_EVENTS: "fda-device-events",
    CASES: "jcqhc-near-miss",
}
"""File to the source that reads it."""

PLAIN: dict[str, dict[str, str]] = {
    "ca-dmv-disengagement": {
        "Manufacturer": "Acme Robotics ", "Permit Number": "AVT003", "DATE": "3/4/2021",
        "VIN NUMBER": "1HGCM82633A004352", "VEHICLE IS CAPABLE OF OPERATING WITHOUT A DRIVER (Yes or No)": "NO",
        "DRIVER PRESENT (Yes or No)": "Yes",
        "DISENGAGEMENT INITIATED BY (AV System, Test Driver, Remote Operator, or Passenger)": "Test Driver",
        "DISENGAGEMENT LOCATION (Interstate, Freeway, Highway, Rural Road, Street, or Parking Facility)": "STREET",
        "DESCRIPTION OF FACTS CAUSING DISENGAGEMENT": "A cone.",
    },
    "ca-dmv-collision": {
        "column 1": "7", "Manufacturers Name": "Acme Robotics", "Business Name": "Acme", "Date Of Accident": "2/3/2021",
        "Time Of Accident": "0:43", "AM": "Yes", "Make": "Ford", "Model": "Escape", "Vehicle Year": "2020",
        "Address Of Accident": "1 Elm Street", "City": "Fremont", "County": "Alameda", "State": "CA",
        "Zip Code": "94536", "Number Of Vehicles Involved": "2", "Damage: Minor": "Yes", "Autonomous Mode": "Yes",
        "Accident Detail Description": "On Elm Street.", "Latitude": "37.5", "Longitude": "-122.0", "Other Party": "1",
    },
    "fda-device-events": {
        "idnumber": "K123456", "mdr_report_key": "8402371", "report_source_code": "M", "date_received": "03/07/2019",
        "adverse_event_flag": "N", "product_problem_flag": "Y", "date_report": "07/24/2019",
        "date_of_event": "02/01/2019", "date_manufacturer_received": "02/07/2019", "event_type": "M",
        "type_of_report": "I",
    },
    "jcqhc-near-miss": {
        "事業区分": "ヒヤリ", "事例ID": "H0123456789ABCDEF", "報告年": "2021年", "発生曜日": "木曜日",
        "医療の実施の有無": "実施あり", "治療の程度": "治療なし", "概要": "薬剤", "患者の数": "1人",
        "患者の年齢": "70歳代", "患者の性別": "男性", "事例に直接関連する疾患名": "肺炎", "当事者": "1人",
        "当事者職種_1": "看護師", "事例の内容": "過剰投与 薬剤間違い", "事例の内容 (2)": "５と聞き間違えた。",
    },
}  # fmt: skip
"""Source to the cells of an ordinary row."""


def columns_of(source: str, edition: str | None = None) -> tuple[str, ...]:
    """The columns of an edition; of the last one if none is named."""
    editions = SOURCES[source].EDITIONS
    return editions[edition or list(editions)[-1]]


def header_of(source: str, edition: str | None = None) -> list[str]:
    """The header as a file has it: a column without a name is blank, the second of one name has the name."""
    columns = columns_of(source, edition)
    return ["" if name.startswith("column ") else name.removesuffix(" (2)") for name in columns]


def made(source: str, *rows: Mapping[str, str], edition: str | None = None, charset: str = "utf-8") -> bytes:
    """A file with these rows, each given by what differs from an ordinary one."""
    columns = columns_of(source, edition)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header_of(source, edition))
    writer.writerows([{**PLAIN[source], **row}.get(column, "") for column in columns] for row in rows)
    return out.getvalue().encode(charset)


def read(source: str, data: bytes) -> list[Any]:
    """What the source makes of a file."""
    return list(SOURCES[source].read(data, ORG, PSEUDONYMS))


def event(source: str, cells: Mapping[str, str] | None = None, edition: str | None = None) -> Event:
    """The event of a file with one row."""
    (found,) = read(source, made(source, cells or {}, edition=edition))
    assert isinstance(found, Event), found
    return found


def reject(source: str, cells: Mapping[str, str], edition: str | None = None) -> Reject:
    """The reject of a file with one row."""
    (found,) = read(source, made(source, cells, edition=edition))
    assert isinstance(found, Reject), found
    return found


def missing(told: Event) -> dict[str, str]:
    """Field to the reason why it is missing; a field has one reason."""
    reasons = {entry["field"]: entry["reason"] for entry in told.value["missing"]}
    assert len(reasons) == len(told.value["missing"]), told.value["missing"]
    return reasons


def codes(told: Event, dimension: str) -> list[str]:
    """The codes of a dimension."""
    return [code for group in told.value["terms"] for code in group["codes"].get(dimension, [])]


def section(told: Event, name: str) -> bytes | None:
    """The body of a section."""
    return next((part["body"] for part in told.value["sections"] if part["name"] == name), None)


def tiers(told: Event) -> dict[str, tuple[str, list[str]]]:
    """Section to its tier and purposes."""
    return {part["name"]: (part["sharing"], part["purposes"]) for part in told.value["sections"]}


def typed(told: Event) -> str:
    """All that is said of a row beside its sections."""
    return repr({**told.value, "sections": None})


@lru_cache
def real(path: Path) -> tuple[bytes, list[Event]]:
    """A real file and its events; none of its rows is rejected or skipped."""
    data = path.read_bytes()
    found = read(FILES[path.relative_to(path.parent.parent).as_posix()], data)
    assert all(isinstance(row, Event) for row in found)
    return data, found


def native_cells(told: Event) -> list[str]:
    """The cells of the native record."""
    (record,) = records(section(told, "native") or b"")
    return [cell.decode(told.value["native"]["charset"]) for cell in record.cells]
