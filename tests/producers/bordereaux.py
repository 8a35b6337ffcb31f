"""Invented bordereaux in three styles, and what they come to; shares no code with the adapter that reads them.

A claim's account is whole cents (or yen), so that nothing here rounds.
"""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from schemas.event import Event

EUROPEAN, JAPANESE, LINES = "european", "japanese", "lines"
STYLES = (EUROPEAN, JAPANESE, LINES)
MAPPINGS = Path(__file__).parent / "mappings"
DAYS = ("2024-01-31", "2024-02-29", "2024-03-31")


@dataclass(frozen=True)
class Account:
    """How one claim stands; `paid` and `reserve` in the smallest unit of its currency."""

    number: str
    policy: str
    occurred: str
    notified: str
    cover: str
    paid: int
    reserve: int
    closed: bool
    note: str = "-"


def accounts(seed: int, count: int) -> list[list[Account]]:
    """A claim's life over three snapshots: payments, new reserves, closings and re-openings; nothing falls."""
    rng = random.Random(seed)
    series: list[list[Account]] = [[], [], []]
    for at in range(count):
        day = rng.randint(1, 20)
        claim = Account(
            f"S-{seed}-{at}", f"P-{rng.randint(1, count)}", f"2023-12-{day:02}", f"2024-01-{day + 8:02}",
            rng.choice(["liability", "hull", "glass"]), rng.choice([0, rng.randint(1, 10**9)]),
            rng.randint(0, 10**8), rng.random() < 0.2, rng.choice(["-", "ein; Satz", 'mit "Zeichen"']),
        )  # fmt: skip
        for month in range(rng.choice([0, 0, 1]), 3):
            series[month].append(claim)
            claim = replace(
                claim, paid=claim.paid + rng.choice([0, 0, rng.randint(1, 10**7)]),
                reserve=rng.choice([claim.reserve, rng.randint(0, 10**8)]), closed=rng.random() < 0.4,
            )  # fmt: skip
    return series


def written(style: str, day: str, claims: Sequence[Account]) -> bytes:
    """The bordereau of one day."""
    if style == LINES:
        return "".join(f"{json.dumps(_line(day, claim))}\n" for claim in claims).encode()
    rows = [_european(day, claim) for claim in claims] if style == EUROPEAN else [_japanese(day, c) for c in claims]
    header = _EUROPEAN if style == EUROPEAN else _JAPANESE
    text = "".join(";".join(map(_quoted, row)) + "\r\n" for row in [header, *rows]) if style == EUROPEAN else "".join(
        ",".join(map(_quoted, row)) + "\n" for row in [header, *rows]
    )  # fmt: skip
    return text.encode("cp1252" if style == EUROPEAN else "cp932")


def money(style: str, units: int) -> Decimal:
    """An account's figure in its currency: yen have no smaller unit."""
    return Decimal(units) if style == JAPANESE else Decimal(units).scaleb(-2)


_EUROPEAN = ["Stichtag", "Schaden-Nr", "Police", "Schadentag", "Meldetag", "Sparte", "Gezahlt", "Rückstellung",
             "Status", "Bemerkung"]  # fmt: skip
_JAPANESE = ["基準日", "事故番号", "証券番号", "事故日", "受付日", "種目", "支払累計", "支払備金", "状態", "摘要"]
_COVERS = {"liability": ("Haftpflicht", "対人"), "hull": ("Kasko", "車両"), "glass": ("Glas", "ガラス")}


def _european(day: str, claim: Account) -> list[str]:
    def date(text: str) -> str:
        return ".".join(reversed(text.split("-")))

    def number(cents: int) -> str:
        whole = str(cents // 100)
        groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)]
        return f"{'.'.join(reversed(groups))},{cents % 100:02}"

    return [
        date(day), claim.number, claim.policy, date(claim.occurred), date(claim.notified), _COVERS[claim.cover][0],
        number(claim.paid), f"{number(claim.reserve)} €", "erledigt" if claim.closed else "offen", claim.note,
    ]  # fmt: skip


def _japanese(day: str, claim: Account) -> list[str]:
    def date(text: str) -> str:
        year, month, date = text.split("-")
        return f"{year}年{int(month)}月{int(date)}日"

    wide = str.maketrans("0123456789,", "０１２３４５６７８９，")
    return [
        date(day), claim.number, claim.policy, date(claim.occurred), date(claim.notified), _COVERS[claim.cover][1],
        f"{claim.paid:,}".translate(wide), f"{claim.reserve:,}円", "完了" if claim.closed else "未了", "摘要ソ表",
    ]  # fmt: skip


def _line(day: str, claim: Account) -> dict[str, Any]:
    told = {
        "asOf": day, "claimId": claim.number, "policyId": claim.policy, "lossDate": claim.occurred,
        "notified": claim.notified, "cover": claim.cover, "paid": f"{claim.paid // 100}.{claim.paid % 100:02}",
        "closed": claim.closed, "remark": claim.note, "more": {"handler": "x"},
    }  # fmt: skip
    return told | ({"reserve": claim.reserve // 100} if claim.reserve % 100 == 0 else {"reserve": claim.reserve / 100})


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ';,"') else cell


@dataclass
class Folded:
    """What the transactions of one claim come to, by the rules of decision 0029."""

    paid: Decimal = Decimal(0)
    outstanding: Decimal | None = None
    closed: bool = False


def folded(events: Iterable[Event]) -> dict[str, Folded]:
    """The claims that events are of: the last word on a transaction counts, in the order in which it was made."""
    last: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    for at, event in enumerate(events):
        last[event.subject, event.value["transaction_id"]] = at, event.value
    claims: dict[str, Folded] = {}
    for (subject, _), (_, value) in sorted(last.items(), key=lambda one: (one[1][1]["transacted"]["from"], one[1][0])):
        claim, kind = claims.setdefault(subject, Folded()), value["transaction"]
        claim.paid += value["amount"] if kind == "INDEMNITY_PAID" else 0
        claim.closed = kind == "CLOSED" or (claim.closed and kind not in ("NOTIFIED", "REOPENED"))
        if value["outstanding"] is not None or kind == "CLOSED":
            claim.outstanding = value["outstanding"] or Decimal(0)
    return claims
