"""`hub demo`: the whole path, from the bundled public files to the headline."""

import contextlib
import lzma
import signal
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from secrets import token_bytes
from types import FrameType
from typing import NamedTuple

from commons.ask import OPERATOR, ask
from hub.commands import console, members, outcomes, publishing, stack
from hub.commands.headline import Rows, headline
from hub.commands.status import wait_processed
from hub.errors import HubError
from hub.home import Home
from hub.processes import alive
from hub.reach import Reach
from producers.files import load
from producers.profile import Profile
from producers.sources import SOURCES, Pseudonyms, Reject, certificates, motor_claims
from producers.sources.csv_records import File
from producers.sources.nhtsa_sgo import NAME
from producers.sources.pseudonyms import KEY_BYTES

Files = list[tuple[str, File]]
"""Names and bytes."""


class Publisher(NamedTuple):
    """A member of the demo."""

    org: str
    role: str
    name: str


BRIDGE = Publisher("public-records", "PUBLIC_RECORDS", "Public records (republished by this hub's demo)")
_OTHERS = {
    motor_claims.NAME: Publisher("demo-insurer", "INSURER", "Insurer of this hub's demo"),
    certificates.NAME: Publisher("demo-certifier", "CERTIFICATION_BODY", "Certification body of this hub's demo"),
}
"""Sources that are not of the bridge: what members themselves know."""
_WATCH = 0.5  # seconds between two looks whether the hub was stopped by another command


def demo(home: Home, *, leave: bool, more: Path | None) -> None:
    """Up, publish, wait, say; then stay until Ctrl-C, or leave at once. The hub is down afterwards."""
    added = found(more) if more else {}
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        began = time.monotonic()
        run = stack.up(home)
        console.say(f"the hub is up after {time.monotonic() - began:.1f} s")
        reach = Reach(home, run)
        sources = {**added, NAME: [*bundled(), *added.get(NAME, [])]}
        for source, loaded in sources.items():
            _publish(home, reach, source, loaded)
        wait_processed(reach)
        _say(reach, [name for name, _ in sources[NAME]])
        console.say(f"{time.monotonic() - began:.1f} s from the start to the headline")
        if not leave:
            console.say("Ctrl-C stops the hub")
            while alive(run["processes"]["supervisor"]):
                time.sleep(_WATCH)
    except KeyboardInterrupt:
        console.say("stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # an impatient second Ctrl-C must leave nothing behind
        stack.down(home)


def bundled() -> Files:
    """Names and bytes of the public files that come with the hub."""
    folder = files("hub") / "demo_data"
    packed = sorted(path.name for path in folder.iterdir() if path.name.endswith(".xz"))
    return [(name.removesuffix(".xz"), lzma.decompress((folder / name).read_bytes())) for name in packed]


def found(folder: Path) -> dict[str, Files]:
    """The files of a folder and those under it that a source of this hub reads, by source; the others are named.

    A file is of a source whose header it has; two sources may read one file (a mileage report says permits too).
    """
    if not folder.is_dir():
        raise HubError(f"--with {folder}: there is no such folder")
    readable: dict[str, Files] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, data = str(path), load(path)
        reading = [source for source in SOURCES if _reads(source, data)]
        for source in reading:
            readable.setdefault(source, []).append((name, data))
        if not reading:
            console.say(f"{name}: no source of this hub reads it")
    if not readable:
        raise HubError(f"--with {folder}: no file in it is of a source of this hub (`hub sources`)")
    if missing := [source for source in SOURCES if source not in readable and source != NAME]:
        console.say(f"no file of {', '.join(missing)}: what the demo says of these is left out")
    return readable


def _reads(source: str, data: File) -> bool:
    try:
        first = next(SOURCES[source].read(data, BRIDGE.org, Pseudonyms(token_bytes(KEY_BYTES))), None)
    except ValueError:
        return False
    # JSON has no header to go by: its first line must be of the source
    return not (isinstance(first, Reject) and data[:4096].lstrip().startswith(b"{"))


def _publish(home: Home, reach: Reach, source: str, loaded: Files) -> None:
    member = _OTHERS.get(source, BRIDGE)
    members.add(reach, member.org, [member.role], None, member.name, None)
    done = publishing.publish(home, publishing.named(source), loaded, Profile.load(home.profile(member.org)))
    console.say(f"{source}: {outcomes.line(done, dry=False)}")
    outcomes.say_what_to_look_at(done)


def _say(reach: Reach, names: list[str]) -> None:
    """The headline, each line with its page, then where everything answers."""
    with contextlib.closing(reach.store()) as client:

        def rows(name: str, params: Mapping[str, str]) -> Rows:
            return ask(client, name, OPERATOR, params).rows

        for line, path in headline(rows, names):
            console.result(line)
            console.result(f"         {reach.address('dashboard')}{path}")
    console.result("")
    for name, address in sorted(reach.addresses.items()):
        console.result(f"{name:<10}  {address}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
