"""`hub publish` is killed at random moments and run again: exactly the same facts; a second time adds nothing."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from producers.profile import Profile
from tests.broker_fixture import RunningBroker
from tests.path.stack import pause, until
from tests.producers import figure_files, public_files
from tests.producers.facts import accepted, counts, expected, lying
from tests.producers.members import registered, stored
from tests.producers.sgo_files import ARCHIVE, CURRENT
from wire.access import Access

pytestmark = [pytest.mark.kafka, pytest.mark.net]
Member = Callable[[], Access]


class Load(NamedTuple):
    """A file, the source that reads it, and who publishes it."""

    source: str
    file: Path
    profile: Profile


@pytest.fixture
def processes() -> Iterator[list["subprocess.Popen[str]"]]:
    """What still runs when the test ends is killed."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def start(load: Load, processes: list["subprocess.Popen[str]"]) -> "subprocess.Popen[str]":
    profile = load.profile
    home, file = str(profile.folder / "home"), str(profile.folder / f"{profile.org}.toml")
    command = [sys.executable, "-m", "hub", "--home", home, "publish", load.source, str(load.file), "--profile", file]
    processes.append(subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    return processes[-1]


def campaign(
    loads: Sequence[Load], kills: int, chance: random.Random, processes: list["subprocess.Popen[str]"]
) -> list[dict[str, Any]]:
    """Kill the command so often, each time on another file: some time after its start, or after some of its events."""
    order = chance.sample(range(len(loads)), len(loads))
    sizes = {load: len(expected(load.profile, [(load.source, load.file.read_bytes())])) for load in loads}
    told: list[dict[str, Any]] = []
    while len(told) < kills:
        load = loads[order[len(told) % len(order)]]
        outbox = load.profile.outbox
        known = accepted(outbox)
        wanted = known + chance.randrange(sizes[load]) if chance.random() < 0.6 else 0
        after = chance.uniform(0, 0.4 if wanted else 4)
        process = start(load, processes)
        until(lambda: accepted(outbox) >= wanted or process.poll() is not None)  # noqa: B023 - used at once
        pause(after)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == -signal.SIGKILL:  # else it had ended before
            told.append({
                "source": load.source, "file": load.file.name, "events_of_the_file": sizes[load],
                "accepted_before": known, "accepted_then": accepted(outbox), "waiting_then": counts(outbox)[0],
                "seconds_more": round(after, 3),
            })  # fmt: skip
    return told


def finished(loads: Sequence[Load], processes: list["subprocess.Popen[str]"]) -> int:
    """Run the command to its end on each file; how many new events it published."""
    new = 0
    for load in loads:
        out, err = start(load, processes).communicate(timeout=250)
        assert processes[-1].returncode == 0, (load.file, err)
        new += sum(json.loads(out)["events"].values())
    return new


def check(loads: Sequence[Load], topics: dict[str, Access]) -> dict[str, int]:
    """Each member's topic holds what its files say, and nothing else."""
    facts = repeats = 0
    for org, own in topics.items():
        files = [load for load in loads if load.profile.org == org]
        meant = expected(files[0].profile, [(load.source, load.file.read_bytes()) for load in files])
        found = lying(files[0].profile, stored(own))
        assert found.keys() == meant, org
        facts, repeats = facts + len(meant), repeats + found.total() - len(found)
    return {"facts": facts, "repeats": repeats, "lost": 0}


def test_killed_twice_and_run_again_the_facts_are_the_same(
    broker: RunningBroker, member: Member, tmp_path: Path, processes: list["subprocess.Popen[str]"]
) -> None:
    own = member()
    profile, file = registered(broker, own, "INSURER", tmp_path), tmp_path / "claims.csv"
    rows = ({"IDclaim": str(number // 2)} for number in range(2400))
    file.write_bytes(figure_files.made("motor-claims/fremotor1-sev", *rows))
    load = Load("motor-claims", file, profile)
    campaign([load], 2, random.Random(3), processes)
    known = accepted(profile.outbox)
    assert finished([load], processes) == 2400 - known, "what was accepted is not taken again"
    assert check([load], {profile.org: own})["facts"] == 2400
    assert finished([load], processes) == 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_twenty_moments_over_the_sources(
    broker: RunningBroker, member: Member, test_data: Path, tmp_path: Path, processes: list["subprocess.Popen[str]"],
    report: Callable[[str, object], None],
) -> None:  # fmt: skip
    topics, profiles = {}, {}
    for role in ("PUBLIC_RECORDS", "INSURER", "CERTIFICATION_BODY"):
        own = member()
        profiles[role] = registered(broker, own, role, tmp_path)
        topics[own.user] = own
    read = [*public_files.FILES.items(), *figure_files.READ, (ARCHIVE, "nhtsa-sgo"), (CURRENT, "nhtsa-sgo")]
    loads = [
        Load(source, test_data / file, profiles["INSURER" if source == "motor-claims" else "PUBLIC_RECORDS"])
        for file, source in read
    ]
    own_form = tmp_path / "certificates.csv"
    own_form.write_bytes(figure_files.made("certificates/form-1", *({"certificate": f"C-{n}"} for n in range(1000))))
    loads.append(Load("certificates", own_form, profiles["CERTIFICATION_BODY"]))
    told = campaign(loads, 20, random.Random(17), processes)
    known = sum(accepted(profile.outbox) for profile in profiles.values())
    new = finished(loads, processes)
    again = finished(loads, processes)
    assert again == 0, "publishing all files twice publishes nothing the second time"
    found = check(loads, topics)
    assert new == found["facts"] - known, "what was accepted is not taken again"
    report(
        "publish-kills",
        {"kills": told, "files": len(loads), "new_after_the_kills": new, "new_the_second_time": again} | found,
    )
