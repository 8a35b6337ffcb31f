"""Events of a member's own system: known by its ids, completed, with times as wide as they were written."""

from datetime import UTC, datetime

import pytest

from hub import time_of
from producers.draft import draft
from producers.sign import EventError
from schemas.codec import decode, encode
from schemas.registry import latest

VALUE = {"report_id": "r1", "version": 1, "stage": "INITIAL", "class": "NEAR_MISS",
         "place": {"country": "US", "state": None}, "items": [{"role": "SUBJECT", "kind": "VEHICLE"}]}  # fmt: skip


def test_an_event_is_known_by_the_members_own_id_and_version() -> None:
    one = draft("acme", "OccurrenceReported", "r1", VALUE, role="OPERATOR")
    again = draft("acme", "OccurrenceReported", "r1", VALUE | {"stage": "FINAL"}, role="OPERATOR")
    others = [
        draft("acme", "OccurrenceReported", "r1", VALUE, role="OPERATOR", version=2),
        draft("acme", "OccurrenceReported", "r1", VALUE, role="OPERATOR", own_id="r1/2"),
        draft("acme", "OccurrenceReported", "r1", VALUE, role="OPERATOR", adapter="other"),
        draft("other", "OccurrenceReported", "r1", VALUE, role="OPERATOR"),
    ]
    assert one.id == again.id
    assert len({one.id, *(other.id for other in others)}) == 5
    assert (one.source, one.sharing) == ("/acme/own", "CLOSED")


def test_what_was_left_out_is_missing_not_invented() -> None:
    value = draft("acme", "OccurrenceReported", "r1", VALUE, role="OPERATOR").value
    schema, back = decode(encode(latest("OccurrenceReported"), value))
    assert schema.type == "OccurrenceReported"
    assert (back["occurred"], back["harms"], back["near_miss"], back["place"]["city"]) == (None, [], None, None)
    assert (back["items"][0]["make"], back["items"][0]["versions"]) == (None, [])
    needed = draft("acme", "OccurrenceReported", "r1", {"report_id": "r1"}, role="OPERATOR").value
    assert "class" not in needed, "an enum has no value of its own"


def test_a_type_that_is_not_there_is_named() -> None:
    with pytest.raises(EventError, match="no event type Frobnicated"):
        draft("acme", "Frobnicated", "r1", {}, role="OPERATOR")


@pytest.mark.parametrize(
    ("text", "begin", "end", "precision"),
    [
        ("2026", (2026, 1, 1), (2027, 1, 1), "YEAR"),
        ("2024-02", (2024, 2, 1), (2024, 3, 1), "MONTH"),
        ("2026-12", (2026, 12, 1), (2027, 1, 1), "MONTH"),
        ("2026-12-31", (2026, 12, 31), (2027, 1, 1), "DAY"),
        ("2026-03-16T23", (2026, 3, 16, 23), (2026, 3, 17), "HOUR"),
        ("2026-03-16T02:14", (2026, 3, 16, 2, 14), (2026, 3, 16, 2, 15), "MINUTE"),
        ("2026-03-16T02:14:59", (2026, 3, 16, 2, 14, 59), (2026, 3, 16, 2, 15), "SECOND"),
    ],
)
def test_a_time_is_as_wide_as_it_was_written(
    text: str, begin: tuple[int, ...], end: tuple[int, ...], precision: str
) -> None:
    told = time_of(text)
    assert (told["text"], told["precision"]) == (text, precision)
    for name, parts in (("from", begin), ("to", end)):
        moment = datetime(*(*parts, 0, 0, 0)[:6], tzinfo=UTC)  # type: ignore[misc, arg-type]
        assert told[name] == moment.timestamp() * 1_000_000


@pytest.mark.parametrize("text", ["", "2026-3", "16.03.2026", "2026-02-30", "2026-03-16T02:14Z", "2026-03-16 02:14"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a time is written as"):
        time_of(text)
