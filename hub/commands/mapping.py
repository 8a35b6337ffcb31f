"""`hub mapping check`, and how a mapped file comes to its adapter."""

import json
from base64 import b64encode
from decimal import Decimal
from mmap import mmap
from pathlib import Path
from secrets import token_bytes
from typing import Any

from hub.commands import console
from hub.errors import HubError
from producers.files import copy, load
from producers.sources import FormatError, Notice, Pseudonyms, Reject, Skip, Source
from producers.sources import mapping as plans
from producers.sources.mapped import Mapped
from producers.sources.mapping_problems import MappingError
from producers.sources.pseudonyms import KEY_BYTES
from schemas.event import Event

_FIRST = 3
"""Rows that are shown as events."""
_HIDDEN = ("native", "sections")


def adapter(path: Path) -> Mapped:
    """The adapter of a mapping file; MappingError has every problem of it."""
    return Mapped(plans.load(bytes(load(path)[: plans.MAX_BYTES + 1]), str(path)))


def load_for(source: Source, path: Path) -> bytes | mmap:
    """The bytes of a file, of mapped Parquet as JSON Lines; FileError for one that cannot be read, FormatError for one
    that is no Parquet file."""
    data = load(path)
    if not isinstance(source, Mapped) or source.plan.format != "parquet":
        return data
    from producers.parquet import json_lines

    try:
        return copy(path, json_lines(data, source.plan.notations.keys()))
    except ModuleNotFoundError:
        raise HubError("reading Parquet needs pyarrow, which comes with the hub: install incident-hub[hub]") from None


def check(file: Path, against: Path) -> dict[str, Any]:
    """The first rows of a file as events and every problem: of the mapping, of the columns, of each row.

    A snapshot is read as the first of a series, whatever it is as of. Pseudonyms are under a key of the moment.
    """
    told: dict[str, Any] = {
        "file": str(file), "mapping": str(against), "problems": [], "unmapped": [], "rows": 0, "events": 0,
        "rejected": 0, "rejects": [], "skipped": 0, "first": [],
    }  # fmt: skip
    try:
        source = Mapped(adapter(against).plan, alone=True)
        data = load_for(source, file)
        told["unmapped"] = source.unmapped(data)
        rows = source.read(data, "check", Pseudonyms(token_bytes(KEY_BYTES)))
        for row in rows:
            _count(row, told)
    except MappingError as error:
        told["problems"] = error.problems
    except FormatError as error:
        told["problems"] = [f"{file}: {error}"]
    return told


def _count(row: Any, told: dict[str, Any]) -> None:
    if isinstance(row, Notice):
        return
    told["rows"] += 1
    if isinstance(row, Reject):
        told["rejected"] += 1
        told["rejects"].append({"line": row.line, "column": row.column, "reason": row.reason})
    elif isinstance(row, Skip):
        told["skipped"] += 1
    else:
        events = row if isinstance(row, tuple) else (row,)
        told["events"] += len(events)
        if len(told["first"]) < _FIRST:
            told["first"].append([_shown(event) for event in events])


def _shown(event: Event) -> dict[str, Any]:
    """An event without its native bytes, and without what is empty."""
    said = {name: value for name, value in event.value.items() if name not in _HIDDEN and value not in (None, [])}
    return {"type": event.type, "role": event.role, "sharing": event.sharing, **said}


def show(told: dict[str, Any]) -> None:
    """The same for people."""
    for problem in told["problems"]:
        console.result(problem)
    if told["problems"]:
        console.result(f"{len(told['problems'])} problems: nothing was read")
        return
    for row, events in enumerate(told["first"], 1):
        for event in events:
            console.result(f"event of good row {row}: {json.dumps(event, ensure_ascii=False, default=_plain)}")
    for reject in told["rejects"]:
        column = f", column {reject['column']}" if reject["column"] else ""
        console.result(f"{told['file']}: line {reject['line']}{column}: {reject['reason']}")
    if told["unmapped"]:
        console.result(f"not mapped, kept in the native record alone: {', '.join(told['unmapped'])}")
    console.result(
        f"{told['rows']} rows: {told['events']} events, {told['rejected']} rows rejected, {told['skipped']} skipped"
    )


def _plain(value: Any) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else f"{value:f}" if isinstance(value, Decimal) else ""
