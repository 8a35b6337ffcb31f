"""Judged records into the typed tables: one container file and one INSERT per schema, culprits set aside.

A refused insert is narrowed by publisher, then by halves, until the single record that the engine refuses is found; it
becomes a fault and its neighbours go on.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyarrow as pa

from commons.client import Client, DatabaseError
from commons.generation import rows_per_record
from commons.landing import MAX_TOKENS, Landed, container, landing_name
from commons.log import LogRecord
from consumers.judge import Fact, Fault, org_of, source_of
from schemas.codec import BodyError, decode
from schemas.registry import Schema

BATCH_BYTES = 32 * 1024 * 1024
# what the engine calls a body that it cannot read; UNKNOWN_EXCEPTION is a message that quotes bytes that are no text
_REFUSALS = frozenset(
    {"VIOLATED_CONSTRAINT", "STD_EXCEPTION", "INCORRECT_DATA", "CANNOT_READ_ALL_DATA", "UNKNOWN_EXCEPTION"}
)


class Refused(NamedTuple):
    """A record that is no fact, why, and when the hub recorded it (microseconds since 1970 UTC)."""

    record: LogRecord
    fault: Fault
    recorded: int


class WriteError(RuntimeError):
    """The store did not take what it acknowledged."""


def project(client: Client, generation: int, facts: Iterable[Fact]) -> list[Refused]:
    """Insert facts into their landings; returns those that the engine refuses, with the reason."""
    refused: list[Refused] = []
    for schema, batch in _batches(facts):
        refused += _insert(client, generation, schema, batch)
    return refused


def _batches(facts: Iterable[Fact]) -> list[tuple[Schema, list[Fact]]]:
    by_schema: dict[int, list[Fact]] = defaultdict(list)
    full: list[tuple[Schema, list[Fact]]] = []
    sizes: dict[int, int] = defaultdict(int)
    for fact in facts:
        number, size = fact.schema.id, len(fact.landed.value)
        if sizes[number] + size > BATCH_BYTES:
            full.append((fact.schema, by_schema.pop(number, [])))
            sizes[number] = 0
        by_schema[number].append(fact)
        sizes[number] += size
    return [(schema, batch) for schema, batch in full if batch] + [(b[0].schema, b) for b in by_schema.values() if b]


def _insert(client: Client, generation: int, schema: Schema, facts: Sequence[Fact]) -> list[Refused]:
    if _accepted(client, generation, schema, [fact.landed for fact in facts]):
        return []
    if len(facts) == 1:
        # asked twice: a record is a fault for ever, so a passing trouble of the engine must not make it one
        if _accepted(client, generation, schema, [facts[0].landed]):
            return []
        return [Refused(facts[0].record, _why(facts[0]), facts[0].landed.envelope["recorded"])]
    publishers = {fact.record.topic for fact in facts}
    if len(publishers) > 1:
        parts = [[fact for fact in facts if fact.record.topic == topic] for topic in sorted(publishers)]
    else:
        parts = [list(facts[: len(facts) // 2]), list(facts[len(facts) // 2 :])]
    return [refused for part in parts for refused in _insert(client, generation, schema, part)]


def _accepted(client: Client, generation: int, schema: Schema, landed: Sequence[Landed]) -> bool:
    try:
        summary = client.raw_insert(
            landing_name(schema, generation), insert_block=container(schema, landed), fmt="Avro",
            settings={"input_format_avro_allow_missing_fields": 0},
        )  # fmt: skip
    except DatabaseError as error:
        # the message may quote a value, so nothing of it is kept; what is no refusal of the data is the operator's
        if any(name in str(error) for name in _REFUSALS):
            return False
        raise
    least = len(landed) * rows_per_record(schema.type)
    if summary.written_rows < least:
        raise WriteError(f"{landing_name(schema, generation)} acknowledged {summary.written_rows} rows of {least}")
    return True


def _why(fact: Fact) -> Fault:
    try:
        schema, value = decode(fact.landed.value)
    except BodyError as error:
        return Fault(error.reason, str(error))
    key = schema.json.get("key")
    if key is not None and value[key] != fact.landed.envelope["subject"]:
        return Fault("WRONG_KEY", f"the record key is not the value's {key}")
    if len(value.get("tokens", ())) > MAX_TOKENS:
        return Fault("TOO_LARGE", f"more than {MAX_TOKENS} tokens")
    return Fault("BAD_BODY", f"the engine does not read it as {fact.schema.type}, or a time's text is not its stretch")


def keep_judgements(client: Client, generation: int, faults: Sequence[Refused], governance: int) -> None:
    """Write why records are no facts; writing the same again changes nothing."""
    if not faults:
        return
    records = [refusal.record for refusal in faults]
    table = pa.table(
        {
            "topic_id": pa.array([r.topic_id for r in records], pa.string()),
            "topic": pa.array([r.topic for r in records], pa.string()),
            "partition": pa.array([r.partition for r in records], pa.uint16()),
            "offset": pa.array([r.offset for r in records], pa.int64()),
            "record_sha": pa.array([r.sha for r in records], pa.binary(32)),
            "org": pa.array([org_of(r.topic) for r in records], pa.string()),
            "source": pa.array([source_of(r) for r in records], pa.string()),
            "recorded": pa.array([refusal.recorded for refusal in faults], pa.int64()),
            "reason": pa.array([refusal.fault.reason for refusal in faults], pa.string()),
            "detail": pa.array([refusal.fault.detail for refusal in faults], pa.string()),
            "governance": pa.array([governance] * len(records), pa.int64()),
        }
    )
    written = client.insert_arrow(f"judgements_g{generation}", table).written_rows
    if written != len(records):
        raise WriteError(f"judgements acknowledged {written} rows of {len(records)}")
