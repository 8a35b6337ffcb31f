"""Files that grow, and folders in which files arrive: each row is read once it is whole.

Nothing is remembered on disk: what was published is known to the publisher's outbox and the topic, so after a kill all
is read again and only what is new is published. A file whose beginning changed is read anew for the same reason.

An adapter that needs a whole file (`NEEDS_WHOLE_FILE`) gets it when it has not changed for a while; all others get each
row when its line end has come. Files are read with `pread`, never mapped: one that shrinks is seen, not died of.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from mmap import mmap
from pathlib import Path

from producers.files import FileError
from producers.sources.contract import FormatError, Notice, Outcome, OutOfTurnError, Source
from producers.sources.csv_records import BOM, Feed, File, NotYetError
from producers.sources.pseudonyms import Pseudonyms

MAX_HELD = 16 * 1024 * 1024
"""Bytes of a row at which its end is not waited for any more."""

_CHUNK = 1024 * 1024
_TAIL = 4096  # the bytes before the place that is read on from: they tell at every look whether it is still the place
_RESTING, _PER_LOOK = 4, 64 * 1024 * 1024  # looks without a change until all bytes are compared, more for large files
_COMPLETE, _UNENDED = 10, 60  # looks without a change until a whole file is taken, with and without a last line end
_HELD_OPEN = 64  # files of a folder that are read on from where they were; others are read anew when they grow
_UNFINISHED = (".part", ".tmp", "~")

Read = Callable[[File], Iterator[Outcome]]
Load = Callable[[Path], bytes | mmap]
State = tuple[int, int, int, int]
"""Device, inode, size and time of change of a file: another one is another content."""


class Growing:
    """One file that grows, for an adapter that reads row by row."""

    def __init__(self, path: Path, read: Read) -> None:
        self.path = path
        self.refused: str | None = None
        self._read = read
        self._file: int | None = None
        self._state: State | None = None
        self._quiet = 0
        self._left: str | None = None  # what waited when the file was let go of
        self._rows: Iterator[Outcome] | None = None
        self._begin()

    def look(self) -> Iterator[Outcome]:
        """What has come since the last look; FormatError, FileError or OSError when it cannot be read as it is."""
        state = _state(self.path)
        if self._file is not None and (state is None or state[:2] != _identity(self._file)):
            yield from self._ended()
        if state is None:
            return
        if state != self._state:
            if self._file is None:
                self._begin()
                self._file = _opened(self.path)
                if self._file is None:
                    return
            self._state, self._quiet, self.refused = state, 0, None
            yield from self._taken(self._file)
            return
        self._quiet += 1
        if self._file is not None and self._quiet == self._patience and not self._unchanged(self._file):
            self._begin()
            yield from self._taken(self._file)

    @property
    def waiting(self) -> str | None:
        """What of the file is not read, and why; None when all is."""
        if self.refused or self._left:
            return self.refused or self._left
        held, line = self._feed.waiting
        if held and self._rows is None:
            return f"has no whole header yet, or not every column of the mapping: {held} bytes wait"
        return f"the row on line {line} has no line end yet: {held} bytes wait" if held else None

    @property
    def resting(self) -> bool:
        """Whether it has not changed for a while, and all its bytes were compared since."""
        return self._file is not None and self._quiet > self._patience

    def refuse(self, error: Exception) -> None:
        """It cannot be read as it is: not looked at again before it changes."""
        self.let_go()
        self.refused = str(error)

    def let_go(self) -> None:
        """Keep nothing open and in memory; if the file grows it is read anew."""
        self._left = self.waiting
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._feed, self._rows = Feed(), None

    def _begin(self) -> None:
        self._feed, self._rows = Feed(), None
        self._at, self._digest, self._tail = 0, sha256(), b""
        self._left = None

    @property
    def _patience(self) -> int:
        return max(_RESTING, self._at // _PER_LOOK)

    def _ended(self) -> Iterator[Outcome]:
        """The file went or another came in its place: what was written last into the one that is open."""
        if self._file is not None:
            yield from self._taken(self._file)
            held, line = self._feed.waiting
            if held:
                yield Notice(f"line {line}", "the file was replaced or removed before this row had a line end")
            self._begin()
            self.let_go()
            self._state = None

    def _taken(self, file: int) -> Iterator[Outcome]:
        """The rows up to the end that the file has now."""
        end = os.fstat(file).st_size
        while True:
            data = os.pread(file, min(_CHUNK, max(end - self._at, 0)), self._at)
            # after it was read: a file that was written anew meanwhile has other bytes before this place
            if os.pread(file, len(self._tail), self._at - len(self._tail)) != self._tail:
                self._begin()
                continue
            if not data:
                return
            self._at += len(data)
            self._digest.update(data)
            self._tail = (self._tail + data)[-_TAIL:]
            self._feed.add(data)
            yield from self._outcomes()

    def _outcomes(self) -> Iterator[Outcome]:
        if self._rows is None and self._feed[:_CHUNK].removeprefix(BOM).strip():
            try:
                self._rows = self._read(self._feed)
            except NotYetError:
                self._feed.rewind()
        if self._rows is not None:
            while self._feed.ready:
                yield next(self._rows)
            self._feed.forget()
        held, line = self._feed.waiting
        if held > MAX_HELD:
            raise FormatError(f"from line {line} on, {held} bytes are no whole row or header: is a quote never closed?")

    def _unchanged(self, file: int) -> bool:
        digest, at = sha256(), 0
        while at < self._at and (data := os.pread(file, min(_CHUNK, self._at - at), at)):
            digest.update(data)
            at += len(data)
        return digest.digest() == self._digest.digest()


class Complete:
    """One file for an adapter that needs it whole: read when it has not changed for a while, again after a change."""

    resting = False

    def __init__(self, path: Path, read: Read, load: Load) -> None:
        self.path = path
        self.refused: str | None = None
        self._read, self._load = read, load
        self._state: State | None = None
        self._known: State | None = None
        self._digest = b""
        self._quiet = 0
        self._out_of_turn = False

    def look(self) -> Iterator[Outcome]:
        """All that the file says, once; FormatError, FileError or OSError when it cannot be read as it is."""
        state = _state(self.path)
        if state != self._state:
            self._state, self._quiet, self.refused, self._out_of_turn = state, 0, None, False
            return
        self._quiet += 1
        if state is None or state == self._known or self.refused or not state[2]:
            return
        if self._quiet < (_COMPLETE if self._has_end(state[2]) else _UNENDED):
            return
        data = self._load(self.path)
        digest = sha256(data).digest()
        if digest != self._digest:  # else only its time has changed
            yield from self._read(data)
        self._known, self._digest = state, digest

    @property
    def waiting(self) -> str | None:
        """Why the file is not read; None when it is, or is empty or gone."""
        if self.refused:
            return self.refused
        unread = self._state is not None and self._state != self._known and self._state[2]
        return "was not read: it changed a moment ago" if unread else None

    def refuse(self, error: Exception) -> None:
        """It cannot be read as it is: not tried again before it changes, or its turn may have come."""
        self.refused, self._out_of_turn = str(error), isinstance(error, OutOfTurnError)

    def another_was_read(self) -> None:
        """It may be this one's turn now."""
        if self._out_of_turn:
            self.refused, self._out_of_turn = None, False

    def let_go(self) -> None:
        """Nothing of it is kept open."""

    def _has_end(self, size: int) -> bool:
        with self.path.open("rb") as file:
            return os.pread(file.fileno(), 4, max(size - 4, 0)).endswith((b"\n", b"\r", b"PAR1"))


class Following:
    """Files and folders that are followed: ask it for a `look` twice a second.

    Of a folder, every file in it that is not hidden and not named as unfinished (.part, .tmp, ~) is read, in the order
    of the names. A file that was named must be of the source's format; one of a folder that is not is refused, and
    read when it has changed.
    """

    def __init__(self, source: Source, paths: Sequence[Path], org: str, pseudonyms: Pseudonyms, load: Load) -> None:
        """`load` gives a whole file to an adapter that needs it. FileError for what is neither a file nor a folder."""
        self._source, self._load = source, load
        self._read: Read = lambda data: iter(source.read(data, org, pseudonyms))
        self._folders = [path for path in paths if path.is_dir()]
        self._named = [path for path in paths if not path.is_dir()]
        self._files: dict[Path, Growing | Complete] = {}
        self._unread: list[Path] = []
        for path in self._named:
            if not path.is_file():
                raise FileError(f"{path} cannot be followed: name a file, or a folder in which files arrive")

    def look(self) -> Iterator[tuple[str, Outcome]]:
        """What has come since the last look, with the name of the file."""
        arrived = [entry for folder in self._folders for entry in sorted(folder.iterdir()) if _arrives(entry)]
        self._unread = list(dict.fromkeys([*self._named, *arrived, *self._files]))
        for path in tuple(self._unread):
            file = self._files.get(path) or self._made(path)
            found = False
            try:
                for outcome in file.look():
                    found = True
                    yield str(path), outcome
            except (FormatError, FileError, OSError) as error:
                if path in self._named and not isinstance(error, FileError | OutOfTurnError):
                    raise FileError(f"{path}: {error}") from error
                file.refuse(error)
            if found and isinstance(file, Complete):
                for other in self._files.values():
                    if isinstance(other, Complete):
                        other.another_was_read()
            self._unread.remove(path)
        self._tidy({*self._named, *arrived})

    def waiting(self) -> dict[str, str]:
        """Files of which something is not read, with the reason; also when a look was not gone through to its end."""
        found = {str(path): why for path, file in self._files.items() if (why := file.waiting) is not None}
        return found | {str(path): "was not read to its end: run again" for path in self._unread}

    def refused(self) -> dict[str, str]:
        """Those among them that cannot be read as they are."""
        return {str(path): file.refused for path, file in self._files.items() if file.refused is not None}

    def close(self) -> None:
        """Let go of all files."""
        for file in self._files.values():
            file.let_go()

    def _made(self, path: Path) -> Growing | Complete:
        whole = self._source.NEEDS_WHOLE_FILE is not None
        self._files[path] = Complete(path, self._read, self._load) if whole else Growing(path, self._read)
        return self._files[path]

    def _tidy(self, present: set[Path]) -> None:
        for path in self._files.keys() - present:
            self._files.pop(path).let_go()
        resting = [file for path, file in self._files.items() if file.resting and path not in self._named]
        for file in resting[: max(len(resting) - _HELD_OPEN, 0)]:
            file.let_go()


def _arrives(path: Path) -> bool:
    return not path.name.startswith(".") and not path.name.endswith(_UNFINISHED) and path.is_file()


def _state(path: Path) -> State | None:
    try:
        told = path.stat()
    except FileNotFoundError:
        return None
    return (told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns) if stat.S_ISREG(told.st_mode) else None


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:  # it went just now
        return None


def _identity(file: int) -> tuple[int, int]:
    told = os.fstat(file)
    return told.st_dev, told.st_ino
