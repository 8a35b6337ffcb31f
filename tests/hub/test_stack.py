"""Two hubs side by side, through what happens to them: started twice, killed, a port taken, stopped."""

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.path.stack import Stack
from tests.producers.sgo_files import made

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]

ROWS = (
    {"Report ID": "1-1"},
    {"Report ID": "1-1", "Report Version": "2"},
    {"Report ID": "1-2", "Same Incident ID": "x"},
)
PARTS = {"supervisor", "broker", "clickhouse", "consumer", "api", "dashboard"}


def told(hub: Stack) -> Any:
    return json.loads((hub.home / "run.json").read_text())


def pids(hub: Stack) -> dict[str, int]:
    return {name: process["pid"] for name, process in told(hub)["processes"].items()}


def standing(hub: Stack, org: str) -> tuple[str, bool]:
    (member,) = (member for member in hub.json("member", "list")["members"] if member["org"] == org)
    return member["status"], member["may_write"]


def runs(pid: int) -> bool:
    """A zombie waits for its parent, and does nothing any more."""
    return psutil.pid_exists(pid) and bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def totals(hub: Stack) -> Any:
    return hub.json("query", "totals")["rows"]


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Stack]]:
    """The first is filled by one test alone; in the second each test has members of its own."""
    both = Stack(tmp_path_factory.mktemp("one")), Stack(tmp_path_factory.mktemp("two"))
    try:
        started = [hub.start("up") for hub in both]
        for process in started:
            out, err = process.communicate(timeout=180)
            assert process.returncode == 0, out + err
        first = both[0]
        first.hub("member", "add", "public-records", "--role", "PUBLIC_RECORDS")
        yield both
    finally:
        for hub in both:
            hub.hub("down")


def small(folder: Path) -> Path:
    file = folder / "small.csv"
    file.write_bytes(made(*ROWS))
    return file


def test_what_happens_to_a_hub(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    hub, other = hubs
    assert pids(hub).keys() == PARTS
    before = pids(hub)
    hub.hub("up")
    assert pids(hub) == before, "started twice is started once"

    hub.hub("member", "add", "public-records", "--role", "PUBLIC_RECORDS")
    governance = next(p for p in hub.json("status")["partitions"] if p["topic"] == "hub.governance")
    assert governance["end"] == 2, "the hub and one member, each registered once"

    first, again = hub.publish(small(tmp_path)), hub.publish(small(tmp_path))
    assert (first["rows"], first["events"], first["already_published"]) == (3, {"OccurrenceReported": 3}, 0)
    assert (again["rows"], again["events"], again["already_published"]) == (3, {}, 3)
    status = hub.settle()
    assert status["faults"] == 0
    assert {p["state"] for p in status["parts"].values()} == {"up"}
    answer = totals(hub)
    assert (answer[0]["rows"], answer[0]["versions"], answer[0]["reports"], answer[0]["occurrences"]) == (3, 3, 2, 2)

    hub.kill("supervisor")
    addresses = told(hub)["addresses"]
    hub.hub("up")
    assert not set(pids(hub).values()) & set(before.values()), "what was left of the dead one was ended"
    assert not any(runs(pid) for pid in before.values())
    assert told(hub)["addresses"] == addresses, "ports are kept"
    assert totals(hub) == answer
    assert hub.json("fsck")["problems"] == []

    assert not set(told(other)["addresses"].values()) & set(addresses.values())
    assert "public-records" not in {member["org"] for member in other.json("member", "list")["members"]}


def test_a_part_that_dies_is_started_again(hubs: tuple[Stack, Stack]) -> None:
    _, hub = hubs
    before = pids(hub)
    for part in ("consumer", "api", "dashboard"):
        hub.kill(part)
    hub.settle()
    after = pids(hub)
    assert {part for part in PARTS if after[part] != before[part]} == {"consumer", "api", "dashboard"}


def test_decisions_are_signed_events_and_said_once(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    _, hub = hubs
    hub.hub("member", "add", "bridge-one", "--role", "PUBLIC_RECORDS")
    hub.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--as", "bridge-one")
    hub.settle()
    one, two = "bridge-one/nhtsa-sgo:1-1", "bridge-one/nhtsa-sgo:1-2"
    same = ("link", one, two, "--relation", "SAME_OCCURRENCE", "--reason", "one crash")
    assert hub.hub(*same) == "published\n"
    assert hub.hub(*same) == "was published already\n"
    hub.hub("link", one, "nhtsa-sgo:9-9", "--relation", "RELATED", "--reason", "x", status=2)
    hub.hub("member", "add", "acme", "--role", "OPERATOR")
    hub.hub("retract", "nhtsa-sgo:1-2", "--reason", "ERROR", "--as", "acme", status=2)
    hub.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--as", "acme", status=2)


def test_a_suspended_member_cannot_publish_and_can_be_admitted_again(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    _, hub = hubs
    admit = ("member", "add", "bridge-two", "--role", "PUBLIC_RECORDS")
    hub.hub(*admit)
    assert stat.S_IMODE((hub.home / "members" / "bridge-two.toml").stat().st_mode) == 0o600
    assert hub.hub("member", "suspend", "bridge-two") == "bridge-two is suspended\n"
    assert hub.hub("member", "suspend", "bridge-two") == "bridge-two was suspended already\n"
    assert standing(hub, "bridge-two") == ("SUSPENDED", False)
    hub.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--as", "bridge-two", status=2)
    hub.hub(*admit)
    assert standing(hub, "bridge-two") == ("ACTIVE", True)


def test_a_member_brings_its_own_key(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    _, hub = hubs
    away = Stack(tmp_path / "member")
    made_key = json.loads(away.hub("key", "new", "--org", "own-key", "--out", str(tmp_path / "own-key.key"), "--json"))
    half = str(tmp_path / "own-key.pub")
    hub.hub("member", "add", "other-org", "--role", "OPERATOR", "--public-key", half, status=2)
    added = hub.json("member", "add", "own-key", "--role", "PUBLIC_RECORDS", "--public-key", half)
    assert added["key_id"] == made_key["key_id"]
    assert not (hub.home / "members" / "own-key.key").exists()
    profile = tmp_path / "own-key.toml"
    profile.write_bytes((hub.home / "members" / "own-key.toml").read_bytes())
    profile.chmod(0o600)
    told_of = json.loads(
        away.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--profile", str(profile), "--json")
    )  # from a machine that has the profile and the key, and no hub
    assert told_of["events"] == {"OccurrenceReported": 3}


def test_down_ends_everything_and_a_taken_port_is_replaced(hubs: tuple[Stack, Stack]) -> None:
    _, hub = hubs
    processes, address = pids(hub), told(hub)["addresses"]["dashboard"]
    hub.hub("down")
    assert not (hub.home / "run.json").exists()
    assert not any(runs(pid) for pid in processes.values())
    assert hub.json("status")["up"] is False
    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        hub.hub("up")
        assert told(hub)["addresses"]["dashboard"] != address


def test_a_part_that_cannot_start_ends_the_start_with_its_log(tmp_path: Path) -> None:
    hub = Stack(tmp_path / "hub")
    (tmp_path / "hub").mkdir(mode=0o700)
    (tmp_path / "hub" / "clickhouse").write_text("not a folder")
    process = hub.start("up")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    line = err.splitlines()[-1]
    assert line.startswith("error: clickhouse cannot start: ")
    assert line.endswith("logs/clickhouse.log")
    assert hub.hub("down") == ""
