"""One hub, from sealing to erasing: who reads what, and what is left on disk when a data subject was erased."""

import base64
import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commons.ask import OPERATOR, Scope, ask
from commons.client import Client
from dashboard import data, settings
from hub import EventError, Publisher
from hub.commands import erasing, members, moving, upkeep
from hub.commands.status import wait_processed
from hub.errors import HubError
from hub.home import Home
from hub.keyring import Keyring
from hub.reach import Reach
from producers.announced import read_announced
from producers.outbox import Outbox
from producers.profile import Profile
from producers.sealing import Sealer
from producers.sign import Signer
from producers.subject_keys import SubjectKeys
from schemas.codec import decode
from schemas.event import Event
from tests.path import remains
from tests.path.stack import Stack
from tests.producers.members import stored
from wire.names import GOVERNANCE

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.net]

CONTROL = "Kanalstrasse 7, in clear"
GROUND = "request under Article 17 GDPR"
MAPPING = """
name = "own"
event = "OccurrenceReported"
role = "INSURER"
provenance = "CLAIM_FILE"
subject = { column = "who", pseudonym = "person" }
file.format = "csv"
[fields]
report_id = "no"
stage = { value = "INITIAL" }
class = { value = "ACCIDENT" }
place.country = { value = "DE" }
"""
ONE = {"scheme": "test", "scope": "hub", "value": "one crash"}
ACME = Scope("acme", "INSURER")


@dataclass(frozen=True)
class Running:
    """A hub that is up, asked in this process: most of what a `hub` command takes is its start."""

    stack: Stack
    reach: Reach
    client: Client
    keyring: Keyring

    @property
    def home(self) -> Path:
        """All that it has on disk."""
        return self.stack.home

    def admitted(self, org: str) -> Path:
        """The profile of a new member."""
        return members.add(self.reach, org, ["INSURER"], None, None, None).profile

    def settle(self) -> None:
        """Everything that was published can be asked for."""
        wait_processed(self.reach)

    def narratives(self, org: str, who: Scope = OPERATOR) -> list[str]:
        """The narratives of the org's reports, by report and version, as somebody reads them."""
        return told_by(self.versions(self.occurrence(org), who))

    def versions(self, occurrence: str, who: Scope = OPERATOR) -> list[dict[str, Any]]:
        """Every version of every report of an occurrence, opened for somebody."""
        params = {"occurrence_id": occurrence}
        return ask(self.client, "report_versions", who, params, unseal=self.keyring.open).rows

    def occurrence(self, org: str) -> str:
        """The one that all reports of the org are about."""
        (found,) = {row["occurrence_id"] for row in ask(self.client, "reports", OPERATOR, {"org": org}).rows}
        return str(found)


def told_by(rows: list[dict[str, Any]]) -> list[str]:
    """Narratives by report and version."""
    return [row["narrative"] for row in sorted(rows, key=lambda row: (row["report_id"], row["version"]))]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Each test has a member of its own."""
    stack = Stack(tmp_path_factory.mktemp("hub"))
    stack.hub("up")
    try:
        reach = Reach(Home(stack.home))
        with contextlib.closing(stack.client()) as client, contextlib.closing(Keyring(reach.home.keyring)) as keyring:
            yield Running(stack, reach, client, keyring)
    finally:
        stack.hub("down")


def narrative(body: bytes, *subjects: str) -> dict[str, Any]:
    return {"name": "narrative", "sharing": "SHARED", "audience": [], "purposes": ["SAFETY_LEARNING"],
            "subjects": list(subjects), "body": body}  # fmt: skip


def told(publisher: Publisher, report: str, body: bytes, *subjects: str, version: int = 1) -> Event:
    value = {
        "report_id": report, "version": version, "stage": "INITIAL", "class": "NEAR_MISS", "tokens": [ONE],
        "place": {"country": None, "city": CONTROL}, "sections": [narrative(body, *subjects)],
    }  # fmt: skip
    return publisher.event("OccurrenceReported", report, value, sharing="OPEN", version=version)


def key_of(hub: Running, org: str, subject: str) -> bytes:
    with contextlib.closing(SubjectKeys(hub.home / "members" / f"{org}.subjects", org)) as keys:
        found = keys.of([subject], keys.epochs()[0])
    assert found
    return found[subject][0]


def test_nothing_of_an_erased_subject_is_left(hub: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile, elsewhere = hub.admitted("acme"), tmp_path / "elsewhere"
    erased, kept = b"She fell before the car at the crossing", b"He stepped off the kerb and was hit"
    with Publisher.open(profile) as publisher:
        publisher.publish(told(publisher, "r1", erased, "p1"))
        publisher.publish(told(publisher, "r2", kept, "p2"))
        publisher.publish(told(publisher, "r3", b"Both " + erased, "p1", "p2"))
    hub.settle()
    shutil.copytree(hub.home / "members", elsewhere)
    moving.export(hub.reach.home, "acme", None, tmp_path / "export")
    hub.client.command("OPTIMIZE TABLE events FINAL")
    inactive = "SELECT count() FROM system.parts WHERE table = 'events' AND NOT active"
    assert hub.client.query(inactive).result_rows[0][0]
    everything = (hub.home, tmp_path)
    assert hub.narratives("acme") == [erased.decode(), kept.decode(), f"Both {erased.decode()}"]
    assert hub.narratives("acme", ACME) == hub.narratives("acme"), "the publisher reads its own"
    assert {*remains.stolen(hub.home)} >= {erased, kept, b"Both " + erased}, "a thief of the disk reads them until then"
    page = Page(hub, monkeypatch)
    assert page.narratives("acme") == [erased.decode(), kept.decode(), f"Both {erased.decode()}"]
    key = key_of(hub, "acme", "p1")
    assert len(remains.found(key, hub.home)) >= 2, "the member's file and the hub's"

    with pytest.raises(HubError, match="misspelling"):
        erasing.erase(hub.reach, "p3", "acme", GROUND, None)
    first = hub.stack.json("erase", "p1", "--as", "acme", "--ground", GROUND, "--requested", "2026-11-23")
    assert (len(first["key_ids"]), first["requested"]["text"], first["ground"]) == (1, "2026-11-23", GROUND)
    again = erasing.erase(hub.reach, "p1", "acme", "said differently", None).erasure
    assert (again.ground, again.erased_at) == (GROUND, first["erased_at"])

    assert page.narratives("acme") == ["ERASED", kept.decode(), "ERASED"], "the page kept nothing in clear"
    with Publisher.open(elsewhere / "acme.toml") as publisher:
        publisher.wait_ready()
        with pytest.raises(EventError, match="OccurrenceReported r4 is about a data subject that was erased"):
            publisher.publish(told(publisher, "r4", b"again", "p1"))
    hub.settle()
    for reader in (OPERATOR, ACME, Scope("rival", "INSURER", "SAFETY_LEARNING")):
        assert hub.narratives("acme", reader) == ["ERASED", kept.decode(), "ERASED"]
    assert hub.narratives("acme", Scope("rival", "INSURER")) == ["WITHHELD"] * 3, "who could not read learns nothing"

    assert any("decoded" in name for name in remains.found(CONTROL.encode(), hub.home)), (
        "the search finds what is there"
    )
    assert any("export" in name for name in remains.found(CONTROL.encode(), tmp_path))
    assert remains.found(erased, *everything) == set()
    assert remains.found(key, *everything) == set()
    left = remains.stolen(hub.home, elsewhere)
    assert kept in left, "the search opens what can be opened"
    assert {body for body in left if erased in body} == set()
    assert upkeep.fsck(hub.reach)["problems"] == []
    upkeep.rebuild(hub.reach, [])
    assert hub.narratives("acme") == ["ERASED", kept.decode(), "ERASED"]


class Page:
    """The dashboard's reader in this process, at one watermark: what it keeps, it would show again."""

    def __init__(self, hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        password = hub.reach.home.secret("clickhouse")
        here = settings.Settings(hub.reach.address("clickhouse"), password, unseal=hub.keyring.open)
        monkeypatch.setattr(settings, "_current", here)
        self._hub, self._reader = hub, data.Reader(OPERATOR)
        self._reader.freshness()

    def narratives(self, org: str) -> list[str]:
        """As the hub's, without another look at how far the data is."""
        return told_by(self._reader.rows("report_versions", occurrence_id=self._hub.occurrence(org)))


def test_an_interrupted_erasure_is_finished_by_the_next(hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with Publisher.open(hub.admitted("bravo")) as publisher:
        for number in range(4):
            publisher.publish(told(publisher, f"r{number}", b"a story", f"b{number}"))
    hub.settle()

    def said(subject: str) -> int:
        values = [decode(record.value or b"") for record in stored(hub.reach.hub, GOVERNANCE)]
        return sum(schema.type == "SubjectErased" and value["subject"] == subject for schema, value in values)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for subject, step in (("b0", "wait_processed"), ("b1", "destroy"), ("b2", "announce")):
        places = {"wait_processed": "hub.commands.erasing.wait_processed", "announce": "hub.commands.erasing.announce",
                  "destroy": "producers.subject_keys.SubjectKeys.destroy"}  # fmt: skip
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(places[step], killed)
            erasing.erase(hub.reach, subject, "bravo", "interrupted", None)
        assert said(subject) == 0
    erasing.erase(hub.reach, "b3", "bravo", "whole", None)
    assert [said(f"b{number}") for number in range(4)] == [0, 1, 1, 1], "what had happened is said before the next"
    for number in range(4):
        erasing.erase(hub.reach, f"b{number}", "bravo", "again", None)
    assert [said(f"b{number}") for number in range(4)] == [1, 1, 1, 1]
    with contextlib.closing(SubjectKeys(hub.home / "members" / "bravo.subjects", "bravo")) as keys:
        assert not any(keys.has(f"b{number}") for number in range(4))
    hub.settle()
    assert hub.narratives("bravo") == ["ERASED"] * 4


def test_a_key_that_was_wrapped_for_a_retired_key_of_the_hub_comes_with_the_next_record(
    hub: Running, tmp_path: Path
) -> None:
    """What waits in an outbox while the hub's key is retired cannot be opened at first; what was published before is
    known as it was then, so nothing is sent twice."""
    profile = Profile.load(hub.admitted("cargo"))
    file = tmp_path / "cargo.outbox"
    with Publisher.open(profile, file) as publisher:
        publisher.publish(told(publisher, "r1", b"first", "c1"))
        late = told(publisher, "r2", b"late", "c2")
    hub.settle()
    outbox, sealer = (
        Outbox(file, "cargo", profile.topic),
        Sealer("cargo", file, lambda: read_announced(profile.access, "cargo")),
    )
    waiting = sealer.prepare(late, Signer("cargo", profile.private_key()), outbox)
    sealer.settle()
    outbox.accept([waiting])
    outbox.close()
    sealer.close()
    erasing.erase(hub.reach, "c1", "cargo", GROUND, None)
    with Publisher.open(profile, file) as publisher:
        publisher.flush()
        hub.settle()
        assert hub.narratives("cargo") == ["ERASED", "WITHHELD"]
        assert publisher.publish(late) is False, "known, although it would be wrapped otherwise today"
        assert publisher.publish(told(publisher, "r2", b"corrected", "c2", version=2)) is True
    hub.settle()
    assert hub.narratives("cargo") == ["ERASED", "late", "corrected"]
    assert ask(hub.client, "faults", OPERATOR, {"org": "cargo"}).rows == []


def test_a_row_of_a_mapped_file_is_erased_by_the_pseudonym_of_its_person(hub: Running, tmp_path: Path) -> None:
    hub.admitted("delta")
    mapping, rows = tmp_path / "own.toml", tmp_path / "own.csv"
    mapping.write_text(MAPPING)
    rows.write_text("no,who,story\nr1,Erika Muster,fell\nr2,Max Muster,was hit\n")
    publish = ("publish", "mapped", str(rows), "--mapping", str(mapping), "--as", "delta")
    first, again = hub.stack.json(*publish), hub.stack.json(*publish)
    assert (first["events"], again["already_published"]) == ({"OccurrenceReported": 2}, 2)
    hub.settle()
    asked = ("key", "pseudonym", "--scheme", "person", "--as", "delta", "Erika Muster")
    erasing.erase(hub.reach, hub.stack.hub(*asked).strip(), "delta", GROUND, None)
    hub.settle()
    occurrences = {str(row["occurrence_id"]) for row in ask(hub.client, "reports", OPERATOR, {"org": "delta"}).rows}
    natives = {str(row["native"]) for occurrence in occurrences for row in hub.versions(occurrence)}
    assert natives == {"ERASED", base64.b64encode(b"r2,Max Muster,was hit\n").decode()}
    assert remains.found(b"Erika Muster", hub.home) == set()
