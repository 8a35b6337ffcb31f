"""The worked example of docs/mapping.md, and what the commands say of mappings."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.cli import run
from tests.house.files import ROOT

_BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLE = dict(_BLOCK.findall((ROOT / "docs" / "mapping.md").read_text("utf-8")))


class Said(NamedTuple):
    status: int
    out: str
    err: str


Hub = Callable[..., Said]


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The command, where the files of the example lie."""
    monkeypatch.chdir(tmp_path)
    for name in ("january.csv", "february.csv", "mapping.toml"):
        Path(name).write_text(EXAMPLE[name], "utf-8")

    def command(*words: str) -> Said:
        status = run(["--home", "home", *words])
        return Said(status, *capsys.readouterr())

    return command


def test_the_example_is_checked_as_the_document_says(hub: Hub) -> None:
    said = hub("mapping", "check", "january.csv", "--against", "mapping.toml")
    assert said.status == 3
    assert said.out.endswith(EXAMPLE["check"])
    assert said.out.count("event of good row") == 5
    assert "S-1" not in said.out
    assert not Path("home").exists()
    told = json.loads(hub("mapping", "check", "january.csv", "--against", "mapping.toml", "--json").out)
    assert (told["rows"], told["events"], told["rejected"], told["unmapped"]) == (3, 5, 1, ["notiz"])


def test_a_later_file_of_a_series_can_be_checked_alone(hub: Hub) -> None:
    assert hub("mapping", "check", "february.csv", "--against", "mapping.toml").status == 0
    said = hub("publish", "mapped", "february.csv", "--mapping", "mapping.toml", "--as", "acme", "--dry-run")
    assert (said.status, "the series begins as of 2026-01-31" in said.err) == (2, True)


def test_the_example_is_published_as_the_document_says(hub: Hub) -> None:
    words = ("publish", "mapped", "january.csv", "february.csv", "--mapping", "mapping.toml", "--as", "acme")
    said = hub(*words, "--dry-run")
    assert said.status == 3
    assert said.out == EXAMPLE["publish"]
    assert re.search(r"^february.csv: mapped:example-motor/[0-9a-f]{32}: on line 3 of the snapshot as of", said.err)
    told = json.loads(hub(*words, "--dry-run", "--json").out)
    assert (told["source"], told["rows"], len(told["notices"])) == ("mapped", 5, 1)


def test_problems_are_lines_of_check_and_one_line_of_publish(hub: Hub) -> None:
    bad = EXAMPLE["mapping.toml"].replace('"INSURER"', '"BANK"').replace('"month"', '"moon"')
    Path("mapping.toml").write_text(bad, "utf-8")
    line = bad.splitlines().index('every = "moon"') + 1
    said = hub("mapping", "check", "january.csv", "--against", "mapping.toml")
    assert said.status == 2
    assert [told.split(": ")[:2] for told in said.out.splitlines()[:-1]] == [
        ["mapping.toml:4", "role"], [f"mapping.toml:{line}", "snapshot.every"],
    ]  # fmt: skip
    said = hub("publish", "mapped", "january.csv", "--mapping", "mapping.toml", "--as", "acme", "--dry-run")
    assert said.status == 2
    assert len(said.err.splitlines()) == 1
    assert all(key in said.err for key in ("mapping.toml:4: role", f"mapping.toml:{line}: snapshot.every"))


def test_a_mapping_belongs_to_mapped_files_alone(hub: Hub) -> None:
    assert "needs its mapping: --mapping" in hub("publish", "mapped", "january.csv", "--as", "a", "--dry-run").err
    said = hub("publish", "nhtsa-sgo", "january.csv", "--mapping", "mapping.toml", "--as", "a", "--dry-run")
    assert "only mapped ones have a --mapping" in said.err
    assert "mapped" in hub("sources").out


def test_parquet_without_pyarrow_says_what_to_install(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    text = '[file]\nformat = "parquet"\n\n[numbers]\naffixes'
    Path("mapping.toml").write_text(re.sub(r"(?s)\[file\].*affixes", text, EXAMPLE["mapping.toml"]), "utf-8")
    said = hub("mapping", "check", "january.csv", "--against", "mapping.toml")
    assert (said.status, "needs pyarrow" in said.err) == (2, True)
