"""docs/first-event.md as a reader follows it: every file written, every command run, every output as it is shown."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.path.stack import Stack, until

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first-event.md").read_text("utf-8")
BLOCKS: list[tuple[str, str, str]] = re.findall(r"^```(\w*) ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def lines(text: str) -> list[str]:
    """Lines as a page shows them: tables end in spaces where their last cell is short."""
    return [line.rstrip() for line in text.splitlines()]


def run(commands: str, folder: Path) -> str:
    """What the commands of a block print; the first that fails ends it."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", commands], cwd=folder, capture_output=True, text=True, timeout=180, check=False,
        env={**told, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{told['PATH']}"},
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}{done.stdout}{done.stderr}"
    return done.stdout


def decided(said: str) -> str:
    """What `hub receipts` prints, once nothing is undecided."""
    return said if re.search(r"^undecided +0$", said, re.MULTILINE) else ""


def test_every_block_is_one_that_the_test_understands() -> None:
    assert PAGE.count("\n```") == 2 * len(BLOCKS)
    assert {language for language, _, _ in BLOCKS} == {"sh", "csv", "text"}
    assert all(bool(name) == (language == "csv") for language, name, _ in BLOCKS)


def test_the_page_is_true(tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    hub = Stack(tmp_path / ".hub")
    said = ""
    try:
        for language, name, body in BLOCKS:
            if language == "csv":
                (tmp_path / name).write_text(body, "utf-8")
            elif language == "text":
                assert lines(said) == lines(body)
            else:
                said = run(body, tmp_path)
                if body.startswith("hub receipts"):  # a reader looks again until the hub has told everything
                    said = until(lambda: decided(run(body, tmp_path)))  # noqa: B023 - used at once
        assert hub.json("status")["up"] is False
    finally:
        hub.hub("down")
