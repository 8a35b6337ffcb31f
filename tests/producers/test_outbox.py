"""The outbox alone: what is in it after any sequence of calls and restarts, and what it says when it cannot be used."""

import sqlite3
import stat
import tempfile
from pathlib import Path

import hypothesis.strategies as st
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from producers.draft import draft
from producers.outbox import Outbox, OutboxError, Place, Verdict
from producers.sign import Prepared, Signer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer("acme", KEY)
TOPIC, ID = "hub.events.acme", bytes(16)


def prepared(number: int, stage: str = "INITIAL") -> Prepared:
    """The event of this number; another stage is other content under the same id."""
    value = {"report_id": f"r{number}", "version": 1, "stage": stage, "class": "NEAR_MISS",
             "place": {"country": None, "state": None, "city": None, "postcode": None}}  # fmt: skip
    return SIGNER.prepare(draft("acme", "OccurrenceReported", f"r{number}", value, role="OPERATOR"))


EVENTS = [prepared(number) for number in range(8)]
CHANGED = [prepared(number, "FINAL") for number in range(8)]


def place(event: Prepared, offset: int) -> Place:
    return Place(event.fact, event.content, SIGNER.sign([event])[0].leaf, 0, offset, 1_700_000_000_000 + offset)


def queue(outbox: Outbox) -> list[Prepared]:
    return [event for _, event in outbox.waiting(0, 1000, 1 << 30)]


def stored_queue(outbox: Outbox) -> list[tuple[int, Prepared]]:
    """The queue in the file, which leaves alone what is kept of it in memory."""
    return list(outbox._read(0))


class Model(RuleBasedStateMachine):
    """A queue in order, a set of what is stored, and what can never be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.waiting: list[Prepared] = []
        self.stored: dict[bytes, tuple[bytes, int]] = {}
        self.conflicts: set[str] = set()
        self.end = 0
        self.patch = pytest.MonkeyPatch()

    @initialize(kept=st.sampled_from([-1, 5000, 1 << 20]))
    def make(self, kept: int) -> None:
        self.patch.setattr("producers.outbox._KEPT", kept)
        self.open()
        self.outbox.found([], {0: 0})

    def open(self) -> None:
        self.outbox = Outbox(Path(self.folder.name) / "own.outbox", "acme", TOPIC)
        self.begin()

    @rule()
    def begin(self) -> None:
        """A new session reads the queue from its start."""
        self.reached, self.given = 0, set[bytes]()

    @rule(count=st.integers(1, 4))
    def read(self, count: int) -> None:
        numbered = self.outbox.waiting(self.reached, count, 1 << 30)
        assert [event for _, event in numbered] == [w for w in self.waiting if w.fact not in self.given][:count]
        self.reached = numbered[-1][0] if numbered else self.reached
        self.given |= {event.fact for _, event in numbered}

    @rule()
    def restart(self) -> None:
        self.outbox.close()
        self.open()

    @rule(events=st.lists(st.sampled_from(EVENTS + CHANGED), max_size=6))
    def accept(self, events: list[Prepared]) -> None:
        expected = []
        for event in events:
            known = next((w.content for w in self.waiting if w.fact == event.fact), None)
            known = self.stored[event.fact][0] if event.fact in self.stored else known
            if known is None:
                self.waiting.append(event)
                expected.append(Verdict.NEW)
            else:
                expected.append(Verdict.KNOWN if known == event.content else Verdict.CONFLICTING)
        assert self.outbox.accept(events) == expected

    @precondition(lambda self: self.given)
    @rule(count=st.integers(1, 4), foreign=st.booleans())
    def acknowledge(self, count: int, foreign: bool) -> None:
        self.end += foreign
        numbered = [(number, event) for number, event in stored_queue(self.outbox) if event.fact in self.given][:count]
        places = [(number, place(event, self.end + at)) for at, (number, event) in enumerate(numbered)]
        self.outbox.acknowledge(places)
        for _, stored in places:
            self.stored[stored.fact] = (stored.content, stored.offset)
        self.waiting = [w for w in self.waiting if w.fact not in {stored.fact for _, stored in places}]
        self.end += len(places)

    @rule(events=st.lists(st.sampled_from(EVENTS + CHANGED), max_size=4))
    def found(self, events: list[Prepared]) -> None:
        places = [place(event, self.end + at) for at, event in enumerate(events)]
        self.end += len(places)
        before = len(self.waiting)
        for stored in places:
            self.stored.setdefault(stored.fact, (stored.content, stored.offset))
        for event in self.waiting:
            if event.fact in {e.fact for e in events} and self.stored[event.fact][0] != event.content:
                self.conflicts.add(event.key.decode())
        self.waiting = [w for w in self.waiting if w.fact not in {e.fact for e in events}]
        assert self.outbox.found(places, {0: self.end}) == before - len(self.waiting)

    @invariant()
    def agrees(self) -> None:
        assert [event for _, event in stored_queue(self.outbox)] == self.waiting
        assert (self.outbox.events, self.outbox.bytes) == (len(self.waiting), sum(w.size for w in self.waiting))
        for event in EVENTS:
            found = self.outbox.place("/acme/own", event.id)
            assert (found and (found.content, found.offset)) == self.stored.get(event.fact)
        assert {subject for _, subject in self.outbox.conflicts()} == self.conflicts
        assert self.outbox.positions(ID).get(0, 0) <= self.end

    def teardown(self) -> None:
        self.patch.undo()
        self.outbox.close()
        self.folder.cleanup()


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acme.outbox"


def test_only_its_owner_can_read_it(path: Path) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.accept(EVENTS)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert {file.name for file in path.parent.iterdir()} >= {"acme.outbox", "acme.outbox-wal", "acme.outbox.lock"}
    outbox.close()
    path.chmod(0o640)
    with pytest.raises(OutboxError, match="chmod 600"):
        Outbox(path, "acme", TOPIC)


def test_one_process_has_it(path: Path) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    with pytest.raises(OutboxError, match="in use by another process"):
        Outbox(path, "acme", TOPIC)
    outbox.close()
    Outbox(path, "acme", TOPIC).close()


def test_what_was_sent_is_not_left_in_the_file(path: Path) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.accept(EVENTS)
    numbered = outbox.waiting(0, 100, 1 << 30)
    outbox.acknowledge([(number, place(event, at)) for at, (number, event) in enumerate(numbered)])
    outbox.close()
    assert all(event.value not in path.read_bytes() for event in EVENTS)


def test_bytes_bound_what_is_read_at_once_but_one_event_is_always_given(path: Path) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.accept(EVENTS)
    assert len(outbox.waiting(0, 100, 2 * EVENTS[0].size)) == 2
    assert len(outbox.waiting(0, 100, 1)) == 1
    outbox.close()


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("value", EVENTS[1].value),
        ("head", EVENTS[1].head),
        ("head", b"\0\0\0\1"),
        ("head", bytes(8)),
        ("value", "text"),
    ],
    ids=["another value", "another head", "no head", "no event", "another type"],
)
def test_an_event_that_is_not_as_it_was_accepted_is_not_given(path: Path, column: str, changed: object) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.accept(EVENTS)
    outbox.close()
    with sqlite3.connect(path) as db:
        db.execute(f"UPDATE waiting SET {column} = ? WHERE seq = 3", (changed,))
    db.close()
    with pytest.raises(OutboxError, match="damaged or no outbox"):
        Outbox(path, "acme", TOPIC)


def test_an_outbox_of_an_earlier_release_is_left_alone(path: Path) -> None:
    Outbox(path, "acme", TOPIC).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(OutboxError, match="use the release that made it"):
        Outbox(path, "acme", TOPIC)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.write_bytes(b"no database at all " * 100), "damaged or no outbox"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "damaged or no outbox"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096 * 12), "damaged or no outbox"),
    ],
    ids=["other bytes", "cut short", "pages overwritten"],
)
def test_a_damaged_file_says_what_to_do(path: Path, damage: object, told: str) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.accept(EVENTS)
    outbox.close()
    assert callable(damage)
    damage(path)
    path.chmod(0o600)
    with pytest.raises(OutboxError, match=told):
        again = Outbox(path, "acme", TOPIC)
        try:
            again.accept(CHANGED)
            queue(again)
        finally:
            again.close()


def test_it_belongs_to_one_org_and_one_topic(path: Path) -> None:
    outbox = Outbox(path, "acme", TOPIC)
    outbox.positions(ID)
    with pytest.raises(OutboxError, match="made again, or is another hub's: use a new outbox"):
        outbox.positions(bytes(15) + b"1")
    outbox.close()
    with pytest.raises(OutboxError, match="outbox of another org: give other an outbox of its own"):
        Outbox(path, "other", TOPIC)


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    path.chmod(0o600)
    with pytest.raises(OutboxError, match="no outbox of this release"):
        Outbox(path, "acme", TOPIC)
