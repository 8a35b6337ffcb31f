"""What sealing costs: microseconds from a typed event to its bytes, by how its one section of 400 bytes leaves.

`clear`: about nobody. `known`: about a data subject that has a key. `new`: about one that has none; the keys of every
512 events are written to disk at once, as the publisher does it. `opened`: what the hub takes to learn a key, and to
open the section. No broker takes part: what sealed events cost on the wire, others cost too.

    python -m bench.sealing [--events 5000] [--runs 5]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.publish import near_misses
from bench.recording import keep, spread
from hub.keyring import Keyring
from producers.announced import Announced
from producers.outbox import Outbox
from producers.sealing import Sealer
from producers.sign import Prepared, Signer, about_subjects
from schemas.codec import decode
from schemas.event import Event
from schemas.sealing import Place, epoch_id

ORG = "operator"
TOGETHER = 512  # events of which the publisher accepts the keys at once
BODY = b"The vehicle crept into the crossing. " * 11


def events(count: int, subject: Callable[[int], list[str]]) -> list[Event]:
    """Near misses with a narrative about the subjects that `subject` gives for a number."""
    made = near_misses(ORG, count)
    for number, event in enumerate(made):
        event.value["sections"] = [
            {"name": "narrative", "sharing": "CLOSED", "audience": [], "purposes": [], "subjects": subject(number),
             "key_ref": None, "nonce": None, "body": BODY}
        ]  # fmt: skip
    return made


def prepared(sealer: Sealer, signer: Signer, outbox: Outbox, given: Sequence[Event]) -> tuple[float, list[Prepared]]:
    """Microseconds per event, and what came of them."""
    found = []
    began = time.perf_counter()
    for number, event in enumerate(given, 1):
        sealing = about_subjects(event)
        found.append(sealer.prepare(event, signer, outbox) if sealing else signer.prepare(event))
        if number % TOGETHER == 0:
            sealer.settle()
    sealer.settle()
    return (time.perf_counter() - began) / len(given) * 1e6, found


def opened(keyring: Keyring, given: Sequence[Event], found: Sequence[Prepared]) -> float:
    """Microseconds per event to learn its key and to open its section."""
    told = [decode(one.value)[1]["sections"] for one in found]
    places = [Place(ORG, event.source, event.id) for event in given]
    began = time.perf_counter()
    for first in range(0, len(told), TOGETHER):
        keyring.learn((ORG, sections) for sections in told[first : first + TOGETHER])
    for place, (section,) in zip(places, told, strict=True):
        if keyring.open(place, section) != BODY:
            raise RuntimeError("a section did not come back")
    return (time.perf_counter() - began) / len(told) * 1e6


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=5_000)
    parser.add_argument("--runs", type=int, default=5)
    told = parser.parse_args()
    signer, outbox = Signer(ORG, Ed25519PrivateKey.generate()), Outbox(None, ORG, "bench")
    figures: dict[str, list[float]] = {"clear": [], "new": [], "known": [], "opened": []}
    for _ in range(told.runs):
        with tempfile.TemporaryDirectory() as folder:
            keyring = Keyring(Path(folder) / "keyring")
            public = keyring.newest()
            announced = Announced(ORG, "hub", [(epoch_id(public), public)])
            sealer = Sealer(ORG, Path(folder) / "outbox", lambda told=announced: told)  # type: ignore[misc]
            figures["clear"].append(prepared(sealer, signer, outbox, events(told.events, lambda _: []))[0])
            about = events(told.events, lambda number: [f"person-{number}"])
            seconds, found = prepared(sealer, signer, outbox, about)
            figures["new"].append(seconds)
            figures["known"].append(prepared(sealer, signer, outbox, about)[0])
            figures["opened"].append(opened(keyring, about, found))
            sealer.close()
            keyring.close()
    kept = {f"{name}_microseconds_per_event": spread(values) for name, values in figures.items()}
    sys.stdout.write(f"{keep('sealing', 'python -m bench.sealing', {'events': told.events, **kept})}\n")


if __name__ == "__main__":
    main()
