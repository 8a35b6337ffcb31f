"""`hub export`, `hub import`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.commands import console
from hub.commands.publishing import profile_of
from hub.home import Home
from producers import importing
from producers.export import export as write
from producers.folder import Manifest
from producers.importing import Imported


def export(home: Home, org: str | None, file: Path | None, out: Path) -> dict[str, Any]:
    """A member's own events into a new folder, with the faults that the hub found in them."""
    from hub.reach import quiet

    quiet()
    profile = profile_of(home, org, file)
    with console.progress(f"exporting {profile.org}") as update:
        return write(profile, out, update)


def import_folder(home: Home, org: str | None, file: Path | None, folder: Path) -> Imported:
    """What is new of a folder, as it is."""
    from hub.reach import quiet

    quiet()
    profile = profile_of(home, org, file)
    with console.progress(f"publishing as {profile.org}") as update:
        return importing.import_folder(profile, folder, update)


def told(org: str, counts: Mapping[str, int], folder: Path) -> str:
    """What lies in a folder, in one line."""
    rest = {"records that are no events": counts["others"], "unreadable batches": counts["unreadable"]}
    also = "".join(f", {count} {name}" for name, count in rest.items() if count)
    return f"{counts['events']} events of {org}{also}: {folder}"


def keys(manifest: Manifest) -> str:
    """The ids of the keys that the folder was verified with."""
    return ", ".join(sorted(manifest.keys))
