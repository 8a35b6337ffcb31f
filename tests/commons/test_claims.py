"""Claims are transactions: what is paid, outstanding and incurred is a fold over them, at every moment."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commons.ask import OPERATOR, QuestionError, ask
from tests.amounts import signed, transaction
from tests.consumers.conftest import Members, Pipeline

pytestmark = pytest.mark.clickhouse

Money = tuple[Decimal, Decimal, Decimal | None, Decimal | None]
"""Paid, recovered, outstanding, incurred."""


def fold(transactions: Sequence[dict[str, Any]]) -> Money:
    """What a claim comes to, in plain Python: the last word on each transaction, those taken back left out."""
    last: dict[str, tuple[int, dict[str, Any]]] = {}
    for place, told in enumerate(transactions):
        last[told["transaction_id"]] = (place, told)
    taken_back: set[str] = set()
    for _, told in sorted(last.values(), key=lambda found: -found[0]):
        if told["transaction"] == "REVERSED" and told["transaction_id"] not in taken_back:
            taken_back.add(told["reverses"])
    standing = [
        (told["transacted"]["from"], place, told)
        for place, told in last.values()
        if told["transaction"] != "REVERSED" and told["transaction_id"] not in taken_back
    ]
    paid = recovered = Decimal()
    reserve: Decimal | None = None
    for _, _, told in sorted(standing, key=lambda found: found[:2]):
        kind, amount = told["transaction"], told["amount"] or Decimal()
        paid += amount if kind in ("INDEMNITY_PAID", "EXPENSE_PAID") else 0
        recovered += amount if kind == "RECOVERED" else 0
        if told["outstanding"] is not None:
            reserve = told["outstanding"]
        elif kind in ("CLOSED", "WITHDRAWN"):
            reserve = Decimal()
    return paid, recovered, reserve, None if reserve is None else paid - recovered + reserve


def told_by(pipeline: Pipeline, micros: int) -> Money | None:
    as_of = datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()
    rows = ask(pipeline.client, "claims", OPERATOR, {"grain": "year"}, as_of=as_of).rows
    if not rows:
        return None
    (row,) = rows
    return row["paid"], row["recovered"], row["outstanding"], row["incurred"]


MONEY = st.decimals(-(10**9), 10**9, places=6)
MONTHS = [f"2020-{month:02}" for month in range(1, 13)]


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Transactions of one claim as they were published, some corrected later, some taken back."""
    kinds = st.sampled_from(
        ["NOTIFIED", "RESERVE_SET", "INDEMNITY_PAID", "EXPENSE_PAID", "RECOVERED", "CLOSED", "REOPENED", "REVERSED"]
    )
    told: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(kinds)
        again = draw(st.integers(0, number)) if number and draw(st.booleans()) and kind != "REVERSED" else number
        told.append(
            transaction(
                "c1", again, kind, draw(MONEY) if kind.endswith("PAID") or kind == "RECOVERED" else None,
                outstanding=draw(MONEY) if kind == "RESERVE_SET" else draw(st.none() | MONEY),
                occurred="2020-01", transacted=draw(st.sampled_from(MONTHS)),
                reverses=str(draw(st.integers(0, max(0, number - 1)))) if kind == "REVERSED" else None,
            )
        )  # fmt: skip
    return told


@given(st.lists(histories(), min_size=1, max_size=1))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_history_folds_to_the_same_at_every_moment(
    pipeline: Pipeline,
    members: Members,
    found: list[list[dict[str, Any]]],
) -> None:
    for table in ("claim_transactions_g1", "facts_g1", "accepted_g1"):
        pipeline.client.command(f"TRUNCATE TABLE {table}")
    history = found[0]
    # the same words twice would be one fact: they say nothing new
    history = [told for place, told in enumerate(history) if told not in history[:place]]
    records = signed(members.acme, "ClaimTransacted", *history)
    pipeline.take(*records)
    if not any(told["transaction"] != "REVERSED" for told in history):
        return
    for place, record in enumerate(records):
        expected = fold(history[: place + 1])
        answer = told_by(pipeline, record.append_time * 1000)
        if answer is not None:
            assert answer == expected, place


def test_a_claim_from_notification_to_a_late_correction(pipeline: Pipeline, members: Members) -> None:
    steps: list[tuple[dict[str, Any], tuple[str, str | None]]] = [
        (transaction("c", 1, "NOTIFIED", occurred="2020-01", transacted="2020-02"), ("0", None)),
        (transaction("c", 2, "RESERVE_SET", outstanding="1000", transacted="2020-02"), ("0", "1000")),
        (transaction("c", 3, "INDEMNITY_PAID", "400.000001", outstanding="600", transacted="2020-03"),
         ("400.000001", "1000.000001")),
        (transaction("c", 4, "RECOVERED", "50", transacted="2020-04"), ("400.000001", "950.000001")),
        (transaction("c", 5, "REVERSED", reverses="3", transacted="2020-05"), ("0", "950")),
        (transaction("c", 6, "REVERSED", reverses="5", transacted="2020-06"), ("400.000001", "950.000001")),
        (transaction("c", 7, "CLOSED", transacted="2020-07"), ("400.000001", "350.000001")),
        (transaction("c", 8, "REOPENED", outstanding="70", transacted="2020-08"), ("400.000001", "420.000001")),
        # published last, but of March: the reserve of August stays
        (transaction("c", 3, "INDEMNITY_PAID", "410", outstanding="590", transacted="2020-03"), ("410", "430")),
    ]  # fmt: skip
    for told, (paid, incurred) in steps:
        pipeline.take(*signed(members.acme, "ClaimTransacted", told))
        (row,) = ask(pipeline.client, "claims", OPERATOR).rows
        assert row["paid"] == Decimal(paid), told["transaction_id"]
        assert row["incurred"] == (None if incurred is None else Decimal(incurred)), told["transaction_id"]


def test_a_reversal_that_was_a_mistake_takes_nothing_back(pipeline: Pipeline, members: Members) -> None:
    pipeline.take(*signed(
        members.acme, "ClaimTransacted",
        transaction("c", 1, "INDEMNITY_PAID", "7", occurred="2020"),
        transaction("c", 2, "REVERSED", reverses="1"),
        transaction("c", 2, "NOTIFIED"),
    ))  # fmt: skip
    (row,) = ask(pipeline.client, "claims", OPERATOR).rows
    assert row["paid"] == 7


def test_two_currencies_are_never_added_and_one_claim_of_both_says_so(
    pipeline: Pipeline,
    members: Members,
) -> None:
    pipeline.take(*signed(
        members.acme, "ClaimTransacted",
        transaction("a", 1, "INDEMNITY_PAID", "1", occurred="2020"),
        transaction("b", 1, "INDEMNITY_PAID", "2", occurred="2020", currency="AUD"),
        transaction("c", 1, "INDEMNITY_PAID", "4", occurred="2020"),
        transaction("c", 2, "EXPENSE_PAID", "8", occurred="2020", currency="AUD"),
    ))  # fmt: skip
    rows = ask(pipeline.client, "claims", OPERATOR).rows
    assert [(row["currency"], row["claims"], row["paid"]) for row in rows] == [
        ("AUD", 1, 2), ("EUR", 1, 1), ("SEVERAL", 1, None),
    ]  # fmt: skip


def test_a_triangle_says_what_it_lacks_and_leaves_out_what_nobody_can_know(
    pipeline: Pipeline,
    members: Members,
) -> None:
    pipeline.take(*signed(
        members.acme, "ClaimTransacted",
        *(told for number, (loss, end, paid) in enumerate(
            [("2019-11", "2020-03", "10"), ("2019-03", "2020-03", "20"), ("2020-01", "2020-12", "40")])
          for told in (
              transaction(f"c{number}", 1, "NOTIFIED", occurred=loss, transacted=loss),
              transaction(f"c{number}", 2, "INDEMNITY_PAID", paid, transacted=end),
              transaction(f"c{number}", 3, "CLOSED", transacted=end),
          )),
    ))  # fmt: skip

    def cells(basis: str) -> list[tuple[Any, ...]]:
        rows = ask(pipeline.client, "claims_triangle", OPERATOR, {"basis": basis}).rows
        assert all(row["lacks"] == ["settled claims only", "no reserves"] for row in rows)
        return [
            tuple(row[name] for name in ("period", "age", "claims_closed", "claims_notified", "paid")) for row in rows
        ]

    assert cells("incremental") == [("2019", 0, 1, 2, 10), ("2019", 1, 1, 0, 20), ("2020", 0, 1, 1, 40)]
    assert cells("cumulative") == [("2019", 0, 1, 2, 10), ("2019", 1, 2, 2, 30), ("2020", 0, 1, 1, 40)]
    lags = {
        (row["from_event"], row["to_event"]): (row["median"], row["lag_min_days"], row["lag_max_days"])
        for row in ask(pipeline.client, "claim_lags", OPERATOR).rows
    }
    assert lags["LOSS", "NOTIFIED"] == (0, 0, 30), "in one month: on the same day, or 30 days apart"
    assert lags["LOSS", "CLOSED"][0] == 11
    with pytest.raises(QuestionError, match="incremental, cumulative"):
        ask(pipeline.client, "claims_triangle", OPERATOR, {"basis": "closed"})


def test_the_worst_harm_is_that_of_the_claim_whatever_the_transaction(pipeline: Pipeline, members: Members) -> None:
    pipeline.take(*signed(
        members.acme, "ClaimTransacted",
        transaction("a", 1, "NOTIFIED", occurred="2020", severity="FATAL"),
        transaction("a", 2, "INDEMNITY_PAID", "1", occurred="2020", severity="MINOR"),
        transaction("b", 1, "NOTIFIED", occurred="2020", severity="UNKNOWN"),
    ))  # fmt: skip
    (row,) = ask(pipeline.client, "claims", OPERATOR, {"severity_from": "SERIOUS"}).rows
    assert (row["claims"], row["unknown_dropped"]) == (1, 1)


def test_every_cell_of_a_triangle_and_every_lag_is_a_list_of_exactly_its_claims(
    pipeline: Pipeline, members: Members
) -> None:
    """Several payments, several ages, a year alone, a loss that was notified before it happened, an open claim."""
    paid, closed = "INDEMNITY_PAID", "CLOSED"
    histories: dict[str, list[tuple[str, int | None, str]]] = {
        "2018-03": [
            ("NOTIFIED", None, "2018-03"),
            (paid, 10, "2018-09"),
            (paid, 5, "2020-06"),
            (closed, None, "2020-07"),
        ],
        "2018-11": [("NOTIFIED", None, "2019-12"), ("EXPENSE_PAID", 7, "2020-01"), (closed, None, "2020-01")],
        "2018": [("NOTIFIED", None, "2019"), (paid, 3, "2020")],
        "2019-06-10": [("NOTIFIED", None, "2019-05-01"), (paid, 2, "2020-06-09"), (closed, None, "2020-06-10")],
    }
    pipeline.take(*signed(members.acme, "ClaimTransacted", *(
        transaction(loss, number, kind, amount, occurred=loss, transacted=at)
        for loss, steps in histories.items() for number, (kind, amount, at) in enumerate(steps)
    )))  # fmt: skip

    def listed(**params: str) -> list[dict[str, Any]]:
        return ask(pipeline.client, "claim_list", OPERATOR, {"grain": "year", "from_event": "LOSS", **params}).rows

    seen = set()
    for basis in ("incremental", "cumulative"):
        for cell in ask(pipeline.client, "claims_triangle", OPERATOR, {"basis": basis}).rows:
            age = str(cell["age"])
            bounds = {"lag_unit": "year", "lag_to": age} | ({"lag_from": age} if basis == "incremental" else {})
            for event in ("CLOSED", "NOTIFIED"):
                rows = listed(period=cell["period"], to_event=event, **bounds)
                assert len(rows) == cell[f"claims_{event.lower()}"], (cell, event)
            rows = listed(period=cell["period"], to_event="PAID", **bounds)
            assert sum((row["paid_then"] for row in rows), Decimal()) == cell["paid"], cell
            assert not rows or rows[0]["total_paid_then"] == cell["paid"]
            seen.add((cell["claims_closed"], cell["claims_notified"], cell["paid"]))
    assert len(seen) > 6, "else this test proves little"
    lags = ask(pipeline.client, "claim_lags", OPERATOR).rows
    assert {row["negative"] for row in lags} == {0, 1}
    for row in lags:
        step = {"from_event": row["from_event"], "to_event": row["to_event"]}
        for column, bounds in {
            "claims": {}, "same_month": {"lag_from": "0", "lag_to": "0"}, "over_12": {"lag_from": "13"},
            "negative": {"lag_to": "-1"},
        }.items():  # fmt: skip
            assert len(listed(**step, **bounds)) == row[column], (row, column)
        assert (min(got := [found["lag"] for found in listed(**step)]), max(got)) == (row["min"], row["max"])
    assert {row["lag"] for row in listed(from_event="")} == {None}, "no lag was asked for"
    for wrong in ({"lag_to": "soon"}, {"lag_unit": "day"}, {"to_event": "PAID"}):
        with pytest.raises(QuestionError):
            listed(**wrong)
