"""Known answers of the occurrence tables beside NHTSA's, computed from the adapters' events.

All of the kind `adapter`, and those of the kind `hub` that an adapter can spoil. Answers of the kind `wrong` are what
other ways of reading give: here they come out when the mistake is made.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from producers.sources import SOURCES, ca_dmv_disengagement, jcqhc_near_miss_form
from producers.sources.ca_dmv_disengagement import INITIATED, LOCATION
from schemas.event import Event
from tests.producers.public_files import (
    CASES,
    COLLISIONS,
    DEVICE_EVENTS,
    DISENGAGEMENTS,
    FILES,
    codes,
    missing,
    native_cells,
    read,
    real,
    section,
)

DATASETS = {
    **{f"dmv_disengagement_{year}": file for year, file in DISENGAGEMENTS.items()},
    "dmv_collision": COLLISIONS, "fda_devices": DEVICE_EVENTS, "jcqhc": CASES,
}  # fmt: skip
OF_ANOTHER_FILE = {"decision_codes", "cells_with_wrong_decoding"}  # the table of devices: certificates, no occurrences
Answer = Callable[[Sequence[Event]], Any]


def counted(key: Callable[[Event], str]) -> Answer:
    """How many events have each key."""
    return lambda events: Counter(map(key, events))


def by_term(dimension: str) -> Answer:
    """How many events have each code."""
    return lambda events: Counter(code for event in events for code in codes(event, dimension))


def number_where(test: Callable[[Event], bool]) -> Answer:
    """How many events pass a test."""
    return lambda events: sum(map(test, events))


def date_cell(event: Event) -> str:
    """DATE as filed."""
    return native_cells(event)[2]


def shape(text: str) -> str:
    """Digits as 9 and letters as a."""
    return re.sub("[A-Za-z]", "a", re.sub("[0-9]", "9", text))


def outside_its_year(event: Event) -> bool:
    """Whether the day lies outside December to November of the year that the report's id names."""
    year, month = map(int, event.value["occurred"]["text"][:7].split("-"))
    return year + (month == 12) != int(event.subject.split(":")[1].split("/")[0])


def high_bytes(events: Sequence[Event]) -> dict[str, int]:
    """Bytes above 0x7F; every record that has one is read as cp1252."""
    natives = [section(event, "native") or b"" for event in events]
    charsets = {e.value["native"]["charset"] for e, n in zip(events, natives, strict=True) if not n.isascii()}
    assert charsets == {"cp1252"}
    return {f"{byte:#04x}": n for byte, n in Counter(b"".join(natives)).items() if byte > 0x7F}


DISENGAGEMENT: dict[str, Answer] = {
    "events": len,
    "date_notations": lambda events: len({shape(date_cell(event)) for event in events}),
    "date_formats": counted(lambda event: ca_dmv_disengagement.when(date_cell(event))[0]),
    "events_by_month": counted(lambda event: event.value["occurred"]["text"][:7]),
    "events_outside_reporting_year": number_where(outside_its_year),
    "events_with_time_of_day": number_where(lambda event: event.value["occurred"]["precision"] == "SECOND"),
    "events_by_permit": counted(lambda event: event.value["parties"][0]["id"]),
    "initiated_by_native": by_term(INITIATED),
    "location_native": by_term(LOCATION),
    "initiated_by": by_term("initiated_by"),
    "location": by_term("location"),
    "capable_of_driverless_yes": number_where(lambda event: codes(event, "capable_without_driver") == ["yes"]),
    "driver_present_yes": number_where(lambda event: codes(event, "driver_present") == ["yes"]),
    "non_ascii_bytes": high_bytes,
}
COLLISION: dict[str, Answer] = {
    "reports": len,
    "by_year": counted(lambda event: event.value["occurred"]["text"][:4]),
    "mode": counted(lambda event: " and ".join(codes(event, "mode")) or "neither"),
    "damage": by_term("damage"),
    "manufacturer_spellings": lambda events: len({native_cells(event)[1] for event in events}),
    "with_pedestrian_or_bicyclist": by_term("party"),
}
FDA: dict[str, Answer] = {
    "events": len,
    "devices_with_events": lambda events: len({event.value["items"][0]["identity"] for event in events}),
    "events_by_type": by_term("event_type"),
    "events_by_year_received": counted(lambda event: event.value["submitted"]["text"][:4]),
    "type_of_report": by_term("type_of_report"),
    "report_versions_implied": lambda events: sum(event.value["version"] for event in events),
    "malfunctions_with_adverse_event_flag": number_where(
        lambda event: codes(event, "event_type") == ["M"] and codes(event, "adverse_event_flag") == ["Y"]
    ),
    "events_without_event_date": number_where(lambda event: event.value["occurred"] is None),
    "follow_up_dates_after_receipt": lambda events: {
        column: sum(codes(event, column) > [event.value["submitted"]["text"]] for event in events)
        for column in ("date_manufacturer_received", "date_report")
    },
}
JCQHC: dict[str, Answer] = {
    "cases": len,
    "columns": lambda _: column_counts(),
    "cases_by_class": counted(lambda event: {"NEAR_MISS": "ヒヤリ", "ACCIDENT": "事故"}[event.value["class"]]),
    "cases_by_report_year": counted(lambda event: event.value["submitted"]["text"]),
    "near_miss_realisation": by_term("realisation"),
    "near_miss_credible_worst": by_term("影響度"),
    "accident_outcome": by_term("事故の程度"),
    "cases_by_summary": by_term("概要"),
    "actors": by_term("当事者"),
    "actors_by_profession": by_term("当事者職種"),
    "missing_notations": lambda events: Counter(
        cell for event in events for cell in native_cells(event) if cell in jcqhc_near_miss_form.MARKS
    ),
    "several_patients": number_where(lambda event: codes(event, "患者の数") == ["複数人"]),
}
ANSWERS = {
    "dmv_disengagement_2021": DISENGAGEMENT, "dmv_disengagement_2022": DISENGAGEMENT, "dmv_collision": COLLISION,
    "fda_devices": FDA, "jcqhc": JCQHC,
}  # fmt: skip


def column_counts() -> dict[str, int]:
    """Columns of the export, and the headers that they really have."""
    (columns,) = SOURCES["jcqhc-near-miss"].EDITIONS.values()
    return {"all": len(columns), "distinct_headers": len({name.removesuffix(" (2)") for name in columns})}


def known(test_data: Path, dataset: str) -> dict[str, Any]:
    """Name to answer, with value and kind."""
    told: dict[str, Any] = json.loads((test_data / "known_answers.json").read_text())[dataset]
    return told


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_answer_comes_out(test_data: Path, dataset: str) -> None:
    answers, computed = known(test_data, dataset), ANSWERS[dataset]
    of_adapter = {name for name, answer in answers.items() if answer["kind"] == "adapter"}
    assert of_adapter - OF_ANOTHER_FILE <= set(computed), "an answer without a computation"
    _, events = real(test_data / DATASETS[dataset])
    assert {name: compute(events) for name, compute in computed.items()} == {
        name: answers[name]["value"] for name in computed
    }


@pytest.mark.parametrize("year", DISENGAGEMENTS)
def test_equal_rows_are_separate_events_and_a_deduplication_would_lose_them(test_data: Path, year: str) -> None:
    answers = known(test_data, f"dmv_disengagement_{year}")
    _, events = real(test_data / DISENGAGEMENTS[year])
    distinct = len({event.value["native"]["sha256"] for event in events})
    wrong = {name: answer["value"] for name, answer in answers.items() if answer["kind"] == "wrong"}
    assert wrong == {"distinct_rows": distinct, "lost_by_deduplication": len(events) - distinct}
    assert len({event.subject for event in events}) == len({event.id for event in events}) == len(events)
    assert len(events) not in wrong.values()


@pytest.mark.parametrize("file", FILES)
def test_every_native_record_is_the_bytes_of_its_row(test_data: Path, file: str) -> None:
    data, events = real(test_data / file)
    natives = [section(event, "native") or b"" for event in events]
    assert data.endswith(b"".join(natives))
    header = data[: len(data) - sum(map(len, natives))]
    assert header.count(b'"') % 2 == 0
    assert header.endswith(b"\n")
    assert header.split(b",")[-1].count(b"\n") == 1, "what is left is the header"
    assert [sha256(native).digest() for native in natives] == [e.value["native"]["sha256"] for e in events]
    assert len({event.id for event in events}) == len(events)
    for event in events:
        missing(event)  # a field lacks its value for one reason


def test_a_vehicle_is_the_same_in_both_years_and_its_number_is_nowhere(test_data: Path) -> None:
    vehicles: dict[str, str] = {}
    for file in DISENGAGEMENTS.values():
        for event in real(test_data / file)[1]:
            vin, identity = native_cells(event)[3].strip(), event.value["items"][0]["identity"]
            assert vehicles.setdefault(vin, identity) == identity
            assert vin not in typed_and_shared(event)
    assert len(set(vehicles.values())) == len(vehicles)


def test_street_coordinates_and_minute_of_a_collision_are_in_the_closed_sections_alone(test_data: Path) -> None:
    for event in real(test_data / COLLISIONS)[1]:
        cells = native_cells(event)
        said = typed_and_shared(event)
        assert not [cells[at] for at in (11, 185, 186) if cells[at].strip() and cells[at] in said]
        assert event.value["occurred"]["precision"] == "DAY"


def test_no_disease_sex_or_service_of_a_case_is_in_the_typed_half(test_data: Path) -> None:
    for event in real(test_data / CASES)[1]:
        named = dict(zip(SOURCES["jcqhc-near-miss"].EDITIONS["export-185"], native_cells(event), strict=True))
        diseases = {cell for name, cell in named.items() if "疾患名" in name and len(cell) > 2} - {"該当なし", "未記入"}
        dimensions = set(event.value["terms"][0]["codes"])
        assert not dimensions & {"患者の性別", "事例に直接関連する疾患名", "当事者職種経験（年数）_1", "関連診療科"}
        assert not diseases & {code for codes in event.value["terms"][0]["codes"].values() for code in codes}


def test_the_actors_of_a_case_are_as_many_as_it_says(test_data: Path) -> None:
    for event in real(test_data / CASES)[1]:
        assert codes(event, "当事者") == [f"{len(codes(event, '当事者職種'))}人"]


def test_a_case_reads_alike_in_another_encoding(test_data: Path) -> None:
    data, events = real(test_data / CASES)
    for one, other in zip(events, read("jcqhc-near-miss", data.decode("cp932").encode()), strict=True):
        assert isinstance(other, Event)
        assert {**one.value, "native": 0, "sections": 0} == {**other.value, "native": 0, "sections": 0}


def typed_and_shared(event: Event) -> str:
    """All that may be read by somebody else: the typed half and the sections that are not closed."""
    shared = [part["body"].decode() for part in event.value["sections"] if part["sharing"] != "CLOSED"]
    return repr({**event.value, "sections": None}) + "".join(shared)
