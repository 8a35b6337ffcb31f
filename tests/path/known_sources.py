"""How each known answer of part `sources` is asked of a hub: dataset -> name in known_answers.json -> function.

`q(name, **params)` asks a named query and returns its rows; what is compared is always computed by the hub's queries.
The known value is given for the keys to ask for.
"""

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests import real_data
from tests.path.known import Question, Rows

Answers = dict[str, Callable[[Question, Any], Any]]


def total(rows: Iterable[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    """The sum of one column by another."""
    found: dict[str, Any] = defaultdict(int)
    for row in rows:
        found[row[key]] += row[value]
    return dict(found)


def plain(value: Any, digits: int = 2) -> Any:
    """Decimals rounded to what the known answers have."""
    if isinstance(value, dict):
        return {key: plain(inner, digits) for key, inner in value.items()}
    return round(float(value), digits) if isinstance(value, Decimal | float) else value


def one(rows: Rows) -> dict[str, Any]:
    (row,) = rows
    return row


def terms(q: Question, dimension: str, **params: str) -> dict[str, int]:
    return {row["code"]: row["reports"] for row in q("reports_by_term", dimension=dimension, **params)}


def told(found: dict[str, int]) -> dict[str, int]:
    """Without the row of what was not reported."""
    return {code: n for code, n in found.items() if code != "NOT_REPORTED"}


def by_year(count: Callable[[str], int], years: Iterable[str]) -> dict[str, int]:
    """Differences of a running count from year to year; the first year has all that was before."""
    found, before = {}, 0
    for year in sorted(years):
        now = count(f"{year}-12-31")
        found[year], before = now - before, now
    return found


def contained(rows: Rows, keys: Iterable[str]) -> dict[str, int]:
    """One row for each key that its operator's name contains."""
    assert len(rows) == len(list(keys))
    return {key: one([row for row in rows if key in row["operator"].casefold()])["reports"] for key in keys}


def per_million(row: dict[str, Any]) -> dict[str, Any]:
    rates = {name: float(round(row[name] * 1_000_000, 3)) for name in ("rate", "lower95", "upper95")}
    return {"events": row["events"], "million_miles": float(round(row["exposure"] / 1_000_000, 6)), **rates}


def by_permit(q: Question, known: dict[str, float]) -> dict[str, float]:
    rows = q("rates", events="near_misses", unit="VEHICLE_MILE", by="operator")
    return {row["group"]: round(row["rate"] * 1000, 4) for row in rows if row["group"] in known}


DISENGAGEMENTS = {"source": "ca-dmv-disengagement"}


def disengagements() -> Answers:
    return {
        "events": lambda q, _: one_number(one(q("totals", **DISENGAGEMENTS)), "occurrences", "rows", "reports"),
        "events_by_month": lambda q, _: {
            row["month"]: row["near_misses"]
            for row in q("occurrences_by_month", **DISENGAGEMENTS)
            if row["near_misses"]
        },
        "events_by_permit": lambda q, _: total(
            q("occurrences_by_operator", **DISENGAGEMENTS), "operator", "occurrences"
        ),
        "initiated_by": lambda q, _: terms(q, "initiated_by", **DISENGAGEMENTS),
        "location": lambda q, _: told(terms(q, "location", **DISENGAGEMENTS)),
        "capable_of_driverless_yes": lambda q, _: terms(q, "capable_without_driver", **DISENGAGEMENTS)["yes"],
        "driver_present_yes": lambda q, _: terms(q, "driver_present", **DISENGAGEMENTS)["yes"],
    }


def one_number(row: dict[str, Any], *columns: str) -> int:
    """Several columns that must say the same."""
    (number,) = {row[column] for column in columns}
    return int(number)


def mileage(permit: str) -> Answers:
    miles = {"source": "ca-dmv-mileage", "unit": "VEHICLE_MILE", "grain": "month"}
    return {
        "permits": lambda q, _: len(q("certificates", source="ca-dmv-permits")),
        "miles_months": lambda q, _: plain(sum(row["value"] for row in q("exposure", **miles))),
        "miles_by_month": lambda q, _: plain(total(q("exposure", **miles), "month", "value")),
        "disengagements_per_1000_miles": lambda q, _: round(
            one(q("rates", events="near_misses", unit="VEHICLE_MILE"))["rate"] * 1000, 4
        ),
        "disengagements_per_1000_miles_by_permit": by_permit,
        f"rate_with_interval_{permit}": lambda q, _: per_million(
            one(q("rates", events="near_misses", unit="VEHICLE_MILE", operator=permit))
        ),
    }


COLLISIONS = {"source": "ca-dmv-collision"}
COLLISION: Answers = {
    "reports": lambda q, _: one(q("totals", **COLLISIONS))["reports"],
    "by_year": lambda q, known: {
        year: len(q("reports", **COLLISIONS, **{"from": f"{year}-01", "to": f"{year}-12"})) for year in known
    },
    "mode": lambda q, _: (found := terms(q, "mode", **COLLISIONS)) | {"neither": found.pop("NOT_REPORTED")},
    "damage": lambda q, _: told(terms(q, "damage", **COLLISIONS)),
    "by_operator": lambda q, known: contained(q("occurrences_by_operator", **COLLISIONS), known),
    "with_pedestrian_or_bicyclist": lambda q, _: told(terms(q, "party", **COLLISIONS)),
}

MILES = {"source": "av-exposure", "unit": "VEHICLE_MILE"}


def months_of(rows: Rows) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["operator"]].append(row["month"])
    return {operator: [min(months), max(months)] for operator, months in found.items()}


def waymo_rate(q: Question) -> dict[str, Any]:
    row = one(q("rates", events="occurrences", unit="VEHICLE_MILE", operator="Waymo", driver="None",
                **{"from": "2025-07", "to": "2026-01"}))  # fmt: skip
    rates = {
        name: round(row[column] * 1_000_000, 3)
        for name, column in (
            ("rate", "rate"), ("rate_low", "rate_if_exposure_high"), ("rate_high", "rate_if_exposure_low"),
        )
    }  # fmt: skip
    miles = {"miles": "exposure", "miles_min": "exposure_low", "miles_max": "exposure_high"}
    return {"reports": row["events"], **{name: int(row[column]) for name, column in miles.items()}, **rates}


def across(q: Question, first: str, last: str) -> dict[str, Any]:
    window = {"operator": "Waymo", "from": first, "to": last}
    reports = len(q("reports", source="nhtsa-sgo", driver="None", **window))
    rows = q("exposure", **MILES, **window)
    value, lower, upper = (sum(row[name] for row in rows) for name in ("value", "lower", "upper"))
    hurt = one(q("rates", events="reports", unit="VEHICLE_MILE", driver="None", severity_from="MINOR", **window))
    return {
        "reports": reports,
        "with_injury": hurt["events"],
        "million_miles": plain(value / 1_000_000),
        "bounds": [plain(lower / 1_000_000), plain(upper / 1_000_000)],
        "reports_per_million": round(float(reports * 1_000_000 / value), 2),
        "injury_per_million": [round(hurt[name] * 1_000_000, 3) for name in ("rate", "lower95", "upper95")],
    }


AV_EXPOSURE: Answers = {
    "rows_by_operator": lambda q, _: dict(Counter(row["operator"] for row in q("exposure", **MILES))),
    "months_by_operator": lambda q, _: months_of(q("exposure", **MILES)),
    "miles_by_operator": lambda q, _: plain(total(q("exposure", **MILES), "operator", "value"), 0),
    "waymo_driverless_reports_per_million_miles_2025-07_to_2026-01": lambda q, _: waymo_rate(q),
}
ACROSS: Answers = {
    "waymo_driverless_2024-01_to_2025-05": lambda q, _: across(q, "2024-01", "2025-05"),
    "waymo_driverless_2025-07_to_2026-01": lambda q, _: across(q, "2025-07", "2026-01"),
}

MOTOR = {"source": "motor-claims"}


def summed(q: Question, column: str, name: str = "claims", **params: str) -> Any:
    return sum(row[column] for row in q(name, **MOTOR, **params))


def paid_to_premium(q: Question) -> float:
    year = {"from": "2003-01", "to": "2003-12"}
    return round(float(summed(q, "paid", **year) / summed(q, "value", "exposure", unit="EARNED_PREMIUM", **year)), 4)


FREMOTOR: Answers = {
    "claims": lambda q, _: summed(q, "claims"),
    "claims_by_guarantee": lambda q, _: total(q("claims", **MOTOR), "coverage", "claims"),
    "payments_total": lambda q, _: plain(summed(q, "paid"), 0),
    "payments_by_guarantee": lambda q, _: plain(total(q("claims", **MOTOR), "coverage", "paid"), 0),
    "claims_by_year": lambda q, _: total(q("claims", **MOTOR, grain="year"), "period", "claims"),
    "claims_by_month": lambda q, _: total(q("claims", **MOTOR, grain="month"), "period", "claims"),
    "policy_years": lambda q, _: plain(summed(q, "value", "exposure", unit="POLICY_IN_FORCE"), 0),
    "policy_years_by_year": lambda q, _: plain(
        total(q("exposure", **MOTOR, unit="POLICY_IN_FORCE", grain="year"), "month", "value"), 0
    ),
    "premium_total_by_year": lambda q, _: plain(
        total(q("exposure", **MOTOR, unit="EARNED_PREMIUM", grain="year"), "month", "value")
    ),
    "claims_per_100_policy_years": lambda q, _: round(
        one(q("rates", events="claims", unit="POLICY_IN_FORCE"))["rate"] * 100, 4
    ),
    "paid_to_premium_2003": lambda q, _: paid_to_premium(q),
}


def lag(q: Question, to: str, *columns: str) -> dict[str, Any]:
    rows = [row for row in q("claim_lags", **MOTOR) if (row["from_event"], row["to_event"]) == ("LOSS", to)]
    return {column: one(rows)[column] for column in columns}


def triangle(q: Question, column: str, known: dict[str, list[Any]], last: int | None = None) -> dict[str, list[Any]]:
    """Cells by year of loss; ages from `last` on together."""
    found = {year: [0] * len(row) for year, row in known.items()}
    for row in q("claims_triangle", **MOTOR):
        if not row[column]:
            continue  # the known rows end with the last age that has something
        age = row["age"] if last is None else min(row["age"], last)
        found[row["period"]][age] += row[column]
    return {year: [plain(cell) for cell in row] for year, row in found.items()}


AUSAUTO: Answers = {
    "claims": lambda q, _: summed(q, "claims"),
    "report_lag_months": lambda q, _: lag(q, "NOTIFIED", "median", "max", "same_month", "over_12", "negative"),
    "settlement_lag_months": lambda q, _: lag(q, "CLOSED", "median", "max", "min"),
    "amount_total": lambda q, _: plain(summed(q, "paid")),
    "claims_by_accident_year": lambda q, _: total(q("claims", **MOTOR, grain="year"), "period", "claims"),
    "claims_by_report_year": lambda q, _: total(
        q("claims", **MOTOR, grain="year", basis="notified"), "period", "claims"
    ),
    "claims_by_settlement_year": lambda q, _: total(
        q("claims", **MOTOR, grain="year", basis="closed"), "period", "claims"
    ),
    "claims_with_a_fatal_injury": lambda q, _: summed(q, "claims", severity_from="FATAL"),
    "settled_claims_triangle": lambda q, known: triangle(q, "claims_closed", known),
    "paid_triangle": lambda q, known: triangle(q, "paid", known),
    "development_by_accident_year": lambda q, known: triangle(q, "claims_notified", known, 4),
}

EVENTS = {"source": "fda-device-events"}
MONTHS = {"ae_3mths": 3, "ae_6mths": 6, "ae_9mths": 9, "ae_1yr": 12, "ae_2yr": 24}


def devices(q: Question) -> Counter[str]:
    """Events per certificate, asked for each certificate of the hub; those that have none are left out."""
    asked = [row["certificate"] for row in q("certificates")]
    return Counter({name: n for name in asked if (n := len(q("reports", **EVENTS, certificate=name)))})


def later(day: str, months: int) -> str:
    """The same day so many calendar months later, or the last of that month."""
    year, month = divmod(int(day[:4]) * 12 + int(day[5:7]) - 1 + months, 12)
    for last in range(int(day[8:]), 27, -1):
        try:
            return date(year, month + 1, last).isoformat()
        except ValueError:
            continue
    return date(year, month + 1, int(day[8:])).isoformat()


def before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def at_clearance(q: Question, params: Callable[[str], dict[str, str]]) -> Counter[str]:
    """Events per device, asked with what follows from the day it was cleared."""
    cleared = {row["certificate"]: row["valid_from"] for row in q("certificates")}
    return Counter({d: len(q("reports", **EVENTS, certificate=d, **params(cleared[d]))) for d in devices(q)})


def agreeing(found: Counter[str], column: str) -> int:
    """Devices of which the device table has the same number; of a window, of the devices with any event."""
    path = real_data.folder(os.environ) / "fda-ai-devices" / "823_fda_devices_withAEs.csv"
    with path.open(encoding="utf-8", newline="") as file:
        table = {row["idnumber"]: int(float(row[column] or 0)) for row in csv.DictReader(file)}
    told = table if column == "adverse_events" else found
    return sum(table[device] == found[device] for device in told)


def soon(q: Question, column: str, months: int) -> dict[str, int]:
    found = at_clearance(q, lambda day: {"submitted_by": later(day, months)})
    named = devices(q)
    return {"events": found.total(), "devices_agreeing": agreeing(Counter({d: found[d] for d in named}), column)}


def in_classes(q: Question) -> dict[str, int]:
    accidents = q("reports", **EVENTS, **{"class": "ACCIDENT"})
    return {
        "M": len(q("reports", **EVENTS, **{"class": "INCIDENT"})),
        "IN": sum(row["severity"] == "UNKNOWN" for row in accidents),
        "D": len(q("reports", **EVENTS, severity_from="FATAL")),
    }


def filed_by(q: Question, source: str, **params: str) -> Callable[[str], int]:
    return lambda day: len(q("reports", source=source, submitted_by=day, **params))


def histories(q: Question) -> dict[str, int]:
    versions = Counter(row["version"] for row in q("reports", **EVENTS))
    return {"I" + ",F" * (version - 1): n for version, n in versions.items()}


FDA: Answers = {
    "devices": lambda q, _: len(q("certificates")),
    "events": lambda q, _: one(q("totals", **EVENTS))["reports"],
    "devices_with_events": lambda q, _: len(devices(q)),
    "events_without_device": lambda q, _: len(q("reports", **EVENTS)) - devices(q).total(),
    "events_by_type": lambda q, _: in_classes(q),
    "events_top_devices": lambda q, known: dict(devices(q).most_common(len(known))),
    "events_by_year_received": lambda q, known: by_year(filed_by(q, "fda-device-events"), known),
    "clearances_by_year": lambda q, known: {
        year: len(q("certificates", **{"from": f"{year}-01", "to": f"{year}-12"})) for year in known
    },
    "type_of_report": lambda q, _: histories(q),
    "report_versions_implied": lambda q, _: sum(row["version"] for row in q("reports", **EVENTS)),
    "events_without_event_date": lambda q, _: one(
        [row for row in q("occurrences_by_month", **EVENTS) if row["month"] == ""]
    )["occurrences"],
    "events_received_before_clearance": lambda q, _: at_clearance(q, lambda day: {"submitted_by": before(day)}).total(),
    "events_that_happened_before_clearance": lambda q, _: at_clearance(q, lambda day: {"to": before(day)}).total(),
    "events_within_months_of_clearance": lambda q, _: {name: soon(q, name, n) for name, n in MONTHS.items()},
    "devices_whose_count_agrees": lambda q, _: agreeing(devices(q), "adverse_events"),
    "applicants": lambda q, _: len({row["holder"] for row in q("certificates")}),
}

CASES = {"source": "jcqhc-near-miss"}
NEAR = {**CASES, "class": "NEAR_MISS"}
SEVERE = CASES | {"class": "ACCIDENT"}
OUTCOMES = {
    "FATAL": "死亡", "SERIOUS": "障害残存の可能性がある（高い）", "MODERATE": "障害残存の可能性がある（低い）",
    "MINOR": "障害残存の可能性なし", "NONE": "障害なし", "UNKNOWN": "不明",
}  # fmt: skip


def carried_out(q: Question) -> dict[str, int]:
    asked = {"ヒヤリ": NEAR, "事故": SEVERE}
    return {
        f"{kind} {code}": n
        for kind, params in asked.items()
        for code, n in told(terms(q, "医療の実施の有無", **params)).items()
    }


JCQHC: Answers = {
    "cases": lambda q, _: one(q("totals", **CASES))["reports"],
    "cases_by_class": lambda q, _: {"ヒヤリ": len(q("reports", **NEAR)), "事故": len(q("reports", **SEVERE))},
    "cases_by_report_year": lambda q, known: by_year(filed_by(q, "jcqhc-near-miss"), known),
    "near_misses_by_report_year": lambda q, known: by_year(
        filed_by(q, "jcqhc-near-miss", **{"class": "NEAR_MISS"}), known
    ),
    "near_miss_realisation": lambda q, _: terms(q, "realisation", **NEAR),
    "near_miss_credible_worst": lambda q, _: told(terms(q, "影響度", **NEAR)),
    "accident_outcome": lambda q, _: {
        OUTCOMES[row["severity"]]: row["reports"] for row in q("occurrences_by_severity", **SEVERE)
    },
    "carried_out": lambda q, _: carried_out(q),
    "cases_by_summary": lambda q, _: terms(q, "概要", **CASES),
    "several_patients": lambda q, _: terms(q, "患者の数", **CASES)["複数人"],
}

ANSWERS: dict[str, Answers] = {
    "av_exposure": AV_EXPOSURE,
    "across_files": ACROSS,
    "dmv_disengagement_2021": disengagements(),
    "dmv_mileage_2021": mileage("AVT012"),
    "dmv_disengagement_2022": disengagements(),
    "dmv_mileage_2022": mileage("AVT008"),
    "dmv_collision": COLLISION,
    "fremotor1": FREMOTOR,
    "ausautoBI": AUSAUTO,
    "fda_devices": FDA,
    "jcqhc": JCQHC,
}
