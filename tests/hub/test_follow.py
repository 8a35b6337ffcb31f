"""`hub publish --follow` as a process of its own: killed while a file grows, stopped, and with something left over."""

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from producers.profile import Profile
from tests.broker_fixture import RunningBroker
from tests.path.stack import pause, until
from tests.producers.facts import accepted, expected, lying
from tests.producers.figure_files import made
from tests.producers.members import registered, stored
from wire.access import Access

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Member = Callable[[], Access]
FORM = "certificates/form-1"


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command as a member elsewhere has it; what still runs when the test ends is killed."""
    started = []

    def run(profile: Profile, *paths: Path) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "hub", "--home", str(profile.folder / "home"), "publish", "certificates"]
        told = ["--profile", str(profile.folder / f"{profile.org}.toml"), "--follow", "--json"]
        started.append(
            subprocess.Popen(
                [*command, *map(str, paths), *told], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.communicate()


def grow(path: Path, data: bytes, chance: random.Random) -> None:
    """Append in pieces that end anywhere."""
    at = 0
    while at < len(data):
        end = at + chance.randrange(1, 2000)
        with path.open("ab") as file:
            file.write(data[at:end])
        at = end
        pause(0.03)


def test_killed_while_files_grow_every_row_is_published_once(
    broker: RunningBroker, member: Member, tmp_path: Path, start: Start
) -> None:
    own, chance = member(), random.Random(5)
    profile = registered(broker, own, "CERTIFICATION_BODY", tmp_path)
    rows = [{"certificate": f"C-{n}", "scope": 'so "it"\nis ' + "x" * (n % 50)} for n in range(750) for _ in "12"]
    growing, folder = tmp_path / "growing.csv", tmp_path / "folder"
    folder.mkdir()
    data, *rest = made(FORM, *rows[:900]), made(FORM, *rows[900:1200]), made(FORM, *rows[1200:])
    growing.touch()
    facts = expected(profile, [("certificates", one) for one in (data, *rest)])
    assert len(facts) == len(rows)
    writer = threading.Thread(target=grow, args=(growing, data, chance))
    writer.start()
    for number, wanted in enumerate((1, 400, 1000)):
        process = start(profile, growing, folder)
        until(lambda: accepted(profile.outbox) >= wanted or process.poll() is not None)  # noqa: B023 - used at once
        pause(chance.uniform(0, 0.6))
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        assert process.returncode == -signal.SIGKILL, (out, err)
        if number < 2:
            (folder / "new.part").write_bytes(rest[number])
            (folder / "new.part").rename(folder / f"{number}.csv")
    process = start(profile, growing, folder)
    assert process.stdout is not None
    told: list[dict[str, Any]] = []
    while sum(one["rows"] for one in told) < len(rows):
        told.append(json.loads(process.stdout.readline()))
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    writer.join()
    assert (process.returncode, out) == (0, ""), err
    found = lying(profile, stored(own))
    assert found.keys() == facts, "all facts and no others"
    assert sum(one["rows"] for one in told) == len(rows)
    assert all((one["source"], one["rejected"]) == ("certificates", 0) for one in told)


def test_what_is_left_over_is_told_when_it_ends(
    broker: RunningBroker, member: Member, tmp_path: Path, start: Start
) -> None:
    own = member()
    profile = registered(broker, own, "CERTIFICATION_BODY", tmp_path)
    path = tmp_path / "a.csv"
    one = made(FORM, {})
    path.write_bytes(one + b"half,a,ro")
    process = start(profile, path)
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert first["events"] == {"CertificateChanged": 1}
    assert first["waiting"] == {str(path): "the row on line 3 has no line end yet: 9 bytes wait"}
    assert f"{path}: the row on line 3 has no line end yet" in err
    with path.open("ab") as file:
        file.write(b"w\n")
    process = start(profile, path)
    assert process.stdout is not None
    again = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert (again["events"], again["already_published"], again["rejected"], again["waiting"]) == ({}, 1, 1, {})
    assert Path(again["reject_file"]).exists()
    assert len(stored(own)) == 1


def test_a_file_of_another_format_ends_it_and_names_it(
    broker: RunningBroker, member: Member, tmp_path: Path, start: Start
) -> None:
    profile = registered(broker, member(), "CERTIFICATION_BODY", tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n")
    process = start(profile, tmp_path / "a.csv")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "a.csv: no file of certificates: " in err.splitlines()[-1]
