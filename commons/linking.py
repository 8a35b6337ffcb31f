"""What the link worker reads and writes: closures of reports, and the states of occurrences."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

ReportKey = tuple[str, str]
"""Org and report id."""

# Only what can join: tokens of one publisher, judgements of both publishers or of a regulator. A proposal joins
# nothing, so nobody makes another's closure larger.
_STEP = """
SELECT DISTINCT org, report_id FROM
(
    SELECT org, report_id FROM tokens_g{g} WHERE (org, scheme, scope, value) IN (
        SELECT org, scheme, scope, value FROM tokens_g{g}
        WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
    )
    UNION ALL
    SELECT ends.1 AS org, ends.2 AS report_id
    FROM
    (
        SELECT arrayJoin([a, b]) AS ends
        FROM
        (
            SELECT a, b FROM
            (
                SELECT org, role, (a_org, a_report) AS x, (b_org, b_report) AS y,
                    if(x < y, x, y) AS a, if(x < y, y, x) AS b
                FROM links_g{g}
                WHERE (a_org, a_report) IN (SELECT org, report_id FROM frontier)
                    OR (b_org, b_report) IN (SELECT org, report_id FROM frontier)
            )
            GROUP BY a, b
            HAVING countIf(org = a.1) > 0 AND countIf(org = b.1) > 0 OR countIf(role = 'REGULATOR') > 0
        )
    )
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
            SELECT org, ce_source, ce_id FROM reports_g{g}
            WHERE (org, report_id) IN (SELECT org, report_id FROM frontier)
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
    AND (b_org, b_report) IN (SELECT org, report_id FROM frontier)
    AND (org IN (a_org, b_org) OR role = 'REGULATOR')
    AND (org, ce_source, ce_id, topic, p, o) IN (
        SELECT org, ce_source, ce_id, topic, p, o FROM facts_g{g} FINAL
        WHERE (org, ce_source, ce_id) IN (
            SELECT org, ce_source, ce_id FROM links_g{g}
            WHERE (a_org, a_report) IN (SELECT org, report_id FROM frontier)
        )
    )
ORDER BY recorded, p, o
"""

_LEADS = """
SELECT org, source, lead FROM occurrence_states_g{g} WHERE (org, lead) IN (SELECT org, report_id FROM frontier)
UNION DISTINCT
SELECT org, source, lead FROM occurrence_states_filed_g{g} WHERE (org, lead) IN (SELECT org, report_id FROM frontier)
"""


class Known(NamedTuple):
    """All that the store has about some reports; the columns are those of the queries above."""

    versions: list[tuple[Any, ...]]
    retractions: list[tuple[Any, ...]]
    links: list[tuple[Any, ...]]
    leads: list[tuple[Any, ...]]
    """Which of the reports have a row of states already: org, source, report id."""


def _frontier(reports: Iterable[ReportKey]) -> ExternalData:
    listed = list(reports)
    columns = {
        "org": pa.array([org for org, _ in listed], pa.string()),
        "report_id": pa.array([report for _, report in listed], pa.string()),
    }
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    data = sink.getvalue().to_pybytes()
    return ExternalData(file_name="frontier", data=data, fmt="Arrow", structure="org String, report_id String")


def _rows(client: Client, sql: str, generation: int, frontier: ExternalData) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in client.query(sql.replace("{g}", str(generation)), external_data=frontier).result_rows]


def closure(client: Client, generation: int, reports: Iterable[ReportKey]) -> set[ReportKey]:
    """Every report that a joining token or a judgement that counts, past or present, joins to one of these."""
    known = set(reports)
    fresh = set(known)
    while fresh:
        reached = {(org, report) for org, report in _rows(client, _STEP, generation, _frontier(fresh))}
        fresh = reached - known
        known |= fresh
    return known


def known(client: Client, generation: int, reports: set[ReportKey]) -> Known:
    """The facts about these reports, in recorded order, and which of them have states."""
    frontier = _frontier(reports)
    return Known(*[_rows(client, sql, generation, frontier) for sql in (_VERSIONS, _RETRACTIONS, _LINKS, _LEADS)])


def write_states(client: Client, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """One INSERT for everything that changed, so that no reader sees half of a merge."""
    if not rows:
        return
    block = json.dumps({name: [row[name] for row in rows] for name in rows[0]}).encode()
    settings = {"input_format_json_named_tuples_as_objects": 0}  # members are pairs
    written = client.raw_insert(table, insert_block=block, fmt="JSONColumns", settings=settings).written_rows
    if written != len(rows):
        raise RuntimeError(f"{table} acknowledged {written} of {len(rows)} rows: stopping, the link position stays")
