"""The `hub` command without its sub-commands: what all of them share. Their rooms are imported when they run."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.home import Home
    from hub.reach import Reach

app = typer.Typer(
    name="hub",
    help="Post-event verification for accidents and near misses of AI-driven services.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # a traceback with local values could show what is confidential
)
FOUND, FAILED, REJECTED = 1, 2, 3
"""Exit codes beside 0: `hub fsck` found something; an error line says what to do; rows were rejected."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
ProfileFile = Annotated[
    Path | None, typer.Option("--profile", metavar="FILE", help="A connection profile, where it is not in HUB_HOME.")
]
As = Annotated[str | None, typer.Option("--as", metavar="ORG", help="The member who does it.")]


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the hub; else HUB_HOME, else ./.hub.")
    ] = None,
) -> None:
    """Remember which hub is meant."""
    context.obj = home


def home_of(context: typer.Context) -> "Home":
    """The hub that is meant: --home, else the settings."""
    from hub.home import Home
    from hub.settings import Settings

    return Home(context.obj or Settings().home)


def reach_of(context: typer.Context) -> "Reach":
    """The running hub that is meant; HubError when it is not up."""
    from hub.reach import Reach

    return Reach(home_of(context))
