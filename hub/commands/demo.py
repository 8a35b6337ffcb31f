"""`hub demo`: the whole path, from the bundled public files to the headline."""

import contextlib
import lzma
import signal
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import FrameType

from commons.ask import OPERATOR, ask
from hub.commands import console, members, publishing, stack
from hub.commands.headline import Rows, headline
from hub.commands.status import wait_processed
from hub.errors import HubError
from hub.home import Home
from hub.processes import alive
from hub.reach import Reach
from producers.profile import Profile
from producers.sources.nhtsa_sgo import NAME, read

ORG, ROLE = "public-records", "PUBLIC_RECORDS"
_WATCH = 0.5  # seconds between two looks whether the hub was stopped by another command


def demo(home: Home, *, leave: bool, more: Path | None) -> None:
    """Up, publish, wait, say; then stay until Ctrl-C, or leave at once. The hub is down afterwards."""
    added = found(more) if more else []
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        began = time.monotonic()
        run = stack.up(home)
        console.say(f"the hub is up after {time.monotonic() - began:.1f} s")
        reach = Reach(home, run)
        members.add(reach, ORG, [ROLE], None, "Public records (republished by this hub's demo)", None)
        names = _publish(home, reach, bundled(), added)
        _say(reach, names)
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


def bundled() -> list[tuple[str, bytes]]:
    """Names and bytes of the public files that come with the hub."""
    folder = files("hub") / "demo_data"
    packed = sorted(path.name for path in folder.iterdir() if path.name.endswith(".xz"))
    return [(name.removesuffix(".xz"), lzma.decompress((folder / name).read_bytes())) for name in packed]


def found(folder: Path) -> list[tuple[str, bytes]]:
    """The CSV files of a folder that a source of this hub reads; the others are named."""
    if not folder.is_dir():
        raise HubError(f"--with {folder}: there is no such folder")
    readable = []
    for name, data in publishing.load(sorted(folder.rglob("*.csv"))):
        try:
            next(read(data, ORG), None)
        except ValueError:
            console.say(f"{name}: no source of this hub reads it")
        else:
            readable.append((name, data))
    if not readable:
        raise HubError(f"--with {folder}: no CSV file in it is of a source of this hub (`hub sources`)")
    return readable


def _publish(home: Home, reach: Reach, first: list[tuple[str, bytes]], added: list[tuple[str, bytes]]) -> list[str]:
    done = publishing.publish(home, publishing.named(NAME), [*first, *added], Profile.load(home.profile(ORG)))
    console.say(publishing.line(done, dry=False))
    if done.reject_file:
        console.say(f"{done.rejected} rows were rejected: see {done.reject_file}")
    wait_processed(reach)
    return done.files


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
