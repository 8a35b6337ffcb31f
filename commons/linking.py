"""What the link worker reads and writes: closures of reports, and the states of occurrences."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

ReportKey = tuple[str, str]
"""Org and report id."""

_STEP = """
SELECT DISTINCT org, report_id FROM
(
    SELECT org, report_id FROM tokens_g{g} WHERE (scheme, scope, value) IN
        (SELECT scheme, scope, value FROM tokens_g{g} WHERE (org, report_id) IN (SELECT org, report_id FROM frontier))
    UNION ALL
    SELECT a_org, a_report FROM links_g{g} WHERE (b_org, b_report) IN (SELECT org, report_id FROM frontier)
    UNION ALL
    SELECT b_org, b_report FROM links_g{g} WHERE (a_org, a_report) IN (SELECT org, report_id FROM frontier)
)
"""

# Rows about the frontier first, by the skip index on report_id; then which of them are facts, by the facts' own key. No
# FINAL on what is large: copies of one record differ in nothing but what the order and LIMIT BY decide as FINAL would.
_VERSIONS = """
SELECT org, report_id, source, version, nil, recorded, filed_to, p, o, tokens, severity,
    substring(occurred_text, 1, 7) AS month, class = 'NEAR_MISS' AS near_miss, reporter, is_copy,
    occurred_text, state, city, class, arrayFirst(i -> i.role = 'SUBJECT', items).driver AS driver
FROM reports_g{g}
WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
    AND (org, ce_source, ce_id, topic, p, o) IN (
        SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL
        WHERE (org, ce_source, ce_id) IN (
            SELECT org, ce_source, ce_id FROM reports_g{g} WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
        )
    )
ORDER BY org, report_id, recorded, p, o, pv DESC
LIMIT 1 BY org, ce_source, ce_id
"""

_RETRACTIONS = """
SELECT org, report_id, recorded FROM retractions_g{g} FINAL
WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
    AND (org, ce_source, ce_id, topic, p, o) IN (
        SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL
        WHERE (org, ce_source, ce_id) IN (
            SELECT org, ce_source, ce_id FROM retractions_g{g}
            WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
        )
    )
ORDER BY recorded, p, o
"""

_LINKS = """
SELECT org, role, a_org, a_report, b_org, b_report, relation, method, recorded, p, o FROM links_g{g} FINAL
WHERE (a_org, a_report) IN (SELECT org, report_id FROM frontier)
    AND (org, ce_source, ce_id, topic, p, o) IN (
        SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL
        WHERE (org, ce_source, ce_id) IN (
            SELECT org, ce_source, ce_id FROM links_g{g} WHERE (a_org, a_report) IN (SELECT org, report_id FROM frontier)
        )
    )
ORDER BY recorded, p, o
"""

_LEADS = """
SELECT org, source, lead FROM occurrence_states_g{g} WHERE (org, lead) IN (SELECT org, report_id FROM frontier)
UNION DISTINCT
SELECT org, source, lead FROM occurrence_states_filed_g{g} WHERE (org, lead) IN (SELECT org, report_id FROM frontier)
"""


def _rows(client: Client, sql: str, generation: int, reports: Iterable[ReportKey]) -> list[tuple[Any, ...]]:
    lines = "\n".join(json.dumps({"org": org, "report_id": report}) for org, report in reports)
    frontier = ExternalData(
        file_name="frontier", data=lines.encode(), fmt="JSONEachRow", structure="org String, report_id String"
    )
    return [tuple(row) for row in client.query(sql.replace("{g}", str(generation)), external_data=frontier).result_rows]


def closure(client: Client, generation: int, reports: Iterable[ReportKey]) -> set[ReportKey]:
    """Every report that any token or judgement, past or present, joins to one of these."""
    known = set(reports)
    frontier = set(known)
    while frontier:
        reached = set(_rows(client, _STEP, generation, frontier))
        frontier = reached - known
        known |= frontier
    return known


def versions(client: Client, generation: int, reports: set[ReportKey]) -> list[tuple[Any, ...]]:
    """All facts about these reports, in recorded order per report; the columns are those of `_VERSIONS`."""
    return _rows(client, _VERSIONS, generation, reports)


def retractions(client: Client, generation: int, reports: set[ReportKey]) -> list[tuple[Any, ...]]:
    """Org, report id and time of the retractions of these reports."""
    return _rows(client, _RETRACTIONS, generation, reports)


def links(client: Client, generation: int, reports: set[ReportKey]) -> list[tuple[Any, ...]]:
    """The judgements about these reports; the columns are those of `_LINKS`."""
    return _rows(client, _LINKS, generation, reports)


def leads(client: Client, generation: int, reports: set[ReportKey]) -> list[tuple[str, str, str]]:
    """Which of these reports have a row of states already."""
    return [(org, source, lead) for org, source, lead in _rows(client, _LEADS, generation, reports)]


def write_states(client: Client, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """One INSERT for everything that changed, so that no reader sees half of a merge."""
    if not rows:
        return
    block = json.dumps({name: [row[name] for row in rows] for name in rows[0]}).encode()
    settings = {"input_format_json_named_tuples_as_objects": 0}  # members are pairs
    written = client.raw_insert(table, insert_block=block, fmt="JSONColumns", settings=settings).written_rows
    if written != len(rows):
        raise RuntimeError(f"{table} acknowledged {written} of {len(rows)} rows: stopping, the link position stays")
