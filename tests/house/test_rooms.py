"""Who may touch what: the part of the rooms that is about things outside them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.files import ROOMS, python, short, tree


def imports(path: Path) -> Iterator[str]:
    """The outermost packages that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize(
    ("package", "room"),
    [("kafka", "wire/"), ("clickhouse_connect", "commons/"), ("chdb", "hub/engine/"), ("streamlit", "dashboard/")],
)
def test_one_room_knows_it(package: str, room: str) -> None:
    users = {short(path) for path in python(*ROOMS) if package in imports(path)}
    assert users, f"nobody imports {package}: this test tests nothing"
    assert {user for user in users if not user.startswith(room)} == set()


_ENVIRONMENT = {"environ", "environb", "getenv"}


def reads_environment(path: Path) -> bool:
    """Whether a file takes the environment from os."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = node.value.id == "os" and node.attr in _ENVIRONMENT
        else:
            found = (
                isinstance(node, ast.ImportFrom)
                and node.module == "os"
                and any(alias.name in _ENVIRONMENT for alias in node.names)
            )
        if found:
            return True
    return False


def test_only_the_front_door_reads_the_environment() -> None:
    readers = {short(path) for path in python(*ROOMS) if reads_environment(path)}
    assert readers, "nobody reads the environment: this test tests nothing"
    assert {reader for reader in readers if not reader.startswith("hub/")} == set()
