"""Generations of the projection tables and how far each has come.

A rebuild makes a new generation beside the old one; the switch is one inserted row. Whoever reads resolves the current
generation and its positions first and bounds everything else by them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from clickhouse_connect.driver.client import Client

from commons.landing import landing_ddl
from commons.migrate import statements
from schemas.registry import Schema

if TYPE_CHECKING:  # the log loads Arrow: who asks for the generation alone does without its 40 MB
    from commons.log import Partition

PROJECTOR = 1
"""Version of the judging and projecting code; it decides between equal facts only."""

TABLES = (
    "accepted", "facts", "reports", "tokens", "links", "retractions", "participants", "judgements",
    "exposures", "near_miss_counts", "claim_transactions", "certificates", "obligations", "parties", "sharing_changes",
    "accesses",
    "occurrence_states", "occurrence_states_filed",
)  # fmt: skip

_FACT = """org LowCardinality(String),
    ce_source LowCardinality(String),
    ce_id String,
    topic LowCardinality(String),
    p UInt16,
    o Int64,
    recorded Int64 COMMENT 'microseconds since 1970 UTC: when this hub had it',"""
# Facts are a set keyed by (org, ce_source, ce_id): the first known wins, whatever order the inserts come in; pv, the
# projector's version, only decides between equals.
_FIRST_KNOWN = """    pv UInt16,
    ver UInt256 MATERIALIZED bitShiftLeft(bitShiftLeft(toUInt256(bitNot(toUInt64(recorded))), 80)
        + bitShiftLeft(toUInt256(bitNot(p)), 64) + bitNot(toUInt64(o)), 16) + pv
)
ENGINE = ReplacingMergeTree(ver)
ORDER BY (org, ce_source, ce_id)
SETTINGS fsync_after_insert = 1"""


@dataclass(frozen=True, slots=True)
class Position:
    """How far one partition is processed: next offset, newest recorded time, last moment found complete (µs UTC)."""

    offset: int = 0
    recorded: int = 0
    complete_at: int = 0


def _views() -> Iterable[tuple[str, str]]:
    """Event type (or *) and statement of every view behind a landing."""
    parts = re.split(r"-- for: (\S+)\n", (files("commons") / "projections" / "views.sql").read_text("utf-8"))
    return zip(parts[1::2], parts[2::2], strict=True)


@cache
def rows_per_record(event_type: str) -> int:
    """How many rows ClickHouse counts as written for one record of this type: one into its landing, and one by each
    view behind it that makes a row per record (a view with ARRAY JOIN makes any number)."""
    return 1 + sum(name in ("*", event_type) and "ARRAY JOIN" not in sql for name, sql in _views())


def create(client: Client, generation: int) -> None:
    """Make a generation's tables; what exists from an interrupted attempt is dropped first."""
    drop(client, generation)
    for name in ("tables.sql", "tables_amounts.sql", "tables_parties.sql"):
        for sql in statements((files("commons") / "projections" / name).read_text("utf-8")):
            filled = sql.replace("{fact}", _FACT).replace("{first_known}", _FIRST_KNOWN)
            client.command(filled.replace("{g}", str(generation)))


def open_landing(client: Client, generation: int, schema: Schema) -> None:
    """Make a schema's landing and the views behind it, before its first record: most hubs see a few types only.

    What is there stays: it is of this generation, so of this release.
    """
    client.command(landing_ddl(schema, generation))
    for event_type, sql in _views():
        if event_type in ("*", schema.type):
            filled = sql.replace("{g}", str(generation)).replace("{id}", str(schema.id))
            client.command(filled.replace("{pv}", str(PROJECTOR)).replace("{type}", schema.type).strip().rstrip(";"))


def complete(client: Client, generation: int) -> bool:
    """Whether a generation has every table of this release: one of an older release may not."""
    wanted = {f"{name}_g{generation}" for name in TABLES}
    there = client.query(
        "SELECT name FROM system.tables WHERE database = 'hub' AND endsWith(name, {end:String})",
        parameters={"end": f"_g{generation}"},
    ).result_rows
    return wanted <= {str(name) for (name,) in there}


def drop(client: Client, generation: int) -> None:
    """Remove every table and view of a generation."""
    names = client.query(
        "SELECT name, engine FROM system.tables WHERE database = 'hub' AND endsWith(name, {end:String})"
        " ORDER BY engine != 'MaterializedView'",
        parameters={"end": f"_g{generation}"},
    ).result_rows
    for name, _ in names:
        client.command(f"DROP TABLE IF EXISTS hub.`{name}` SYNC")
    client.command(f"ALTER TABLE positions DELETE WHERE generation = {generation} SETTINGS mutations_sync = 1")


def current(client: Client) -> int:
    """The generation that is read, 0 before the first."""
    return _number(client, "SELECT max(generation) FROM generations WHERE state = 'current'")


def newest(client: Client) -> int:
    """The greatest generation number ever given."""
    return _number(client, "SELECT max(generation) FROM generations")


def _number(client: Client, sql: str) -> int:
    return int(client.query(sql).result_rows[0][0])


def note(client: Client, generation: int, state: str, release: str) -> None:
    """Say what a generation is from now on: building, current or dropped."""
    client.insert("generations", [[generation, state, release]], column_names=["generation", "state", "release"])


def positions(client: Client, generation: int, stage: str) -> "dict[Partition, Position]":
    """Positions of one stage (project or link) of one generation."""
    rows = client.query(
        "SELECT topic_id, topic, partition, max(offset), max(recorded), max(complete_at) FROM positions"
        " WHERE generation = {generation:UInt32} AND stage = {stage:String} GROUP BY ALL",
        parameters={"generation": generation, "stage": stage},
    ).result_rows
    return {(row[0], row[1], row[2]): Position(*row[3:]) for row in rows}


def advance(client: Client, generation: int, stage: str, reached: "Mapping[Partition, Position]") -> None:
    """Write positions, after what they stand for is acknowledged."""
    if not reached:
        return
    rows = [[generation, stage, *place, p.offset, p.recorded, p.complete_at] for place, p in reached.items()]
    names = ["generation", "stage", "topic_id", "topic", "partition", "offset", "recorded", "complete_at"]
    client.insert("positions", rows, column_names=names)
