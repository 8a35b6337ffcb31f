"""Sub-commands about the hub as a whole: up, down, status, demo, consume, rebuild, fsck."""

from pathlib import Path
from typing import Annotated

import typer

from hub.root import FOUND, Json, app, home_of, reach_of


@app.command()
def up(
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST[:PORT]",
            help="Serve members elsewhere too, over TLS with passwords: the name or IPv4 address by which they reach "
            "this machine. Kept for later starts; `--listen none` ends it.",
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A certificate (PEM, with its chain); else one of the hub's own authority."),
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its key: RSA or EC, PEM, unencrypted.")] = None,
    tls_ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Its authority, for the profiles; else members' machines must know it."),
    ] = None,
) -> None:
    """Start the one-machine hub; returns when every part answers."""
    from hub.commands import console, listening, stack

    home = home_of(context)
    listening.choose(home, listen, tls_cert, tls_key, tls_ca)
    run = stack.up(home)
    for name, address in sorted(run["addresses"].items()):
        console.result(f"{name:<10}  {address}")


@app.command()
def down(context: typer.Context) -> None:
    """Stop the hub in order; returns when everything is gone."""
    from hub.commands import console, stack

    console.say("stopped" if stack.down(home_of(context)) else "nothing was running")


@app.command()
def status(context: typer.Context, as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """How each part is, and how far each partition is processed."""
    from hub.commands import console
    from hub.commands import status as shown

    told = shown.status(home_of(context))
    if as_json:
        console.document(told)
    else:
        shown.show(told)


@app.command()
def demo(
    context: typer.Context,
    leave: Annotated[bool, typer.Option("--exit", help="Stop everything after the headline.")] = False,  # noqa: FBT002
    more: Annotated[
        Path | None, typer.Option("--with", metavar="DIR", help="Publish the files found there too.")
    ] = None,
) -> None:
    """Start the hub, publish the bundled federal crash reports, print what they say, and stay up until Ctrl-C."""
    from hub.commands import demo as shown

    shown.demo(home_of(context), leave=leave, more=more)


@app.command()
def consume(context: typer.Context) -> None:
    """Run a consumer, as `hub up` does, until SIGTERM."""
    from hub.commands import consuming

    consuming.consume(reach_of(context))


@app.command()
def rebuild(
    context: typer.Context,
    tables: Annotated[list[str] | None, typer.Argument(metavar="[TABLE]...", help="Tables that must be new.")] = None,
) -> None:
    """Make the projections again from the log: all tables together, as they are read together."""
    from hub.commands import console, upkeep

    console.say(f"generation {upkeep.rebuild(reach_of(context), tables or [])} is read from now on")


@app.command()
def fsck(context: typer.Context, as_json: Json = False) -> int:  # noqa: FBT002
    """Check the log and every projection; exit 1 with what is wrong."""
    from hub.commands import console, upkeep

    found = upkeep.fsck(reach_of(context))
    if as_json:
        console.document(found)
    else:
        upkeep.show(found)
    return FOUND if found["problems"] else 0
