"""Cumulative bordereaux become transactions, and the transactions come to the bordereaux again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.sources import FormatError, Notice, Outcome, Pseudonyms, Reject, Skip
from producers.sources.mapped import Mapped
from producers.sources.mapping import load
from schemas.codec import decode, encode
from schemas.event import Event
from schemas.registry import latest
from tests.producers.bordereaux import (
    DAYS,
    EUROPEAN,
    LINES,
    MAPPINGS,
    STYLES,
    Account,
    accounts,
    folded,
    money,
    written,
)

PSEUDONYMS = Pseudonyms(bytes(32))
EVERY = pytest.mark.parametrize("style", STYLES)
CLAIM = Account("S-1", "P-1", "2024-01-03", "2024-01-05", "hull", 10_000, 50_000, closed=False)


def adapter(style: str, *, decreases: str = "reject") -> Mapped:
    text = (MAPPINGS / f"{style}.toml").read_text("utf-8") + f'decreases = "{decreases}"\n'
    return Mapped(load(text.encode(), f"{style}.toml"))


def read(style: str, series: Sequence[Sequence[Account]], **how: str) -> list[list[Outcome]]:
    """What became of each file, opened as `hub publish` does: the first outcome of each before the second of any."""
    source = adapter(style, **how)
    opened: list[tuple[list[Outcome], Iterator[Outcome]]] = []
    for day, claims in zip(DAYS, series, strict=False):
        rows = source.read(written(style, day, claims), "acme", PSEUDONYMS)
        opened.append(([next(rows)], rows))
    return [[*first, *rest] for first, rest in opened]


def events(outcomes: Sequence[Outcome]) -> list[Event]:
    return [event for row in outcomes if isinstance(row, tuple) for event in row]


def said(outcomes: Sequence[Outcome]) -> list[tuple[str, Any]]:
    """Transactions with the figure that each of them states."""
    return [
        (
            event.value["transaction"],
            event.value["amount"] if event.value["amount"] is not None else event.value["outstanding"],
        )
        for event in events(outcomes)
    ]


def subject(style: str, claim: Account) -> str:
    name = {"european": "nord", "japanese": "nihon", "lines": "lines"}[style]
    return f"mapped:{name}/{PSEUDONYMS.of('claim', claim.number)}"


@EVERY
def test_three_bordereaux_come_to_the_totals_of_who_made_them(style: str) -> None:
    series = accounts(7, 60)
    files = read(style, series)
    told: list[Event] = []
    for claims, outcomes in zip(series, files, strict=True):
        told += events(outcomes)
        assert not [row for row in outcomes if isinstance(row, Reject | Notice)]
        assert len(outcomes) == len(claims)
        come_to = folded(told)
        assert sum(claim.paid for claim in come_to.values()) == money(style, sum(claim.paid for claim in claims))
        assert sum(claim.outstanding or 0 for claim in come_to.values()) == money(style, sum(c.reserve for c in claims))
        assert sum(claim.closed for claim in come_to.values()) == sum(claim.closed for claim in claims)
    covers = {event.subject: event.value["coverage"] for event in told}
    assert Counter(covers.values()) == Counter(claim.cover for claim in series[-1])
    for event in told:
        assert decode(encode(latest(event.type), event.value))[1] == event.value


@EVERY
def test_no_number_of_a_claim_or_policy_is_in_the_typed_half(style: str) -> None:
    series = accounts(3, 5)
    for event in events(read(style, series)[0]):
        typed = repr({name: value for name, value in event.value.items() if name != "sections"}) + event.subject
        assert not [claim for claim in series[0] if claim.number in typed or f"'{claim.policy}'" in typed]
        assert {section["sharing"] for section in event.value["sections"]} == {"CLOSED"}


@EVERY
def test_the_same_files_again_are_the_same_events(style: str) -> None:
    series = accounts(5, 10)
    short, whole = read(style, series[:2]), read(style, series)
    assert [events(file) for file in short] == [events(file) for file in whole[:2]]
    ids = [event.id for file in whole for event in events(file)]
    assert len(set(ids)) == len(ids)


def test_each_difference_is_its_transaction() -> None:
    closed = replace(CLAIM, paid=15_050, reserve=0, closed=True)
    reopened = replace(closed, reserve=7_000, closed=False)
    files = read(EUROPEAN, [[CLAIM], [closed], [reopened]])
    assert [said(file) for file in files] == [
        [("NOTIFIED", None), ("INDEMNITY_PAID", Decimal(100)), ("RESERVE_SET", Decimal(500))],
        [("INDEMNITY_PAID", Decimal("50.50")), ("RESERVE_SET", Decimal(0)), ("CLOSED", Decimal(0))],
        [("REOPENED", Decimal(70)), ("RESERVE_SET", Decimal(70))],
    ]
    assert [event.value["transacted"]["text"] for event in events(files[0])] == ["2024-01-05", *[DAYS[0]] * 2]
    assert {event.value["transacted"]["text"] for event in events(files[1])} == {DAYS[1]}


def test_what_did_not_change_is_skipped_by_name() -> None:
    files = read(EUROPEAN, [[CLAIM], [CLAIM], [replace(CLAIM, paid=0, reserve=50_000)]])
    (row,) = files[1]
    assert isinstance(row, Skip)
    assert row.reason == "the claim stands as in the snapshot before"


def test_a_decrease_is_a_reject_and_what_follows_is_taken_from_what_stood() -> None:
    files = read(EUROPEAN, [[CLAIM], [replace(CLAIM, paid=9_000)], [replace(CLAIM, paid=12_000)]])
    (row,) = files[1]
    assert isinstance(row, Reject)
    assert (row.line, row.column) == (2, "Gezahlt")
    assert "less than stated before" in row.reason
    assert "90" not in row.reason
    assert said(files[2]) == [("INDEMNITY_PAID", Decimal(20))]


def test_a_decrease_is_a_part_taken_back_where_the_mapping_says_so() -> None:
    files = read(EUROPEAN, [[CLAIM], [replace(CLAIM, paid=9_000)]], decreases="take-back")
    assert said(files[1]) == [("INDEMNITY_PAID", Decimal(-10))]


def test_a_vanished_claim_is_named_once_and_goes_on_when_it_is_back() -> None:
    other = replace(CLAIM, number="S-2")
    files = read(EUROPEAN, [[CLAIM, other], [other], [other, replace(CLAIM, paid=11_000)]])
    skipped, notice = files[1]
    assert isinstance(skipped, Skip)
    assert isinstance(notice, Notice)
    assert notice.subject == subject(EUROPEAN, CLAIM)
    assert "on line 2 of the snapshot as of 2024-01-31" in notice.reason
    assert said(files[2]) == [("INDEMNITY_PAID", Decimal(10))]


def test_a_claim_in_a_rejected_row_has_not_vanished_but_may_after_it() -> None:
    other = replace(CLAIM, number="S-2")
    files = read(EUROPEAN, [[CLAIM, other], [other, replace(CLAIM, paid=1)], [other]])
    assert [type(row) for row in files[1]] == [Skip, Reject]
    notice = files[2][1]
    assert isinstance(notice, Notice)
    assert "on line 3 of the snapshot as of 2024-02-29" in notice.reason


def test_a_blank_figure_says_nothing_and_closing_without_a_reserve_leaves_none() -> None:
    blank = replace(CLAIM, paid=999_999_999, reserve=888_888_888)  # figures that become blank cells
    states = [CLAIM, blank, replace(blank, closed=True), replace(CLAIM, paid=10_100, reserve=50_000, closed=True)]
    source = adapter(EUROPEAN)
    told = []
    for day, state in zip((*DAYS, "2024-04-30"), states, strict=True):
        data = written(EUROPEAN, day, [state]).replace(b"9.999.999,99", b"").replace(b"8.888.888,88 \x80", b"")
        told.append(list(source.read(data, "acme", PSEUDONYMS)))
    assert isinstance(told[1][0], Skip)
    assert said(told[2]) == [("CLOSED", None)]
    assert said(told[3]) == [("INDEMNITY_PAID", Decimal(1)), ("RESERVE_SET", Decimal(500))]
    assert {"field": "outstanding", "reason": "NOT_REPORTED"} in events(told[2])[0].value["missing"]


def test_a_late_correction_of_what_is_not_money_says_the_notification_again() -> None:
    closed = replace(CLAIM, closed=True)
    files = read(EUROPEAN, [[CLAIM], [closed], [replace(closed, cover="glass")]])
    (again,) = events(files[2])
    first = events(files[0])[0]
    assert again.value["transaction_id"] == first.value["transaction_id"]
    assert again.value["transacted"] == first.value["transacted"]
    assert (again.id != first.id, again.value["coverage"]) == (True, "glass")
    assert folded([*events(files[0]), *events(files[1]), again])[again.subject].closed


def test_a_claim_twice_in_a_snapshot_is_rejected_twice() -> None:
    rows = read(EUROPEAN, [[CLAIM, replace(CLAIM, paid=1)]])[0]
    assert [(row.line, row.column) for row in rows if isinstance(row, Reject)] == [(2, "Schaden-Nr"), (3, "Schaden-Nr")]


def test_a_later_day_in_a_row_is_rejected() -> None:
    data = (
        written(EUROPEAN, DAYS[0], [CLAIM])
        + written(EUROPEAN, DAYS[1], [replace(CLAIM, number="S-2")]).split(b"\r\n")[1]
    )
    rows = list(adapter(EUROPEAN).read(data, "acme", PSEUDONYMS))
    assert isinstance(rows[1], Reject)
    assert rows[1].column == "Stichtag"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (["2024-02-29"], r"the series begins as of 2024-01-31"),
        (["2024-01-31", "2024-03-31"], r"not a month after the one before, as of 2024-01-31"),
        (["2024-01-31", "2024-01-31"], r"each once"),
    ],
)
def test_a_series_with_a_gap_is_refused(days: list[str], told: str) -> None:
    source = adapter(EUROPEAN)
    with pytest.raises(FormatError, match=told):
        for day in days:
            next(source.read(written(EUROPEAN, day, [CLAIM]), "acme", PSEUDONYMS))


CENTS = st.integers(0, 10**7)
STATES = st.lists(st.tuples(CENTS, CENTS, st.booleans()) | st.none(), min_size=3, max_size=3)


@given(st.lists(STATES, min_size=1, max_size=5), st.sampled_from([EUROPEAN, LINES]))
def test_differences_folded_give_each_snapshot_back(
    lives: list[list[tuple[int, int, bool] | None]], style: str
) -> None:
    """Whatever a claim does: what is accepted of it stands, as long as nothing newer was."""
    anchor = replace(CLAIM, number="anchor")
    series = [
        [anchor]
        + [
            replace(CLAIM, number=f"C-{at}", paid=state[0], reserve=state[1], closed=state[2])
            for at, life in enumerate(lives)
            if (state := life[month]) is not None
        ]
        for month in range(3)
    ]
    for decreases in ("reject", "take-back"):
        told: list[Event] = []
        for claims, outcomes in zip(series, read(style, series, decreases=decreases), strict=True):
            told += events(outcomes)
            rejected = {row.line for row in outcomes if isinstance(row, Reject)}
            assert len([row for row in outcomes if not isinstance(row, Notice)]) == len(claims)
            come_to = folded(told)
            for line, claim in enumerate(claims, 2 if style == EUROPEAN else 1):
                if line in rejected:
                    assert decreases == "reject"
                    continue
                found = come_to[subject(style, claim)]
                assert found.paid == money(style, claim.paid)
                assert (found.outstanding, found.closed) == (money(style, claim.reserve), claim.closed)
