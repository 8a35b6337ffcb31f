import io
import json
import re
import stat
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hub.cli import run
from hub.commands.demo import bundled
from producers.profile import Profile
from producers.pseudonym_key import pseudonyms_of
from schemas.keys import endorses, proves
from tests.producers.figure_files import made as made_figures
from tests.producers.public_files import made as made_table
from tests.producers.sgo_files import made
from tests.producers.test_folder import ACME, EVENTS, write

COMMANDS = {
    "up", "down", "status", "demo", "key", "member", "sources", "publish", "consume", "query", "queries", "link",
    "receipts", "retract", "review", "share", "faults", "rebuild", "fsck", "export", "import", "mapping", "erase",
}  # fmt: skip


class Said(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Hub = Callable[..., Said]


@pytest.fixture
def hub(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Hub:
    """The command, with a home of its own in which no hub is up."""

    def command(*words: str | Path) -> Said:
        status = run(["--home", str(tmp_path / "home"), *map(str, words)])
        return Said(status, *capsys.readouterr())

    return command


def test_help_lists_the_commands_and_nothing_that_is_not_there(hub: Hub) -> None:
    told = hub("--help").out.partition("Commands:")[2]
    assert set(re.findall(r"^  ([a-z]+) ", told, re.MULTILINE)) == COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(hub: Hub, command: str) -> None:
    said = hub(command, "--help")
    assert said.status == 0
    assert len(said.out.splitlines()) > 4


def test_help_loads_neither_kafka_nor_the_store() -> None:
    code = (
        "import sys; from hub.cli import run; run(['--help']);"
        "heavy = {'kafka', 'clickhouse_connect', 'pyarrow', 'pydantic', 'dashboard'};"
        "sys.exit(bool(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["query", "totals"], r"not up: start it with `hub up`"),
        (["faults"], r"not up"),
        (["fsck"], r"not up"),
        (["rebuild"], r"not up"),
        (["consume"], r"not up"),
        (["member", "list"], r"not up"),
        (["link", "a", "b", "--relation", "SAME_OCCURRENCE", "--reason", "x"], r"not up"),
        (["retract", "a", "--reason", "ERROR", "--as", "acme"], r"acme has no connection profile"),
        (["share", "a", "--sharing", "CLOSED", "--reason", "x"], r"say who publishes"),
        (["query", "totals", "--param", "month"], r"--param month is not NAME=VALUE"),
        (["query", "totals", "--format", "xml"], r"formats are: table, json, csv, parquet, arrow"),
        (["publish", "nothing", "x.csv", "--as", "acme"], r"no source nothing: `hub sources` lists nhtsa-sgo"),
        (["publish", "nhtsa-sgo", "absent.csv", "--as", "acme"], r"absent\.csv cannot be read: No such file"),
        (["publish", "nhtsa-sgo", "x.csv", "--as", "acme", "--seen-by", "public"], r"give --dry-run too"),
        (["publish", "nhtsa-sgo", ".", "--as", "acme", "--dry-run"], r"\. is a folder: name its files, or follow"),
        (["publish", "nhtsa-sgo", "/dev/null", "--as", "acme", "--dry-run"], r"is a device: name a file or a pipe"),
        (["publish", "nhtsa-sgo", "x.csv", "--as", "acme", "--dry-run", "--follow"], r"leave one of them out"),
        (
            ["publish", "nhtsa-sgo", "x.csv", "--dry-run", "--follow", "--seen-by", "public"],
            r"--follow publishes, --dry-run and --seen-by only show",
        ),
        (["publish", "nhtsa-sgo", "x.csv", "--dry-run", "--seen-by", "rival"], r"readers are: competitor, insurer, "),
        (
            ["publish", "nhtsa-sgo", "x.csv", "--dry-run", "--purpose", "RESEARCH"],
            r"give --dry-run --seen-by READER too",
        ),
        (
            ["publish", "nhtsa-sgo", "x.csv", "--dry-run", "--seen-by", "insurer", "--purpose", "FUN"],
            r"purposes are: SAFETY_LEARNING, ",
        ),
        (["key", "new", "--org", "Acme Inc"], r"not valid: 1 to 63 of a-z, 0-9 and -"),
        (["key", "new", "--org", "hub"], r"reserved"),
        (["frobnicate"], r"No such command 'frobnicate'; see `hub --help`"),
        (["query"], r"Missing argument 'NAME'; see `hub query --help`"),
        (["publish", "nhtsa-sgo"], r"see `hub publish --help`"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(hub: Hub, words: list[str], told: str) -> None:
    said = hub(*words)
    assert said.status == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert re.search(told, line)


def test_a_hub_that_is_down_has_a_status(hub: Hub) -> None:
    assert "is down: start it with `hub up`" in hub("status").out
    told = hub("status", "--json").json
    assert (told["up"], told["parts"], told["partitions"], told["faults"]) == (False, {}, [], None)


def test_there_is_nothing_to_stop(hub: Hub) -> None:
    said = hub("down")
    assert (said.status, said.err) == (0, "nothing was running\n")


def test_sources_name_format_editions_and_events(hub: Hub) -> None:
    source = hub("sources", "--json").json["sources"][0]
    assert source["source"] == "nhtsa-sgo"
    assert source["editions"] == {"form-137": 137, "form-116": 116, "form-122": 122}
    assert source["events"] == ["OccurrenceReported", "NilReturnFiled"]
    assert "nhtsa-sgo" in hub("sources").out


def test_queries_name_what_they_answer_and_take(hub: Hub) -> None:
    known = {query["name"]: query for query in hub("queries", "--json").json["queries"]}
    assert {"totals", "reports", "occurrence", "agreement", "missingness"} <= known.keys()
    assert "severity_from" in known["occurrences_by_month"]["params"]
    assert all(query["description"] for query in known.values())
    assert "totals" in hub("queries").out


def test_a_dry_run_counts_and_publishes_nothing(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_bytes(made({"Report ID": "1-1"}, {"Report ID": "1-2"}))
    said = hub("publish", "nhtsa-sgo", file, "--as", "acme", "--dry-run", "--json")
    assert said.status == 0
    assert said.json == {
        "source": "nhtsa-sgo", "files": [str(file)], "rows": 2, "events": {"OccurrenceReported": 2}, "rejected": 0,
        "skipped": {}, "already_published": 0, "conflicting": [], "reject_file": None,
    }  # fmt: skip


def test_a_dry_run_shows_each_record_as_a_reader_would_get_it(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_bytes(made({"Report ID": "1-1", "Narrative": "It struck a cone."}, {"Report ID": "1-2"}))
    words = ("publish", "nhtsa-sgo", file, "--as", "acme", "--dry-run", "--seen-by")
    said = hub(*words, "regulator", "--json").json
    assert (said["seen_by"], said["rows"]) == ("regulator", 2)
    assert [record["record"]["report_id"] for record in said["records"]] == ["nhtsa-sgo:1-1", "nhtsa-sgo:1-2"]
    assert said["records"][0]["sections"]["narrative"] == "It struck a cone."
    public = [json.loads(line) for line in hub(*words, "public").out.splitlines()]
    assert [record["record"]["report_id"] for record in public] == ["nhtsa-sgo:1-1", "nhtsa-sgo:1-2"]
    assert {text for record in public for text in record["sections"].values()} == {"WITHHELD"}
    actuary = hub(*words, "insurer", "--json").json["records"]
    assert {text for record in actuary for text in record["sections"].values()} == {"WITHHELD"}
    learner = hub(*words, "insurer", "--purpose", "SAFETY_LEARNING", "--json").json["records"]
    assert learner[0]["sections"]["narrative"] == "It struck a cone."


def test_a_blank_row_is_named_and_a_dry_run_makes_no_key(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_bytes(made_table("ca-dmv-disengagement", {}, {"DATE": "soon"}) + b"\r\n")
    said = hub("publish", "ca-dmv-disengagement", file, "--as", "acme", "--dry-run", "--json")
    assert (said.json["rows"], said.json["events"], said.json["rejected"], said.json["skipped"]) == (
        3, {"OccurrenceReported": 1}, 1, {"the record is blank": 1},
    )  # fmt: skip
    said = hub("publish", "ca-dmv-disengagement", file, "--as", "acme", "--dry-run")
    assert "1 rejected; 1 skipped: the record is blank" in said.out
    assert not list(tmp_path.rglob("*.pseudonyms"))


def test_a_row_of_several_events_is_one_row(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "miles.csv"
    file.write_bytes(made_figures("ca-dmv-mileage/year-2022", {"FEB 2022": "7"}, {"JAN 2022": ""}))
    said = hub("publish", "ca-dmv-mileage", file, "--as", "acme", "--dry-run", "--json")
    assert (said.json["rows"], said.json["events"], said.json["skipped"]) == (
        2, {"ExposureReported": 2}, {"no month of the row has a value": 1},
    )  # fmt: skip


def test_rejected_rows_are_kept_with_file_line_column_and_reason(hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "one-bad.csv"
    file.write_bytes(made({"Report ID": "1-1"}, {"Report ID": "1-2", "Incident Date": "SOON"}))
    said = hub("publish", "nhtsa-sgo", file, "--as", "acme", "--dry-run", "--json")
    assert said.status == 3
    assert (said.json["rows"], said.json["events"], said.json["rejected"]) == (2, {"OccurrenceReported": 1}, 1)
    rejects = Path(said.json["reject_file"])
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    (told,) = map(json.loads, rejects.read_text().splitlines())
    assert (told["file"], told["line"], told["column"]) == (str(file), 3, "Incident Date")
    assert told["reason"]
    assert "SOON" not in told["reason"]
    assert str(rejects) in said.err


def test_a_file_of_another_format_is_refused_before_anything_else_is_read(hub: Hub, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(made({}))
    bad.write_bytes(b"a,b\r\n1,2\r\n")
    said = hub("publish", "nhtsa-sgo", good, bad, "--as", "acme", "--dry-run")
    assert said.status == 2
    assert re.match(r"error: \S+bad\.csv: no NHTSA SGO file", said.err)


def test_a_new_key_stays_and_its_public_half_proves_possession(hub: Hub, tmp_path: Path) -> None:
    key = tmp_path / "acme.key"
    told = hub("key", "new", "--org", "acme", "--out", key, "--json").json
    half = json.loads((tmp_path / "acme.pub").read_text())
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert {name: told[name] for name in half} == half
    public, proof = (b64decode(half[name]) for name in ("public_key", "proof"))
    assert proves(public, "acme", proof)
    assert "PRIVATE" not in (tmp_path / "acme.pub").read_text()
    assert "is there already" in hub("key", "new", "--org", "acme", "--out", key).err


def test_the_key_in_use_signs_the_next_one(hub: Hub, tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    first = hub("key", "new", "--org", "acme", "--out", old, "--json").json
    second = hub("key", "new", "--org", "acme", "--out", new, "--previous", old, "--json").json
    assert second["previous_key_id"] == first["key_id"]
    before, after, signature = (
        b64decode(text) for text in (first["public_key"], second["public_key"], second["signed_by_old"])
    )
    assert endorses(before, "acme", after, signature)
    assert not endorses(before, "rival", after, signature)
    assert not endorses(after, "acme", after, signature)


def test_an_export_is_checked_without_a_hub(hub: Hub, tmp_path: Path) -> None:
    folder = write(tmp_path / "out", *EVENTS)
    said = hub("import", folder, "--check")
    assert said.status == 0
    assert said.out.startswith("5 events of acme: ")
    assert ACME.key_id in said.err
    file = folder / "records.jsonl"
    file.write_text(file.read_text().replace('"offset":3', '"offset":4'))
    said = hub("import", folder, "--check")
    assert said.status == 2
    assert re.match(r"error: \S+records\.jsonl line 5 .*there twice", said.err)
    assert "say who publishes" in hub("import", folder).err


def test_the_bundled_files_are_the_public_ones(test_data: Path) -> None:
    files = dict(bundled())
    assert len(files) == 2
    for name, data in files.items():
        assert data == (test_data / "sgo-ads" / name).read_bytes()


def test_a_member_finds_the_pseudonym_of_a_person(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = tmp_path / "acme.toml"
    Profile("acme", ("INSURER",), "127.0.0.1:1", "acme", "secret", "acme.key", "id", folder=tmp_path).save(profile)
    asked: tuple[str | Path, ...] = ("key", "pseudonym", "--scheme", "person", "--profile", profile)
    first, other = hub(*asked, "Erika Muster"), hub(*asked, "Max Muster")
    assert (first.status, other.status) == (0, 0)
    assert first.out.strip() == pseudonyms_of(Profile.load(profile)).of("person", "Erika Muster")
    assert other.out != first.out
    monkeypatch.setattr("sys.stdin", io.StringIO("Erika Muster\n"))
    assert hub(*asked).out == first.out
    assert hub("key", "pseudonym", "Erika Muster", "--scheme", "person").status == 2
