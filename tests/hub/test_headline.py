from collections.abc import Mapping
from typing import Any

from hub.commands.headline import headline

FILES = ("SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv", "SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv")
FRESH = [
    {"source": "nhtsa-sgo", "edition": "form-137", "last_month": "2025-06"},
    {"source": "nhtsa-sgo", "edition": "form-116", "last_month": "2026-02"},
]
HEADLINE = [
    (
        "Who reported what, when, and does anyone independent agree?   "
        "federal files: archive to June 2025, and as of 16 March 2026"
    ),
    (
        "DEATHS   4 reports first said Fatality, 2 still do: "
        "the other two are one occurrence, reported by Cruise and by GM"
    ),
    "CRASHES  3,020 rows -> 2,609 reports -> 2,229 crashes; injury in 221, up to 261 with 40 unknown",
    "AGREE?   354 crashes have several reporters; in 270 one report declares itself a duplicate",
]


def fatal(reporter: str, severity: str, occurrence: str) -> dict[str, str]:
    return {"reporter": reporter, "severity": severity, "occurrence_id": occurrence}


def lines(**answers: Any) -> list[str]:
    known: dict[str, Any] = {
        "freshness": FRESH,
        "reports": [],
        "totals": [{"rows": 3020, "reports": 2609, "occurrences": 2229}],
        "occurrences_by_month": [{"n": 200, "n_if_unknown": 230}, {"n": 21, "n_if_unknown": 31}],
        "agreement": [{"reporters": 2, "declared_copies": 1}, {"reporters": 2, "declared_copies": 0}],
        "exposure": [],
        **answers,
    }

    def ask(name: str, params: Mapping[str, str]) -> Any:
        assert params or name == "freshness"
        return known[name]

    return [text for text, _ in headline(ask, FILES)]


def test_the_lines_as_the_interface_shows_them() -> None:
    reports = [
        fatal("Waymo LLC", "FATAL", "a"),
        fatal("Waymo LLC", "FATAL", "b"),
        fatal("General Motors, LLC", "NONE", "c"),
        fatal("Cruise LLC", "NONE", "c"),
    ]
    several = [{"reporters": 2, "declared_copies": int(n < 270)} for n in range(354)]
    same_reporter = [{"reporters": 1, "declared_copies": 1}]
    assert lines(reports=reports, agreement=several + same_reporter) == HEADLINE


def test_no_death_and_a_death_that_is_taken_back_alone() -> None:
    assert lines()[1] == "DEATHS   0 reports first said Fatality, 0 still do"
    one = [fatal("Waymo LLC", "NONE", "a")]
    assert lines(reports=one)[1] == "DEATHS   1 report first said Fatality, 0 still do: the other one now says less"


def test_two_that_are_not_one_occurrence_are_not_said_to_be() -> None:
    told = lines(reports=[fatal("A LLC", "NONE", "a"), fatal("B LLC", "NONE", "b"), fatal("C LLC", "FATAL", "c")])[1]
    assert told == "DEATHS   3 reports first said Fatality, 1 still does: the other two now say less"


def test_each_line_opens_the_page_that_shows_it() -> None:
    answers: dict[str, Any] = {"totals": [{"rows": 0, "reports": 0, "occurrences": 0}]}
    assert [path for _, path in headline(lambda name, _: answers.get(name, []), FILES)] == [
        "/",
        "/incidents?unit=reports&first_severity=FATAL",
        "/incidents",
        "/incidents?reporters=several",
    ]
