"""A process that was not started by `hub up` says so, whatever is missing."""

from pathlib import Path

import pytest

from hub.board import Board
from hub.errors import HubError
from hub.handed import handed, keyring
from hub.home import Home
from hub.parts import ApiPart, DashboardPart
from hub.settings import Settings


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "password"
    file.write_text("of the file\n")
    monkeypatch.setenv("HUB_CLICKHOUSE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HUB_CLICKHOUSE_PASSWORD_FILE", str(file))
    return file


def test_what_is_handed_over(password_file: Path) -> None:
    assert handed(["8123"]) == (8123, "http://127.0.0.1:9", "of the file")


@pytest.mark.parametrize("arguments", [[], ["eight"], ["1", "2"]])
def test_one_port_is_all_it_takes(password_file: Path, arguments: list[str]) -> None:
    with pytest.raises(HubError, match="argument is a port.*hub up"):
        handed(arguments)


def test_what_is_missing_is_named_and_no_secret_shown(password_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password_file.unlink()
    with pytest.raises(HubError, match="password file.*hub up"):
        handed(["1"])
    monkeypatch.delenv("HUB_CLICKHOUSE_PASSWORD_FILE")
    with pytest.raises(HubError, match="HUB_CLICKHOUSE_PASSWORD_FILE.*hub up"):
        handed(["1"])


def test_keys_of_sealed_sections_are_handed_to_who_opens_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secrets").mkdir()
    monkeypatch.setenv("HUB_KEYRING_FILE", str(tmp_path))
    assert keyring() == tmp_path
    monkeypatch.delenv("HUB_KEYRING_FILE")
    assert keyring() is None
    home = Home(tmp_path)
    board = Board(home, Settings(), "test")
    board.address("clickhouse", "http://127.0.0.1:1")
    told = {part: part(board, Settings()).environment().get("HUB_KEYRING_FILE") for part in (ApiPart, DashboardPart)}
    assert told == {ApiPart: None, DashboardPart: str(home.keyring)}
