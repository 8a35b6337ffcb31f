"""The unmodified clickhouse-connect client against the endpoint: queries, inserts, formats, parameters."""

import gzip
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import fastavro
import lz4.frame
import pyarrow as pa
import pytest
from backports import zstd
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError
from clickhouse_connect.driver.external import ExternalData
from clickhouse_connect.driver.httpclient import HttpClient

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]


@pytest.fixture
def table(client: HttpClient) -> str:
    client.command("CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a")
    return "t"


def test_values_come_back(client: HttpClient) -> None:
    sql = "SELECT 1, 'ä', toDateTime64('2026-01-02 03:04:05.000006', 6), [1, 2], NULL, toLowCardinality('x')"
    (row,) = client.query(sql, tz_mode="aware").result_rows
    assert row == (1, "ä", datetime(2026, 1, 2, 3, 4, 5, 6, UTC), [1, 2], None, "x")
    assert client.ping()
    assert str(client.server_tz) == "UTC"


@pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", False])
def test_results_and_inserts_are_compressed(new_client: Callable[..., HttpClient], compress: str | bool) -> None:
    client = new_client(compress=compress)
    client.command("CREATE TABLE t (a UInt64, s String) ENGINE = MergeTree ORDER BY a")
    rows = [[number, f"text {number}"] for number in range(10_000)]
    context = client.create_insert_context("t", ["a", "s"])
    context.data = rows
    assert client.insert(context=context).written_rows == 10_000
    assert client.query("SELECT a, s FROM t ORDER BY a").result_rows == [tuple(row) for row in rows]


@pytest.mark.parametrize("encoding", ["lz4", "zstd", "gzip"])
def test_all_frames_of_a_body_are_stored(client: HttpClient, table: str, encoding: str) -> None:
    compress = {"lz4": lz4.frame.compress, "zstd": zstd.compress, "gzip": gzip.compress}[encoding]
    blocks = (b"".join(b"%d,x\n" % n for n in range(at, at + 1000)) for at in range(0, 10_000, 1000))
    body = b"".join(compress(block) for block in blocks)
    assert client.raw_insert(table, insert_block=body, fmt="CSV", compression=encoding).written_rows == 10_000
    with pytest.raises(DatabaseError, match="CANNOT_DECOMPRESS"):
        client.raw_insert(table, insert_block=body[:-3], fmt="CSV", compression=encoding)
    assert client.command("SELECT count(), uniqExact(a) FROM t") == ["10000", "10000"]


def test_rows_that_begin_with_line_feeds_are_not_shifted(client: HttpClient, table: str) -> None:
    row = (0x0A0A0A0A0A0A0A0A).to_bytes(8, "little") + b"\x02\n\n"
    assert client.raw_insert(table, ["a", "s"], row * 3, fmt="RowBinary").written_rows == 3
    assert client.query("SELECT DISTINCT a, s FROM t").result_rows == [(0x0A0A0A0A0A0A0A0A, "\n\n")]


def test_avro_and_arrow_are_inserted(client: HttpClient, table: str) -> None:
    schema = {
        "type": "record",
        "name": "r",
        "fields": [{"name": "a", "type": "long"}, {"name": "s", "type": "string"}],
    }
    body = io.BytesIO()
    fastavro.writer(body, schema, [{"a": n, "s": "avro"} for n in range(100)])
    assert client.raw_insert(table, insert_block=body.getvalue(), fmt="Avro").written_rows == 100
    with pytest.raises(DatabaseError):
        client.raw_insert(table, insert_block=body.getvalue()[:-20], fmt="Avro")
    arrow = pa.table({"a": pa.array([1, 2], pa.uint64()), "s": ["x", "y"]})
    assert client.insert_arrow(table, arrow).written_rows == 2
    assert client.query_arrow("SELECT s, count() AS n FROM t GROUP BY s ORDER BY s").to_pydict() == {
        "s": ["avro", "x", "y"],
        "n": [100, 1, 1],
    }


def test_written_rows_count_the_target_and_every_view(client: HttpClient) -> None:
    client.command("CREATE TABLE landing (a UInt64) ENGINE = Null")
    client.command("CREATE TABLE kept (a UInt64) ENGINE = MergeTree ORDER BY a")
    client.command("CREATE TABLE odd (a UInt64) ENGINE = MergeTree ORDER BY a")
    rows = [[number] for number in range(10)]
    assert client.insert("landing", rows, ["a"]).written_rows == 10
    client.command("CREATE MATERIALIZED VIEW v1 TO kept AS SELECT a FROM landing")
    assert client.insert("landing", rows, ["a"]).written_rows == 20
    client.command("CREATE MATERIALIZED VIEW v2 TO odd AS SELECT a FROM landing WHERE a % 2")
    summary = client.insert("landing", rows, ["a"]).summary
    assert int(summary["written_rows"]) == 25
    assert client.query("SELECT a FROM kept").summary["read_rows"] == "20"


def test_a_constraint_refuses_the_whole_insert(client: HttpClient) -> None:
    client.command("CREATE TABLE landing (g UInt8, g2 UInt8, CONSTRAINT framing CHECK g = g2) ENGINE = Null")
    client.command("CREATE TABLE kept (g UInt8) ENGINE = MergeTree ORDER BY g")
    client.command("CREATE MATERIALIZED VIEW v TO kept AS SELECT g FROM landing")
    with pytest.raises(DatabaseError, match="VIOLATED_CONSTRAINT") as refusal:
        client.raw_insert("landing", insert_block=b"\1\1\2\3", fmt="RowBinary")
    assert "/proc/" not in str(refusal.value)
    assert client.command("SELECT count() FROM kept") == 0


def test_parameters(client: HttpClient) -> None:
    given = {"text": "a\tb'\\\n", "number": 7, "list": ["x", "y'"], "nothing": None}
    sql = "SELECT {text:String}, {number:UInt32}, {list:Array(String)}, {nothing:Nullable(String)}"
    assert client.query(sql, parameters=given).result_rows == [("a\tb'\\\n", 7, ["x", "y'"], None)]
    assert client.query("SELECT {a:String}", parameters={"a": "x" * 100_000}).result_rows == [("x" * 100_000,)]


def test_settings(client: HttpClient) -> None:
    sql = "SELECT getSetting('max_block_size')"
    usual = client.command(sql)
    assert client.command(sql, settings={"max_block_size": 1234}) == 1234
    assert client.command(sql) == usual
    with pytest.raises(DatabaseError, match="UNKNOWN_SETTING"):
        client.raw_query("SELECT 1 SETTINGS no_such_setting = 1")


def test_external_data(client: HttpClient) -> None:
    data = ExternalData(file_name="left.csv", data=b"1,one\n2,two\n", fmt="CSV", structure=["id UInt8", "name String"])
    data.add_file(file_name="right", data=b"2\n", fmt="TSV", types=["UInt8"])
    data.add_file(file_name="empty", data=b"", fmt="TSV", types=["UInt8"])
    sql = "SELECT name, (SELECT count() FROM empty) FROM left JOIN right ON left.id = right._1"
    for _ in range(2):
        assert client.query(sql, external_data=data).result_rows == [("two", 0)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT * FROM no_such_table", "60"),
        ("SELEC 1", "62"),
        ("SELECT no_such_column", "47"),
        ("SHOW TABLES FROM no_such_database", "81"),
        ("SELECT file('/etc/passwd')", "497"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", "497"),
        ("SELECT throwIf(1)", "395"),
    ],
)
def test_errors_carry_their_code(client: HttpClient, sql: str, code: str) -> None:
    with pytest.raises(DatabaseError, match=f"code: {code},"):
        client.query(sql)
    with pytest.raises(DatabaseError, match=f"code: {code},"):
        client.command(sql)


def test_an_error_in_mid_stream_is_no_short_result(client: HttpClient) -> None:
    sql = "SELECT throwIf(number = 1000000) FROM numbers(2000000)"
    with (
        pytest.raises(StreamFailureError, match="throwIf"),
        client.query_rows_stream(sql, settings={"max_block_size": 10000}) as rows,
    ):
        for _ in rows:
            pass
    with pytest.raises(DatabaseError, match="code: 395"):
        client.query(sql)
    with pytest.raises(Exception, match="IncompleteRead|Connection broken"):
        client.raw_stream(sql, fmt="TSV").read()
    assert client.command("SELECT 1") == 1


def test_a_large_result_streams_and_arrives_whole(client: HttpClient) -> None:
    sql = "SELECT number, toString(number) FROM numbers(1000000)"
    with client.query_column_block_stream(sql) as blocks:
        assert sum(sum(block[0]) for block in blocks) == 499_999_500_000
    result = client.query(sql)
    assert len(result.result_columns[0]) == 1_000_000
    assert result.summary["result_rows"] == "1000000"


def test_fifty_queries_at_once(new_client: Callable[..., HttpClient]) -> None:
    clients = [new_client() for _ in range(5)]

    def ask(number: int) -> int:
        settings = {"session_id": f"of {number}"}
        return int(clients[number % 5].query(f"SELECT {number}, sleep(0.02)", settings=settings).result_rows[0][0])

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(ask, range(50))) == list(range(50))
