"""Cumulative bordereaux: each file says how every claim stands as of a day; the differences are its transactions.

What is paid more is a payment, another reserve a reserve set, a claim that is new is notified. What fell is rejected
or, where the mapping says so, a part taken back; a claim that is not there any more is named, and nothing made of it.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from typing import Any

from producers.sources.claims_standing import Claims, Standing, Time
from producers.sources.contract import FaultError, FormatError, Notice, Outcome, OutOfTurnError, Reject, Skip
from producers.sources.mapping import MONEY, STEPS, Plan, Snapshot
from producers.sources.mapping_fields import gathered, together
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.table import Row
from schemas.event import Event

Made = Callable[[Row, str, str, dict[str, Any], str], Event]
"""An event of a row: type, the claim's number, value, what tells it from others of the claim."""
Rows = Callable[[Callable[[Row], Any]], Iterator[Any]]
"""All rows of a file, each given to a function; its rejects and skips as they are."""

_NUMBER = re.compile(r"[^\s:]{1,100}")
_ZERO = Decimal(0)


def number_of(plan: Plan, row: Row, pseudonyms: Pseudonyms) -> tuple[str, dict[str, Any]]:
    """The member's own number of a row and all that its fields say; FaultError with everything that is wrong."""
    found = gathered({
        "number": lambda: _number(plan, row, pseudonyms), "value": lambda: plan.fields(row, pseudonyms),
    })  # fmt: skip
    return found["number"], found["value"]


def _number(plan: Plan, row: Row, pseudonyms: Pseudonyms) -> str:
    number = plan.number(row, pseudonyms)
    if number is None or _NUMBER.fullmatch(number) is None:
        raise FaultError(plan.number_column, "not a number of 1 to 100 characters without white space and colon")
    return str(number)


class Series:
    """The snapshots of one run, in their order, and how every claim stands after the last of them."""

    def __init__(self, plan: Plan, snapshot: Snapshot, *, alone: bool) -> None:
        self._plan = plan
        self._snapshot = snapshot
        self._claims = Claims()
        self._snapshots = 0
        self._last: tuple[int, Time] | None = None
        self._alone = alone

    def read(self, rows: Rows, made: Made, pseudonyms: Pseudonyms) -> Iterator[Outcome]:
        """What became of each row, then a notice for each claim that vanished; FormatError before the first.

        The file is read three times: which claims it has, how they stand after it, and what happened to them. So the
        series knows how all stand before the first event is given out, and no event waits in memory.
        """
        self._snapshots += 1
        this, last = self._snapshots, self._last
        as_of = self._survey(this, rows, pseudonyms)
        self._check_order(as_of)
        self._last = this, as_of
        for _ in self._walk(this, as_of, rows, made, pseudonyms):
            pass
        yield from self._walk(this, as_of, rows, made, pseudonyms)
        if last is None:
            return
        for number, stood in self._claims.vanished(last[0], this):
            yield Notice(
                f"mapped:{self._plan.name}/{number}",
                f"on line {stood.line} of the snapshot as of {last[1]['text']}, in no readable row of the one as of"
                f" {as_of['text']}: nothing is published, and its figures stay as they were",
            )

    def _survey(self, this: int, rows: Rows, pseudonyms: Pseudonyms) -> Time:
        """As of when the file is, by its first readable row; how often each claim is in it is counted."""
        times: list[Time] = []

        def look(row: Row) -> None:
            if not times:
                times.extend(filter(None, [self._snapshot.as_of.read(row, pseudonyms)]))
            self._claims.count(this, _number(self._plan, row, pseudonyms))

        for _ in rows(look):
            pass
        if not times:
            raise FormatError(f"no row says as of when the snapshot is ({', '.join(self._snapshot.as_of.columns)})")
        return times[0]

    def _check_order(self, as_of: Time) -> None:
        first, every = self._snapshot.first, self._snapshot.every
        if self._last is None and not self._alone and as_of["text"] != first["text"]:
            raise OutOfTurnError(
                f"the snapshot is as of {as_of['text']}, but the series begins as of {first['text']}: give its files"
                " from the first on, in order; what was published before is not published again"
            )
        if self._last is not None and not _follows(self._last[1], as_of, every):
            raise OutOfTurnError(
                f"the snapshot is as of {as_of['text']}, not a {every} after the one before, as of"
                f" {self._last[1]['text']}: give all files of the series in order, each once"
            )

    def _walk(self, this: int, as_of: Time, rows: Rows, made: Made, pseudonyms: Pseudonyms) -> Iterator[Outcome]:
        def one(row: Row) -> tuple[Event, ...] | Skip:
            number = _number(self._plan, row, pseudonyms)
            step = _Step(this, as_of, number, self._claims.before(this, number), self._claims.counted(this, number))
            try:
                return self._differenced(row, step, made, pseudonyms)
            except FaultError:
                if step.was is not None:
                    self._claims.keep(this, number, replace(step.was, seen=as_of["text"], line=row.line))
                raise

        found: Iterator[tuple[Event, ...] | Reject | Skip] = rows(one)
        return found

    def _differenced(self, row: Row, step: "_Step", made: Made, pseudonyms: Pseudonyms) -> tuple[Event, ...] | Skip:
        found = gathered({
            "value": lambda: self._plan.fields(row, pseudonyms),
            "figures": lambda: self._figures(row, step, pseudonyms),
        })  # fmt: skip
        value, figures = found["value"], found["figures"]
        was = step.was
        self._check(figures, value, step)
        first = step.as_of if was is None else was.first
        told = sha256(json.dumps(value | {"submitted": None}, sort_keys=True, default=str).encode()).digest()
        told = told[:16]
        currency = value["currency"] or (was.currency if was else None)
        now = Standing(first, step.as_of["text"], row.line, {}, None, closed=False, currency=currency, said=told)
        steps = list(_transactions(was, now, value, figures, step.as_of))
        self._claims.keep(step.snapshot, step.number, _after(was, now, figures))
        events = tuple(
            made(row, "ClaimTransacted", step.number, {**value, **_NO_STEP, **one}, one["transaction_id"])
            for one in steps
        )
        return events or Skip(row.line, "the claim stands as in the snapshot before", row.native)

    def _figures(self, row: Row, step: "_Step", pseudonyms: Pseudonyms) -> "_Figures":
        fields = {"as_of": self._snapshot.as_of, **self._snapshot.money}
        fields |= {"outstanding": self._snapshot.outstanding} if self._snapshot.outstanding else {}
        fields |= {"closed": self._snapshot.closed} if self._snapshot.closed else {}
        found = gathered({name: partial(field.read, row, pseudonyms) for name, field in fields.items()})
        if found["as_of"] != step.as_of:
            raise FaultError(self._snapshot.as_of.columns[0], "not as of the day of the file's first row")
        money = {name: found[name] for name in self._snapshot.money if found[name] is not None}
        return _Figures(money, found.get("outstanding"), found.get("closed"))

    def _check(self, figures: "_Figures", value: dict[str, Any], step: "_Step") -> None:
        """FaultError for what cannot be differenced without guessing."""
        was, faults = step.was, []
        if step.counted > 1:
            faults.append(FaultError(self._plan.number_column, "the claim is in this snapshot more than once"))
        if value["notified"] is not None and value["notified"]["from"] >= step.as_of["to"]:
            faults.append(FaultError(None, "notified after the day of the snapshot"))
        if was is not None:
            if value["currency"] is not None and was.currency not in (None, value["currency"]):
                faults.append(FaultError(None, f"in another currency than in the snapshot as of {was.seen}"))
            for name, amount in figures.money.items():
                if amount < was.money.get(name, _ZERO) and not self._snapshot.take_back:
                    faults.append(FaultError(
                        self._snapshot.money[name].columns[0],
                        "less than stated before: a recovery, a reversal or a correction, which the file does not say;"
                        ' with decreases = "take-back" it is a part taken back',
                    ))  # fmt: skip
        if value["currency"] is None and (figures.money or figures.outstanding is not None):
            faults.append(FaultError(None, "amounts without a currency"))
        if faults:
            raise together(faults)


@dataclass(frozen=True, slots=True)
class _Step:
    """What is known of a claim at its row: how it stood before, and how often the snapshot has it."""

    snapshot: int
    as_of: Time
    number: str
    was: Standing | None
    counted: int


@dataclass(frozen=True, slots=True)
class _Figures:
    """What a row states; a blank figure says nothing about it, and what stood before stands."""

    money: dict[str, Decimal]
    outstanding: Decimal | None
    closed: bool | None


_NO_STEP = {"reverses": None, "amount": None, "outstanding": None}


def _transactions(
    was: Standing | None, now: Standing, value: dict[str, Any], figures: _Figures, as_of: Time
) -> Iterator[dict[str, Any]]:
    """What happened to a claim since the snapshot before, in the order in which it is folded."""
    day = as_of["text"]
    if was is None or was.said != now.said:  # said again under its id: a late correction of what is not money
        yield {"transaction": "NOTIFIED", "transaction_id": "notified", "transacted": value["notified"] or now.first}
    closed = was is not None and was.closed
    if closed and figures.closed is False:
        yield {
            "transaction": "REOPENED", "transaction_id": f"reopened/{day}", "transacted": as_of,
            "outstanding": figures.outstanding,
        }  # fmt: skip
    for name, amount in figures.money.items():
        more = amount - (was.money.get(name, _ZERO) if was else _ZERO)
        if more:
            yield {
                "transaction": MONEY[name], "transaction_id": f"{name}/{day}", "transacted": as_of, "amount": more,
            }  # fmt: skip
    if figures.outstanding is not None and (was is None or figures.outstanding != was.outstanding):
        yield {
            "transaction": "RESERVE_SET", "transaction_id": f"reserve/{day}", "transacted": as_of,
            "outstanding": figures.outstanding,
        }  # fmt: skip
    if figures.closed and not closed:
        yield {
            "transaction": "CLOSED", "transaction_id": f"closed/{day}", "transacted": as_of,
            "outstanding": figures.outstanding,
        }  # fmt: skip


def _after(was: Standing | None, now: Standing, figures: _Figures) -> Standing:
    closed = figures.closed if figures.closed is not None else was is not None and was.closed
    outstanding = figures.outstanding if figures.outstanding is not None else was.outstanding if was else None
    if closed and not (was and was.closed) and figures.outstanding is None:
        outstanding = _ZERO  # what closing without a statement leaves
    return replace(now, money={**(was.money if was else {}), **figures.money}, outstanding=outstanding, closed=closed)


def _follows(last: Time, time: Time, every: str) -> bool:
    """Whether a time is one step after another, as precise as it."""
    months, days = STEPS[every]
    if months:
        (y0, m0), (y1, m1) = ((int(t["text"][:4]), int(t["text"][5:7] or 1)) for t in (last, time))
        return 12 * (y1 - y0) + m1 - m0 == months
    return bool(time["from"] - last["from"] == timedelta(days=days) // timedelta(microseconds=1))
