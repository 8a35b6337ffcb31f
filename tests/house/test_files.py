"""What lies in the repository: it knows no machine but its own, and nothing is too long to be read."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, every, python, short, tree

# Written so that this file does not name what it looks for.
_MACHINE = re.compile(r"(?<![\w.:/-])/(?:ho[m]e|Use[r]s|ro[o]t|wo[r]k|priv[a]te)/\w|\b[A-Z]:\\\\Use[r]s")
_REGISTRIES = re.compile(
    r"pyp[i]\.org|pythonhoste[d]\.org|repo1?\.mave[n]\.(?:apache\.)?org|npmj[s]\.(?:org|com)|artifactor[y]|(?<!no-emit-)inde[x]-url"
)
_LINES = 400
_FUNCTION = 60
_CODE = {".py", ".sql", ".js", ".css", ".sh", ".md"}


def text(path: Path) -> str | None:
    """The text of a file, None for one that is not text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.parametrize("found", [_MACHINE, _REGISTRIES], ids=["path of a machine", "package registry"])
def test_the_repository_knows_no_machine_and_no_registry(found: re.Pattern[str]) -> None:
    told = {short(path): found.findall(content) for path in every() if (content := text(path)) is not None}
    assert {path: hits for path, hits in told.items() if hits} == {}


def test_the_patterns_find_what_they_look_for() -> None:
    assert _MACHINE.search("see /" + "home/me/hub")
    assert not _MACHINE.search("https://example.org/" + "home/me")
    assert _REGISTRIES.search("https://pypi" + ".org/simple")


def test_no_file_is_too_long() -> None:
    sizes = {short(p): len((text(p) or "").splitlines()) for p in every() if p.suffix in _CODE}
    assert {path: size for path, size in sizes.items() if size > _LINES} == {}


def test_no_function_is_too_long() -> None:
    rooms = {path.relative_to(ROOT).parts[0] for path in every()}
    long = {
        f"{short(path)}:{node.name}": size
        for path in python(*rooms)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or node.lineno) - node.lineno + 1) > _FUNCTION
    }
    assert long == {}


def test_no_folder_is_called_pages() -> None:
    """Streamlit would make pages of its files by itself."""
    assert [short(path) for path in every() if "pages" in path.relative_to(ROOT).parts] == []
