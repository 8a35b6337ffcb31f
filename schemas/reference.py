"""The event reference from the schemas: `python -m schemas.reference docs` writes docs/events.md and docs/events/."""

import sys
from pathlib import Path
from typing import Any

from schemas.registry import SCHEMAS, Schema

_HEAD = """# The events

Generated from the schemas by `python -m schemas.reference docs`; a test keeps it in step. A field of type `T or null`
may be left out by a member: absent is not zero, and `missing` says why. `sections` stands last: what it holds has a
tier of its own. Types with a capital stand in [events/types.md](events/types.md). How a field is proposed stands in
[CONTRIBUTING.md](../CONTRIBUTING.md#how-a-field-is-proposed).

| id | type | version | record key | what it says |
| ---: | --- | ---: | --- | --- |
"""
_ENUMERATIONS = """## Enumerations

A symbol that a reader does not know reads as the default, which stands first here.

| name | what it says | symbols |
| --- | --- | --- |
"""


def _named(node: Any, found: dict[str, dict[str, Any]]) -> None:
    """Collect every named type under a node by its name."""
    if isinstance(node, list):
        for member in node:
            _named(member, found)
    if isinstance(node, dict):
        if node.get("type") in ("record", "enum", "fixed"):
            found.setdefault(node["name"], node)
        for part in ("type", "items", "values", "fields"):
            _named(node.get(part), found)


class _Page:
    """A page that links to the shared types, which stand in `home`."""

    def __init__(self, shared: dict[str, dict[str, Any]], home: str) -> None:
        self._shared = shared
        self._home = home

    def kind(self, node: Any) -> str:
        """A type in words; named ones are links."""
        if isinstance(node, list):
            return " or ".join([self.kind(member) for member in node if member != "null"] + ["null"])
        if isinstance(node, dict) and node["type"] in ("array", "map"):
            return (
                f"{'list' if node['type'] == 'array' else 'map'} of {self.kind(node.get('items', node.get('values')))}"
            )
        name = node if isinstance(node, str) else node.get("name", node["type"])
        if name not in self._shared:
            return str(name)
        anchor = "enumerations" if self._shared[name]["type"] == "enum" else name.lower()
        return f"[{name}]({self._home}#{anchor})"

    def fields(self, node: dict[str, Any]) -> str:
        """A row for each field of a record."""
        rows = [f"| `{field['name']}` | {self.kind(field['type'])} | {field['doc']} |" for field in node["fields"]]
        return "\n".join(["| field | type | meaning |", "| --- | --- | --- |", *rows])

    def shared(self) -> list[str]:
        """The shared records and fixed values, then all enumerations in one table."""
        nodes = [self._shared[name] for name in sorted(self._shared)]
        parts = []
        for node in nodes:
            if node["type"] != "enum":
                body = self.fields(node) if node["type"] == "record" else f"{node['size']} bytes."
                parts.append(f"## {node['name']}\n\n{node['doc']}\n\n{body}")
        rows = []
        for node in nodes:
            if node["type"] == "enum":
                symbols = [node["default"], *(symbol for symbol in node["symbols"] if symbol != node["default"])]
                rows.append(f"| {node['name']} | {node['doc']} | {', '.join(f'`{symbol}`' for symbol in symbols)} |")
        return [*parts, _ENUMERATIONS + "\n".join(rows)]


def _name(schema: Schema) -> str:
    return f"events/{schema.type}.{schema.version}.md"


def _line(schema: Schema) -> str:
    key = f"`{schema.json['key']}`" if "key" in schema.json else ""
    return f"| {schema.id} | [{schema.type}]({_name(schema)}) | {schema.version} | {key} | {schema.json['doc']} |"


def reference() -> dict[str, str]:
    """Markdown by file name: the list, a page for each schema, and one with the types that they share."""
    schemas = sorted(SCHEMAS.values(), key=lambda schema: schema.id)
    shared: dict[str, dict[str, Any]] = {}
    for schema in schemas:
        _named(schema.json["fields"], shared)
    pages = {
        "events.md": _HEAD + "\n".join(_line(schema) for schema in schemas) + "\n",
        "events/types.md": "\n\n".join(["# Shared types", *_Page(shared, "").shared()]) + "\n",
    }
    for schema in schemas:
        title = f"# {schema.type}\n\nSchema id {schema.id}, version {schema.version}. {schema.json['doc']}"
        pages[_name(schema)] = f"{title}\n\n{_Page(shared, 'types.md').fields(schema.json)}\n"
    return pages


if __name__ == "__main__":
    for name, page in reference().items():
        path = Path(sys.argv[1]) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, "utf-8")
