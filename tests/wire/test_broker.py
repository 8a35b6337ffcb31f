"""The broker's own life: prepared whole or not at all, found again, never open to anybody."""

import json
import re
import socket
import stat
from pathlib import Path

import pytest

from hub.broker import Broker, BrokerError, jars, missing_tools, tools
from hub.broker import broker as broker_module
from tests.broker_fixture import RunningBroker, start_broker
from wire.admin import Admin


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", None),
    ],
)
def test_javas_version_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, version: int | None) -> None:
    _tool(tmp_path / "java", said)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert tools._java_version() == version


def _tool(path: Path, said: str) -> None:
    path.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\n")
    path.chmod(0o755)


def test_each_missing_tool_is_named_with_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    java, maven = missing_tools()
    assert re.search(r"Java 17 .*`java` was not found.*apt-get install", java)
    assert re.search(r"Maven .*`mvn` was not found.*apt-get install", maven)


def test_jars_are_asked_for_only_when_they_are_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(BrokerError, match="Maven is needed"):
        jars.jars()
    folder = tmp_path / "incident-hub" / f"kafka-{jars.VERSION}"
    folder.mkdir(parents=True)
    (folder / "kafka.jar").write_bytes(b"jar")
    with pytest.raises(BrokerError):  # no marker: the copy was interrupted
        jars.jars()
    (folder / "complete.json").write_text(json.dumps({"kafka.jar": 3}))
    assert jars.jars() == folder
    (folder / "kafka.jar").write_bytes(b"ja")
    with pytest.raises(BrokerError):  # cut
        jars.jars()


def test_a_broken_copy_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jars, "missing_tools", list)

    def fetch(folder: Path) -> None:
        folder.mkdir()
        (folder / "kafka.jar").write_bytes(b"new")
        (folder / "complete.json").write_text(json.dumps({"kafka.jar": 3}))

    monkeypatch.setattr(jars, "_fetch", fetch)
    folder = tmp_path / "incident-hub" / f"kafka-{jars.VERSION}"
    folder.mkdir(parents=True)
    (folder / "old.jar").write_bytes(b"old")
    assert jars.jars() == folder
    assert sorted(p.name for p in folder.iterdir()) == ["complete.json", "kafka.jar"]
    assert [p.name for p in folder.parent.iterdir()] == [folder.name]


def test_a_broker_that_was_never_started_says_so(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="hub up"):
        _ = Broker(tmp_path).bootstrap
    assert Broker(tmp_path).process() is None


@pytest.mark.kafka
def test_secrets_are_for_their_owner_only_and_in_no_argument_or_log(broker: RunningBroker) -> None:
    home = broker.home
    for name in ("identity.json", "server.properties"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600
    assert not (home / "format.arguments").exists()
    identity = json.loads((home / "identity.json").read_text())
    process = broker.broker.process()
    assert process is not None
    assert process.pid == broker.process.pid
    for secret in (identity["admin_password"], identity["broker_password"], broker.hub_password):
        assert secret not in " ".join(process.cmdline())
        assert secret not in broker.log
        assert secret not in repr(broker) + repr(broker.broker) + repr(broker.access_admin)


@pytest.mark.kafka
def test_a_running_broker_is_not_prepared_again(broker: RunningBroker) -> None:
    with pytest.raises(BrokerError, match=f"process {broker.process.pid}"):
        Broker(broker.home).prepare()


@pytest.mark.kafka
@pytest.mark.net
def test_after_a_kill_and_with_its_port_taken_it_starts_elsewhere_with_all_it_had(tmp_path: Path) -> None:
    running = start_broker(tmp_path)
    try:
        own = running.member("acme")
        before = running.broker.bootstrap
        running.kill()
        assert not running.broker.ready()
        (tmp_path / "identity.new").write_text("a write that a crash cut short")
        with socket.create_server(("127.0.0.1", int(before.rpartition(":")[2]))):
            running.restart()
        assert running.broker.bootstrap != before
        with Admin(running.access_admin) as admin:
            assert admin.members() == [own.user]
    finally:
        running.stop()


@pytest.mark.kafka
@pytest.mark.net
def test_a_format_that_was_interrupted_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(broker_module, "_java", lambda: "false")
        with pytest.raises(BrokerError, match="could not be formatted"):
            broker.prepare()
    assert not (tmp_path / "data").exists()
    (tmp_path / "data.unfinished").mkdir(exist_ok=True)
    (tmp_path / "data.unfinished" / "meta.properties").write_text("half")
    broker.prepare()
    first = (tmp_path / "data" / "meta.properties").read_bytes()
    broker.prepare()
    assert (tmp_path / "data" / "meta.properties").read_bytes() == first
    assert not (tmp_path / "data.unfinished").exists()
