"""Every known answer of the kind `adapter` for the SGO files, computed from the adapter's events.

Answers of the kind `wrong` are what other ways of reading give: here they come out when the mistake is made.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from producers.sources.nhtsa_sgo import EDITIONS
from producers.sources.nhtsa_sgo_forms import NIL
from producers.sources.nhtsa_sgo_row import CBI
from producers.sources.nhtsa_sgo_text import VIN
from schemas.event import Event
from tests.producers.sgo_files import ARCHIVE, CURRENT, missing, real, section

DATASETS = {"sgo_archive": (ARCHIVE,), "sgo_current": (CURRENT,), "sgo_merged": (ARCHIVE, CURRENT)}
SEVERITY = "Highest Injury Severity Alleged"


def codes(event: Event, dimension: str) -> list[str]:
    """The codes of a dimension; a nil return has none."""
    return [code for group in event.value.get("terms", []) for code in group["codes"].get(dimension, [])]


def histories(events: Iterable[Event]) -> list[list[Event]]:
    """The versions of each report, the first one first."""
    reports = defaultdict(list)
    for event in events:
        reports[event.subject].append(event)
    return [sorted(report, key=lambda event: event.value["version"]) for report in reports.values()]


def severity(event: Event) -> str:
    """As filed; blank for a nil return."""
    return "".join(codes(event, SEVERITY))


def narrative(event: Event) -> str:
    """What may be read of it."""
    return (section(event.value, "narrative") or b"").decode()


def report_types(events: Sequence[Event]) -> dict[str, int]:
    """A nil return has no terms: its type is its kind of event."""
    return Counter(NIL if e.type == "NilReturnFiled" else codes(e, "Report Type")[0] for e in events)


def rows_where(test: Callable[[Event], bool]) -> Callable[[Sequence[Event]], int]:
    """Counts the rows that pass a test."""
    return lambda events: sum(map(test, events))


def reports_where(test: Callable[[list[Event]], bool]) -> Callable[[Sequence[Event]], int]:
    """Counts the reports whose versions pass a test."""
    return lambda events: sum(map(test, histories(events)))


ANSWERS: dict[str, Callable[[Sequence[Event]], Any]] = {
    "reports_with_several_versions": reports_where(lambda report: len(report) > 1),
    "report_types_rows": report_types,
    "reports_whose_severity_changed": reports_where(lambda report: severity(report[0]) != severity(report[-1])),
    "reports_with_two_severities_in_any_version": reports_where(lambda report: len(set(map(severity, report))) > 1),
    "reports_whose_stated_severity_changed": reports_where(
        lambda report: report[0].type != "NilReturnFiled" and severity(report[0]) != severity(report[-1])
    ),
    "rows_driver_type_None": rows_where(lambda e: codes(e, "Driver / Operator Type") == ["None"]),
    "rows_source_complaint_or_claim": rows_where(lambda e: "Complaint/Claim" in codes(e, "source")),
    "rows_narrative_wholly_withheld": rows_where(lambda e: missing(e.value).get("narrative") == "REDACTED_CBI"),
    "rows_narrative_cbi_flag": rows_where(lambda e: codes(e, "Narrative - CBI?") == ["Y"]),
    "rows_with_XXX_in_narrative": rows_where(lambda e: "[XXX]" in narrative(e)),
    "columns": lambda _: column_counts(),
}


def column_counts() -> dict[str, int]:
    """How the forms of the two files overlap."""
    archive, current = (set(EDITIONS[edition]) for edition in ("form-137", "form-116"))
    return {
        "archive": len(archive), "current": len(current), "common": len(archive & current),
        "archive_only": len(archive - current), "current_only": len(current - archive), "union": len(archive | current),
    }  # fmt: skip


def known(test_data: Path, dataset: str, kind: str) -> dict[str, Any]:
    """Names and values of the answers of one kind."""
    told = json.loads((test_data / "known_answers.json").read_text())[dataset]
    return {name: answer["value"] for name, answer in told.items() if answer["kind"] == kind}


def events_of(test_data: Path, dataset: str) -> list[Event]:
    """The events of its files."""
    return [event for file in DATASETS[dataset] for event in real(test_data / file)[1]]


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_adapter_answer_comes_out(test_data: Path, dataset: str) -> None:
    answers = known(test_data, dataset, "adapter")
    assert set(answers) <= set(ANSWERS), "an answer without a computation"
    events = events_of(test_data, dataset)
    assert {name: ANSWERS[name](events) for name in answers} == answers


@pytest.mark.parametrize("file", [ARCHIVE, CURRENT])
def test_every_native_record_is_the_bytes_of_its_row(test_data: Path, file: str) -> None:
    data, events = real(test_data / file)
    natives = [section(event.value, "native") or b"" for event in events]
    rows = b"".join(natives)
    assert data.endswith(rows)
    assert len(data) - len(rows) == data.index(b"\n") + 1, "what is left is the header"
    assert [sha256(native).digest() for native in natives] == [e.value["native"]["sha256"] for e in events]
    assert len({event.id for event in events}) == len(events)


def token_sets(events: Iterable[Event]) -> list[list[set[str]]]:
    """For each report the tokens of each version."""
    return [[{t["value"] for t in e.value.get("tokens", [])} for e in report] for report in histories(events)]


def components(groups: Iterable[set[str]]) -> int:
    """How many are left when sets with a common member are joined."""
    joined: list[set[str]] = []
    for group in groups:
        touching = [other for other in joined if other & group]
        joined = [other for other in joined if not other & group] + [group.union(*touching)]
    return len(joined)


def test_the_right_count_of_occurrences_and_two_wrong_ones(test_data: Path) -> None:
    for dataset in DATASETS:
        reports = token_sets(events_of(test_data, dataset))
        right = len({frozenset(r[-1]) or f"report {i}" for i, r in enumerate(reports)})
        tokens_only = len({frozenset(r[-1]) for r in reports if r[-1]})
        all_tokens_ever = components(set().union(*r) or {f"report {i}"} for i, r in enumerate(reports))
        wrong = known(test_data, dataset, "wrong")
        assert wrong == {"occurrences_tokens_only": tokens_only, "occurrences_all_tokens_ever": all_tokens_ever}
        assert right == known(test_data, dataset, "hub")["occurrences"]
        assert (right in wrong.values()) == (dataset == "sgo_current")


def test_one_animal_is_fatal_twice_and_then_not(test_data: Path) -> None:
    events = events_of(test_data, "sgo_archive")
    for subject in ("nhtsa-sgo:30412-6439", "nhtsa-sgo:540-6454"):
        (report,) = [r for r in histories(events) if r[0].subject == subject]
        assert [event.value["harms"][0]["level"] for event in report] == ["FATAL", "NONE"]
        assert {event.value["submitted"]["text"] for event in report} == {"2023-10"}


def test_nil_returns_are_replaced_by_crashes(test_data: Path) -> None:
    events = events_of(test_data, "sgo_archive")
    nils = {event.subject for event in events if event.type == "NilReturnFiled"}
    assert nils == {"nhtsa-sgo:31101-7044", "nhtsa-sgo:502-2973", "nhtsa-sgo:502-1697"}
    for report in histories(events):
        if report[0].subject in nils:
            assert [event.type for event in report] == ["NilReturnFiled", "OccurrenceReported"]


def test_the_vin_that_was_left_in_a_narrative_is_cut(test_data: Path) -> None:
    (event,) = [e for e in events_of(test_data, "sgo_archive") if e.subject == "nhtsa-sgo:30410-9804"]
    assert "******" in narrative(event)
    (vin,) = set(VIN.findall((section(event.value, "native") or b"").decode()))
    assert vin not in repr({**event.value, "sections": None}) + narrative(event)


def test_copies_name_a_report_only_where_their_words_do(test_data: Path) -> None:
    copies = [e for e in events_of(test_data, "sgo_archive") if e.value.get("copy_of")]
    by_gm = [e.value["copy_of"] for e in copies if e.value["parties"][0]["name"] == "General Motors, LLC"]
    assert by_gm
    assert all(copy["report_id"] is None for copy in by_gm)
    reports = {event.subject for event in events_of(test_data, "sgo_merged")}
    named = {e.value["copy_of"]["report_id"] for e in copies} - {None}
    assert len(named) > 50
    assert len(named - reports) <= 1, "one narrative cites a wrong number"
    assert all("duplicate" in e.value["copy_of"]["words"].casefold() for e in copies)


def test_versions_of_a_report_are_numbered_upwards(test_data: Path) -> None:
    for report in histories(events_of(test_data, "sgo_merged")):
        assert all(a.value["version"] < b.value["version"] for a, b in pairwise(report))


def test_nothing_withheld_is_in_the_typed_half(test_data: Path) -> None:
    for event in events_of(test_data, "sgo_merged"):
        assert CBI not in repr({**event.value, "sections": None, "copy_of": None})
