"""What the hub concluded about stretches of its log: facts, repetitions and faults, by coordinates.

The same judgements as the queries `totals` and `faults` give, read for the stretches alone: each costs what it holds.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.external import ExternalData

CHUNK = 1024
"""Most offsets that one conclusion is about: chunks begin at multiples of it."""


class Stretch(NamedTuple):
    """Part of a partition: first <= offset < next."""

    topic_id: str
    partition: int
    first: int
    next: int


class Fault(NamedTuple):
    """A record that is no fact; `recorded` in microseconds since 1970 UTC."""

    offset: int
    source: str
    reason: str
    detail: str
    recorded: int


class Conclusion(NamedTuple):
    """What a stretch holds."""

    accepted: int
    repeated: int
    faults: list[Fault]


# Facts are looked up by their own key, for what was accepted in the stretches alone.
_ACCEPTED = """
WITH taken AS
(
    SELECT topic_id, p, o, org, ce_source, ce_id, recorded, leaf FROM accepted_g{g} FINAL
    WHERE (topic_id, p, o) IN (SELECT topic_id, p, arrayJoin(range(first, next)) FROM stretches)
)
SELECT topic_id, p, intDiv(o, {chunk}) AS chunk, countIf((topic_id, p, o) = (f_topic_id, f_p, f_o)) AS facts,
    countIf((topic_id, p, o) != (f_topic_id, f_p, f_o) AND leaf = f_leaf) AS again,
    groupArrayIf((o, splitByChar('/', ce_source)[3], 'CONFLICTING_ID',
        'another content under an id that is known already', recorded), leaf != f_leaf) AS conflicting
FROM taken
INNER JOIN
(
    SELECT org AS f_org, ce_source AS f_source, ce_id AS f_id, topic_id AS f_topic_id, p AS f_p, o AS f_o,
        leaf AS f_leaf
    FROM facts_g{g} FINAL WHERE (org, ce_source, ce_id) IN (SELECT org, ce_source, ce_id FROM taken)
) AS facts ON f_org = org AND f_source = ce_source AND f_id = ce_id
GROUP BY topic_id, p, chunk
"""

# A fault that is mended is a fact from then on.
_FAULTS = """
SELECT topic_id, partition, offset, source, reason, detail, recorded FROM judgements_g{g} FINAL
WHERE (topic_id, partition, offset) IN (SELECT topic_id, p, arrayJoin(range(first, next)) FROM stretches)
    AND (topic_id, partition, offset, record_sha) NOT IN
    (
        SELECT topic_id, p, o, record_sha FROM accepted_g{g}
        WHERE (topic_id, p, o) IN (SELECT topic_id, p, arrayJoin(range(first, next)) FROM stretches)
    )
"""


def concluded(client: Client, generation: int, stretches: Collection[Stretch]) -> dict[Stretch, Conclusion]:
    """What each stretch holds; none may reach over a multiple of CHUNK, and none may overlap another."""
    found: dict[tuple[str, int, int], Conclusion] = defaultdict(lambda: Conclusion(0, 0, []))
    for topic_id, partition, chunk, accepted, repeated, conflicting in _rows(client, _ACCEPTED, generation, stretches):
        found[topic_id, partition, chunk] = Conclusion(accepted, repeated, [Fault(*fault) for fault in conflicting])
    for topic_id, partition, *fault in _rows(client, _FAULTS, generation, stretches):
        found[topic_id, partition, fault[0] // CHUNK].faults.append(Fault(*fault))
    told = {s: found[s.topic_id, s.partition, s.first // CHUNK] for s in stretches}
    for conclusion in told.values():
        conclusion.faults.sort()
    return told


def _rows(client: Client, sql: str, generation: int, stretches: Iterable[Stretch]) -> list[tuple[Any, ...]]:
    columns = list(zip(*stretches, strict=True))
    types = (pa.string(), pa.uint16(), pa.int64(), pa.int64())
    names = ("topic_id", "p", "first", "next")
    table = pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, types, strict=True)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    external = ExternalData(
        file_name="stretches", data=sink.getvalue().to_pybytes(), fmt="Arrow",
        structure="topic_id String, p UInt16, first Int64, next Int64",
    )  # fmt: skip
    filled = sql.replace("{g}", str(generation)).replace("{chunk}", str(CHUNK))
    return [tuple(row) for row in client.query(filled, external_data=external).result_rows]
