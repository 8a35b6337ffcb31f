"""Sub-commands that carry a member's own events from one hub to another: export, import."""

from pathlib import Path
from typing import Annotated

import typer

from hub.root import REJECTED, As, Json, ProfileFile, app, home_of


@app.command()
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")],
    org: As = None,
    profile: ProfileFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """A member's own events, byte for byte, with receipts, into a folder that can be verified without a hub."""
    from hub.commands import console, moving

    manifest = moving.export(home_of(context), org, profile, out)
    if as_json:
        console.document(manifest)
    else:
        console.result(moving.told(manifest["org"], manifest["counts"], out))


@app.command("import")
def import_(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `hub export` made.")],
    org: As = None,
    profile: ProfileFile = None,
    check: Annotated[bool, typer.Option("--check", help="Verify the folder only; no hub is needed.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> int:
    """Publish what is new of an export, as it is: the same facts in another hub; exit 3 when something was left out."""
    from dataclasses import asdict

    from hub.commands import console, moving
    from producers import importing

    if check:
        manifest = importing.check(folder)
        if as_json:
            console.document({"org": manifest.org, "keys": sorted(manifest.keys), **manifest.counts})
        else:
            console.result(moving.told(manifest.org, manifest.counts, folder))
            console.say(f"whether these keys are those of {manifest.org} is for you to know: {moving.keys(manifest)}")
        return 0
    done = moving.import_folder(home_of(context), org, profile, folder)
    if as_json:
        console.document(asdict(done))
    else:
        console.result(f"{done.events} events of {done.org} published; {done.already_there} were there already")
    for place in done.conflicting:
        console.say(f"not sent: {place}: an event of the same id and another leaf is here")
    for place in done.no_events:
        console.say(f"not sent: {place}: was no event signed by {done.org} when it was exported")
    return REJECTED if done.conflicting or done.no_events else 0
