"""What the record of an access says of an answer: whose records, which reports, what was shown."""

import pyarrow as pa

from commons.access import ERASED, WITHHELD, Scope
from commons.ask import Answer
from hub.commands.recording import given

READER = Scope("nhtsa", "REGULATOR", "SUPERVISION")
ROWS = [
    {"org": "acme", "report_id": "r1", "native": WITHHELD, "narrative": "It turned.", "personal": ERASED},
    {"org": "bridge", "report_id": "r2", "native": "", "narrative": "", "personal": ""},
    {"org": "nhtsa", "report_id": "own", "native": "b3du", "narrative": "", "personal": ""},
]


def answer(*columns: str) -> Answer:
    table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in ROWS])
    return Answer("q", {"state": "CA"}, "2026-01-01", None, {}, final=False, table=table)


def test_an_opened_record_is_named_with_what_was_shown_of_it() -> None:
    told = given(READER, answer("org", "report_id", "native", "narrative", "personal"), opened=True)
    assert (told.reader, told.role, told.purpose, told.query, told.rows) == (
        "nhtsa",
        "REGULATOR",
        "SUPERVISION",
        "q",
        3,
    )
    assert told.owners == ["acme", "bridge"], "its own record is nobody else's"
    assert told.reports == [("acme", "r1"), ("bridge", "r2")]
    assert told.sections == ["narrative"]


def test_a_list_names_publishers_alone_and_an_aggregate_nobody() -> None:
    listed = given(READER, answer("org", "report_id", "narrative"), opened=False)
    assert (listed.owners, listed.reports, listed.sections) == (["acme", "bridge"], [], [])
    assert given(READER, answer("report_id"), opened=False).owners == []
