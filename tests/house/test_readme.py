"""The README and the pages for operators say what is so: the commands exist, the headline is what the demo prints."""

import re
import shlex

import pytest
import typer

import hub.cli  # noqa: F401 - gives the app its commands
from commons.ask import OPERATOR, ask, queries
from commons.client import connect
from hub.commands.demo import bundled
from hub.commands.headline import headline
from hub.root import app
from tests.house.files import ROOT
from tests.loaded_hub import LoadedHub

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", README, re.DOTALL)


def commands(text: str = README) -> list[list[str]]:
    """Every `hub …` line of the README or another page, without its comment."""
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("hub ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.parametrize("page", ["README.md", "docs/members.md"])
def test_every_command_and_option_that_is_named_exists(page: str) -> None:
    click = typer.main.get_command(app)
    named = commands((ROOT / page).read_text("utf-8"))
    assert named
    for words in named:
        command, rest = click, list(words)
        while rest and hasattr(command, "commands") and rest[0] in command.commands:
            command = command.commands[rest.pop(0)]
        assert not hasattr(command, "commands"), f"hub {' '.join(words)}: no such command"
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known, words


def test_every_query_of_the_readme_exists() -> None:
    named = {words[1] for words in commands() if words[0] == "query"}
    assert named
    assert named <= queries().keys()


@pytest.mark.kafka
@pytest.mark.clickhouse
@pytest.mark.net
def test_the_headline_of_the_readme_is_what_the_demo_prints(loaded_hub: LoadedHub) -> None:
    client = connect(loaded_hub.url, loaded_hub.password)
    lines = headline(lambda name, params: ask(client, name, OPERATOR, params).rows, [name for name, _ in bundled()])
    assert "\n".join(text for text, _ in lines[:4]) + "\n" in BLOCKS
    assert lines[4][0] + "\n" in BLOCKS
