"""Every known answer of the federal files, through the whole path: file -> Kafka -> ClickHouse -> query."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyarrow import feather, parquet

from commons import log
from commons.client import connect
from producers.sources.csv_records import records as read_records
from schemas.codec import decode
from tests.path.conftest import SETS
from tests.path.known import ANSWERS
from tests.path.stack import Stack

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]

BOTH = "across_files"  # asked of the hub that holds both files


def known(test_data: Path, dataset: str) -> dict[str, Any]:
    told = json.loads((test_data / "known_answers.json").read_text("utf-8"))
    datasets = [dataset, BOTH] if dataset == "sgo_merged" else [dataset]
    return {
        name: entry["value"]
        for each in datasets
        for name, entry in told[each].items()
        if entry["kind"] == "hub" and entry["part"] == "first-path"
    }


def test_every_known_answer(federal: tuple[str, Stack], test_data: Path) -> None:
    dataset, hub = federal
    expected = known(test_data, dataset)
    assert expected.keys() <= ANSWERS.keys(), "an answer that is not asked"
    q = hub.asker()
    got = {name: ANSWERS[name](q, value) for name, value in expected.items()}
    assert got == expected


def test_the_wrong_methods_give_other_answers(federal: tuple[str, Stack], test_data: Path) -> None:
    dataset, hub = federal
    if dataset == "sgo_current":
        return  # there the wrong counts equal the right one
    told = json.loads((test_data / "known_answers.json").read_text("utf-8"))[dataset]
    (totals,) = hub.asker()("totals", source="nhtsa-sgo")
    wrong = {entry["value"] for entry in told.values() if entry["kind"] == "wrong"}
    assert wrong
    assert totals["occurrences"] not in wrong


def test_the_command_gives_the_same_in_every_format(federal: tuple[str, Stack], tmp_path: Path) -> None:
    _, hub = federal
    rows = hub.asker()("occurrences_by_severity")
    answer = hub.json("query", "occurrences_by_severity")
    assert answer["rows"] == rows
    assert answer.keys() >= {"name", "params", "as_of", "positions", "final", "rows"}
    assert json.loads(hub.hub("query", "occurrences_by_severity", "--format", "json"))["rows"] == rows
    text = hub.hub("query", "occurrences_by_severity", "--format", "csv")
    assert text.lstrip("\ufeff").splitlines()[0] == "severity,occurrences,reports,n,n_if_unknown"
    assert len(text.splitlines()) == len(rows) + 1
    for name, read in (("parquet", parquet.read_table), ("arrow", feather.read_table)):
        path = tmp_path / f"rows.{name}"
        hub.hub("query", "occurrences_by_severity", "--format", name, "--out", str(path))
        assert read(path).to_pylist() == rows
    assert all(row["severity"] in hub.hub("query", "occurrences_by_severity") for row in rows)


def test_native_records_are_the_bytes_of_the_files(federal: tuple[str, Stack], test_data: Path) -> None:
    dataset, hub = federal
    expected: Counter[bytes] = Counter()
    for name in SETS[dataset]:
        header, *rows = (bytes(record.native) for record in read_records((test_data / name).read_bytes()))
        assert header + b"".join(rows) == (test_data / name).read_bytes()
        expected.update(rows)
    run = json.loads((hub.home / "run.json").read_text())
    password = next(hub.home.glob("secrets/clickhouse*")).read_text().strip()
    client = connect(run["addresses"]["clickhouse"], password)
    found: Counter[bytes] = Counter()
    for place, end in log.ends(client).items():
        for records in log.scan(client, place, 0, end):
            for record in records:
                _, value = decode(record.value or b"")
                bodies = [section["body"] for section in value.get("sections", []) if section["name"] == "native"]
                found.update(bodies)
                assert [hashlib.sha256(body).digest() for body in bodies] == (
                    [value["native"]["sha256"]] if bodies else []
                )
    assert found == expected


def test_publishing_everything_again_changes_nothing(federal: tuple[str, Stack], test_data: Path) -> None:
    dataset, hub = federal
    before = hub.asker()("totals")
    ends = [(p["topic"], p["partition"], p["position"]) for p in hub.json("status")["partitions"]]
    again = hub.publish(*[test_data / name for name in SETS[dataset]])
    rows = before[0]["rows"]
    assert (sum(again["events"].values()), again["already_published"], again["rejected"]) == (0, rows, 0)
    after = hub.settle()
    assert [(p["topic"], p["partition"], p["position"]) for p in after["partitions"]] == ends
    assert hub.asker()("totals") == before


def test_fsck_finds_nothing_wrong(federal: tuple[str, Stack]) -> None:
    assert federal[1].json("fsck")["problems"] == []
