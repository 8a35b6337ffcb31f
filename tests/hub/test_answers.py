import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from commons.ask import Answer
from hub.commands.asking import document, params, write
from hub.errors import HubError

TABLE = pa.table(
    {
        "operator": pa.array(["=Waymo, LLC", None]),
        "reports": pa.array([3, 0], pa.uint64()),
        "months": pa.array([["2025-06"], []], pa.list_(pa.string())),
        "provisional": pa.array([True, False]),
        "city": pa.array(["東京", "a\nb"]),
    }
)
ANSWER = Answer("totals", {"source": "nhtsa-sgo"}, "2026-03-16T02:14:07.000000Z", None, {"t/0": 3}, True, TABLE)


def written(form: str, folder: Path) -> bytes:
    out = folder / "answer"
    write(ANSWER, form, out)
    return out.read_bytes()


def test_json_has_the_answer_and_what_it_rests_on(tmp_path: Path) -> None:
    told = json.loads(written("json", tmp_path))
    assert list(told) == ["name", "params", "as_of", "positions", "final", "rows"]
    assert told == document(ANSWER)
    assert told["rows"][0] == {
        "operator": "=Waymo, LLC", "reports": 3, "months": ["2025-06"], "provisional": True, "city": "東京",
    }  # fmt: skip


def test_csv_is_read_by_a_program_as_what_it_is(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", tmp_path).decode(), newline="")))
    assert rows == [
        TABLE.column_names,
        ["=Waymo, LLC", "3", '["2025-06"]', "true", "東京"],
        ["", "0", "[]", "false", "a\nb"],
    ]


def test_parquet_and_arrow_keep_types(tmp_path: Path) -> None:
    assert parquet.read_table(io.BytesIO(written("parquet", tmp_path))).equals(TABLE)
    assert pa.ipc.open_file(written("arrow", tmp_path)).read_all().equals(TABLE)


def test_a_table_shows_every_column_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    write(ANSWER, "table", None)
    said = capsys.readouterr()
    assert "=Waymo, LLC" in said.out
    assert "東京" in said.out
    assert said.err == "2 rows, as of 2026-03-16T02:14:07.000000Z, final\n"


def test_a_table_is_not_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="--format json"):
        written("table", tmp_path)


def test_parameters_are_names_and_values() -> None:
    assert params(["operator=A=B", "from="]) == {"operator": "A=B", "from": ""}
    with pytest.raises(HubError, match="twice"):
        params(["a=1", "a=2"])
    with pytest.raises(HubError, match="NAME=VALUE"):
        params(["=1"])
