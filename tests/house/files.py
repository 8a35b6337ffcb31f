"""The files of the project, as the tests of the house look at them."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "wire", "producers", "commons", "consumers", "api", "dashboard", "hub")
_ALL = (*ROOMS, ".ci", "bench", "deploy", "docs", "tests")


@cache
def every() -> tuple[Path, ...]:
    """Every file of ours; what lies beside the folders of the project (.venv, a hub's own folder) is not."""
    below = (path for room in _ALL for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts)
    return tuple(sorted(path for path in (*ROOT.iterdir(), *below) if path.is_file()))


def python(*folders: str) -> list[Path]:
    """The Python files of these folders."""
    return [path for path in every() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders]


@cache
def tree(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(path.read_bytes(), str(path))


def short(path: Path) -> str:
    """The path as a reader knows it."""
    return path.relative_to(ROOT).as_posix()
