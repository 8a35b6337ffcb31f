"""Files as adapters read them: with flat memory, and as they were at one moment.

What is mapped is a private copy, never the file itself: a file that shrinks while it is mapped kills the process
(SIGBUS), and one that is rewritten would give rows that are half of the one and half of the other content. The copy is
a file without a name, for this process alone, in the folder for large temporary files (TMPDIR, else /var/tmp).
"""

import errno
import os
import stat
from collections.abc import Iterable
from functools import partial
from itertools import chain
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile, gettempdir

_SMALL = 256 * 1024
"""Bytes up to which a file is simply read: a mapped one takes a descriptor until it is published."""
_PIECE = 1024 * 1024


class FileError(Exception):
    """A file cannot be read as it is; the message names it and says what to do."""


def load(path: Path) -> bytes | mmap:
    """The bytes of a file, a pipe or what is typed; FileError when it is none of these, or changes meanwhile."""
    try:
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if not (stat.S_ISREG(before.st_mode) or stat.S_ISFIFO(before.st_mode) or file.isatty()):
                raise FileError(f"{path} is a device: name a file or a pipe")
            first = file.read(_SMALL)
            small = len(first) < _SMALL
            data = first if small else copy(path, chain([first], iter(partial(file.read, _PIECE), b"")))
            after = os.fstat(file.fileno())
    except IsADirectoryError:
        raise FileError(f"{path} is a folder: name its files, or follow what arrives in it (--follow)") from None
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise FileError(f"{path} is one file too many for this process (ulimit -n): name fewer at once") from None
        raise FileError(f"{path} cannot be read: {error.strerror}") from None
    if stat.S_ISREG(before.st_mode) and (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileError(f"{path} changed while it was read: publish it when it is complete, or follow it (--follow)")
    return data


def copy(path: Path, parts: Iterable[bytes]) -> bytes | mmap:
    """What is read or made of a file, in a private file that is mapped; it goes when nobody has it any more."""
    try:
        with TemporaryFile(dir=_place()) as file:
            file.writelines(parts)
            size = file.tell()
            file.flush()
            return mmap(file.fileno(), size, access=ACCESS_READ) if size else b""
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise
        raise FileError(
            f"{path} cannot be copied to {_place()} to be read: {error.strerror}; set TMPDIR to a folder with room"
        ) from None


def _place() -> str:
    """Where large temporary files belong: on many systems /tmp lies in memory."""
    place = gettempdir()
    return "/var/tmp" if place == "/tmp" and os.access("/var/tmp", os.W_OK | os.X_OK) else place  # noqa: S108
