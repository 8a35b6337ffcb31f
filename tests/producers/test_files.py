"""Files are read as they were at one moment, with flat memory, and what is none is refused in words."""

import json
import os
import resource
import threading
import tracemalloc
from base64 import b64decode
from collections.abc import Iterable
from mmap import mmap
from pathlib import Path

import pytest

from hub.commands.outcomes import Rejects
from hub.commands.publishing import dry_run
from hub.home import Home
from producers import files
from producers.files import FileError, load
from producers.sources import SOURCES, Reject
from producers.sources.csv_records import MAX_CELL, lines, pieces, records
from tests.producers.public_files import made

LARGE = b"0123456789abcdef" * 65_536
MEGABYTES = 24


@pytest.mark.parametrize("data", [b"", b"a,b\n", LARGE])
def test_a_file_is_its_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    found = load(path)
    assert found[:] == data
    assert isinstance(found, mmap) == (data is LARGE)
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_shrinks_or_is_rewritten_later_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LARGE)
    found = load(path)
    os.truncate(path, 10)  # a mapped file would be a SIGBUS now
    assert found[:] == LARGE
    path.write_bytes(b"x" * len(LARGE))
    assert found[:] == LARGE


@pytest.mark.parametrize("size", [0, 10, len(LARGE)])
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LARGE)

    def changing(_path: Path, parts: Iterable[bytes]) -> bytes:
        data = b"".join(parts)
        with path.open("r+b") as file:
            file.write(b"!")
            file.truncate(size)
        return data

    monkeypatch.setattr(files, "copy", changing)
    with pytest.raises(FileError, match=r"a\.csv changed while it was read: publish it when it is complete"):
        load(path)


@pytest.mark.parametrize("data", [b"", b"a,b\n", LARGE])
def test_a_pipe_is_read_to_its_end(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(data,))
    writer.start()
    assert load(path)[:] == data
    writer.join()


def test_what_is_no_file_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="is a folder: name its files, or follow what arrives in it"):
        load(tmp_path)
    with pytest.raises(FileError, match="is a device: name a file or a pipe"):
        load(Path(os.devnull))
    with pytest.raises(FileError, match="cannot be read: No such file"):
        load(tmp_path / "absent")
    (tmp_path / "large").write_bytes(LARGE)
    monkeypatch.setattr("tempfile.tempdir", "/proc")
    with pytest.raises(FileError, match="large cannot be copied to /proc to be read: .*; set TMPDIR to a folder"):
        load(tmp_path / "large")


def test_more_files_than_a_process_may_open_are_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(LARGE)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (sum(1 for _ in Path("/proc/self/fd").iterdir()) + 8, hard))
    try:
        with pytest.raises(FileError, match=r"large is one file too many for this process \(ulimit -n\): name fewer"):
            _ = [load(path) for _ in range(soft)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("ends", [b'"\n', b"\n", b'",' + b"," * 100])
def test_a_row_of_many_megabytes_is_rejected_whole_with_little_memory(tmp_path: Path, ends: bytes) -> None:
    source = "fda-device-events"
    path, good = tmp_path / "a.csv", made(source, {})
    with path.open("wb") as file:
        file.write(good)
        file.write(b'"')
        file.writelines([b"0,1\r\n" * 200_000] * MEGABYTES)
        file.write(ends)
    data = load(path)
    tracemalloc.start()
    try:
        done = dry_run(Home(tmp_path / "home"), SOURCES[source], [("a.csv", data)], "acme")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (done.rows, done.events.total(), done.rejected) == (2, 1, 1)
    assert peak < 6_000_000, f"{peak} bytes for a row of {MEGABYTES} MB"
    assert done.reject_file is not None
    assert done.reject_file.stat().st_size > MEGABYTES * 1_300_000


def test_a_long_record_keeps_its_bytes_its_line_and_its_neighbours() -> None:
    long = b'"' + b"0\r\n\r" * 300_000 + b'"\n'
    first, found, last = records(b"a\n" + long + b"b\n")
    assert (found.line, last.line) == (2, 3 + 600_000)
    assert b"".join(pieces(found.native)) == long
    assert found.native == long
    assert (first.native, last.native, found.too_long) == (b"a\n", b"b\n", 0)
    long = b"x" * MAX_CELL * 5 + b"\n"
    assert [(one.line, one.native, one.too_long) for one in lines(long + b"y")] == [(1, long, 0), (2, b"y", None)]


def test_a_reject_is_kept_in_pieces_as_in_one(tmp_path: Path) -> None:

    native = LARGE[:-5]
    with Rejects(Home(tmp_path), "some") as rejects:
        rejects.add("ä.csv", Reject(3, "a", 'so "it" is', memoryview(native)))
    assert rejects.path is not None
    told = json.loads(rejects.path.read_text("utf-8"))
    assert b64decode(told.pop("native")) == native
    assert told == {"file": "ä.csv", "line": 3, "column": "a", "reason": 'so "it" is'}
