"""What the operator is told when ClickHouse refuses, or is not there: what to do next, and no value."""

import contextlib
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, ProgrammingError

from commons.client import connect
from hub.errors import foreseen
from tests.engine_fixture import start_engine


@pytest.mark.clickhouse
@pytest.mark.net
def test_a_refused_statement_is_told_apart_from_an_engine_that_is_gone(tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    try:
        with contextlib.closing(connect(engine.url, engine.password)) as client:
            with pytest.raises(DatabaseError, match="4711") as refused:
                client.query("SELECT toInt32('value 4711')")
            engine.stop()
            with pytest.raises(DatabaseError) as gone:
                client.query("SELECT 'value 4711'")
    finally:
        engine.kill()
    line = foreseen(refused.value) or ""
    assert line.startswith("ClickHouse refused a statement (code 6, CANNOT_PARSE_TEXT)")
    assert "`hub fsck`" in line
    assert "4711" not in line
    line = foreseen(gone.value) or ""
    assert line.startswith("ClickHouse cannot be reached")
    assert "`hub status`" in line
    assert engine.url.rpartition(":")[2] not in line


def test_something_else_in_front_of_clickhouse_is_no_answer_and_an_error_of_ours_is_not_foreseen() -> None:
    assert (foreseen(DatabaseError("HTTP driver received HTTP status 502")) or "").startswith("ClickHouse cannot be")
    assert foreseen(ProgrammingError("wrong number of parameters")) is None
