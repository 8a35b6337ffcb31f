"""What a row becomes: harms, times, tokens, parties, reasons; on rows made by hand."""

import pytest

from producers.sources import SOURCES, Pseudonyms
from producers.sources.nhtsa_sgo import EDITIONS, read
from producers.sources.nhtsa_sgo_forms import SEVERITIES, STAGES
from producers.sources.nhtsa_sgo_row import CBI
from schemas.codec import decode, encode
from schemas.event import Event, fact_id
from schemas.registry import latest
from tests.producers.sgo_files import ORG, event, made, missing, section, value

PII = "[MAY CONTAIN PERSONALLY IDENTIFIABLE INFORMATION]"
BOTH = pytest.mark.parametrize("edition", EDITIONS)


@BOTH
def test_the_event_says_whose_record_it_is(edition: str) -> None:
    told = event(edition=edition)
    assert (told.type, told.source, told.subject) == (
        "OccurrenceReported", "/public-records/nhtsa-sgo", "nhtsa-sgo:30412-6439",
    )  # fmt: skip
    assert (told.role, told.provenance, told.sharing, told.time) == ("PUBLIC_RECORDS", "PUBLIC_SOURCE", "OPEN", None)
    native = told.value["native"]
    assert (native["edition"], native["ordinal"], native["charset"]) == (edition, 0, "utf-8")
    assert told.id == fact_id("nhtsa-sgo", edition, "30412-6439", 1, native["sha256"], 0)
    scope = "form-137" if edition == "form-122" else edition  # both give a report the same token
    assert told.value["tokens"] == [{"scheme": "nhtsa-sgo", "scope": scope, "value": "90c6a1024fa3128"}]
    assert [(s["name"], s["sharing"], s["audience"]) for s in told.value["sections"]] == [
        ("native", "SHARED", []), ("narrative", "SHARED", []),
    ]  # fmt: skip


@BOTH
def test_every_value_is_of_its_schema(edition: str) -> None:
    for cells in ({}, {"Report Type": "No New or Updated Incident Reports"}):
        told = event(cells, edition)
        assert decode(encode(latest(told.type), told.value))[1] == told.value


def test_a_month_stays_a_month() -> None:
    told = value(
        {"Incident Date": "DEC-2023", "Notice Received Date": "JAN-2024", "Report Submission Date": "FEB-2024"}
    )
    assert told["occurred"] == {
        "text": "2023-12", "from": 1_701_388_800_000_000, "to": 1_704_067_200_000_000, "precision": "MONTH",
    }  # fmt: skip
    assert told["occurred"]["to"] == told["aware"]["from"]
    assert told["submitted"]["text"] == "2024-02"
    assert "Incident Time (24:00)" not in told["terms"][0]["codes"]


def test_a_clock_time_without_a_day_is_a_term_as_filed() -> None:
    assert value({"Incident Time (24:00)": "3:29"})["terms"][0]["codes"]["Incident Time (24:00)"] == ["3:29"]


@BOTH
@pytest.mark.parametrize(("code", "harm"), SEVERITIES.items())
def test_a_severity_is_an_alleged_physical_harm(edition: str, code: str, harm: tuple[str, bool | None]) -> None:
    told = value({"Highest Injury Severity Alleged": f" {code} "}, edition)
    (physical,) = [found for found in told["harms"] if found["domain"] == "PHYSICAL"]
    assert (physical["basis"], physical["level"], physical["hospitalised"]) == ("ALLEGED", *harm)
    assert told["terms"][0]["codes"]["Highest Injury Severity Alleged"] == [code]


def test_the_dictionary_and_the_files_word_hospitalisation_differently() -> None:
    assert SEVERITIES["Minor W/O Hospitalization"] == SEVERITIES["Minor Without Hospitalization"] == ("MINOR", False)
    assert SEVERITIES["Serious W/ Hospitalization"] == SEVERITIES["Serious With Hospitalization"] == ("SERIOUS", True)


def test_a_blank_severity_is_no_severity() -> None:
    told = value({"Highest Injury Severity Alleged": " "})
    assert told["harms"] == []
    assert missing(told)["harms.PHYSICAL"] == "NOT_REPORTED"


@pytest.mark.parametrize(
    ("told", "levels", "reason"),
    [("Yes", ["UNKNOWN"], None), ("No", ["NONE"], None), ("Unknown", [], "UNKNOWN"), ("", [], "NOT_REPORTED")],
)
def test_damage_of_the_older_form_has_a_column(told: str, levels: list[str], reason: str | None) -> None:
    found = value({"Property Damage?": told})
    assert [harm["level"] for harm in found["harms"] if harm["domain"] == "PROPERTY"] == levels
    assert missing(found).get("harms.PROPERTY") == reason


def test_damage_of_the_newer_form_is_a_severity() -> None:
    found = value({"Highest Injury Severity Alleged": "Property Damage. No Injured Reported"}, "form-116")
    assert [(harm["domain"], harm["level"]) for harm in found["harms"]] == [
        ("PHYSICAL", "NONE"),
        ("PROPERTY", "UNKNOWN"),
    ]
    other = value({"Highest Injury Severity Alleged": "Minor W/ Hospitalization"}, "form-116")
    assert missing(other)["harms.PROPERTY"] == "NOT_REPORTED"


@pytest.mark.parametrize(("code", "stage"), [item for item in STAGES.items() if item[1] != "NIL"])
def test_a_report_type_is_a_stage(code: str, stage: str) -> None:
    assert value({"Report Type": code})["stage"] == stage


def test_the_literal_none_is_nobody_and_not_nothing() -> None:
    told = value({"Driver / Operator Type": "None"})
    assert told["items"][0]["driver"] == "None"
    assert told["terms"][0]["codes"]["Driver / Operator Type"] == ["None"]
    assert "items.driver" not in missing(told)


def test_a_missing_value_has_a_reason() -> None:
    told = value(
        {
            "Same Incident ID": " ", "City": "", "City - Unknown": "Y", "Address": PII, "Zip Code": "[XXX]",
            "Within ODD?": CBI, "ADAS/ADS System Version": CBI, "ADAS/ADS Hardware Version": "",
            "ADAS/ADS Hardware Version CBI": "Y", "Other Reporting Entities?": "",
            "Other Reporting Entities? - NA": "Y",
            "Model": "n/a", "Lighting": "Unknown", "Crash With": " ", "Operating Entity": "", "Narrative": CBI,
        }
    )  # fmt: skip
    reasons = missing(told)
    expected = {
        "tokens": "NOT_REPORTED", "place.city": "UNKNOWN", "place.street": "REDACTED_PII",
        "place.postcode": "REDACTED_PII", "terms.Within ODD?": "REDACTED_CBI", "items.versions.SYSTEM": "REDACTED_CBI",
        "items.versions.HARDWARE": "REDACTED_CBI", "parties.OTHER_REPORTER": "NOT_APPLICABLE",
        "items.model": "NOT_APPLICABLE", "terms.Lighting": "UNKNOWN", "items.kind": "NOT_REPORTED",
        "parties.OPERATOR": "NOT_REPORTED", "narrative": "REDACTED_CBI", "items.make": "NOT_REPORTED",
    }  # fmt: skip
    assert {field: reasons.get(field) for field in expected} == expected
    assert told["tokens"] == []
    assert (told["place"]["state"], told["place"]["city"], told["place"]["postcode"]) == ("AZ", None, None)
    assert told["terms"][0]["codes"]["Lighting"] == ["Unknown"]  # the code is kept, and listed as unknown
    assert "Within ODD?" not in told["terms"][0]["codes"]
    assert [item["role"] for item in told["items"]] == ["SUBJECT"]
    assert section(told, "narrative") is None
    assert len(reasons) == len(told["missing"]), "a field has one reason"


def test_what_a_form_does_not_ask_is_not_applicable() -> None:
    assert missing(value({}, "form-116"))["aware"] == "NOT_APPLICABLE"
    assert missing(value({}))["aware"] == "NOT_REPORTED"


@BOTH
def test_ticked_boxes_are_terms(edition: str) -> None:
    codes = value({"Source - Media": "Y", "Source - Complaint/Claim": "Y", "SV Contact Area - Rear": "Y"}, edition)
    assert codes["terms"][0]["codes"]["source"] == ["Complaint/Claim", "Media"]
    assert codes["terms"][0]["codes"]["sv_contact_area"] == ["Rear"]
    assert "weather" not in codes["terms"][0]["codes"]


def test_free_text_beside_boxes_is_no_box() -> None:
    told = value({"Source - Other": "Y", "Source - Other Text": "Knox Towing Yard"})
    assert told["terms"][0]["codes"]["source"] == ["Other"]


def test_the_roadway_boxes_of_the_newer_form() -> None:
    told = value({"Roadway-Work Zone": "Y", "Roadway-Wet Surface Condition": "Y"}, "form-116")
    assert told["terms"][0]["codes"]["roadway"] == ["Wet Surface Condition", "Work Zone"]


def test_parties_items_versions_and_measures_are_as_filed() -> None:
    told = value(
        {
            "Operating Entity": "Waymo LLlC", "Other Reporting Entities?": "General Motors, LLC",
            "Investigating Agency": "Phoenix PD", "Make": "Jaguar", "Same Vehicle ID": "92a927b3f78eb22",
            "ADAS/ADS System Version": "5th Generation ADS", "ADAS/ADS Software Version": "Version 9",
            "Mileage": "1,234.5", "SV Precrash Speed (MPH)": "0", "Crash With": "Animal",
        }
    )  # fmt: skip
    assert [(party["role"], party["name"]) for party in told["parties"]] == [
        ("REPORTER", "Cruise LLC"), ("OPERATOR", "Waymo LLlC"), ("OTHER_REPORTER", "General Motors, LLC"),
        ("AUTHORITY", "Phoenix PD"),
    ]  # fmt: skip
    subject, partner = told["items"]
    assert (subject["make"], subject["identity"]) == ("Jaguar", "92a927b3f78eb22")
    assert subject["versions"] == [
        {"component": "SYSTEM", "value": "5th Generation ADS"}, {"component": "SOFTWARE", "value": "Version 9"},
    ]  # fmt: skip
    assert (partner["role"], partner["kind"]) == ("PARTNER", "Animal")
    assert told["measures"] == [
        {"name": "Mileage", "value": "1,234.5", "unit": "MILE"},
        {"name": "SV Precrash Speed (MPH)", "value": "0", "unit": "MPH"},
    ]


def test_no_agency_is_no_party() -> None:
    told = value({"Investigating Agency": "None"}, "form-116")
    assert missing(told)["parties.AUTHORITY"] == "NOT_APPLICABLE"


def test_a_nil_return_is_for_its_month() -> None:
    nil = {"Report Type": "No New or Updated Incident Reports", "Report Year": "2023", "Report Month": "10"}
    told = event(nil)
    assert (told.type, told.value["period"]["text"], told.value["submitted"]["text"]) == (
        "NilReturnFiled", "2023-10", "2023-10",
    )  # fmt: skip
    assert [party["name"] for party in told.value["parties"]] == ["Cruise LLC"]
    assert missing(event(nil | {"Report Year": ""}).value)["period"] == "NOT_REPORTED"


def test_equal_rows_stay_separate() -> None:
    found = [row for row in read(made({}, {}, {"Report Version": "2"}), ORG) if isinstance(row, Event)]
    assert len({row.id for row in found}) == 3
    assert [row.value["native"]["ordinal"] for row in found] == [0, 1, 0]


def test_vins_are_cut_in_all_that_is_derived_but_not_in_the_native_record() -> None:
    vin = "1HGCM82633A004352"
    told = event({"Narrative": f"The car ({vin}) is a duplicate.", "Operating Entity": vin, "Make": vin})
    assert vin not in repr({**told.value, "sections": None})
    assert section(told.value, "narrative") == b"The car (1HGCM82633A******) is a duplicate."
    assert told.value["copy_of"]["words"] == "The car (1HGCM82633A******) is a duplicate."
    assert vin.encode() in (section(told.value, "native") or b"")


def test_the_registry_knows_the_source() -> None:
    source = SOURCES["nhtsa-sgo"]
    assert [len(columns) for columns in source.EDITIONS.values()] == [137, 116, 122]
    assert {found.type for found in source.read(made({}), ORG, Pseudonyms(bytes(32)))} <= set(source.EVENT_TYPES)  # type: ignore[union-attr]


def test_the_form_of_2022_says_what_the_archive_says_of_the_same_row() -> None:
    cells = {
        "Report Type": "Update", "Highest Injury Severity Alleged": "Minor", "ADAS/ADS System Version": "5th",
        "Latitude - Unknown": "Y",
    }  # fmt: skip
    once, later = value(cells | {"Report Type": "Other Update"}, "form-122"), value(cells)
    same = ("tokens", "stage", "class", "occurred", "items", "harms", "parties", "submitted")
    assert {name: once[name] for name in same} == {name: later[name] for name in same}
    assert once["items"][0]["versions"] == [{"component": "SYSTEM", "value": "5th"}]
    assert missing(once)["place.latitude"] == missing(later)["place.latitude"] == "UNKNOWN"
    assert once["terms"][0]["codes"]["Highest Injury Severity Alleged"] == ["Minor"]
    assert missing(once)["parties.OTHER_REPORTER"] == "NOT_APPLICABLE"  # it did not ask
    assert missing(later)["parties.OTHER_REPORTER"] == "NOT_REPORTED"


def test_a_month_without_incidents_is_a_nil_return_in_the_form_of_2022() -> None:
    nil = {"Report Type": "Monthly - No Incidents", "Report Year": "2022", "Report Month": "3"}
    told = event(nil, "form-122")
    assert (told.type, told.value["period"]["text"]) == ("NilReturnFiled", "2022-03")
