"""Values of any schema of the catalogue, generated from the schema; and what a schema's next version may look like."""

import copy
from decimal import Decimal
from hashlib import sha256
from typing import Any

from fastavro.schema import parse_schema, to_parsing_canonical_form
from hypothesis import strategies as st

from schemas.registry import Schema

Strategy = st.SearchStrategy[Any]
_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
_SCALARS: dict[str, Strategy] = {
    "string": _TEXT,
    "bytes": st.binary(max_size=8),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "double": st.floats(allow_nan=False),
}


def _millionths(number: int) -> Decimal:
    return Decimal((int(number < 0), tuple(int(digit) for digit in str(abs(number))), -6))


def _of(node: Any, named: dict[str, Any]) -> Strategy:
    if isinstance(node, str):
        return _SCALARS[node] if node in _SCALARS else _of(named[node], named)
    if isinstance(node, list):
        return st.one_of([st.none() if member == "null" else _of(member, named) for member in node])
    if "name" in node:
        named[node["name"]] = node
    match node["type"]:
        case "record":
            return st.fixed_dictionaries({field["name"]: _of(field["type"], named) for field in node["fields"]})
        case "enum":
            return st.sampled_from(node["symbols"])
        case "array":
            return st.lists(_of(node["items"], named), max_size=2)
        case "map":
            return st.dictionaries(_TEXT, _of(node["values"], named), max_size=2)
        case "fixed":
            digest = st.binary(min_size=node["size"], max_size=node["size"])
            return st.integers(1 - 10**38, 10**38 - 1).map(_millionths) if "logicalType" in node else digest
        case kind:
            return _SCALARS[kind]


def values(schema: Schema) -> Strategy:
    """Any value of a schema, short texts and lists."""
    return _of(schema.json, {})


def _grown(node: Any) -> None:
    """Give every enum a further symbol."""
    if isinstance(node, list):
        for member in node:
            _grown(member)
    elif isinstance(node, dict):
        if node.get("type") == "enum":
            node["symbols"] = [*node["symbols"], "LATER"]
        for part in ("type", "items", "values", "fields"):
            _grown(node.get(part))


def successor(schema: Schema, number: int) -> Schema:
    """A next version by the rules of CONTRIBUTING: a field with a default, a new symbol at the end of each enum."""
    changed = copy.deepcopy(schema.json)
    _grown(changed)
    at = next((i for i, field in enumerate(changed["fields"]) if field["name"] == "sections"), len(changed["fields"]))
    added = {"name": "later", "type": ["null", "string"], "default": None, "doc": "Of a later release."}
    changed["fields"].insert(at, added)
    digest = sha256(to_parsing_canonical_form(changed).encode()).hexdigest()
    return Schema(number, schema.type, schema.version + 1, changed, parse_schema(changed, {}), digest)
