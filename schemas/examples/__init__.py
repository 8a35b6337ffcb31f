"""Examples beside the schemas: good values every decoder must eat, bad ones every encoder must refuse.

In the JSON files bytes and fixed values are hex text, decimals are text.
"""

import json
from decimal import Decimal
from importlib.resources import files
from typing import Any

from schemas.registry import Schema


def _typed(node: Any, value: Any, named: dict[str, Any]) -> Any:
    """Turn text into bytes and decimals where the schema says so; anything that does not fit stays as it is."""
    if isinstance(node, str):
        if node == "bytes" and isinstance(value, str):
            return bytes.fromhex(value)
        return _typed(named[node], value, named) if node in named else value
    if isinstance(node, list):
        return value if value is None else _typed(next(member for member in node if member != "null"), value, named)
    if "name" in node:
        named[node["name"]] = node
    if node["type"] == "fixed" and isinstance(value, str):
        return Decimal(value) if node.get("logicalType") == "decimal" else bytes.fromhex(value)
    if node["type"] == "array" and isinstance(value, list):
        return [_typed(node["items"], item, named) for item in value]
    if node["type"] == "record" and isinstance(value, dict):
        types = {field["name"]: field["type"] for field in node["fields"]}
        for kind in types.values():
            _typed(kind, None, named)  # a type is named where it is first used, filled in or not
        return {key: _typed(types[key], item, named) if key in types else item for key, item in value.items()}
    return value


def examples(schema: Schema) -> tuple[list[dict[str, Any]], list[tuple[str, dict[str, Any]]]]:
    """Good values, and bad ones with what is wrong about them."""
    text = (files("schemas") / "examples" / f"{schema.type}.{schema.version}.json").read_text("utf-8")
    told = json.loads(text)
    named: dict[str, Any] = {}
    good = [_typed(schema.json, value, named) for value in told["good"]]
    return good, [(entry["why"], _typed(schema.json, entry["value"], named)) for entry in told["bad"]]
