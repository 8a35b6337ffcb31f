"""Two hubs side by side, through what happens to them: started twice, killed, a port taken, stopped."""

import contextlib
import json
import shutil
import socket
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from producers.profile import Profile
from tests.path.stack import Stack, until
from tests.producers.sgo_files import made
from wire.producer import Producer

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]

ROWS = (
    {"Report ID": "1-1"},
    {"Report ID": "1-1", "Report Version": "2"},
    {"Report ID": "1-2", "Same Incident ID": "x"},
)
ELSEWHERE = "127.0.0.2"
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


def governance_end(hub: Stack) -> int:
    (place,) = (p for p in hub.json("status")["partitions"] if p["topic"] == "hub.governance")
    return int(place["end"])


def totals(hub: Stack) -> Any:
    return hub.json("query", "totals")["rows"]


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Stack]]:
    """The first is filled by one test alone; in the second, which serves members elsewhere too, each test has members
    of its own."""
    both = Stack(tmp_path_factory.mktemp("one")), Stack(tmp_path_factory.mktemp("two"))
    try:
        started = [both[0].start("up"), both[1].start("up", "--listen", ELSEWHERE)]
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

    said = governance_end(hub)
    hub.hub("member", "add", "public-records", "--role", "PUBLIC_RECORDS")
    assert governance_end(hub) == said, "the hub, the names it knows and one member, each told once"

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
    carry(other, hub, tmp_path)


def admitted(hub: Stack, org: str, folder: Path) -> Path:
    """A member whose key was made elsewhere: the profile that its operator sends it, beside the key."""
    Stack(folder).hub("key", "new", "--org", org, "--out", str(folder / f"{org}.key"))
    added = hub.json("member", "add", org, "--role", "PUBLIC_RECORDS", "--public-key", str(folder / f"{org}.pub"))
    profile = folder / f"{org}.toml"
    shutil.copy(added["profile"], profile)  # with its mode
    return profile


def carry(one: Stack, two: Stack, tmp_path: Path) -> None:
    """From a second place, with nothing but a profile and a key, into one hub; what it exports, into another."""
    away = Stack(tmp_path / "empty")
    (tmp_path / "place").mkdir()
    profile, out = admitted(one, "bridge-three", tmp_path / "place"), tmp_path / "out"
    way = tomllib.loads(profile.read_text())
    assert (way["security"], way["bootstrap"]) == ("SASL_SSL", told(one)["addresses"]["kafka_tls"])
    published = json.loads(
        away.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--profile", str(profile), "--json")
    )  # fmt: skip
    assert published["events"] == {"OccurrenceReported": 3}
    away.hub("export", "--profile", str(profile), "--out", str(out))
    (half,) = out.glob("*.pub")
    two.hub("member", "add", "bridge-three", "--role", "PUBLIC_RECORDS", "--public-key", str(half))
    shutil.copytree(out, tmp_path / "tampered")
    lines = (out / "records.jsonl").read_text().replace('"key":"b', '"key":"c', 1)
    (tmp_path / "tampered" / "records.jsonl").write_text(lines)
    two.hub("import", str(tmp_path / "tampered"), "--as", "bridge-three", status=2)
    first, again = (two.json("import", str(out), "--as", "bridge-three") for _ in range(2))
    assert (first["events"], first["already_there"]) == (3, 0), "nothing of the tampered one was sent"
    assert (again["events"], again["already_there"]) == (0, 3)
    for hub in (one, two):
        assert faults(hub, "bridge-three") == []
    assert len(leaves(one, "bridge-three")) == 3
    assert leaves(one, "bridge-three") == leaves(two, "bridge-three")


def faults(hub: Stack, org: str) -> Any:
    hub.settle()
    rows = hub.json("query", "faults", "--param", f"org={org}")["rows"]
    return [{name: value for name, value in row.items() if name != "total"} for row in rows]


def decided(hub: Stack, profile: Path) -> Any:
    """The receipts, once nothing is undecided."""
    told = hub.json("receipts", "--profile", str(profile))
    return told if told["undecided"] == 0 else None


def leaves(hub: Stack, org: str) -> set[tuple[Any, ...]]:
    """The facts of an org in a hub: what identifies each, and what was signed."""
    with contextlib.closing(hub.client()) as client:
        found = client.query("SELECT ce_source, ce_id, leaf FROM facts_g1 FINAL WHERE org = {org:String}", {"org": org})
        return {tuple(row) for row in found.result_rows}


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
    away = Stack(tmp_path / "elsewhere")
    here = ("--profile", str(hub.home / "members" / "bridge-one.toml"))
    assert away.json("share", "nhtsa-sgo:1-1", "--sharing", "CLOSED", "--reason", "x", *here)["could_read"] == {"*": []}
    away.hub("retract", "nhtsa-sgo:1-2", "--reason", "ERROR", *here)
    assert faults(hub, "bridge-one") == []
    assert [row["sharing"] for row in hub.json("query", "sharing_changes")["rows"]] == ["CLOSED", "CLOSED"]
    ours = ("query", "reports", "--param", "org=bridge-one")
    assert [row["report_id"] for row in hub.json(*ours)["rows"]] == ["nhtsa-sgo:1-1"]
    assert hub.json(*ours, "--as", "acme")["rows"] == []
    hub.json("query", "report_versions", "--param", "occurrence_id=nhtsa-sgo:1-2", "--as", "acme")
    hub.settle()
    asked = [(row["who"], row["query"]) for row in hub.json("query", "access_log")["rows"] if row["who"] == "acme"]
    assert asked == [("acme", "reports"), ("acme", "report_versions")]


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


def test_a_member_controls_what_arrived(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    _, hub = hubs
    hub.hub("member", "add", "bridge-six", "--role", "PUBLIC_RECORDS")
    hub.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--as", "bridge-six")
    path = hub.home / "members" / "bridge-six.toml"
    profile = Profile.load(path)
    assert stat.S_IMODE(profile.outbox.stat().st_mode) == 0o600
    with Producer(profile.access) as producer:
        producer.send(profile.topic, 0, b"key", b"not an event")
    hub.kill("consumer")
    hub.settle()
    away = Stack(tmp_path / "elsewhere")  # another machine: it has the profile and no hub
    told = until(lambda: decided(away, path))
    assert hub.json("receipts", "--as", "bridge-six") == told
    assert [told[name] for name in ("waiting", "sent", "accepted", "faulted", "repeated", "undecided")] == [
        0, 4, 3, 1, 0, 0,
    ]  # fmt: skip
    assert {t["type"]: (t["sent"], t["accepted"]) for t in told["types"]} == {"": (1, 0), "OccurrenceReported": (3, 3)}
    assert told["faults"] == faults(hub, "bridge-six")
    assert (told["faults"][0]["kafka_partition"], told["faults"][0]["reason"]) == (0, "HEADER_MISSING")
    assert "HEADER_MISSING" in away.hub("receipts", "--profile", str(path))
    assert away.json("receipts", "--profile", str(path), "--date", "2001-01-01")["faults"] == []
    away.hub("export", "--profile", str(path), "--out", str(tmp_path / "out"))
    concluded = json.loads((tmp_path / "out" / "faults.json").read_text())
    assert concluded["rows"] == told["faults"]
    assert sum(concluded["positions"].values()) == 4


def test_a_rotation_ends_the_old_key_and_the_old_password(hubs: tuple[Stack, Stack], tmp_path: Path) -> None:
    _, hub = hubs
    (tmp_path / "place").mkdir()
    old = admitted(hub, "bridge-four", tmp_path / "place")
    key, new = tmp_path / "place" / "bridge-four.key", tmp_path / "new.key"
    Stack(tmp_path).hub("key", "new", "--org", "bridge-four", "--out", str(new), "--previous", str(key))
    rotate = ("member", "rotate", "bridge-four", "--public-key", str(new.with_suffix(".pub")))
    first, again = hub.json(*rotate), hub.json(*rotate)
    assert (first["key"], again["key"]) == ("SIGNED_BY_OLD", "KEPT")
    (member,) = (m for m in hub.json("member", "list")["members"] if m["org"] == "bridge-four")
    assert member["keys"] == [first["key_id"]]
    assert (member["publish_rate"], member["read_rate"]) == (32 * 1024 * 1024, 32 * 1024 * 1024)
    publish = ("publish", "nhtsa-sgo", str(small(tmp_path)), "--profile", str(old))
    Stack(tmp_path / "empty").hub(*publish, status=2)  # the old password
    shutil.copy(hub.home / "members" / "bridge-four.toml", old)
    shutil.copy(new, key)
    Stack(tmp_path / "empty").hub(*publish)
    hub.hub("member", "add", "bridge-five", "--role", "PUBLIC_RECORDS")
    assert hub.json("member", "rotate", "bridge-five")["key"] == "SIGNED_BY_OLD", "a demo key signs for the next"
    hub.hub("publish", "nhtsa-sgo", str(small(tmp_path)), "--as", "bridge-five")
    Stack(tmp_path).hub("key", "new", "--org", "bridge-five", "--out", str(tmp_path / "own.key"))
    reset = hub.json("member", "rotate", "bridge-five", "--public-key", str(tmp_path / "own.pub"))
    assert reset["key"] == "OPERATOR_RESET"
    assert not list((hub.home / "members").glob("bridge-five*.key")), "a revoked demo key is of no use"
    assert faults(hub, "bridge-four") == faults(hub, "bridge-five") == []


def test_down_ends_everything_and_a_taken_port_is_replaced(hubs: tuple[Stack, Stack]) -> None:
    _, hub = hubs
    processes, address = pids(hub), told(hub)["addresses"]["dashboard"]
    elsewhere = told(hub)["addresses"]["kafka_tls"]
    hub.hub("down")
    assert not (hub.home / "run.json").exists()
    assert not any(runs(pid) for pid in processes.values())
    assert hub.json("status")["up"] is False
    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        hub.hub("up")
        assert told(hub)["addresses"]["dashboard"] != address
    assert told(hub)["addresses"]["kafka_tls"] == elsewhere, "profiles on other machines name it"


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
