"""How each known answer of the federal files is asked of a hub: one function per name in known_answers.json.

`q(name, **params)` asks a named query and returns its rows; what is compared is always computed by the hub's queries.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

Rows = list[dict[str, Any]]
Question = Callable[..., Rows]

SGO = "nhtsa-sgo"
SEVERITIES = ("UNKNOWN", "NONE", "MINOR", "MODERATE", "SERIOUS", "FATAL")


def total(q: Question, column: str, **params: str) -> Any:
    rows = q("totals", source=SGO, **params)
    return rows[0][column] if rows else 0


def reports(q: Question, **params: str) -> Rows:
    return q("reports", source=SGO, **params)


def counted(rows: Rows, column: str) -> dict[str, int]:
    return {str(key): n for key, n in Counter(row[column] for row in rows).items()}


def by_occurrence(q: Question) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in reports(q):
        found[row["occurrence_id"]].append(row)
    return found


def several_reporters(q: Question) -> list[Rows]:
    return [rows for rows in by_occurrence(q).values() if len({row["reporter"] for row in rows}) > 1]


def top_pairs(q: Question) -> dict[str, int]:
    pairs = Counter(" + ".join(sorted({row["reporter"] for row in rows})) for rows in several_reporters(q))
    return dict(pairs.most_common(4))


def occurrences_by_entity(q: Question) -> dict[str, int]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in reports(q):
        found[row["reporter"]].add(row["occurrence_id"])
    return {entity: len(ids) for entity, ids in found.items()}


def entity_twice(q: Question) -> int:
    return sum(max(Counter(row["reporter"] for row in rows).values()) > 1 for rows in by_occurrence(q).values())


def severity_map(rows: Rows, column: str, number: str = "") -> dict[str, int]:
    found: Counter[str] = Counter(dict.fromkeys(SEVERITIES, 0))
    for row in rows:
        found[row[column]] += row[number] if number else 1
    return dict(found)


def terms(q: Question, dimension: str) -> dict[str, int]:
    return {row["code"]: row["reports"] for row in q("reports_by_term", source=SGO, dimension=dimension)}


def filtered(q: Question, param: str, values: list[str]) -> dict[str, int]:
    """A number of reports per value of a filter; an empty cell is asked for as NOT_REPORTED."""
    return {value: len(reports(q, **{param: value or "NOT_REPORTED"})) for value in values}


def months(q: Question) -> dict[str, int]:
    rows = q("occurrences_by_month", source=SGO)
    return {row["month"] or "unknown": row["occurrences"] for row in rows if row["occurrences"]}


def late_first_submissions(q: Question) -> int:
    occurred = {row["report_id"]: row["occurred_from"] for row in reports(q)}
    first: dict[str, dict[str, Any]] = {}
    for row in sorted(q("report_history"), key=lambda row: row["version"]):
        first.setdefault(row["report_id"], row)
    return sum(
        _month_number(row["submitted"]) - _month_number(occurred[report]) >= 2
        for report, row in first.items()
        if not row["nil"] and occurred.get(report, "NOT_REPORTED") != "NOT_REPORTED"
    )


def token_changed(q: Question) -> int:
    return len({row["report_id"] for row in q("report_history") if "tokens" in row["changed_fields"]})


def _month_number(text: str) -> int:
    return int(text[:4]) * 12 + int(text[5:7])


def fatal_first(q: Question) -> int:
    changed = [row for row in q("severity_changes", source=SGO) if row["first_severity"] == "FATAL"]
    listed = {row["report_id"] for row in q("severity_changes", source=SGO)}
    return len(changed) + sum(row["report_id"] not in listed for row in reports(q, severity_from="FATAL"))


def filed_by(q: Question, day: str) -> dict[str, int]:
    return {
        **{column: total(q, column, submitted_by=day) for column in ("rows", "reports", "occurrences")},
        "fatal_reports": len(reports(q, severity_from="FATAL", submitted_by=day)),
    }


def with_injury(q: Question) -> dict[str, int]:
    rows = q("occurrences_by_month", source=SGO, severity_from="MINOR")
    return {"at_least": sum(row["n"] for row in rows), "if_unknown_counted": sum(row["n_if_unknown"] for row in rows)}


ANSWERS: dict[str, Callable[[Question, Any], Any]] = {
    "rows": lambda q, _: total(q, "rows"),
    "reports": lambda q, _: total(q, "reports"),
    "rows_superseded": lambda q, _: total(q, "rows") - total(q, "reports"),
    "reports_by_highest_version": lambda q, _: counted(reports(q), "version"),
    "reports_with_several_report_versions": lambda q, _: sum(row["versions"] > 1 for row in reports(q)),
    "occurrences": lambda q, _: total(q, "occurrences"),
    "rows_per_occurrence_percent_over": lambda q, _: round(100 * (total(q, "rows") / total(q, "occurrences") - 1), 1),
    "latest_reports_without_token": lambda q, _: sum(
        row["not_reported"] for row in q("missingness", source=SGO) if row["field"] == "tokens"
    ),
    "occurrences_with_several_reporting_entities": lambda q, _: len(several_reporters(q)),
    "occurrences_several_entities_top_pairs": lambda q, _: top_pairs(q),
    "occurrences_by_number_of_reports": lambda q, _: {
        str(n): count for n, count in Counter(len(rows) for rows in by_occurrence(q).values()).items()
    },
    "occurrences_where_one_entity_filed_several_reports": lambda q, _: entity_twice(q),
    "nil_returns": lambda q, _: total(q, "nil_returns"),
    "occurrence_versions": lambda q, _: total(q, "versions"),
    "reports_by_reporting_entity": lambda q, _: counted(reports(q), "reporter"),
    "occurrences_by_reporting_entity": lambda q, _: occurrences_by_entity(q),
    "reports_by_severity_native": lambda q, _: terms(q, "Highest Injury Severity Alleged"),
    "engagement_status_reports": lambda q, _: terms(q, "Engagement Status"),
    "engaged_reports": lambda q, _: terms(q, "Automation System Engaged?"),
    "reports_by_harm_level": lambda q, _: severity_map(reports(q), "severity"),
    "occurrences_by_harm_level": lambda q, _: severity_map(
        q("occurrences_by_severity", source=SGO), "severity", "occurrences"
    ),
    "severity_changes": lambda q, _: len(q("severity_changes", source=SGO)),
    "fatal_reports_downgraded": lambda q, _: sum(
        row["first_severity"] == "FATAL" != row["last_severity"] for row in q("severity_changes", source=SGO)
    ),
    "fatal_reports_first_versions": lambda q, _: fatal_first(q),
    "reports_driver_type": lambda q, known: filtered(q, "driver", list(known)),
    "reports_by_state": lambda q, known: filtered(q, "state", list(known)),
    "occurrences_by_month": lambda q, _: months(q),
    "first_submission_two_or_more_months_after_incident": lambda q, _: late_first_submissions(q),
    "reports_whose_token_changed": lambda q, _: token_changed(q),
    "as_of_2022-12": lambda q, _: filed_by(q, "2022-12-31"),
    "as_of_2023-12": lambda q, _: filed_by(q, "2023-12-31"),
    "as_of_2024-12": lambda q, _: filed_by(q, "2024-12-31"),
    "as_of_2025-12": lambda q, _: filed_by(q, "2025-12-31"),
    "several_entities_with_declared_duplicate": lambda q, _: sum(
        any(row["copy_of"] for row in rows) for rows in several_reporters(q)
    ),
    "occurrences_with_injury": lambda q, _: with_injury(q),
}
"""Name in known_answers.json -> its value, asked of a hub; the known value is given only for the keys to ask for."""
