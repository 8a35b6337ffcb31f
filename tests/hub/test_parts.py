"""What the processes of a hub are started with."""

from pathlib import Path

import pytest

from hub.board import Board
from hub.broker.properties import Identity, properties
from hub.home import Home
from hub.parts import BrokerPart, ClickHousePart, ConsumerPart, DashboardPart
from hub.settings import Settings


def test_passwords_of_the_environment_go_no_further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    home.make()
    for name in ("HUB_KAFKA_ADMIN_PASSWORD", "HUB_CLICKHOUSE_PASSWORD"):
        monkeypatch.setenv(name, "a secret")
    board = Board(home, Settings(), "test")
    board.address("clickhouse", "http://127.0.0.1:1")
    for part in (BrokerPart, ClickHousePart, ConsumerPart, DashboardPart):
        environment = part(board, Settings()).environment()
        assert "a secret" not in environment.values()
        assert "PATH" in environment


def test_a_folder_of_any_language_is_written_as_java_reads_it() -> None:
    text = properties(Identity("c", 1, 2, "p", "q"), Path("/srv/山田 😀/data"))
    assert "log.dirs=/srv/\\u5c71\\u7530 \\ud83d\\ude00/data\n" in text
    assert text.isascii()
