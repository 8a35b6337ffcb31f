"""A file that grows gives what the whole file gives, wherever it is cut; folders, rewritten files, whole files."""

import itertools
import json
import os
import random
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.commands.mapping import load_for
from producers import following
from producers.files import FileError, load
from producers.following import Complete, Following, Growing
from producers.sources import SOURCES, FormatError, Notice, Outcome, Reject, Source
from producers.sources.csv_records import BOM
from schemas.event import Event
from tests.producers import figure_files, public_files, sgo_files
from tests.producers.bordereaux import DAYS, EUROPEAN, accounts, written
from tests.producers.public_files import ORG, PSEUDONYMS
from tests.producers.test_mapped import COLUMNS, GOOD, MILES
from tests.producers.test_mapped import adapter as by_mapping
from tests.producers.test_snapshots import adapter as of_snapshots

EVENTS = "fda-device-events"
AWKWARD = 'Ä "so" it,\r\nwent\non\rand on'
_times = itertools.count(1)


def awkward(rows: bytes) -> bytes:
    """A file with equal rows, blank, short and mixed ones after its own rows."""
    *_, last = rows.splitlines(keepends=True)
    return rows + last + b"\r\n" + b"a,b\n" + last.rstrip() + b"\n" + b'"x"y,\n' + last


def of_mapping(text: str, data: bytes) -> tuple[Source, bytes]:
    return by_mapping(text), data


OBJECTS = [dict(GOOD, miles="1,234.5", trips=number) for number in (12, 12, 13)]
SAMPLES: dict[str, tuple[Source, bytes]] = {
    "nhtsa-sgo": (SOURCES["nhtsa-sgo"], awkward(sgo_files.made({}, {}, {"Narrative": AWKWARD}, {"State": "x" * 600}))),
    **{
        source: (SOURCES[source], BOM + awkward(public_files.made(source, {}, {columns: AWKWARD}, {})))
        for source, columns in (
            ("ca-dmv-collision", "Accident Detail Description"), (EVENTS, "remedial_action"),
            ("jcqhc-near-miss", "事例の内容"),
        )
    },
    **{
        form: (SOURCES[form.split("/")[0]], awkward(figure_files.made(form, {}, {column: AWKWARD}, {})))
        for form, column in (
            ("motor-claims/fremotor1-sev", "Payment"), ("motor-claims/fremotor1-freq", "Year"),
            ("motor-claims/fremotor1-prem", "JobCode"), ("motor-claims/ausautoBI", "Legal"),
            ("av-exposure/table-9", "rationale"), ("fda-device-clearances/table-30", "applicant"),
            ("certificates/form-1", "scope"),
        )
    },
    "certificates as lines": (
        SOURCES["certificates"],
        b'\n{"certificate": "1"}\n{"a": "\xff"}\r\n\n'
        + 2 * (json.dumps(figure_files.PLAIN["certificates/form-1"]).encode() + b"\n"),
    ),
    "mapped": of_mapping(MILES, awkward(f"{','.join(COLUMNS)}\n{','.join(GOOD.values())}\r\n".encode())),
    "mapped lines": of_mapping(
        MILES.replace('format = "csv"', 'format = "jsonl"'),
        b"\n" + b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in [{"id": "7"}, *OBJECTS]),
    ),
}  # fmt: skip
EVERY = pytest.mark.parametrize("sample", SAMPLES)


def whole(sample: str) -> list[Outcome]:
    source, data = SAMPLES[sample]
    return list(source.read(data, ORG, PSEUDONYMS))


def growing(path: Path, source: Source) -> Growing:
    return Growing(path, lambda data: iter(source.read(data, ORG, PSEUDONYMS)))


def write(path: Path, data: bytes, mode: str = "wb") -> None:
    """Write, at a time of its own: a file system may give two writes that follow at once the same."""
    with path.open(mode) as file:
        file.write(data)
    number = next(_times) * 10**9
    os.utime(path, ns=(number, number))


def grown(source: Source, parts: Iterable[bytes]) -> tuple[list[Outcome], str | None]:
    """What comes of a file to which these parts are written, with a look after each; what waits at the end."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.touch()
        file = growing(path, source)
        found: list[Outcome] = []
        for part in parts:
            write(path, part, "ab")
            found += file.look()
        waiting = file.waiting
        file.let_go()
    return found, waiting


@EVERY
def test_every_adapter_that_reads_row_by_row_is_tried(sample: str) -> None:
    assert {name for name, source in SOURCES.items() if source.NEEDS_WHOLE_FILE is None} <= {
        source.NAME for source, _ in SAMPLES.values()
    }
    assert len(whole(sample)) > 3
    assert any(isinstance(row, Reject) for row in whole(sample))


@EVERY
def test_a_file_written_byte_by_byte_gives_what_the_whole_file_gives(sample: str) -> None:
    source, data = SAMPLES[sample]
    start = max(len(data) - 400, 0)
    parts = [data[:start], *(data[at : at + 1] for at in range(start, len(data)))]
    assert grown(source, parts) == (whole(sample), None)


@given(st.data())
def test_wherever_a_file_is_cut_its_rows_are_the_same(drawn: st.DataObject) -> None:
    sample = drawn.draw(st.sampled_from(sorted(SAMPLES)))
    source, data = SAMPLES[sample]
    cuts = sorted(drawn.draw(st.lists(st.integers(0, len(data)), max_size=8)))
    parts = [data[a:b] for a, b in itertools.pairwise([0, *cuts, len(data)])]
    assert grown(source, parts) == (whole(sample), None)


@given(st.sampled_from(sorted(SAMPLES)), st.integers(1))
def test_no_row_is_given_out_before_it_is_whole(sample: str, cut: int) -> None:
    source, data = SAMPLES[sample]
    cut %= len(data)
    found, waiting = grown(source, [data[:cut]])
    assert found == whole(sample)[: len(found)], "each is a row of the whole file"
    # a line end, or the first half of one, is all that can be missing where nothing waits
    assert waiting is not None or cut == 0 or data[cut - 1 : cut] == b"\n"


def test_what_waits_is_named_with_its_line() -> None:
    source, data = SAMPLES["motor-claims/fremotor1-sev"]
    assert grown(source, [data, b"1,2"])[1] == "the row on line 14 has no line end yet: 3 bytes wait"
    assert grown(source, [data, b'1,"2\n\n'])[1] == "the row on line 14 has no line end yet: 6 bytes wait"
    assert "no whole header yet" in str(grown(source, [data[:5]])[1])
    assert grown(source, [b""])[1] is None


def test_a_row_without_an_end_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_HELD", 1000)
    source, data = SAMPLES["motor-claims/fremotor1-sev"]
    with pytest.raises(FormatError, match="from line 14 on, 1001 bytes are no whole row"):
        grown(source, [data, b'"' + b"x" * 1000])


@pytest.mark.parametrize("seed", range(6))
def test_a_file_that_is_written_anew_is_read_anew(tmp_path: Path, seed: int) -> None:
    """However it is done, all rows of the new content are given out, and rows of neither are not."""
    rng = random.Random(seed)
    source = SOURCES[EVENTS]
    path = tmp_path / "a.csv"
    keys = [str(number) for number in rng.sample(range(10**6, 10**7), 8)]
    data = public_files.made(EVENTS, *({"mdr_report_key": key} for key in keys))
    other = list(keys)
    other[rng.randrange(8)] = str(rng.randrange(10**6, 10**7))
    if seed % 2:
        del other[rng.randrange(8)]
    new = public_files.made(EVENTS, *({"mdr_report_key": key} for key in other))
    write(path, data)
    file = growing(path, source)
    found = list(file.look())
    if seed % 3 == 0:  # another file in its place
        write(tmp_path / "new", new)
        (tmp_path / "new").replace(path)
    else:  # in place, of the same length or cut off
        write(path, new)
    for _ in range(following._RESTING + 2):
        found += file.look()
    assert found[8:][-len(other) :] == list(source.read(new, ORG, PSEUDONYMS))
    known = [*source.read(data, ORG, PSEUDONYMS), *source.read(new, ORG, PSEUDONYMS)]
    assert all(row in known for row in found)
    file.let_go()


@pytest.mark.parametrize("keys", [["2", "1"], ["22", "1"], ["2"], ["2", "1", "3"]])
def test_other_bytes_before_the_place_that_was_reached_are_seen_at_once(tmp_path: Path, keys: list[str]) -> None:
    path, source = tmp_path / "a.csv", SOURCES[EVENTS]
    old, new = (public_files.made(EVENTS, *({"mdr_report_key": key} for key in of)) for of in (["1", "2"], keys))
    write(path, old)
    file = growing(path, source)
    assert len(list(file.look())) == 2
    write(path, new)
    assert list(file.look()) == list(source.read(new, ORG, PSEUDONYMS))
    file.let_go()


def test_an_edit_long_before_that_place_is_seen_when_the_file_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_TAIL", 16)
    path, source = tmp_path / "a.csv", SOURCES[EVENTS]
    old, new = (public_files.made(EVENTS, {"mdr_report_key": key}, {"mdr_report_key": "7"}) for key in "12")
    write(path, old)
    file = growing(path, source)
    assert len(list(file.look())) == 2
    write(path, new)
    assert [row for _ in range(following._RESTING) for row in file.look()] == []
    assert list(file.look()) == list(source.read(new, ORG, PSEUDONYMS))
    assert [row for _ in range(99) for row in file.look()] == []
    file.let_go()


def test_what_was_written_before_a_file_was_replaced_is_read_and_the_rest_named(tmp_path: Path) -> None:
    source, data = SAMPLES["motor-claims/fremotor1-sev"]
    path = tmp_path / "a.csv"
    write(path, data[:200])
    file = growing(path, source)
    found = list(file.look())
    write(path, data[200:] + b"half a row", "ab")
    path.rename(tmp_path / "a.csv.1")
    found += file.look()
    *rows, notice = found
    assert rows == whole("motor-claims/fremotor1-sev")
    assert notice == Notice("line 14", "the file was replaced or removed before this row had a line end")
    assert (list(file.look()), file.waiting) == ([], None)
    write(path, data)
    assert list(file.look()) == rows
    file.let_go()


def looked(followed: Following, looks: int = 1) -> list[tuple[str, Outcome]]:
    return [(Path(name).name, row) for _ in range(looks) for name, row in followed.look()]


def follows(source: Source, *paths: Path) -> Following:
    return Following(source, paths, ORG, PSEUDONYMS, load)


@pytest.fixture
def closing() -> Iterator[list[Following]]:
    made: list[Following] = []
    yield made
    for one in made:
        one.close()


def test_files_arrive_in_a_folder(tmp_path: Path, closing: list[Following]) -> None:
    source, data = SAMPLES["certificates/form-1"]
    rows = whole("certificates/form-1")
    followed = follows(source, tmp_path)
    closing.append(followed)
    assert looked(followed) == []
    write(tmp_path / "b.csv", data)
    write(tmp_path / "a.csv", data[:-20])
    for name in (".c.csv", "c.csv.part", "c.tmp", "c~"):
        write(tmp_path / name, data)
    (tmp_path / "sub").mkdir()
    write(tmp_path / "other.csv", b"x,y\n1,2\n")
    found = looked(followed)
    assert found == [("a.csv", row) for row in rows[:-1]] + [("b.csv", row) for row in rows]
    assert list(followed.waiting()) == [str(tmp_path / "a.csv"), str(tmp_path / "other.csv")]
    assert "missing: 'certificate'" in followed.refused()[str(tmp_path / "other.csv")]
    write(tmp_path / "a.csv", data[-20:], "ab")
    (tmp_path / "c.csv.part").rename(tmp_path / "c.csv")
    write(tmp_path / "other.csv", data)
    assert looked(followed, 9) == [
        ("a.csv", rows[-1]), *(("c.csv", row) for row in rows), *(("other.csv", row) for row in rows),
    ]  # fmt: skip
    assert followed.waiting() == followed.refused() == {}
    (tmp_path / "a.csv").unlink()
    assert looked(followed) == []


def test_of_many_files_few_are_held_and_the_others_read_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closing: list[Following]
) -> None:
    monkeypatch.setattr(following, "_HELD_OPEN", 2)
    source, data = SAMPLES["certificates/form-1"]
    rows = whole("certificates/form-1")
    names = [f"{number}.csv" for number in range(6)]
    for name in names:
        write(tmp_path / name, data[:-20])
    followed = follows(source, tmp_path)
    closing.append(followed)
    assert len(looked(followed, following._RESTING + 3)) == 6 * (len(rows) - 1)
    assert len(followed.waiting()) == 6
    assert sum(isinstance(file, Growing) and file._file is not None for file in followed._files.values()) == 2
    for name in names:
        write(tmp_path / name, data[-20:], "ab")
    found = looked(followed)
    assert [row for name, row in found if name == "0.csv"] == rows
    assert [row for name, row in found if name == "5.csv"] == rows[-1:]
    assert followed.waiting() == {}


def test_a_named_file_must_be_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"absent\.csv cannot be followed: name a file, or a folder"):
        follows(SOURCES[EVENTS], tmp_path / "absent.csv")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"pipe cannot be followed"):
        follows(SOURCES[EVENTS], tmp_path / "pipe")
    write(tmp_path / "other.csv", b"x,y\n1,2\n")
    with pytest.raises(FileError, match=r"other\.csv: no table of FDA device events"):
        looked(follows(SOURCES[EVENTS], tmp_path / "other.csv"))


def test_an_adapter_that_needs_the_whole_file_gets_it_when_it_rests(tmp_path: Path) -> None:
    source = SOURCES["ca-dmv-disengagement"]
    assert source.NEEDS_WHOLE_FILE
    data = public_files.made(source.NAME, {}, {}, {"DATE": "5/6/2021"})
    rows = list(source.read(data, ORG, PSEUDONYMS))
    followed = follows(source, tmp_path)
    write(tmp_path / "a.csv", data[:-90])
    assert looked(followed, following._COMPLETE) == [], "it might be on its way"
    write(tmp_path / "a.csv", data)
    assert looked(followed, following._COMPLETE) == []
    assert list(followed.waiting().values()) == ["was not read: it changed a moment ago"]
    assert looked(followed) == [("a.csv", row) for row in rows]
    assert (looked(followed, 99), followed.waiting()) == ([], {})
    write(tmp_path / "a.csv", data)  # another time, the same bytes
    assert (looked(followed, 99), followed.waiting()) == ([], {})
    write(tmp_path / "a.csv", data[:-2])  # as the agency ends its files
    assert looked(followed, following._UNENDED) == []
    assert len(looked(followed)) == len(rows)
    write(tmp_path / "a.csv", data + data.splitlines(keepends=True)[-1])
    write(tmp_path / "b.csv", b"nothing\n")
    assert len(looked(followed, 99)) == len(rows) + 1
    assert list(followed.refused()) == [str(tmp_path / "b.csv")]
    assert all(isinstance(file, Complete) for file in followed._files.values())


def test_snapshots_are_read_in_their_turn(tmp_path: Path) -> None:
    source = of_snapshots(EUROPEAN)
    assert source.NEEDS_WHOLE_FILE
    followed, series = follows(source, tmp_path), accounts(3, 5)
    write(tmp_path / "2.csv", written(EUROPEAN, DAYS[1], series[1]))
    assert looked(followed, 99) == []
    assert "the series begins as of 2024-01-31" in str(followed.waiting())
    write(tmp_path / "9.csv", written(EUROPEAN, DAYS[0], series[0]))
    found = looked(followed, 99)
    assert list(dict.fromkeys(name for name, _ in found)) == ["9.csv", "2.csv"]
    assert followed.waiting() == {}


def test_parquet_is_read_when_it_rests(tmp_path: Path) -> None:
    source = by_mapping(MILES.replace('format = "csv"', 'format = "parquet"'))
    table = pa.table({name: [cell, cell] for name, cell in (GOOD | {"miles": "1,234.5"}).items()})
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "half.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-9])
    followed = Following(source, [tmp_path], ORG, PSEUDONYMS, partial(load_for, source))
    found = looked(followed, 99)
    assert [(name, isinstance(row, Event)) for name, row in found] == [("a.parquet", True), ("a.parquet", True)]
    assert "no Parquet file that can be read" in followed.waiting()[str(tmp_path / "half.parquet")]


@pytest.mark.parametrize("kind", ["named", "in a folder"])
def test_a_file_that_changes_while_it_is_copied_is_tried_again(tmp_path: Path, kind: str) -> None:
    source, path = SOURCES["ca-dmv-disengagement"], tmp_path / "a.csv"
    more = [public_files.made(source.NAME, {}, {})]

    def changing(file: Path) -> bytes:
        if more:
            write(file, more.pop())
            raise FileError("changed while it was read")
        return file.read_bytes()

    write(path, public_files.made(source.NAME, {}))
    followed = Following(source, [path if kind == "named" else tmp_path], ORG, PSEUDONYMS, changing)
    assert looked(followed, following._COMPLETE + 1) == []
    assert list(followed.waiting().values()) == ["changed while it was read"]
    assert len(looked(followed, 99)) == 2


def test_a_file_that_was_not_read_to_its_end_waits(tmp_path: Path, closing: list[Following]) -> None:
    source, data = SAMPLES["certificates/form-1"]
    for name in ("a.csv", "b.csv"):
        write(tmp_path / name, data)
    followed = follows(source, tmp_path)
    closing.append(followed)
    assert next(followed.look())[0] == str(tmp_path / "a.csv")
    assert followed.waiting() == {
        str(tmp_path / name): "was not read to its end: run again" for name in ("a.csv", "b.csv")
    }
