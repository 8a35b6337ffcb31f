"""`hub query`, `hub queries`, `hub faults`."""

import contextlib
import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.commands import console
from hub.errors import HubError
from hub.reach import Reach

if TYPE_CHECKING:
    from commons.ask import Answer, Scope

FORMATS = ("table", "json", "csv", "parquet", "arrow")
_BINARY = ("parquet", "arrow")


def params(pairs: list[str]) -> dict[str, str]:
    """`K=V` as given on the command line."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise HubError(f"--param {pair} is not NAME=VALUE")
        if name in found:
            raise HubError(f"--param {name} is given twice")
        found[name] = value
    return found


def scope(reach: Reach, org: str | None, purpose: str | None) -> "Scope":
    """Who asks: the hub's operator, or an active member in the first role of its registration."""
    from commons.access import OPERATOR, Scope
    from producers.standing import read_standings
    from schemas.event import PURPOSES

    if org is None:
        if purpose is not None:
            raise HubError("--purpose belongs to a member: give --as ORG too")
        return OPERATOR
    standing = read_standings(reach.hub).get(org)
    if standing is None:
        raise HubError(f"{org} is no member: `hub member list` shows who is")
    registration = standing.registration
    if registration["status"] != "ACTIVE":
        raise HubError(f"{org} is suspended: it may ask nothing")
    if purpose is not None and purpose not in PURPOSES:
        raise HubError(f"there is no purpose {purpose}; purposes are: {', '.join(PURPOSES)}")
    return Scope(org, registration["roles"][0], purpose, tuple(registration["roles"]))


def ask(
    reach: Reach,
    name: str,
    given: dict[str, str] | None = None,
    who: "Scope | None" = None,
    *,
    as_of: str | None = None,
    submitted_by: str | None = None,
) -> "Answer":
    """One answer of a named query, by default to the hub's operator; what others are given is recorded first."""
    from commons.ask import OPERATOR, queries
    from commons.ask import ask as put
    from hub.commands.recording import record
    from hub.keyring import Keyring

    who = who or OPERATOR
    with contextlib.closing(reach.store()) as client, contextlib.closing(Keyring(reach.home.keyring)) as keyring:
        answer = put(client, name, who, given, as_of=as_of, submitted_by=submitted_by, unseal=keyring.open)
    if who.sees != "*":
        record(reach, who, answer, opened=queries()[name].opens)
    return answer


def document(answer: "Answer") -> dict[str, Any]:
    """The JSON form of an answer; `submitted_by` is there when it was asked."""
    asked = {"submitted_by": answer.submitted_by} if answer.submitted_by else {}
    return {
        "name": answer.name,
        "params": answer.params,
        "as_of": answer.as_of,
        **asked,
        "positions": answer.positions,
        "final": answer.final,
        "rows": answer.rows,
    }


def write(answer: "Answer", form: str, out: Path | None) -> None:
    """An answer on stdout or in a file; a table only on stdout."""
    if form == "table" and out is None:
        console.table(answer.table.column_names, [list(row.values()) for row in answer.rows])
        when = f"as of {answer.as_of}" + (f", submitted by {answer.submitted_by}" if answer.submitted_by else "")
        console.say(f"{answer.table.num_rows} rows, {when}{', final' if answer.final else ''}")
        return
    if form == "table":
        raise HubError("a table is for the screen: give --format json, csv, parquet or arrow with --out")
    if out is None and form in _BINARY and sys.stdout.isatty():
        raise HubError(f"{form} is not for a terminal: give --out FILE")
    data = _bytes(answer, form)
    if out is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        out.write_bytes(data)
        console.say(f"{answer.table.num_rows} rows in {out}")


def _bytes(answer: "Answer", form: str) -> bytes:
    if form == "json":
        return (json.dumps(document(answer), ensure_ascii=False, indent=1, default=console.plain) + "\n").encode()
    if form == "csv":
        return _csv(answer)
    import pyarrow as pa

    buffer = io.BytesIO()
    if form == "parquet":
        from pyarrow import parquet

        parquet.write_table(answer.table, buffer)
    else:
        with pa.ipc.new_file(buffer, answer.table.schema) as writer:
            writer.write_table(answer.table)
    return buffer.getvalue()


def _csv(answer: "Answer") -> bytes:
    """UTF-8 without a byte order mark: programs read this, and a mark would become part of the first column's name."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(answer.table.column_names)
    writer.writerows([[console.cell(value) for value in row.values()] for row in answer.rows])
    return text.getvalue().encode()
