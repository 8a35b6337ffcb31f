"""The publisher: typed events in, receipts out; nothing lost, nothing sent twice for lack of an answer.

1. `publish` encodes an event and puts it into the outbox: on disk before the call returns. What is there already, or
   lies on the topic, is not taken again; the same id with other content is refused. Sections about data subjects are
   sealed first (sealing.py).
2. One thread reads the org's own topic from where it is known, and takes out of the outbox what it finds there.
3. Then it sends the queue in order: signed 1 to 64 at a time per partition, through one idempotent producer. Every
   answer is looked at; an acknowledged event leaves the outbox, its place on the topic stays.
4. At the first failure the producer is thrown away and all begins again at 2: after an outage, a kill or a power cut
   alike. So the events of one key lie on the topic in the order in which they were accepted.

A request that was on its way when a process died may still be stored after step 2 has read the end: those records lie
there twice, with the same leaf, which the hub counts once.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from producers.announced import read_announced
from producers.draft import draft
from producers.outbox import Outbox, OutboxFullError, Verdict
from producers.profile import Profile
from producers.sealing import Sealer
from producers.sending import Queue, new_producer, read_topic
from producers.sign import ConflictError, EventError, Prepared, Signer, about_subjects, check_envelope
from producers.standing import check_may_publish
from schemas.event import Event
from wire.access import Access
from wire.errors import UnreachableError
from wire.names import events_topic

_TAKE, _TAKE_BYTES = 512, 1024 * 1024  # what `publish_all` accepts in one transaction
_PAUSE, _LONGEST_PAUSE = 0.5, 5.0  # seconds between two attempts to reach the broker


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where an event lies: which only the broker's acknowledgement, or the topic itself, can say."""

    topic: str
    partition: int
    offset: int
    leaf: bytes
    """What the hub's proofs are about (32 bytes, schemas/signature.py)."""
    appended: int
    """The broker's time, Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """What this publisher did since it was made, and how full its outbox is; counts of events unless said otherwise."""

    accepted: int = 0
    """New ones, in the outbox or already acknowledged."""
    known: int = 0
    """Handed over, but accepted or published before."""
    conflicting: int = 0
    """Not sent: the same id says something else already."""
    sent: int = 0
    """Records given to Kafka; one that is sent again counts again."""
    acknowledged: int = 0
    """Out of the outbox because the broker said so."""
    found: int = 0
    """Out of the outbox because they were found on the topic."""
    waiting: int = 0
    """In the outbox now."""
    waiting_bytes: int = 0
    """Their bytes: keys, values and attributes."""
    sessions: int = 0
    """How often the topic was read and a producer started; more than one after an outage."""
    trouble: str | None = None
    """Why nothing can be sent now."""


@dataclass(slots=True)
class PublishReport:
    """What one run did; `events` counts what was new by type."""

    events: Counter[str] = field(default_factory=Counter)
    already_published: int = 0
    conflicting: list[str] = field(default_factory=list)
    """Subjects whose id is there with other content: not sent. Two readings of one native record."""

    @property
    def seen(self) -> int:
        """Events looked at so far."""
        return self.events.total() + self.already_published + len(self.conflicting)


Progress = Callable[[PublishReport], None]
Watch = Callable[[Metrics], None]


class Publisher:
    """Publishes one org's events to one topic; safe to use from several threads. One process per outbox.

    Once it has failed (a right taken away, a key not registered, a damaged outbox) every call raises the reason; what
    is in the outbox is sent by the next publisher that opens it. A broker that is away is no failure: events are
    accepted until the outbox is full, and sent when it is back.
    """

    def __init__(
        self,
        access: Access,
        org: str,
        key: Ed25519PrivateKey,
        outbox: Path | None,
        *,
        topic: str | None = None,
        roles: Sequence[str] = (),
        registered: bool = False,
        max_events: int = 100_000,
        max_bytes: int = 256 * 1024 * 1024,
        watch: Watch | None = None,
    ) -> None:
        """`outbox`: its file, None for one in memory. `registered`: have the hub's registration of org and key looked
        at before anything is sent (StandingError). `max_events`, `max_bytes` bound what waits in the outbox; whatever
        waits takes some 300 bytes of memory too. `watch` is told after each round of acknowledgements, on the sending
        thread."""
        self.org, self.topic = org, topic or events_topic(org)
        self._access, self._roles, self._registered = access, tuple(roles), registered
        self._max_events, self._max_bytes, self._watch = max_events, max_bytes, watch
        self._signer = Signer(org, key)
        self._outbox = Outbox(outbox, org, self.topic)
        self._sealer = Sealer(org, outbox, partial(read_announced, access, org))
        self._counts: Counter[str] = Counter()
        self._state = threading.Condition()  # callers wait here; the sending thread notifies
        self._wake = threading.Event()  # the sending thread waits here
        self._ready = self._stopping = False
        self._trouble: UnreachableError | None = None
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"publisher of {self.topic}", daemon=True)
        self._thread.start()

    @classmethod
    def open(
        cls,
        profile: Path | str | Profile,
        outbox: Path | str | None = None,
        *,
        max_events: int = 100_000,
        max_bytes: int = 256 * 1024 * 1024,
        watch: Watch | None = None,
    ) -> "Publisher":
        """A publisher from a connection profile (`hub member add` writes it); the outbox is ORG.outbox beside it unless
        another file is given. Raises ProfileError and OutboxError."""
        told = profile if isinstance(profile, Profile) else Profile.load(Path(profile))
        file = Path(outbox) if outbox is not None else told.outbox
        return cls(
            told.access, told.org, told.private_key(), file, roles=told.roles, registered=True,
            max_events=max_events, max_bytes=max_bytes, watch=watch,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close(flush=kind is None)

    def event(self, event_type: str, subject: str, value: dict[str, Any], **told: Any) -> Event:
        """An event of this org in its first role: see producers.draft.draft for `told`."""
        return draft(self.org, event_type, subject, value, **({"role": self._roles[0]} | told if self._roles else told))

    def publish(self, event: Event, *, timeout: float | None = None) -> bool:
        """Accept one event; False when it was accepted or published before.

        When this returns the event is on disk and will be sent. Waits for room in a full outbox, at most `timeout`
        seconds, then raises OutboxFullError. Raises EventError for what is no event of its schema, ConflictError for a
        known id with other content (both before anything is stored), and whatever the publisher has failed with.
        """
        prepared = self._prepared(event)
        (verdict,) = self._accept([prepared], timeout)
        if verdict is Verdict.CONFLICTING:
            raise ConflictError(f"{event.type} {event.subject} was published with other content: give it a new version")
        return verdict is Verdict.NEW

    def publish_all(self, events: Iterable[Event], progress: Progress | None = None) -> PublishReport:
        """Accept many, several hundred in one transaction; a conflict is reported, and the next event goes on.

        `progress` is told of each event once it is on disk. At an EventError what came before it has been accepted.
        """
        report = PublishReport()
        taken: list[tuple[Event, Prepared]] = []
        size = 0

        def take() -> None:
            verdicts = self._accept([prepared for _, prepared in taken], None)
            for (event, _), verdict in zip(taken, verdicts, strict=True):
                if verdict is Verdict.NEW:
                    report.events[event.type] += 1
                elif verdict is Verdict.KNOWN:
                    report.already_published += 1
                else:
                    report.conflicting.append(event.subject)
                if progress is not None:
                    progress(report)
            taken.clear()

        for event in events:
            try:
                taken.append((event, self._prepared(event)))
            except EventError:
                take()
                raise
            size += taken[-1][1].size
            if len(taken) == _TAKE or size > _TAKE_BYTES:
                take()
                size = 0
        take()
        return report

    def receipt(self, event: Event) -> Receipt | None:
        """Where the event lies; None while neither the broker nor the topic has said so."""
        found = self._outbox.place(event.source, event.id)
        if found is None:
            return None
        return Receipt(self.topic, found.partition, found.offset, found.leaf, found.appended)

    def conflicts(self) -> list[tuple[str, str]]:
        """Type and subject of accepted events that cannot be sent: the topic, read later, says something else."""
        return self._outbox.conflicts()

    def metrics(self) -> Metrics:
        """A snapshot."""
        trouble = self._failed or self._trouble
        return Metrics(
            **self._counts, waiting=self._outbox.events, waiting_bytes=self._outbox.bytes,
            trouble=str(trouble) if trouble else None,
        )  # fmt: skip

    def wait_ready(self, patience: float = 30) -> None:
        """Return when the topic has been read to its end, so that whatever lies there is known. Raises UnreachableError
        after `patience` seconds."""
        deadline = time.monotonic() + patience
        with self._state:
            while not self._ready:
                self._check()
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._trouble or UnreachableError(f"{self.topic} could not be read within {patience:.0f} s")
                self._state.wait(left)

    def flush(self, patience: float = 60) -> None:
        """Return when nothing waits any more. Raises UnreachableError when nothing moves for `patience` seconds: what
        waits stays in the outbox."""
        with self._state:
            left = self._outbox.events
            while left:
                self._check()
                moved = self._state.wait_for(lambda: self._outbox.events != left or self._ended, patience)  # noqa: B023
                if not moved:
                    raise UnreachableError(
                        f"{left} events wait in {self._outbox.path or 'memory'}, and nothing was acknowledged for"
                        f" {patience:.0f} s: they are sent when a publisher runs and the hub is up. ({self._trouble})"
                    )
                left = self._outbox.events
            self._check()

    def close(self, *, flush: bool = True) -> None:
        """Flush unless told otherwise, then end and let go of the outbox. Does nothing the second time."""
        if self._stopping:
            return
        try:
            if flush:
                self.flush()
        finally:
            with self._state:
                self._stopping = True
                self._state.notify_all()
            self._wake.set()
            self._thread.join()
            self._outbox.close()
            self._sealer.close()

    def _prepared(self, event: Event) -> Prepared:
        check_envelope(self.org, event)
        if self._roles and event.role not in self._roles:
            raise EventError(f"{event.type} {event.subject}: {self.org} publishes as {', '.join(self._roles)} only")
        if about_subjects(event):
            return self._sealer.prepare(event, self._signer, self._outbox)
        return self._signer.prepare(event)

    def _accept(self, events: Sequence[Prepared], timeout: float | None) -> list[Verdict]:
        self._sealer.settle()
        count, size = len(events), sum(event.size for event in events)
        with self._state:

            def room() -> bool:
                box = self._outbox
                fits = box.events + count <= self._max_events and box.bytes + size <= self._max_bytes
                return fits or box.events == 0 or self._ended

            if not self._state.wait_for(room, timeout):
                raise OutboxFullError(
                    f"{self._outbox.events} events ({self._outbox.bytes} bytes) wait to be acknowledged, and this"
                    f" publisher keeps at most {self._max_events} ({self._max_bytes} bytes): try again later"
                    + (f". {self._trouble}" if self._trouble else "")
                )
            self._check()
            verdicts = self._outbox.accept(events)
            for verdict, name in (
                (Verdict.NEW, "accepted"), (Verdict.KNOWN, "known"), (Verdict.CONFLICTING, "conflicting"),
            ):  # fmt: skip
                self._counts[name] += verdicts.count(verdict)
        self._wake.set()
        return verdicts

    @property
    def _ended(self) -> bool:
        return self._stopping or self._failed is not None

    def _check(self) -> None:
        if self._failed is not None:
            raise self._failed
        if self._stopping:
            raise RuntimeError("this publisher is closed")

    # What follows runs on the sending thread.

    def _run(self) -> None:
        pause = _PAUSE
        while not self._stopping:
            try:
                self._session()
            except BaseException as error:  # noqa: BLE001 - whoever calls next is told; nobody is on this thread
                # after a session that could send, the first attempt follows soon
                pause = _PAUSE if self._trouble is None else min(2 * pause, _LONGEST_PAUSE)
                if not isinstance(error, UnreachableError):
                    self._failed = error
                    return
                self._trouble = error
                self._rest(pause)
            finally:
                with self._state:
                    self._state.notify_all()

    def _rest(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self._stopping and (left := deadline - time.monotonic()) > 0:
            self._wake.clear()
            self._wake.wait(left)

    def _session(self) -> None:
        """Read the topic, then send the queue with one producer, until told to stop or something fails."""
        if self._registered:
            check_may_publish(self._access, self.org, self._signer.key_id)
        self._sealer.forget_erased()
        self._told("found", read_topic(self._access, self.org, self.topic, self._outbox))
        producer = new_producer(self._access)
        queue = Queue(self._outbox, producer, self._signer, self.topic, self._wake)
        try:
            self._ready, self._trouble = True, None
            self._told("sessions", 1)
            queue.send(lambda: self._stopping, self._told)
            self._told("acknowledged", queue.confirm())
        finally:
            producer.close(flush=False)

    def _told(self, name: str, count: int) -> None:
        with self._state:
            self._counts[name] += count
            self._state.notify_all()
        if self._watch is not None:
            self._watch(self.metrics())


def publish(
    access: Access,
    org: str,
    key: Ed25519PrivateKey,
    events: Iterable[Event],
    progress: Progress | None = None,
    *,
    topic: str | None = None,
) -> PublishReport:
    """Publish what is new of a few `events` to the org's own topic (or `topic`, for what else the hub owns), with an
    outbox in memory: the topic is read whole, and nothing is left behind.

    Returns when everything is acknowledged. Raises WireError when the broker refuses or does not answer, and EventError
    for an event that is not of its schema; what was sent until then stays, and running again goes on from there.
    """
    with Publisher(access, org, key, None, topic=topic) as publisher:
        publisher.wait_ready()
        return publisher.publish_all(events, progress)
