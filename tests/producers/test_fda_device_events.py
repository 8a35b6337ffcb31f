"""What a row of the FDA's device events becomes, and what it must not."""

import pytest

from tests.producers.public_files import codes, event, missing, reject, tiers

SOURCE = "fda-device-events"


@pytest.mark.parametrize(
    ("kind", "outcome", "levels"),
    [("M", "INCIDENT", []), ("IN", "ACCIDENT", ["UNKNOWN"]), ("D", "ACCIDENT", ["FATAL"])],
)
def test_a_type_of_event_is_a_class_and_a_harm(kind: str, outcome: str, levels: list[str]) -> None:
    told = event(SOURCE, {"event_type": kind, "adverse_event_flag": "Y"})
    assert told.value["class"] == outcome
    assert [(harm["domain"], harm["level"]) for harm in told.value["harms"]] == [
        ("PHYSICAL", level) for level in levels
    ]
    assert (codes(told, "event_type"), codes(told, "adverse_event_flag")) == ([kind], ["Y"])  # both, if they disagree


@pytest.mark.parametrize(("history", "version"), [("I", 1), ("I,F", 2), ("I,F,F,F", 4)])
def test_the_version_is_how_many_reports_there_are(history: str, version: int) -> None:
    told = event(SOURCE, {"type_of_report": history})
    assert (told.subject, told.value["version"]) == ("fda-device-events:8402371", version)
    assert told.value["stage"] == ("INITIAL" if version == 1 else "UPDATE")


def test_dates_of_the_last_follow_up_are_not_when_the_manufacturer_first_knew() -> None:
    first, later = event(SOURCE), event(SOURCE, {"type_of_report": "I,F"})
    assert [first.value[name]["text"] for name in ("occurred", "aware", "submitted")] == [
        "2019-02-01", "2019-02-07", "2019-03-07",
    ]  # fmt: skip
    assert later.value["aware"] is None
    assert missing(later)["aware"] == "NOT_REPORTED"
    assert codes(later, "date_manufacturer_received") == ["2019-02-07"]
    assert codes(later, "date_report") == ["2019-07-24"]


def test_a_device_is_known_by_its_clearance_and_what_is_not_told_has_a_reason() -> None:
    told = event(SOURCE, {"date_of_event": "", "reporter_occupation_code": "NA"})
    assert [(i["role"], i["kind"], i["identity"]) for i in told.value["items"]] == [("SUBJECT", "DEVICE", "K123456")]
    reasons = missing(told)
    assert (reasons["occurred"], reasons["terms.reporter_occupation_code"]) == ("NOT_REPORTED", "NOT_APPLICABLE")
    assert reasons["parties.REPORTER"] == "NOT_REPORTED"
    assert told.value["parties"] == []
    assert tiers(told)["native"][0] == "SHARED"


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("event_type", "O"), ("event_type", ""), ("type_of_report", "F"), ("type_of_report", "I,F,"),
        ("type_of_report", "I" + ",F" * 100), ("mdr_report_key", "1.0"), ("mdr_report_key", "-1"),
        ("mdr_report_key", "1,234"), ("mdr_report_key", "１２３"), ("idnumber", "X1"), ("date_received", "2019-03-07"),
        ("date_received", "13/01/2019"), ("date_of_event", "12/31/9999"), ("date_of_event", "1/1/19"),
        ("date_report", "soon"), ("date_manufacturer_received", "00/00/0000"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_rejected(column: str, told: str) -> None:
    found = reject(SOURCE, {column: told})
    assert (found.line, found.column) == (2, column)
    assert len(told) < 3 or told not in found.reason
