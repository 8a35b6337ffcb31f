import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.errors import HubError
from hub.home import Home
from producers.profile import ProfileError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub")
    made.make()
    return made


def test_what_is_secret_is_for_its_owner_only(home: Home) -> None:
    home.secret("admin")
    home.keep_secret("clickhouse", "given")
    assert mode(home.path) == mode(home.path / "secrets") == mode(home.members) == 0o700
    assert (
        mode(home.path / "secrets" / "admin.password") == mode(home.path / "secrets" / "clickhouse.password") == 0o600
    )


@pytest.mark.parametrize("name", ["a,b", "a?b=c", "a\\b", "a\nb"])
def test_a_name_that_broker_or_engine_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HubError, match="give HUB_HOME a path without"):
        Home(tmp_path / name).make()
    assert list(tmp_path.iterdir()) == []


def test_a_secret_is_made_once_and_differs_from_every_other(home: Home) -> None:
    assert home.secret("admin") == home.secret("admin")
    assert len({home.secret("admin"), home.secret("hub"), Home(home.path / "other").secret("admin")}) == 3


def test_a_secret_that_others_can_read_is_refused(home: Home) -> None:
    home.secret_file("admin").chmod(0o644)
    with pytest.raises(ProfileError, match="chmod 600"):
        home.secret("admin")


def test_without_run_json_the_hub_is_down(home: Home) -> None:
    assert home.run() is None
    with pytest.raises(HubError, match="hub up"):
        home.running()


def test_run_json_and_ports_come_back_as_they_were_written(home: Home) -> None:
    supervisor = {"supervisor": {"pid": 1, "started": 0.0}}
    whole = {"ready": True, "problem": None, "kafka": {}, "processes": supervisor}
    home.write_run({**whole, "addresses": {"kafka": "127.0.0.1:1"}})
    home.keep_port("dashboard", 1)
    home.keep_port("clickhouse", 2)
    assert home.running()["addresses"] == {"kafka": "127.0.0.1:1"}
    assert home.ports() == {"dashboard": 1, "clickhouse": 2}


def test_ports_that_are_kept_at_the_same_time_are_all_kept(home: Home) -> None:
    wanted = {f"part{number}": number for number in range(100)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(home.keep_port, wanted, wanted.values()))
    assert home.ports() == wanted


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"processes": 5}', '{"processes": {}, "addresses": {}}'])
def test_a_damaged_run_json_is_named_with_what_to_do(home: Home, text: str) -> None:
    home.write_run({})
    home.run_file.write_text(text)
    with pytest.raises(HubError, match=r"run\.json cannot be read: delete it"):
        home.run()
