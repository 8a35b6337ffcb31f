"""Sessions keep what they were told, requests take back what they brought."""

import threading
from collections.abc import Callable

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.httpclient import HttpClient

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

NOW = "SELECT currentDatabase(), getSetting('max_block_size'), getSetting('async_insert')"


@pytest.fixture
def plain(new_client: Callable[..., HttpClient]) -> HttpClient:
    """A client without a session of its own."""
    return new_client(autogenerate_session_id=False)


def test_a_session_keeps_tables_settings_and_database(plain: HttpClient, database: str) -> None:
    mine = {"session_id": f"keeps {database}"}
    plain.command("CREATE TEMPORARY TABLE x AS SELECT 7 AS n", settings=mine)
    plain.command("SET max_block_size = 4321", settings=mine)
    plain.command("USE system", settings=mine, use_database=False)
    assert plain.command("SELECT n FROM x", settings=mine) == 7
    assert plain.command(NOW, settings=mine, use_database=False) == ["system", "4321", "true"]
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        plain.command("SELECT n FROM x")


@pytest.mark.parametrize("changed", [False, True])
def test_a_request_leaves_nothing_behind(plain: HttpClient, database: str, changed: bool) -> None:
    mine = {"session_id": f"leaves {database} {changed}"}
    if changed:
        plain.command("SET max_block_size = 4321", settings=mine)
    before = plain.command(NOW, settings=mine, use_database=False)
    brought = {**mine, "max_block_size": 99, "async_insert": 0}
    assert plain.command(NOW, settings=brought) == [database, "99", "false"]
    assert plain.command(NOW, settings=mine, use_database=False) == before
    for settings in ({**brought, "no_such_setting": 1}, {**brought, "database": "no_such_database"}):
        with pytest.raises(DatabaseError, match="UNKNOWN"):
            plain.command("SELECT 1", settings=settings, transport_settings={}, use_database=False)
    with pytest.raises(DatabaseError, match="code: 395"):
        plain.command("SELECT throwIf(1)", settings=brought)
    assert plain.command(NOW, settings=mine, use_database=False) == before


def test_use_in_a_request_with_a_database_stays(plain: HttpClient, database: str) -> None:
    mine = {"session_id": f"use {database}"}
    plain.command("USE system", settings=mine)
    assert plain.command("SELECT currentDatabase()", settings=mine, use_database=False) == "system"


def test_a_second_query_on_a_busy_session_is_refused(plain: HttpClient, database: str) -> None:
    mine = {"session_id": f"busy {database}"}
    stream = plain.raw_stream("SELECT number FROM numbers(1000000000)", settings=mine, fmt="RowBinary")
    stream.read(1)
    with pytest.raises(DatabaseError, match="code: 373"):
        HttpClient.command(plain, "SELECT 1", settings={"session_id": mine["session_id"]})
    stream.close()
    assert plain.command("SELECT 1", settings=mine) == 1


def test_a_session_that_must_exist(plain: HttpClient) -> None:
    with pytest.raises(DatabaseError, match="code: 372"):
        plain.command("SELECT 1", settings={"session_id": "never made", "session_check": 1})
    with pytest.raises(DatabaseError, match="session_timeout"):
        plain.command("SELECT 1", settings={"session_id": "x", "session_timeout": 3601})


def test_threads_with_sessions_of_their_own(new_client: Callable[..., HttpClient]) -> None:
    failures: list[BaseException] = []

    def work(client: HttpClient) -> None:
        try:
            for number in range(30):
                with client.query_rows_stream(f"SELECT number FROM numbers({number * 1000})") as rows:
                    for _ in rows:
                        break
                assert client.command(f"SELECT {number}") == number
        except BaseException as failure:  # noqa: BLE001 - shown by the main thread
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(new_client(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
