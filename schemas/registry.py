"""The event schemas: one Avro file per type and version, ids assigned in `ids.json`, once and for ever.

A schema file may name types of `avsc/types.avsc`; what goes on the wire is the self-contained form, in which the
first mention of a shared type is replaced by its definition.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from typing import Any

from fastavro.schema import SchemaParseException, parse_schema, to_parsing_canonical_form

from schemas.encoding import Write, writer

NAMESPACE = "incidenthub"
_DATASCHEMA = "urn:incident-hub:schema"


class SchemaError(ValueError):
    """A text is no Avro schema."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One released schema: immutable, known by its id and by the SHA-256 of its Avro Parsing Canonical Form."""

    id: int
    type: str
    version: int
    json: dict[str, Any]
    parsed: Any
    sha256: str
    write: Write = field(init=False, repr=False, compare=False)
    """Appends the binary encoding of a value; raises FitError."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "write", writer(self.parsed))

    @property
    def dataschema(self) -> str:
        """What `ce_dataschema` says; its last part is the identity."""
        return f"{_DATASCHEMA}:{self.type}:{self.version}:{self.sha256}"


def _inlined(node: Any, shared: dict[str, Any], seen: set[str]) -> Any:
    if isinstance(node, str) and node in shared and node not in seen:
        return _inlined(shared[node], shared, seen)
    if isinstance(node, list):
        return [_inlined(item, shared, seen) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("record", "enum", "fixed"):
        seen.add(node["name"])
    inner = ("type", "items", "values", "fields")
    return {key: _inlined(value, shared, seen) if key in inner else value for key, value in node.items()}


def _digest(whole: Any) -> str:
    return sha256(to_parsing_canonical_form(whole).encode()).hexdigest()


def _load() -> dict[int, Schema]:
    avsc = files("schemas") / "avsc"
    shared = {node["name"]: node for node in json.loads((avsc / "types.avsc").read_text("utf-8"))}
    ids: dict[str, dict[str, Any]] = json.loads((files("schemas") / "ids.json").read_text("utf-8"))
    schemas = {}
    for number, entry in ids.items():
        name = f"{entry['type']}.{entry['version']}.avsc"
        whole = _inlined(json.loads((avsc / name).read_text("utf-8")), shared, set())
        schemas[int(number)] = Schema(
            int(number), entry["type"], entry["version"], whole, parse_schema(whole, {}), _digest(whole)
        )
    return schemas


SCHEMAS: dict[int, Schema] = _load()
"""Every released schema by its id."""


LATEST: dict[str, Schema] = {s.type: s for s in sorted(SCHEMAS.values(), key=lambda s: s.version)}
"""The newest schema of each event type."""


def latest(event_type: str) -> Schema:
    """The newest schema of an event type; ValueError for a type the catalogue does not have."""
    schema = LATEST.get(event_type)
    if schema is None:
        raise ValueError(f"{event_type} is no event type of this release")
    return schema


def fingerprint(text: str) -> str:
    """SHA-256 of the Avro Parsing Canonical Form of a self-contained schema, which may come from anywhere.

    Two texts with the same one read the same bytes: docs, defaults and the order of keys do not count.
    Raises SchemaError for anything else.
    """
    try:
        return _digest(json.loads(text))
    except (SchemaParseException, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # whichever of these the odd place leads to; the text may quote it, so only the type is told
        raise SchemaError(f"not an Avro schema: {type(error).__name__}") from None
