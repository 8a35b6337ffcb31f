"""Known answers about exposures, claims and certificates, computed from the adapters' events.

All of the kind `adapter`, and those of the kind `hub` that an adapter can spoil; every native record on the way.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from producers.sources import Reject, Skip, motor_claims_forms
from producers.sources.fda_device_clearances import repaired
from producers.sources.nhtsa_sgo_text import mask_vins
from schemas.event import Event
from tests.producers.figure_files import (
    DEVICES,
    FILES,
    FREQUENCY,
    INJURY,
    MILEAGE,
    PREMIUM,
    READ,
    SEVERITY,
    VMT,
    events_of,
    native_of,
    read,
    real,
)
from tests.producers.public_files import DISENGAGEMENTS, codes, missing, native_cells
from tests.producers.public_files import real as real_reports

ELSEWHERE = {
    "malfunctions_with_adverse_event_flag", "follow_up_dates_after_receipt",  # the table of device events
}  # fmt: skip
CENT = Decimal("0.01")


def known(test_data: Path, dataset: str) -> dict[str, Any]:
    """Name to answer, with value and kind."""
    told: dict[str, Any] = json.loads((test_data / "known_answers.json").read_text(), parse_float=Decimal)[dataset]
    return told


def compare(test_data: Path, dataset: str, computed: dict[str, Any]) -> None:
    """Every answer of the kind `adapter` is computed, and every one that is computed is as known."""
    answers = known(test_data, dataset)
    of_adapter = {name for name, answer in answers.items() if answer["kind"] == "adapter"}
    assert of_adapter - ELSEWHERE <= set(computed), "an answer without a computation"
    assert computed == {name: answers[name]["value"] for name in computed}


def measure(event: Event, name: str) -> Decimal:
    """A number as filed, as a number."""
    (value,) = [one["value"] for one in event.value["measures"] if one["name"] == name]
    return Decimal(value.replace(",", "").replace(" ", ""))


@dataclass(slots=True)
class Vehicle:
    """What a row of a mileage file says."""

    permit: str
    vehicle: str
    declared: Decimal
    total: Decimal
    months: dict[str, Decimal] = field(default_factory=dict)


def vehicles(test_data: Path, year: str) -> tuple[list[Vehicle], Counter[str], list[str]]:
    """Every row of a mileage file, how many rows became what, and the permits with a nil return."""
    found, kinds, nils = [], Counter[str](), []
    for row in real(test_data, MILEAGE[year]):
        kinds["blank" if isinstance(row, Skip) else type(row).__name__] += 1
        one: Vehicle | None = None
        for event in events_of(row):
            kinds[event.type] += 1
            if event.type == "NilReturnFiled":
                nils.append(event.value["parties"][0]["id"])
                continue
            strata, period = event.value["strata"], event.value["period"]
            declared, total = measure(event, "Annual Total of Disengagements"), measure(event, "ANNUAL TOTAL")
            permit = event.value["parties"][1]["id"]
            assert strata["permit"].endswith(f":{permit}")
            one = one or Vehicle(permit, strata["vehicle"], declared, total)
            one.months[period["text"]] = event.value["value"]
            assert (period["precision"], event.value["unit"]) == ("MONTH", "VEHICLE_MILE")
        if one is not None:
            found.append(one)
    return found, kinds, nils


def summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Sum for each key, in cents."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, value in pairs:
        sums[key] += value
    return {key: value.quantize(CENT) for key, value in sums.items()}


@pytest.mark.parametrize("year", MILEAGE)
def test_miles_and_nil_returns_are_as_known(test_data: Path, year: str) -> None:
    rows, kinds, nils = vehicles(test_data, year)
    months = [(month, miles) for row in rows for month, miles in row.months.items()]
    computed: dict[str, Any] = {
        "vehicle_rows": len(rows),
        "miles_annual_total": sum(row.total for row in rows).quantize(CENT),  # type: ignore[union-attr]
        "miles_by_permit": summed((row.permit, row.total) for row in rows),
        "declared_disengagements": sum(row.declared for row in rows),
        "month_cells_with_a_value": kinds["ExposureReported"],
    }
    if year == "2022_driverless":
        computed |= {
            "blank_trailing_rows": kinds["blank"],
            "vehicles_by_permit": Counter(row.permit for row in rows),
        }
        assert sorted(nils) == sorted(computed["miles_by_permit"])
    else:
        computed |= {
            "distinct_vins": len({row.vehicle for row in rows}),
            "zero_mile_rows": sum(row.total == 0 for row in rows),
            "rows_where_year_differs_from_months": sum(
                abs(row.total - sum(row.months.values())) > Decimal("0.5") for row in rows
            ),
            "event_vins": event_vins(test_data, year, rows),
            "miles_months": sum(miles for _, miles in months).quantize(CENT),  # type: ignore[union-attr]
            "miles_by_month": summed(months),
            "permits_declaring_zero": sorted(nils),
        }
    compare(test_data, f"dmv_mileage_{year}", computed)
    assert kinds["Reject"] == 0


def event_vins(test_data: Path, year: str, rows: list[Vehicle]) -> dict[str, int]:
    """Vehicles of the disengagements that the mileage file knows by the same pseudonym."""
    events = Counter(event.value["items"][0]["identity"] for event in real_reports(test_data / DISENGAGEMENTS[year])[1])
    declared = summed((row.vehicle, row.declared) for row in rows)
    return {
        "distinct": len(events),
        "found_in_mileage": sum(vehicle in declared for vehicle in events),
        "with_equal_count": sum(declared.get(vehicle) == count for vehicle, count in events.items()),
    }


@pytest.mark.parametrize("year", MILEAGE)
def test_every_permit_is_a_certificate_with_a_duty_and_what_it_declares(test_data: Path, year: str) -> None:
    rows = list(real(test_data, MILEAGE[year], "ca-dmv-permits"))
    pairs = [row for row in rows if isinstance(row, tuple)]
    assert [[event.type for event in pair] for pair in pairs] == [["CertificateChanged", "ObligationSet"]] * len(pairs)
    permits = {pair[0].value["number"]: pair[0].value for pair in pairs}
    declared = summed((row.permit, row.declared) for row in vehicles(test_data, year)[0])
    assert {number: Decimal(value["measures"][0]["value"]) for number, value in permits.items()} == declared
    assert [event.value["targets"][0]["value"] for _, event in pairs] == [pair[0].subject for pair in pairs]
    if year in DISENGAGEMENTS:
        answers = known(test_data, f"dmv_mileage_{year}")
        assert len(permits) == answers["permits"]["value"]
        filed = Counter(e.value["parties"][0]["id"] for e in real_reports(test_data / DISENGAGEMENTS[year])[1])
        agreeing = sum(filed[number] == count for number, count in declared.items())
        assert agreeing == answers["permits_where_declared_equals_events"]["value"]


def test_a_nil_return_is_of_the_duty_of_its_permit(test_data: Path) -> None:
    duties = {
        event.subject: event.value["targets"][0]["value"]
        for row in real(test_data, MILEAGE["2022"], "ca-dmv-permits")
        for event in events_of(row)
        if event.type == "ObligationSet"
    }
    nils = [e for row in real(test_data, MILEAGE["2022"]) for e in events_of(row) if e.type == "NilReturnFiled"]
    assert nils
    for nil in nils:
        assert duties[nil.value["obligation"]].endswith(nil.value["parties"][0]["id"])
        assert nil.value["period"]["text"] == "2021-12/2022-11"


def test_estimated_miles_are_as_known(test_data: Path) -> None:
    values = [event.value for row in real(test_data, VMT) for event in events_of(row)]
    months: defaultdict[str, list[str]] = defaultdict(list)
    for value in values:
        months[value["strata"]["operator"]].append(value["period"]["text"])
    compare(
        test_data,
        "av_exposure",
        {
            "rows_outside_own_bounds": sum(not one["lower"] <= one["value"] <= one["upper"] for one in values),
            "rows_by_operator": {operator: len(found) for operator, found in months.items()},
            "months_by_operator": {operator: [min(found), max(found)] for operator, found in months.items()},
            "miles_by_operator": summed((one["strata"]["operator"], one["value"]) for one in values),
        },
    )
    assert {value["basis"] for value in values} == {"ESTIMATE"}


def test_french_motor_insurance_is_as_known(test_data: Path) -> None:
    claims = [event.value for row in real(test_data, SEVERITY) for event in events_of(row)]
    filed = Counter((one["policy_ref"], one["occurred"]["text"][:4], one["coverage"]) for one in claims)
    policy_years: dict[tuple[str, str], dict[str, Decimal]] = {}
    for row in real(test_data, FREQUENCY):
        for event in events_of(row):
            key = event.value["strata"]["policy_ref"], event.value["period"]["text"]
            assert policy_years.setdefault(key, {}) == {}
            policy_years[key] = {name: measure(event, name) for name in motor_claims_forms.GUARANTEES}
            assert (event.value["value"], event.value["period"]["precision"]) == (1, "YEAR")
    premiums = list(premium_rows(test_data))
    keys = [key for key, _, _ in premiums]
    insured = set(keys)
    numbers = Counter(claim_numbers(test_data))
    counts = Counter(numbers.values())
    compare(
        test_data,
        "fremotor1",
        {
            "payments_zero": sum(one["amount"] == 0 for one in claims),
            "payment_max": max(one["amount"] for one in claims),
            "claim_keys": {
                "distinct_IDclaim": len(numbers),
                "distinct_IDpol_IDclaim": len({c["claim_ref"] for c in claims}),
            },
            "IDclaim_repeated": {
                "ids": sum(n for times, n in counts.items() if times > 1),
                "rows": sum(n * times for times, n in counts.items() if times > 1),
                "surplus": sum(n * (times - 1) for times, n in counts.items()),
            },
            "policies": len({policy for policy, _ in policy_years}),
            "policy_years_by_claims": Counter(str(sum(found.values()).normalize()) for found in policy_years.values()),  # type: ignore[union-attr]
            "policy_years_differing_from_frequency_table": sum(
                any(filed[*key, name] != count for name, count in found.items()) for key, found in policy_years.items()
            ),
            "claims_without_policy_year": sum(key[:2] not in policy_years for key in filed.elements()),
            "premium_rows": len(premiums),
            "premium_policy_years": len(insured),
            "premium_rows_by_year": Counter(year for _, year in keys),
            "premium_rows_where_parts_do_not_add_up": sum(
                abs(total - parts) > Decimal("0.05") for _, total, parts in premiums
            ),
            "policy_years_without_premium_row": Counter(year for _, year in set(policy_years) - insured),
            "claims_with_premium_row_same_year": sum(key[:2] in insured for key in filed.elements()),
            "claims": len(claims),
            "claims_by_guarantee": Counter(one["coverage"] for one in claims),
            "payments_total": sum(one["amount"] for one in claims),
            "policy_years": len(policy_years),
            "premium_total_by_year": summed((key[1], total) for key, total, _ in premiums),
        },
    )
    assert {(one["currency"], one["currency_assumed"]) for one in claims} == {("EUR", True)}


def claim_numbers(test_data: Path) -> Iterator[str]:
    """IDclaim of every native record."""
    return (native_cells(event)[3] for row in real(test_data, SEVERITY) for event in events_of(row))


def premium_rows(test_data: Path) -> Iterator[tuple[tuple[str, str], Decimal, Decimal]]:
    """Policy and year, premium, and the sum of its parts."""
    refs: set[str] = set()
    for row in real(test_data, PREMIUM):
        for event in events_of(row):
            assert event.subject not in refs
            refs.add(event.subject)
            parts = sum((measure(event, name) for name in motor_claims_forms.PARTS), Decimal())
            key = event.value["strata"]["policy_ref"], event.value["period"]["text"]
            yield key, event.value["value"], parts


def test_australian_injury_claims_are_as_known(test_data: Path) -> None:
    kinds, dates, legal, persons, injuries = (
        Counter[str](),
        defaultdict[str, set[str]](set),
        Counter[str](),
        Counter[str](),
        Counter[str](),
    )
    natives, refs = Counter[bytes](), set()
    amounts, fatal = [], 0
    for row in real(test_data, INJURY):
        notified, paid, closed = events_of(row)
        kinds.update(event.value["transaction"] for event in (notified, paid, closed))
        for name, time in (
            ("AccDate", paid.value["occurred"]),
            ("ReportDate", notified.value["transacted"]),
            ("FinDate", closed.value["transacted"]),
        ):
            assert time["precision"] == "MONTH"
            dates[name].add(f"{time['text']}-01")
        legal.update(codes(paid, "legal_representation"))
        persons[str(measure(paid, "InjNb"))] += 1
        injuries.update(codes(paid, "injury"))
        fatal += any(harm["level"] == "FATAL" for harm in paid.value["harms"])
        amounts.append(paid.value["amount"])
        natives[native_of(row) or b""] += 1
        refs |= {event.subject for event in (notified, paid, closed)}
        assert (notified.value["amount"], closed.value["amount"], paid.value["currency"]) == (None, None, "AUD")
    compare(
        test_data,
        "ausautoBI",
        {
            "transactions": kinds.total(),
            "exact_repeats": sum(natives.values()) - len(natives),
            "amount_min_max": [min(amounts), max(amounts)],
            "date_ranges": {name: [min(found), max(found)] for name, found in dates.items()},
            "legal_representation": legal,
            "persons_injured": persons,
            "injury_cells": injuries,
            "claims": len(refs),
            "amount_total": sum(amounts).quantize(CENT),
            "claims_with_a_fatal_injury": fatal,
        },
    )  # fmt: skip


def test_clearances_are_as_known(test_data: Path) -> None:
    events = [event for row in real(test_data, DEVICES) for event in events_of(row)]
    cells = [[cell for cell in native_cells(event) if not cell.isascii()] for event in events]
    assert all(repaired(cell) != cell for found in cells for cell in found)
    compare(
        test_data,
        "fda_devices",
        {
            "decision_codes": Counter(codes(event, "decisioncode")[0] for event in events),
            "cells_with_wrong_decoding": {"cells": sum(map(len, cells)), "rows": sum(map(bool, cells))},
            "devices": len({event.subject for event in events}),
            "clearances_by_year": Counter(event.value["valid_from"]["text"][:4] for event in events),
            "applicants": len({event.value["holder"]["name"] for event in events}),
        },
    )


LARGE = {FREQUENCY, PREMIUM, INJURY}
"""Files of which a sample is enough, but for the long campaigns."""


@pytest.mark.parametrize(("file", "source"), [(file, source) for file, source in READ if file not in LARGE])
def test_every_row_is_told_with_its_bytes_and_each_event_once(test_data: Path, file: str, source: str) -> None:
    check_rows((test_data / file).read_bytes(), source)


@pytest.mark.parametrize("file", sorted(LARGE))
def test_so_is_every_row_of_the_beginning_of_a_large_file(test_data: Path, file: str) -> None:
    check_rows(b"".join((test_data / file).read_bytes().splitlines(keepends=True)[:5_000]), FILES[file])


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted(LARGE))
def test_so_is_every_row_of_a_large_file(test_data: Path, file: str) -> None:
    check_rows((test_data / file).read_bytes(), FILES[file])


def check_rows(data: bytes, source: str) -> None:
    """Every row after the header is there with its bytes, in order, and none is rejected."""
    position = data.index(b"\n") + 1
    ids: set[str] = set()
    count = 0
    for row in read(source, data):
        native = native_of(row) or b""
        assert data[position : position + len(native)] == native
        position += len(native)
        assert not isinstance(row, Reject)
        for event in events_of(row):
            count += 1
            ids.add(event.id)
            missing(event)  # a field lacks its value for one reason
            if event.value["native"] is not None:
                assert event.value["native"]["sha256"] == sha256(native).digest()
    assert position == len(data)
    assert len(ids) == count


def test_no_vehicle_policy_street_or_person_is_in_the_typed_half(test_data: Path) -> None:
    columns: dict[str, Callable[[list[str]], list[str]]] = {
        MILEAGE["2022"]: lambda cells: [cells[2]], SEVERITY: lambda cells: [cells[0], cells[3]],
        PREMIUM: lambda cells: [cells[0], cells[3], *filter(None, (cells[4], cells[8]))],
        DEVICES: lambda cells: [cells[2]],
    }  # fmt: skip
    for file, private in columns.items():
        for number, row in enumerate(real(test_data, file)):
            if number == 500:
                break
            for event in events_of(row):
                said = repr({**event.value, "sections": None})
                hidden = [cell.strip() for cell in private(native_cells(event))]
                assert not [cell for cell in hidden if len(cell) > 1 and f"'{cell}'" in said]
                assert mask_vins(said) == said
                assert {part["sharing"] for part in event.value["sections"]} == {"CLOSED"}
    assert set(columns) <= set(FILES)
