"""SIGKILL at seeded random moments of a load: nothing is lost, doubled or altered, and the answers are the same."""

import json
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from commons import generation as generations
from commons.client import Client
from tests.path.conftest import SETS
from tests.path.known import ANSWERS, total
from tests.path.stack import Stack, pause, split, until

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]

VICTIMS = ("consumer", "clickhouse", "broker", "supervisor")
_CHECKED = ("rows", "reports", "occurrences", "occurrences_by_month", "severity_changes", "reports_by_harm_level")


def campaign(hub: Stack, test_data: Path, folder: Path, seed: int) -> list[dict[str, object]]:
    """Publish both files in four parts; during each, one of the four processes is killed once."""
    chance = random.Random(seed)
    victims = list(VICTIMS)
    chance.shuffle(victims)
    parts = [*split(test_data / SETS["sgo_archive"][0], folder, 3), test_data / SETS["sgo_current"][0]]
    told: list[dict[str, object]] = []
    published = hub.settle_records()
    for victim, part in zip(victims, parts, strict=True):
        wanted = published + chance.randrange(700)
        with closing(hub.client()) as client:
            load = hub.start("publish", "nhtsa-sgo", str(part), "--as", "public-records", "--json")
            until(lambda: _records(client) > wanted or load.poll() is not None)  # noqa: B023 - used at once
            pause(chance.uniform(0, 0.8))  # appended is not yet judged, projected and linked
            reached = {"records_in_the_log": _records(client), "records_linked": _linked(client)}
        hub.kill(victim)
        load.communicate(timeout=180)
        if victim == "supervisor":
            hub.hub("up")
        until(lambda: hub.json("status")["up"])
        hub.publish(part)  # what the kill kept from being published; what was published is not sent again
        published = hub.settle_records()
        told.append({"victim": victim, "published_in_the_end": published} | reached)
    return told


def _records(client: Client) -> int:
    return int(client.query("SELECT count() FROM events FINAL").result_rows[0][0])


def _linked(client: Client) -> int:
    positions = generations.positions(client, generations.current(client), "link")
    return sum(position.offset for position in positions.values())


def check(hub: Stack, test_data: Path) -> None:
    """Fsck is clean, and the answers are those of an undisturbed load."""
    found = hub.json("fsck")
    assert found["problems"] == []
    known = json.loads((test_data / "known_answers.json").read_text("utf-8"))["sgo_merged"]
    q = hub.asker()
    assert {name: ANSWERS[name](q, None) for name in _CHECKED} == {name: known[name]["value"] for name in _CHECKED}
    assert total(q, "faults") == 0


@pytest.fixture
def hub(tmp_path: Path) -> Stack:
    return Stack(tmp_path / "home")


def run(hub: Stack, test_data: Path, folder: Path, seed: int) -> list[dict[str, object]]:
    hub.home.mkdir()
    hub.up()
    try:
        told = campaign(hub, test_data, folder, seed)
        check(hub, test_data)
    finally:
        hub.hub("down")
    return told


@pytest.mark.timeout(600)
def test_one_kill_each(hub: Stack, test_data: Path, tmp_path: Path) -> None:
    assert {str(told["victim"]) for told in run(hub, test_data, tmp_path, seed=1)} == set(VICTIMS)


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_ten_kills_each(test_data: Path, tmp_path: Path, report: Callable[[str, object], None]) -> None:
    rounds = []
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        rounds.append({"seed": seed, "kills": run(Stack(folder / "home"), test_data, folder, seed)})
    report("crashes", {"kills": 4 * len(rounds), "fsck_problems": 0, "rounds": rounds})
