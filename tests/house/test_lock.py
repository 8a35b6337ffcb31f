"""requirements.lock: every distribution with its hashes, from wherever the installer is told to look, nothing stale."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.house.files import ROOT

LOCK = (ROOT / "requirements.lock").read_text()
LOCKED = [Requirement(entry.split("\\")[0]) for entry in re.split(r"\n(?=\S)", LOCK)]


def test_every_entry_is_exact_and_hashed() -> None:
    for entry in re.split(r"\n(?=\S)", LOCK):
        assert re.match(r"[\w.\[\]-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_it_names_no_place_to_get_it_from() -> None:
    assert re.findall(r"^-.*|\w+://.*|@ .*", LOCK, re.MULTILINE) == []


def test_it_holds_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    locked = {requirement.name: requirement for requirement in LOCKED}
    for wanted in map(Requirement, asked):
        (pin,) = locked[wanted.name].specifier
        assert wanted.specifier.contains(pin.version), f"{wanted} is locked as {pin.version}"
