"""Avro bodies into ClickHouse without decoding them: one container file and one INSERT per schema and batch.

Avro records are the plain concatenation of their fields, so an envelope is a derived writer schema: envelope fields,
eight random guard bytes, the writer's fields, the guard again. It goes into an `ENGINE = Null` landing generated from
the schema; views (`projections/views.sql`) carry it on into the typed tables. The guard is drawn after the records were
read, so no crafted body can close itself and open a record of its own.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from schemas.codec import PREFIX
from schemas.encoding import long
from schemas.registry import Schema

GUARD = 8
_FIRST_YEAR, _LAST_YEAR = -2_208_988_800_000_000, 10_413_792_000_000_000  # 1900 and 2300, in microseconds
MAX_TOKENS = 64
"""Most tokens of one record: each is a way into a closure."""
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": "string"}
_DIGEST = {"type": "fixed", "name": "EnvelopeDigest", "size": 32}
_ENVELOPE: list[tuple[str, Any, str]] = [
    # name, Avro type, ClickHouse type
    ("e_org", _TEXT, "String"),
    ("e_ce_source", _TEXT, "String"),
    ("e_ce_id", _TEXT, "String"),
    ("e_source", _TEXT, "String"),
    ("e_subject", _TEXT, "String"),
    ("e_topic_id", _TEXT, "String"),
    ("e_topic", _TEXT, "String"),
    ("e_p", "int", "Int32"),
    ("e_o", "long", "Int64"),
    ("e_recorded", "long", "Int64"),
    ("e_record_sha", _DIGEST, "FixedString(32)"),
    ("e_leaf", "EnvelopeDigest", "FixedString(32)"),
    ("e_key_id", _TEXT, "String"),
    ("e_role", _TEXT, "String"),
    ("e_provenance", _TEXT, "String"),
    ("e_sharing", _TEXT, "String"),
    ("e_audience", _TEXTS, "Array(String)"),
    ("e_purposes", _TEXTS, "Array(String)"),
]
ENVELOPE_SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "Envelope",
    "fields": [{"name": name, "type": avro} for name, avro, _ in _ENVELOPE],
}
_LEFT_OUT = "sections"  # stays in the log's bytes; the reader skips what the landing does not declare
_SCALARS = {
    "string": "String",
    "bytes": "String",
    "int": "Int32",
    "long": "Int64",
    "boolean": "Bool",
    "double": "Float64",
}


@dataclass(frozen=True, slots=True)
class Landed:
    """One judged record: its envelope by column name (without `e_`) and its framed value."""

    envelope: dict[str, Any]
    value: bytes


def _column_type(node: Any, named: dict[str, Any]) -> str:
    """The ClickHouse type an Avro type lands in (the table in CLICKHOUSE notes); ValueError where none is safe."""
    if isinstance(node, str):
        return _SCALARS[node] if node in _SCALARS else _column_type(named[node], named)
    if isinstance(node, list):
        return _union_type(node, named)
    kind, logical = node["type"], node.get("logicalType")
    if kind in ("record", "enum", "fixed"):
        named[node["name"]] = node
    if kind == "fixed" and logical == "decimal":
        return f"Decimal({node['precision']}, {node['scale']})"
    if logical is not None:
        raise ValueError(f"no safe column type for Avro {kind} as {logical}: add one to commons/landing.py")
    return _plain_type(node, named)


def _union_type(members: list[Any], named: dict[str, Any]) -> str:
    inner = [member for member in members if member != "null"]
    column = _column_type(inner[0], named)
    # a null in place of a list would land as an empty one, and a second type as a Variant
    if len(inner) != 1 or column.startswith(("Array", "Map")):
        raise ValueError("a union lands safely only as null or one type that is no list: leave it empty instead")
    return f"Nullable({column})"


def _plain_type(node: dict[str, Any], named: dict[str, Any]) -> str:
    match node["type"]:
        case "record":
            leaves = ", ".join(f"`{f['name']}` {_column_type(f['type'], named)}" for f in node["fields"])
            return f"Tuple({leaves})"
        case "array":
            return f"Array({_column_type(node['items'], named)})"
        case "map":
            return f"Map(String, {_column_type(node['values'], named)})"
        case "enum":
            return "String"
        case "fixed":
            return f"FixedString({node['size']})"
        case kind if kind in _SCALARS:
            return _SCALARS[kind]
        case kind:
            raise ValueError(f"no safe column type for Avro {kind}: add one to commons/landing.py")


def _texts(path: str, node: Any, named: dict[str, Any]) -> list[str]:
    """The expressions under `path` that hold text: whole columns, or their text leaves where bytes lie beside them."""
    if isinstance(node, str) and node in named:
        node = named[node]
    if isinstance(node, list):
        (node,) = [member for member in node if member != "null"]
        return _texts(path, node, named)
    if isinstance(node, str):
        return [path] if node == "string" else []
    if node["type"] == "array":
        return _texts(path, node["items"], named)
    if node["type"] == "record":
        leaves = [_texts(f"{path}.`{leaf['name']}`", leaf["type"], named) for leaf in node["fields"]]
        binary = any(_holds_bytes(leaf["type"], named) for leaf in node["fields"])
        return [text for texts in leaves for text in texts] if binary else [path]
    return [path] if node["type"] in ("map", "enum") else []


def _holds_bytes(node: Any, named: dict[str, Any]) -> bool:
    return "FixedString" in _column_type(node, named) or node == "bytes" or (isinstance(node, list) and "bytes" in node)


def landing_name(schema: Schema, generation: int) -> str:
    """`hub.land_<schema id>_g<generation>`."""
    return f"hub.land_{schema.id}_g{generation}"


def landing_ddl(schema: Schema, generation: int) -> str:
    """CREATE TABLE of the landing, with the guard, the UTF-8 check and the check of the key the schema names."""
    named: dict[str, Any] = {}
    columns = [f"{name} {column}" for name, _, column in _ENVELOPE] + [f"g FixedString({GUARD})"]
    texts = []
    for field in schema.json["fields"]:
        if field["name"] == _LEFT_OUT:
            continue
        columns.append(f"`{field['name']}` {_column_type(field['type'], named)}")
        texts += _texts(f"`{field['name']}`", field["type"], named)
    columns.append(f"g2 FixedString({GUARD})")
    # a tuple's text keeps the bytes above 0x7F as they are, between ASCII quotes: invalid stays invalid
    checks = [
        "CONSTRAINT framing CHECK g = g2",
        f"CONSTRAINT text CHECK isValidUTF8(toString(tuple({', '.join(texts)})))",
    ]
    if any(field["name"] == "tokens" for field in schema.json["fields"]):
        checks.append(f"CONSTRAINT tokens CHECK length(tokens) <= {MAX_TOKENS}")
    checks += [_time_check(field["name"]) for field in schema.json["fields"] if _is_time(field["type"], named)]
    if {"report_id", "version"} <= {field["name"] for field in schema.json["fields"]}:
        checks.append("CONSTRAINT version CHECK version >= 1")
    if "key" in schema.json:
        checks.append(f"CONSTRAINT subject CHECK `{schema.json['key']}` = e_subject")
    return (
        f"CREATE TABLE IF NOT EXISTS {landing_name(schema, generation)} ({', '.join(columns + checks)}) ENGINE = Null"
    )


def _is_time(node: Any, named: dict[str, Any]) -> bool:
    if isinstance(node, list):
        return any(_is_time(member, named) for member in node)
    return (node if isinstance(node, dict) else named.get(node, {})).get("name") == "Time"


def _time_check(field: str) -> str:
    """A Time says one thing twice: its text, or both ends of `A/B`, are how first and last moment begin in ISO 8601."""
    first, after, ends = f"`{field}`.`from`", f"`{field}`.`to`", f"splitByChar('/', `{field}`.text)"
    begins = "startsWith(formatDateTime(fromUnixTimestamp64Micro({}, 'UTC'), '%Y-%m-%dT%H:%i:%S.%f'), {}[{}])"
    stands = (
        f"length({ends}) <= 2 AND arrayAll(x -> length(x) >= 4, {ends}) AND {first} < {after}"
        f" AND {first} >= {_FIRST_YEAR} AND {after} <= {_LAST_YEAR}"
        f" AND {begins.format(first, ends, 1)} AND {begins.format(f'{after} - 1', ends, -1)}"
    )
    return f"CONSTRAINT time_{field} CHECK isNull(`{field}`) OR ifNull({stands}, false)"


def container(schema: Schema, records: Sequence[Landed]) -> bytes:
    """One Avro Object Container File holding the records' bodies as they are, behind their envelopes."""
    guard = os.urandom(GUARD)
    sync = os.urandom(16)
    # sections stand last in a body, so the writer's schema keeps them, and the reader steps over them to reach g2
    fields = [*ENVELOPE_SCHEMA["fields"], {"name": "g", "type": {"type": "fixed", "name": "Guard", "size": GUARD}}]
    fields += schema.json["fields"]
    fields += [{"name": "g2", "type": "Guard"}]
    writer = {"type": "record", "name": "Row", "namespace": schema.json["namespace"], "fields": fields}
    body: list[bytes | memoryview] = []
    for record in records:
        body += (envelope(record.envelope), guard, memoryview(record.value)[PREFIX:], guard)
    metadata = [_text("avro.schema"), _text(json.dumps(writer)), _text("avro.codec"), _text("null")]
    header = [b"Obj\x01", long(2), *metadata, long(0), sync, long(len(records)), long(sum(map(len, body)))]
    return b"".join([*header, *body, sync])


def envelope(values: Mapping[str, Any]) -> bytes:
    """An envelope as Avro, by column name (without `e_`): written out, for it is written once per record."""
    v = values
    return b"".join((
        _known(v["org"]), _text(v["ce_source"]), _text(v["ce_id"]), _text(v["source"]), _text(v["subject"]),
        _known(v["topic_id"]), _known(v["topic"]), long(v["p"]), long(v["o"]), long(v["recorded"]),
        v["record_sha"], v["leaf"], _known(v["key_id"]), _known(v["role"]), _known(v["provenance"]),
        _known(v["sharing"]), _texts_of(v["audience"]), _texts_of(v["purposes"]),
    ))  # fmt: skip


def _text(value: str) -> bytes:
    data = value.encode()
    return long(len(data)) + data


_known = lru_cache(maxsize=4096)(_text)  # what many records share; only what is registered or enumerated, so small


def _texts_of(values: Sequence[str]) -> bytes:
    block = [long(len(values)), *map(_text, values)] if values else []
    return b"".join([*block, b"\0"])
