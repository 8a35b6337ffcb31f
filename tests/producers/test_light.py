"""The light install has all that a member's service and command need, and nothing of the engine."""

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.producers.light import Interpreter, asked, closure


def say(python: Interpreter, *words: str) -> str:
    """What it prints; it must end well."""
    process = python.start(*words)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


def test_it_brings_nothing_that_is_only_the_hubs() -> None:
    assert closure().keys() & {canonicalize_name(wanted.name) for wanted in asked("hub")} == set()


def test_what_it_does_not_bring_is_not_seen(light: Interpreter) -> None:
    code = "import sys; from importlib.util import find_spec; print([bool(find_spec(name)) for name in sys.argv[1:]])"
    assert say(light, "-c", code, "chdb", "pytest", "kafka") == "[False, False, True]\n"


def test_the_publisher_and_all_it_offers_are_there(light: Interpreter) -> None:
    code = "import hub; print(*sorted(name for name in hub.__all__ if getattr(hub, name)))"
    assert "Publisher" in say(light, "-c", code)


@pytest.mark.parametrize(
    "words", [("--help",), ("sources",), ("publish", "--help"), ("receipts", "--help"), ("export", "--help")]
)
def test_the_members_commands_start(light: Interpreter, words: tuple[str, ...]) -> None:
    assert say(light, "-m", "hub", *words)


def test_a_key_is_made_with_it(light: Interpreter, tmp_path: Path) -> None:
    assert "proof" in say(light, "-m", "hub", "--home", str(tmp_path), "key", "new", "--org", "acme").lower()


def test_an_error_is_a_line_there_too(light: Interpreter, tmp_path: Path) -> None:
    process = light.start("-m", "hub", "--home", str(tmp_path), "receipts", "--as", "acme")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("error: ")
