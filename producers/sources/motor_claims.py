"""Motor insurance: claims, policies in force and premiums, as an insurer exports them; the header says which.

No policy or claim is named: IDpol, and IDpol with IDclaim, become keyed pseudonyms, since IDclaim alone repeats on
other policies. A payment of zero is a claim. No file states its currency, so it is marked as assumed. What a file does
not say (a notification, a reserve, days in force) stays missing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from producers.sources import motor_claims_forms as forms
from producers.sources.contract import FaultError, Outcome
from producers.sources.csv_records import File
from producers.sources.facts import INSURER, exposure, strata, transaction
from producers.sources.numbers import measures, needed, needed_iso, year_of
from producers.sources.pseudonyms import Pseudonyms
from producers.sources.reported import lineage, native_sections
from producers.sources.table import MARKS, Form, Row, read_rows, read_table
from producers.sources.times import stretch
from schemas.event import Event

NAME = "motor-claims"
DESCRIPTION = "Motor insurance: claims, policy years and premiums (CSV; fremotor1 sev, freq, prem and ausautoBI8999)"
EDITIONS = forms.EDITIONS
EVENT_TYPES: tuple[str, ...] = ("ClaimTransacted", "ExposureReported")
NEEDS_WHOLE_FILE: str | None = None
FORM = Form(NAME, "motor insurance file", EDITIONS, ("utf-8",), MARKS)

_POLICY = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")
_CLAIM = re.compile(r"[0-9]{1,12}")
_LINE = "private motor"
_EURO = {"currency": "EUR", "currency_assumed": True}
_FRENCH = lineage("CASdatasets: fremotor1, private motor insurance of an unnamed French insurer", "fremotor1")
_AUSTRALIAN = lineage("CASdatasets: ausautoBI8999, De Jong and Heller (2008)", "ausautoBI8999")
_PLACE = {"country": None, "state": None, "city": None, "postcode": None}


def read(data: File, org: str, pseudonyms: Pseudonyms, /) -> Iterator[Outcome]:
    """Events of `org`, in the order of the file; FormatError before the first.

    A row of ausautoBI8999 becomes three transactions: notified, paid, closed. Every other row is one event.
    """
    header, found = read_table(FORM, data)
    makers: dict[str, Callable[[str, Row, Pseudonyms], Event | tuple[Event, ...]]] = {
        forms.SEVERITY: _payment,
        forms.FREQUENCY: _policy_year,
        forms.PREMIUM: _premium,
        forms.INJURY: _settled,
    }
    make = makers[header.edition]
    return read_rows(header, found, lambda row: make(org, row, pseudonyms))


def _policy(row: Row) -> str:
    policy = row.text("IDpol")
    if _POLICY.fullmatch(policy) is None:
        raise FaultError("IDpol", "not the number of a policy")
    return policy


def _payment(org: str, row: Row, pseudonyms: Pseudonyms) -> Event:
    policy, claim, guarantee = _policy(row), row.text("IDclaim"), row.text("Guarantee")
    if _CLAIM.fullmatch(claim) is None:
        raise FaultError("IDclaim", "not the number of a claim")
    if guarantee not in forms.GUARANTEES:
        raise FaultError("Guarantee", "a guarantee that this release does not know")
    for path in ("submitted", "notified", "transacted", "outstanding"):
        row.lacks(path, "NOT_REPORTED")
    value = {
        "policy_ref": pseudonyms.of("fremotor1-policy", policy), "transaction": "INDEMNITY_PAID",
        "occurred": needed_iso(row, "OccurDate", "occurred"), "place": _PLACE | {"country": "FR"}, "line": _LINE,
        "coverage": guarantee,
        "amount": needed(row, "Payment", "amount", forms.MOST_PAID), **_EURO, "lineage": _FRENCH,
        "sections": native_sections(row, "CLOSED"),
    }  # fmt: skip
    return transaction(INSURER, org, row, pseudonyms.of("fremotor1-claim", f"{policy}/{claim}"), value)


def _policy_year(org: str, row: Row, pseudonyms: Pseudonyms) -> Event:
    policy, period = pseudonyms.of("fremotor1-policy", _policy(row)), year_of(row, "Year")
    value = {
        "unit": "POLICY_IN_FORCE", "value": Decimal(1), "basis": "ESTIMATE", "period": period,
        "method": "one for each policy and calendar year: the days in force are not given",
        "strata": strata(country="FR", line=_LINE, policy_ref=policy), "measures": measures(row, forms.COUNTS),
        "lineage": _FRENCH, "sections": native_sections(row, "CLOSED"),
    }  # fmt: skip
    return exposure(INSURER, org, row, f"policy-year/{policy}/{period['text']}", value)


def _premium(org: str, row: Row, pseudonyms: Pseudonyms) -> Event:
    """A policy may have two premiums in a year, and both count: the number of the record tells them apart."""
    policy, period = pseudonyms.of("fremotor1-policy", _policy(row)), year_of(row, "Year")
    codes = {column: row.value(column, f"terms.{column}") for column in forms.VEHICLE}
    value = {
        "unit": "EARNED_PREMIUM", "value": needed(row, "PremTot", "value", forms.MOST_PREMIUM), **_EURO,
        "basis": "ESTIMATE", "method": "the premium of a whole year: how much of it was earned is not given",
        "period": period, "strata": strata(country="FR", line=_LINE, policy_ref=policy),
        "measures": measures(row, forms.PREMIUMS), "lineage": _FRENCH,
        "terms": [{
            "scheme": "fremotor1", "version": row.header.edition,
            "codes": {column: [code] for column, code in codes.items() if code is not None},
        }],
        "sections": native_sections(row, "CLOSED"),
    }  # fmt: skip
    return exposure(INSURER, org, row, f"premium/{policy}/{period['text']}/{row.number}", value)


def _settled(org: str, row: Row, _pseudonyms: Pseudonyms) -> tuple[Event, ...]:
    """There is no number of a claim: it is known by the number of its record."""
    occurred, notified, closed = (_month(row, name) for name in ("Acc", "Report", "Fin"))
    amount = needed(row, "AggClaim", "amount", forms.MOST_PAID)
    legal = row.code("Legal", "terms.Legal", {"yes": "Yes", "no": "No"})
    injuries = [row.text(column) for column in forms.INJURIES if row.text(column)]
    for column in forms.INJURIES:
        if row.text(column) and row.text(column) not in forms.LEVELS:
            raise FaultError(column, "an injury that this release does not know")
    if not injuries:
        row.lacks("harms", "NOT_REPORTED")
    for path in ("submitted", "policy_ref", "coverage", "outstanding"):
        row.lacks(path, "NOT_REPORTED")
    codes = {"injury": injuries, "legal_representation": [] if legal is None else [legal]}
    common = {
        "occurred": occurred, "notified": notified, "place": _PLACE | {"country": "AU"}, "line": "motor bodily injury",
        "harms": _harms(injuries), "measures": measures(row, forms.INJURY_MEASURES), "lineage": _AUSTRALIAN,
        "terms": [{
            "scheme": "ausautoBI8999", "version": row.header.edition,
            "codes": {dimension: found for dimension, found in codes.items() if found},
        }],
        "sections": native_sections(row, "CLOSED"),
    }  # fmt: skip
    paid = {"amount": amount, "currency": "AUD", "currency_assumed": True}
    steps: tuple[dict[str, Any], ...] = (
        {"transaction": "NOTIFIED", "transacted": notified},
        {"transaction": "INDEMNITY_PAID", "transacted": closed, **paid},
        {"transaction": "CLOSED", "transacted": closed},
    )
    return tuple(transaction(INSURER, org, row, f"ausautoBI8999/{row.number}", common | step) for step in steps)


def _harms(injuries: list[str]) -> list[dict[str, Any]]:
    levels = Counter(forms.LEVELS[injury] for injury in injuries)
    return [
        {"domain": "PHYSICAL", "basis": "ALLEGED", "level": level, "count": count, "hospitalised": None}
        for level, count in levels.items()
    ]


def _month(row: Row, name: str) -> dict[str, Any]:
    """The month of a date; every one is written as its first day, and counted from July 1989 beside it."""
    day = needed_iso(row, f"{name}Date", f"{name}Date")["text"]
    year, month, first = map(int, day.split("-"))
    if first != 1:
        raise FaultError(f"{name}Date", "not the first of a month: this file knows months only")
    if needed(row, f"{name}Mth", f"{name}Mth", 10_000) != 12 * (year - 1989) + month - 6:
        raise FaultError(f"{name}Mth", f"not the number of the month in {name}Date")
    return stretch(year, month)
