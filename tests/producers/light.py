"""The light install, as a member has it who only publishes: the project without extras, and what that brings along."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
_TOLD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Interpreter:
    """A Python that sees certain packages and nothing else."""

    command: tuple[str, ...]
    path: Path | None = None

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Run it with these words."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [*self.command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=kept | ({"PYTHONPATH": str(self.path)} if self.path else {}),
        )  # fmt: skip


def asked(extra: str | None = None) -> list[Requirement]:
    """What the project asks for: without extras, or one of them."""
    project = _TOLD["project"]
    return [
        Requirement(line) for line in (project["optional-dependencies"][extra] if extra else project["dependencies"])
    ]


def closure() -> dict[str, Distribution]:
    """What an install without extras brings, by name: followed through the metadata of what is installed here."""
    found: dict[str, Distribution] = {}
    left = asked()
    while left:
        wanted = left.pop()
        name = canonicalize_name(wanted.name)
        known = found.setdefault(name, distribution(name))
        for line in known.requires or ():
            needed = Requirement(line)
            extras = ("", *wanted.extras)
            applies = needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras)
            if applies and (canonicalize_name(needed.name) not in found or needed.extras):
                left.append(needed)
    return found


def linked(folder: Path) -> Interpreter:
    """A Python that sees our packages and the closure: links to the files of each, so it takes no network."""
    for package in _TOLD["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        (folder / package).symlink_to(ROOT / package)
    for found in closure().values():
        for file in found.files or ():
            if file.parts[0] == ".." or "__pycache__" in file.parts:
                continue
            link = folder / file
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(file))))
    return Interpreter((sys.executable, "-S"), folder)


def installed(folder: Path) -> Interpreter:
    """A Python of a fresh virtual environment, with our wheel and what the lock says of the closure."""
    names, lock = closure().keys(), (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", lock)
    (folder / "light.lock").write_text("\n".join(e for e in entries if canonicalize_name(e.split("==")[0]) in names))
    python = str(folder / "venv" / "bin" / "python")
    for command in (
        (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)),
        (sys.executable, "-m", "venv", str(folder / "venv")),
        (python, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(folder / "light.lock")),
    ):
        subprocess.run(command, check=True, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    for words in (("install", "-q", "--no-deps", "--no-index", str(wheel)), ("check",)):
        subprocess.run((python, "-m", "pip", *words), check=True, cwd=folder, stdout=subprocess.DEVNULL)
    return Interpreter((python,))
