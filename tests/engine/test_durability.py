"""What was acknowledged survives SIGKILL, and the store opens again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import Error
from clickhouse_connect.driver.httpclient import HttpClient
from urllib3.exceptions import HTTPError

from tests.engine.conftest import connect
from tests.engine_fixture import EngineProcess, start_engine

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

TABLE = "CREATE TABLE {} (a UInt64) ENGINE = ReplacingMergeTree ORDER BY a SETTINGS fsync_after_insert = 1"
BATCH = 1000


@contextmanager
def client_of(engine: EngineProcess) -> Iterator[HttpClient]:
    client = connect(engine)
    try:
        yield client
    finally:
        client.close()


def test_an_acknowledged_insert_survives_a_kill(tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    with client_of(engine) as client:
        client.command(TABLE.format("t"))
        assert client.insert("t", [[n] for n in range(BATCH)], ["a"]).written_rows == BATCH
        engine.kill()
    engine = start_engine(tmp_path)
    with client_of(engine) as client:
        assert client.command("SELECT count(), sum(a) FROM t") == [str(BATCH), str(sum(range(BATCH)))]
    assert engine.stop() == 0


def insert_until_killed(engine: EngineProcess, first: int, acknowledged: list[int], enough: threading.Event) -> None:
    """Insert batches from number `first` on; `enough` is set after some, or at the first error."""
    with client_of(engine) as client:
        try:
            for batch in range(first, first + 10_000):
                client.insert("landing", [[batch * BATCH + n] for n in range(BATCH)], ["a"])
                acknowledged.append(batch)
                if batch == first + 20:
                    enough.set()
        except (Error, HTTPError, OSError):
            enough.set()


def test_a_kill_during_inserts_loses_nothing_acknowledged(tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    with client_of(engine) as client:
        client.command(TABLE.format("t"))
        client.command("CREATE TABLE landing (a UInt64) ENGINE = Null")
        client.command("CREATE MATERIALIZED VIEW v TO t AS SELECT a FROM landing")
    acknowledged: list[int] = []
    for life in range(3):
        enough = threading.Event()
        work = (engine, life * 100_000, acknowledged, enough)
        writer = threading.Thread(target=insert_until_killed, args=work)
        writer.start()
        enough.wait()
        engine.kill()
        writer.join()
        engine = start_engine(tmp_path)
        with client_of(engine) as client:
            stored = client.query("SELECT intDiv(a, 1000), count() FROM t FINAL GROUP BY 1").result_rows
            assert len(acknowledged) > 20 * life
            assert set(acknowledged) <= {batch for batch, _ in stored}
            # An insert is all or nothing, also the one that was under way.
            assert {count for _, count in stored} == {BATCH}
            assert client.command("CHECK TABLE t SETTINGS check_query_single_value_result = 1") == 1
    assert engine.stop() == 0


def test_the_store_belongs_to_one_process(tmp_path: Path) -> None:
    engine = start_engine(tmp_path / "first")
    with client_of(engine) as client:
        client.command("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        (tmp_path / "second").mkdir()
        (tmp_path / "second" / "store").symlink_to(tmp_path / "first" / "store")
        with pytest.raises(RuntimeError, match="cannot be opened"):
            start_engine(tmp_path / "second")
        client.command("INSERT INTO t VALUES (1)")
        assert client.command("SELECT count() FROM t") == 1
    assert engine.stop() == 0


def test_a_stop_ends_what_is_running(tmp_path: Path) -> None:
    engine = start_engine(tmp_path)
    with client_of(engine) as client:
        stream = client.raw_stream("SELECT number FROM numbers(1000000000000)", fmt="RowBinary")
        stream.read(1)
        assert engine.stop() == 0
        stream.close()
