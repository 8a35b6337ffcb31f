"""`hub rebuild`, `hub fsck`."""

import contextlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from commons.generation import TABLES
from hub.commands import console
from hub.errors import HubError
from hub.reach import Reach
from hub.version import release


def rebuild(reach: Reach, tables: Sequence[str]) -> int:
    """Build every projection again from the log and switch to it; returns the new generation's number."""
    from consumers.rebuild import rebuild as build

    if unknown := sorted(set(tables) - set(TABLES)):
        raise HubError(f"there is no table {', '.join(unknown)}; tables are: {', '.join(TABLES)}")
    with contextlib.closing(reach.store()) as client:
        return build(client, release())


def fsck(reach: Reach) -> dict[str, Any]:
    """The JSON document of `hub fsck --json`."""
    from consumers.fsck import fsck as check

    with contextlib.closing(reach.store()) as client:
        return asdict(check(client, release()))


def show(found: dict[str, Any]) -> None:
    """What was checked, and what is wrong."""
    for problem in found["problems"]:
        console.result(f"{problem['check']}: {problem['where']}: {problem['found']}")
    for note in found["notes"]:
        console.say(note)
    if not found["problems"]:
        console.result(
            f"clean: {found['records']} records = {found['facts']} facts + {found['repeated']} repeated"
            f" + {found['faults']} faults; {len(found['compared'])} tables equal a rebuild"
        )
