"""Sub-commands of and about members: key, member, link, retract, share, erase."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.root import As, Json, ProfileFile, app, home_of, reach_of

key_app = typer.Typer(help="Keys, made where the member is.", no_args_is_help=True)
member_app = typer.Typer(help="Who may publish.", no_args_is_help=True)
app.add_typer(key_app, name="key")
app.add_typer(member_app, name="member")


@key_app.command("new")
def key_new(
    context: typer.Context,
    org: Annotated[str, typer.Option(help="The org that the key will sign for.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The private key's file; else HUB_HOME/members/ORG.key.")
    ] = None,
    previous: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The private key in use now: it signs the new one.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make a key pair; prints the public half and a proof of possession."""
    from hub.commands import console, members

    made = members.key_new(home_of(context), org, out, previous)
    if as_json:
        console.document(made)
        return
    for name in ("org", "key_id", "public_key", "proof"):
        console.result(f"{name:<10}  {made[name]}")
    console.say(f"the private key stays in {made['key_file']}; send {made['public_file']} to the operator of the hub")


@key_app.command("pseudonym")
def key_pseudonym(
    context: typer.Context,
    scheme: Annotated[str, typer.Option(help="What it is of: person, party, policy, claim or vin.")],
    value: Annotated[
        str | None, typer.Argument(metavar="[VALUE]", help="As the file has it; else a line of standard input.")
    ] = None,
    org: As = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A connection profile, where it is not in HUB_HOME.")
    ] = None,
) -> None:
    """The pseudonym of a value under a member's own key: what `hub erase` is told of a person."""
    from hub.commands import console, publishing
    from producers.pseudonym_key import pseudonyms_of

    pseudonyms = pseudonyms_of(publishing.profile_of(home_of(context), org, profile))
    console.result(pseudonyms.of(scheme, (sys.stdin.readline() if value is None else value).strip()))


@member_app.command("add")
def member_add(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    org: Annotated[str, typer.Argument(help="1 to 63 of a-z, 0-9 and -.")],
    role: Annotated[list[str], typer.Option(metavar="ROLE", help="A role in which it publishes; may be repeated.")],
    public_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The .pub file of `hub key new`; without it a demo key is made.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name shown.")] = None,
    lei: Annotated[str | None, typer.Option(help="Its ISO 17442 legal entity identifier.")] = None,
    publish_rate: Annotated[
        int | None, typer.Option(metavar="BYTES", min=1, help="Bytes a second it may publish; else as it is.")
    ] = None,
    read_rate: Annotated[
        int | None, typer.Option(metavar="BYTES", min=1, help="Bytes a second it may read; else as it is.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Add a member, or bring one up to date; also lifts a suspension."""
    from hub.commands import console, members
    from wire.admin import Quota

    done = members.add(reach_of(context), org, role, public_key, name, lei, Quota(publish_rate, read_rate))
    if done.demo_key:
        console.say(f"{done.demo_key} is a demo key, made here: a real member makes its own with `hub key new`")
    if as_json:
        console.document({"org": org, "key_id": done.key_id, "profile": done.profile, "new": done.new})
    else:
        console.result(f"{org} {'is registered' if done.new else 'was registered already'}: {done.profile}")


@member_app.command("list")
def member_list(context: typer.Context, as_json: Json = False) -> None:  # noqa: FBT002
    """Every member: as registered, and whether it may write."""
    from hub.commands import console, members

    found = members.listed(reach_of(context))
    if as_json:
        console.document({"members": found})
    else:
        columns = ("org", "name", "roles", "status", "may_write", "keys", "publish_rate", "read_rate")
        console.table(columns, [[", ".join(m[c]) if isinstance(m[c], list) else m[c] for c in columns] for m in found])


@member_app.command("suspend")
def member_suspend(context: typer.Context, org: str) -> None:
    """Take a member's right to write, and say so to everybody."""
    from hub.commands import console, members

    new = members.suspend(reach_of(context), org)
    console.result(f"{org} {'is suspended' if new else 'was suspended already'}")


@member_app.command("rotate")
def member_rotate(
    context: typer.Context,
    org: str,
    public_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The .pub file of `hub key new --previous FILE`; a demo key is replaced."),
    ] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """A new password and, with a new key, the end of the old one: what it signed before stays valid."""
    from hub.commands import console, rotating

    done = rotating.rotate(reach_of(context), org, public_key)
    if as_json:
        console.document({"org": org, "key_id": done.key_id, "profile": done.profile, "key": done.key})
    else:
        console.result(f"{org} has a new password{rotating.SAID[done.key]}: {done.profile}")


@app.command()
def link(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="A report, or ORG/REPORT.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    relation: Annotated[str, typer.Option(help="SAME_OCCURRENCE, NOT_SAME, RELATED or RECURRENCE.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    org: Annotated[str, typer.Option("--as", metavar="ORG", help="Who says so.")] = "hub",
) -> None:
    """Say how two reports relate, as a signed event."""
    from hub.commands import console, judging

    new = judging.link(reach_of(context), a, b, relation, reason, org)
    console.result("published" if new else "was published already")


@app.command()
def retract(
    context: typer.Context,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="A report of the caller's own.")],
    reason: Annotated[str, typer.Option(help="ERROR, DUPLICATE, NOT_IN_SCOPE, LEGAL_ORDER or WITHDRAWN.")],
    org: As = None,
    profile: ProfileFile = None,
    note: Annotated[str | None, typer.Option(help="In the publisher's words.")] = None,
) -> None:
    """Take back a report, as a signed event of its publisher."""
    from hub.commands import console, judging, publishing

    new = judging.retract(publishing.profile_of(home_of(context), org, profile), report, reason, note)
    console.result("published" if new else "was published already")


@app.command()
def share(  # noqa: PLR0917 - typer calls it by name
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A report, claim or certificate of the caller's.")],
    sharing: Annotated[str, typer.Option(metavar="TIER", help="CLOSED, SHARED or OPEN.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")],
    org: As = None,
    profile: ProfileFile = None,
    audience: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO", help="With SHARED: an org, a role or NOT_COMPETITORS; may be repeated."),
    ] = None,
    purpose: Annotated[
        list[str] | None, typer.Option(metavar="P", help="With SHARED: for what; may be repeated.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="ADAPTER", help="Where several have the subject.")] = None,
    event: Annotated[str | None, typer.Option(metavar="ID", help="One event alone, by its ce_id.")] = None,
    section: Annotated[str | None, typer.Option(metavar="NAME", help="One section alone.")] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Let fewer see what was published, from now on; says who could read it until now."""
    from hub.commands import console, publishing
    from hub.commands import sharing as command

    target = command.Target(subject, source, event, section)
    told = publishing.profile_of(home_of(context), org, profile)
    done = command.share(told, target, sharing, audience or [], purpose or [], reason)
    if as_json:
        console.document(done.document())
    else:
        command.show(done)


@app.command()
def erase(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="The data subject, as sections name it.")],
    org: Annotated[str, typer.Option("--as", metavar="ORG", help="The member whose records are about it.")],
    ground: Annotated[str, typer.Option(metavar="TEXT", help="On what ground; everybody can read it.")],
    requested: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it was asked for, as 2026-03-16 or more precisely.")
    ] = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Destroy the keys of a data subject: what they sealed cannot be read again, by anybody."""
    from dataclasses import asdict

    from hub.commands import console, erasing

    done = erasing.erase(reach_of(context), subject, org, ground, requested)
    if as_json:
        console.document(asdict(done.erasure))
        return
    console.result(f"erased: nobody reads again what was sealed; keys destroyed: {len(done.erasure.key_ids)}")
    if not done.members_too:
        console.say(f"{org} has keys of its own: its publisher destroys this one when it reads of it")
