"""Sub-commands about what is published and asked: sources, publish, receipts, query, queries, review, faults."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.root import FAILED, REJECTED, As, Json, app, home_of, reach_of

if TYPE_CHECKING:
    from schemas.event import Event


@app.command()
def sources(as_json: Json = False) -> None:  # noqa: FBT002 - a flag of the command line
    """The adapters: formats, editions and event types."""
    from hub.commands import console, publishing

    found = publishing.sources()
    if as_json:
        console.document({"sources": found})
    else:
        rows = [
            [
                s["source"],
                s["format"],
                ", ".join(f"{e} ({n} columns)" for e, n in s["editions"].items()),
                ", ".join(s["events"]),
            ]
            for s in found
        ]
        console.table(("source", "format", "editions", "events"), rows)


@app.command()
def publish(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="An adapter of `hub sources`.")],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files in the source's own format; with --follow, folders too."),
    ],
    org: As = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A connection profile, where it is not in HUB_HOME.")
    ] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE", help="Of SOURCE mapped: the mapping file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and count; publish nothing.")] = False,  # noqa: FBT002
    seen_by: Annotated[
        str | None,
        typer.Option(metavar="READER", help="With --dry-run: as competitor, insurer, certifier, regulator or public."),
    ] = None,
    purpose: Annotated[str | None, typer.Option(metavar="P", help="What that reader asks for.")] = None,
    follow: Annotated[  # noqa: FBT002
        bool, typer.Option("--follow", help="Go on with what is written to the files or arrives in the folders.")
    ] = False,
    as_json: Json = False,  # noqa: FBT002
) -> int:
    """Publish what is new of these files; exit 3 when rows were rejected.

    With --follow until SIGINT or SIGTERM; --json is then a line for each look that found something, and exit 2 says
    that something still waits, as a last row without line end (docs/following.md).
    """
    from hub.commands import console, outcomes, publishing
    from hub.commands import seen_by as reading

    home = home_of(context)
    adapter = publishing.named(source, mapping)
    reading.check(seen_by, purpose, dry_run=dry_run, follow=follow)
    if follow:
        from hub.commands import following

        ended = following.follow(home, adapter, files, publishing.profile_of(home, org, profile), as_json=as_json)
        return FAILED if ended.waiting else REJECTED if ended.rejected or ended.conflicting else 0
    loaded = publishing.load(adapter, files)
    records = console.Listing("records")
    if dry_run:
        who = org or publishing.profile_of(home, org, profile).org

        def look(event: "Event") -> None:
            if seen_by is not None:
                record = reading.seen(event, who, reading.scope(seen_by, purpose, event.role))
                records.add(record) if as_json else console.line(record)

        done = publishing.dry_run(home, adapter, loaded, who, look)
    else:
        done = publishing.publish(home, adapter, loaded, publishing.profile_of(home, org, profile))
    if as_json and seen_by:
        records.end(done.document() | {"seen_by": seen_by})
    elif as_json:
        console.document(done.document())
    else:
        (console.say if seen_by else console.result)(outcomes.line(done, dry=dry_run))
    outcomes.say_what_to_look_at(done)
    return REJECTED if done.rejected or done.conflicting else 0


mapping_app = typer.Typer(help="Mapping files, by which a member's own files are published.", no_args_is_help=True)
app.add_typer(mapping_app, name="mapping")


@mapping_app.callback()
def mapping_root() -> None:
    """Mapping files, by which a member's own files are published as `mapped`."""


@mapping_app.command("check")
def mapping_check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of the member's own.")],
    against: Annotated[Path, typer.Option(metavar="MAPPING", help="The mapping file.")],
    as_json: Json = False,  # noqa: FBT002
) -> int:
    """The first rows as events, and every problem at once; exit 3 when rows would be rejected."""
    from hub.commands import console
    from hub.commands import mapping as command

    told = command.check(file, against)
    if as_json:
        console.document(told)
    else:
        command.show(told)
    return FAILED if told["problems"] else REJECTED if told["rejected"] else 0


@app.command()
def receipts(
    context: typer.Context,
    org: As = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A connection profile, where it is not in HUB_HOME.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="D", help="The day (UTC) of the broker's time; else everything.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """What a member sent, what the hub accepted, what is faulty; amounts per line and currency."""
    from hub.commands import console, publishing
    from hub.commands import receipts as command

    told = command.receipts(publishing.profile_of(home_of(context), org, profile), date)
    if as_json:
        console.document(told.document())
    else:
        command.show(told)


@app.command()
def query(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A query of `hub queries`.")],
    param: Annotated[list[str] | None, typer.Option(metavar="K=V", help="A parameter; may be repeated.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="TIME", help="What this hub had recorded by then.")] = None,
    submitted_by: Annotated[
        str | None, typer.Option(metavar="DATE", help="What had been filed with the source by then.")
    ] = None,
    org: Annotated[
        str | None, typer.Option("--as", metavar="ORG", help="The member who asks; else the operator.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(metavar="P", help="What it asks for.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, json, csv, parquet or arrow.")] = "table",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there, not to stdout.")] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Ask a named query."""
    from hub.commands import asking
    from hub.errors import HubError

    form = "json" if as_json else form
    if form not in asking.FORMATS:
        raise HubError(f"there is no format {form}; formats are: {', '.join(asking.FORMATS)}")
    given, reach = asking.params(param or []), reach_of(context)
    who = asking.scope(reach, org, purpose)
    asking.write(asking.ask(reach, name, given, who, as_of=as_of, submitted_by=submitted_by), form, out)


@app.command("queries")
def list_queries(as_json: Json = False) -> None:  # noqa: FBT002
    """The named queries and their parameters."""
    from commons.ask import queries
    from hub.commands import console

    found = queries().values()
    if as_json:
        told = [{"name": q.name, "description": q.description, "params": list(q.params)} for q in found]
        console.document({"queries": told})
    else:
        console.table(("query", "answers", "parameters"), [[q.name, q.description, ", ".join(q.params)] for q in found])


@app.command()
def review(context: typer.Context, as_json: Json = False) -> None:  # noqa: FBT002
    """What waits for a decision: names that no party is known for, proposals of links, and what each would change."""
    from hub.commands import asking

    asking.write(asking.ask(reach_of(context), "review"), "json" if as_json else "table", None)


@app.command()
def faults(context: typer.Context, as_json: Json = False) -> None:  # noqa: FBT002
    """Records that are not facts: where they lie, who published them, why."""
    from hub.commands import asking

    asking.write(asking.ask(reach_of(context), "faults"), "json" if as_json else "table", None)
