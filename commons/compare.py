"""What fsck asks of the store: holes and differing copies in the log, and where two generations disagree."""

from collections.abc import Iterator
from typing import Any

from clickhouse_connect.driver.client import Client

# who wrote a row and when it was computed may differ between two builds; what it says may not
_INCIDENTAL = frozenset({"pv", "gen", "governance", "ver"})
_LISTED = 100

_HOLES = """
SELECT topic, partition, toInt64(before + 1) AS first, toInt64(offset - before - 1) AS missing
FROM
(
    SELECT topic, partition, offset,
        lagInFrame(last_offset, 1, toInt64(-1)) OVER (PARTITION BY topic_id, partition ORDER BY offset
            ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
    FROM (SELECT DISTINCT topic_id, topic, partition, offset, last_offset FROM events)
)
WHERE offset - before > 1
ORDER BY topic, partition, first
"""

_DIFFERING = """
SELECT topic, partition, offset, uniqExact(record_sha) AS copies FROM events
GROUP BY topic_id, topic, partition, offset HAVING copies > 1 ORDER BY topic, partition, offset
"""


def holes(client: Client) -> list[tuple[Any, ...]]:
    """Topic, partition, first missing offset and how many are missing; partitions begin at 0, retention is for ever."""
    return [tuple(row) for row in client.query(_HOLES).result_rows]


def differing(client: Client) -> list[tuple[Any, ...]]:
    """Topic, partition, offset and number of different records that lie there."""
    return [tuple(row) for row in client.query(_DIFFERING).result_rows]


def counts(client: Client, generation: int) -> tuple[int, int, int, int]:
    """Records in the log, facts, repeated records, judgements of one generation."""
    (row,) = client.query(
        "SELECT (SELECT count() FROM events FINAL), (SELECT count() FROM facts_g{g} FINAL),"
        " (SELECT count() FROM accepted_g{g} FINAL), (SELECT count() FROM judgements_g{g} FINAL)".replace(
            "{g}", str(generation)
        )
    ).result_rows
    records, facts, accepted, judged = (int(value) for value in row)
    return records, facts, accepted - facts, judged


def differences(client: Client, table: str, generation: int, rebuilt: int) -> Iterator[tuple[str, str, str]]:
    """Rows of a table that are lost, doubled (there without a fact) or altered against a rebuild, at most 100.

    Yields kind, key and what differs; never a value of a column that is not part of the key.
    """
    columns = client.query(
        "SELECT name, is_in_sorting_key FROM system.columns WHERE database = 'hub' AND table = {table:String}"
        " AND default_kind = '' ORDER BY position",
        parameters={"table": f"{table}_g{rebuilt}"},
    ).result_rows
    keys = ", ".join(f"`{name}`" for name, in_key in columns if in_key)
    said = [name for name, in_key in columns if not in_key and name not in _INCIDENTAL]
    hashes = ", ".join(f"sipHash64(toString(`{name}`))" for name in said) or "0"
    # a row without states only says that a report no longer ever led; a rebuild in one go may not have needed it
    where = " WHERE notEmpty(`states.valid_from`)" if "states.valid_from" in said else ""
    if table == "judgements":
        # a fault that was mended since is none to a release that reads the record
        accepted = "SELECT topic_id, topic, p, o, record_sha FROM hub.accepted_g{n} FINAL"
        where = f" WHERE (topic_id, topic, partition, offset, record_sha) NOT IN ({accepted})"
    rows = f"SELECT toString(tuple({keys})) AS id, [{hashes}] AS said FROM hub.{table}_g{{n}} FINAL{where}"
    sql = (
        "SELECT id, here, there, said_here, said_there FROM"
        f" (SELECT id, 1 AS here, said AS said_here FROM ({rows.replace('{n}', str(generation))})) AS a"
        f" FULL OUTER JOIN (SELECT id, 1 AS there, said AS said_there FROM ({rows.replace('{n}', str(rebuilt))})) AS b"
        f" USING (id) WHERE here != there OR said_here != said_there ORDER BY id LIMIT {_LISTED}"
    )
    for key, here, there, said_here, said_there in client.query(sql).result_rows:
        if not here:
            yield "lost", key, "a rebuild has it"
        elif not there:
            yield "doubled", key, "a rebuild does not have it"
        else:
            names = [name for name, a, b in zip(said, said_here, said_there, strict=True) if a != b]
            yield "altered", key, f"differs from a rebuild in {', '.join(names)}"
