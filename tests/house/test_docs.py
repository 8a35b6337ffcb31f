"""What the documents name is there: targets of make, files behind links."""

import re
from pathlib import Path

import pytest

from tests.house.files import ROOMS, ROOT, every, short

DOCUMENTS = [path for path in every() if path.suffix == ".md"]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_make_knows_what_people_rely_on() -> None:
    assert {"demo", "test", "test-all", "lint", "bench", "docs", "clean"} <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_target_that_is_named_exists(document: Path) -> None:
    code = re.findall(r"```.*?```|`[^`\n]+`", document.read_text("utf-8"), re.DOTALL)
    named = {target for span in code for target in re.findall(r"\bmake ([a-z][\w-]*)", span)}
    assert named <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text("utf-8"))
    files = {link.split("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)}
    assert {file for file in files if not (document.parent / file).exists()} == set()


def test_every_page_is_linked_from_another() -> None:
    readable = [path for path in DOCUMENTS if path.name != "CHANGELOG.md"]
    linked = {path.parent / link.split("#")[0] for path in readable for link in _LINK.findall(path.read_text("utf-8"))}
    reached = {path.resolve() for path in linked}
    pages = [path for path in DOCUMENTS if path.is_relative_to(ROOT / "docs") and path.parent.name != "decisions"]
    assert [short(path) for path in pages if path.resolve() not in reached] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=short)
def test_every_file_and_test_that_is_named_exists(document: Path) -> None:
    spans = re.findall(r"`([\w./-]+\.(?:py|sql|json))(?:::(\w+))?`", document.read_text("utf-8"))
    named = [(ROOT / file, test) for file, test in spans if file.split("/")[0] in {*ROOMS, "tests"}]
    assert [short(file) for file, _ in named if not file.is_file()] == []
    assert [t for file, t in named if t and f"\ndef {t}(" not in file.read_text("utf-8")] == []


@pytest.mark.parametrize("name", ["architecture.md", "threats.md"])
def test_every_promise_names_who_keeps_it_and_what_proves_it(name: str) -> None:
    table = (ROOT / "docs" / name).read_text("utf-8").partition("| promise |")[2].partition("\n\n")[0]
    promises = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    assert promises
    assert [p[0] for p in promises if ".py" not in p[-1] or not re.search(r"`[\w./-]+`", p[-2])] == []
