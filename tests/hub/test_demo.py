"""The demo as a newcomer sees it: what it prints, what it leaves running, and that nothing is left after Ctrl-C."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.commands.demo import found
from hub.errors import HubError
from tests.hub.test_headline import HEADLINE
from tests.path.stack import Stack
from tests.producers.sgo_files import made

if TYPE_CHECKING:
    import subprocess


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Stack, "subprocess.Popen[str]"]]:
    """The demo in its own process, up to where it waits for Ctrl-C."""
    hub = Stack(tmp_path / "hub")
    process = hub.start("demo")
    try:
        assert process.stderr is not None
        assert any("Ctrl-C" in line for line in process.stderr)
        yield hub, process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=90)
        hub.hub("down")


@pytest.mark.kafka
@pytest.mark.clickhouse
def test_the_demo(running: tuple[Stack, "subprocess.Popen[str]"]) -> None:
    hub, process = running
    (totals,) = hub.json("query", "totals")["rows"]
    assert [totals[name] for name in ("rows", "reports", "occurrences", "faults")] == [3020, 2609, 2229, 0]
    dashboard = json.loads((hub.home / "run.json").read_text())["addresses"]["dashboard"]
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    told = out.splitlines()
    assert told[:8:2] == HEADLINE
    assert [line.strip() for line in told[1:8:2]] == [
        f"{dashboard}/",
        f"{dashboard}/incidents?unit=reports&first_severity=FATAL",
        f"{dashboard}/incidents",
        f"{dashboard}/incidents?reporters=several",
    ]
    assert hub.json("status")["up"] is False
    assert not (hub.home / "run.json").exists()


UNKNOWN = ("notes.json", "other.csv", "picture.pdf")
MILES = (
    "helmer,month,vmt,helmer_cumulative_vmt,kyoom_min,kyoom_max,vmt_min,vmt_max,rationale\nzoox,2025-07,2,2,1,3,1,3,x\n"
)


def test_with_takes_what_a_source_reads_and_names_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "federal.csv").write_bytes(made({}))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "2019.txt").write_text(MILES)  # by its header, whatever its name
    (tmp_path / "other.csv").write_bytes(b"a,b\n")
    (tmp_path / "notes.json").write_text('{\n "a": 1\n}\n')
    (tmp_path / "picture.pdf").write_bytes(b"%PDF-1.7\x00\xff")
    assert {source: [name for name, _ in files] for source, files in found(tmp_path).items()} == {
        "av-exposure": [f"{tmp_path}/below/2019.txt"], "nhtsa-sgo": [f"{tmp_path}/federal.csv"],
    }  # fmt: skip
    *others, missing = capsys.readouterr().err.splitlines()
    assert others == [f"{tmp_path}/{name}: no source of this hub reads it" for name in UNKNOWN]
    assert missing.startswith("no file of ca-dmv-disengagement, ")
    assert "av-exposure" not in missing


def test_with_names_a_folder_that_is_missing_or_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="there is no such folder"):
        found(tmp_path / "absent")
    with pytest.raises(HubError, match="no file in it"):
        found(tmp_path)
