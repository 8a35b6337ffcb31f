"""The HTTP interface below the client library: credentials, methods, headers, bounds, clients that leave."""

import base64
import http.client
import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from clickhouse_connect.driver.httpclient import HttpClient

from tests.engine_fixture import EngineProcess

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]


def basic(password: str, user: str = "default") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def connection(room_engine: EngineProcess) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", room_engine.port, timeout=30)
    yield connection
    connection.close()


def ask(
    connection: http.client.HTTPConnection,
    target: str,
    headers: dict[str, str],
    body: bytes | None = None,
    method: str = "POST",
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of one request."""
    connection.request(method, target, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def test_credentials(room_engine: EngineProcess, connection: http.client.HTTPConnection) -> None:
    key = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": room_engine.password}
    in_url = "/?" + urlencode({"user": "default", "password": room_engine.password})
    for target, headers in (("/", basic(room_engine.password)), ("/", key), (in_url, {})):
        assert ask(connection, target, headers, b"SELECT 1")[::2] == (200, b"1\n")
    wrong = [{}, basic("x"), basic(""), basic(room_engine.password, "other"), {"Authorization": "Bearer x"}]
    for headers in [*wrong, {**key, "X-ClickHouse-Key": "x"}, {"Authorization": "Basic ?"}]:
        status, answered, text = ask(connection, "/", headers, b"SELECT 1")
        assert (status, answered["x-clickhouse-exception-code"]) == (403, "516")
        assert room_engine.password.encode() not in text


def test_ping(room_engine: EngineProcess, connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "/ping", {}, method="GET")[::2] == (200, b"Ok.\n")
    assert ask(connection, "/ping", basic(room_engine.password), method="GET")[0] == 200
    assert ask(connection, "/ping", basic("another's"), method="GET")[0] == 403


def test_it_listens_on_loopback_only(room_engine: EngineProcess) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", room_engine.port), timeout=5).close()


def test_headers_of_an_answer(room_engine: EngineProcess, connection: http.client.HTTPConnection) -> None:
    url = "/?" + urlencode({"query_id": "mine", "default_format": "JSONEachRow"})
    status, headers, body = ask(connection, url, basic(room_engine.password), b"SELECT number FROM numbers(3)")
    assert (status, body) == (200, b'{"number":0}\n{"number":1}\n{"number":2}\n')
    assert headers["x-clickhouse-query-id"] == "mine"
    assert headers["x-clickhouse-format"] == "JSONEachRow"
    assert headers["x-clickhouse-timezone"] == "UTC"
    summary = json.loads(headers["x-clickhouse-summary"])
    assert (summary["read_rows"], summary["result_rows"], summary["written_rows"]) == ("3", "3", "0")
    _, headers, body = ask(connection, "/", basic(room_engine.password), b"SELECT 1 WHERE 0")
    assert (headers["x-clickhouse-format"], body) == ("TabSeparated", b"")
    _, headers, _ = ask(connection, "/", basic(room_engine.password), b"CREATE DATABASE IF NOT EXISTS hub")
    assert "x-clickhouse-format" not in headers


def test_sql_may_hold_any_bytes(room_engine: EngineProcess, connection: http.client.HTTPConnection) -> None:
    own = basic(room_engine.password)
    assert ask(connection, "/", own, b"SELECT hex('\xff\xfe')")[2] == b"FFFE\n"
    assert ask(connection, "/?param_x=%FF%00", own, b"SELECT hex({x:String})")[2] == b"FF00\n"
    assert ask(connection, "/?query=SELECT%20hex('%FF')", own, method="GET")[2] == b"FF\n"


def test_get_reads_only(room_engine: EngineProcess, connection: http.client.HTTPConnection) -> None:
    own = basic(room_engine.password)
    assert ask(connection, "/?" + urlencode({"query": "SELECT 1"}), own, method="GET")[::2] == (200, b"1\n")
    for query in ("CREATE TABLE t (a UInt8) ENGINE = Memory", "INSERT INTO t VALUES (1)", "SET max_threads = 1"):
        _, headers, _ = ask(connection, "/?" + urlencode({"query": query}), own, method="GET")
        assert headers["x-clickhouse-exception-code"] == "164"


def test_settings_of_the_transport_are_ignored(
    room_engine: EngineProcess, connection: http.client.HTTPConnection
) -> None:
    own = basic(room_engine.password)
    ignored = {"buffer_size": 1, "wait_end_of_query": 1, "quota_key": "x", "client_protocol_version": 54337}
    assert ask(connection, "/?" + urlencode(ignored), own, b"SELECT 1")[::2] == (200, b"1\n")
    status, headers, _ = ask(connection, "/?no_such_setting=1", own, b"SELECT 1")
    assert (status, headers["x-clickhouse-exception-code"]) == (404, "115")
    assert ask(connection, "/?compress=1", own, b"SELECT 1")[0] == 501


def test_a_body_is_bounded_before_it_is_sent(
    room_engine: EngineProcess, connection: http.client.HTTPConnection
) -> None:
    headers = {**basic(room_engine.password), "Content-Length": str((256 << 20) + 1)}
    connection.putrequest("POST", "/?" + urlencode({"query": "INSERT INTO t FORMAT TSV"}))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.headers["X-ClickHouse-Exception-Code"]) == (413, "223")


def wait_until(client: HttpClient, mark: str, count: int) -> None:
    """Ask until `count` statements with `mark` run; a minute is a failure."""
    sql = (
        "SELECT count() FROM system.processes WHERE position(query, {mark:String}) > 0 AND query NOT LIKE '%processes%'"
    )
    deadline = time.monotonic() + 60
    while client.query(sql, parameters={"mark": mark}).result_rows != [(count,)]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("wait", ["0", "1"])
@pytest.mark.parametrize("rest", ["", "WHERE sipHash64(number) = 1", "ORDER BY sipHash64(number) LIMIT 1"])
def test_a_client_that_leaves_stops_its_query(
    room_engine: EngineProcess, client: HttpClient, rest: str, wait: str
) -> None:
    mark = f"{len(rest)} {wait}"
    connection = http.client.HTTPConnection("127.0.0.1", room_engine.port, timeout=30)
    url = "/?" + urlencode({"wait_end_of_query": wait, "session_id": mark})
    sql = f"SELECT number, 'mark {mark}' FROM numbers(1000000000000) {rest}"
    connection.request("POST", url, body=sql, headers=basic(room_engine.password))
    wait_until(client, f"mark {mark}", 1)
    connection.close()
    wait_until(client, f"mark {mark}", 0)
    # The session is free again, and clean.
    assert client.command("SELECT 1", settings={"session_id": mark, "session_check": 1}) == 1


def test_a_result_made_as_a_whole_is_bounded(
    room_engine: EngineProcess, connection: http.client.HTTPConnection
) -> None:
    own = basic(room_engine.password)
    for query in (
        b"SELECT number FROM numbers(1000000000000) FORMAT JSON",
        b"SELECT groupArray(number) FROM numbers(1e12)",
    ):
        status, headers, _ = ask(connection, "/", own, query)
        assert (status, headers["x-clickhouse-exception-code"]) in {(500, "396"), (500, "241")}
        assert ask(connection, "/", own, b"SELECT 1")[2] == b"1\n"


def test_many_clients_that_leave_in_mid_stream_hang_nothing(room_engine: EngineProcess, client: HttpClient) -> None:
    mark = "many leave"
    sql = f"SELECT number, '{mark}' FROM numbers(1000000000000)"
    left = []
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", room_engine.port, timeout=30)
        connection.request("POST", "/", body=sql, headers=basic(room_engine.password))
        connection.getresponse().read(100_000)
        left.append(connection)
    assert client.command("SELECT 1") == 1  # twenty unread results take no worker
    for connection in left:
        connection.close()
    wait_until(client, mark, 0)


def test_a_client_that_leaves_in_mid_body_stores_nothing(room_engine: EngineProcess, client: HttpClient) -> None:
    client.command("CREATE TABLE t (a UInt8) ENGINE = Memory")
    connection = http.client.HTTPConnection("127.0.0.1", room_engine.port, timeout=30)
    connection.putrequest("POST", "/?" + urlencode({"query": f"INSERT INTO {client.database}.t FORMAT TSV"}))
    connection.putheader("Content-Length", "1000")
    connection.putheader("Authorization", basic(room_engine.password)["Authorization"])
    connection.endheaders()
    connection.send(b"1\n" * 100)
    connection.close()
    assert client.command("SELECT count() FROM t") == 0


@pytest.mark.parametrize("database", ["", "default", "hub"])
def test_no_file_of_the_machine_is_a_table(
    room_engine: EngineProcess, connection: http.client.HTTPConnection, database: str
) -> None:
    target = "/?" + urlencode({"database": database}) if database else "/"
    own = basic(room_engine.password)
    for statement in (
        b"SELECT * FROM `/etc/passwd`",
        b"SELECT * FROM '/etc/passwd'",
        b"SELECT * FROM default.`/etc/passwd`",
        b"DESCRIBE TABLE '/etc/passwd'",
    ):
        status, _, text = ask(connection, target, own, statement)
        assert (status, b"root:" in text) == (404, False), statement
    assert ask(connection, target, own, b"EXISTS TABLE default.`/etc/passwd`")[2] == b"0\n"


def test_settings_that_read_files_are_refused(
    room_engine: EngineProcess, connection: http.client.HTTPConnection
) -> None:
    target = "/?" + urlencode({"format_template_row": "/etc/passwd"})
    status, _, text = ask(connection, target, basic(room_engine.password), b"SELECT 1 FORMAT Template")
    assert (status, b"root:" in text) == (403, False)
