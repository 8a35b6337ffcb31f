"""What the documents name is there: targets of make, files behind links."""

import re
from pathlib import Path

import pytest

from tests.house.files import ROOT, every, short

DOCUMENTS = [path for path in every() if path.suffix == ".md"]
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
    links = re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8"))
    files = {link.split("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)}
    assert {file for file in files if not (document.parent / file).exists()} == set()
