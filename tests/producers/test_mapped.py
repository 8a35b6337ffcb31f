"""A member's own rows by a mapping: what is read, what is refused, and where it says so."""

import json
import re
from contextlib import suppress
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.parquet import json_lines
from producers.sources import FormatError, Outcome, Pseudonyms, Reject, Skip
from producers.sources.mapped import Mapped
from producers.sources.mapping import TYPES, load
from producers.sources.mapping_cells import Notation
from producers.sources.mapping_problems import MappingError
from schemas.codec import decode, encode
from schemas.event import Event
from schemas.registry import latest
from tests.producers.bordereaux import DAYS, EUROPEAN, MAPPINGS, STYLES, accounts, written

PSEUDONYMS = Pseudonyms(bytes(32))
HEAD = 'role = "OPERATOR"\nprovenance = "FIRST_HAND"\nname = "own"\n'
MILES = f"""{HEAD}event = "ExposureReported"
file.format = "csv"
[dates]
formats = ["%m/%Y", "%d.%m.%Y", "%m.%d.%Y"]
[missing]
"k.A." = "UNKNOWN"
[fields]
report_id = "id"
unit = {{ value = "VEHICLE_MILE" }}
value = {{ column = "miles", thousands = "," }}
basis = {{ value = "ACTUAL" }}
period = "month"
strata.operator = "who"
strata.policy_ref = {{ column = ["policy", "part"], pseudonym = "policy" }}
[[fields.parties]]
role = {{ value = "OPERATOR" }}
name = "who"
[[fields.measures]]
name = {{ value = "TRIPS" }}
value = "trips"
unit = {{ value = "TRIP" }}
[[fields.terms]]
scheme = {{ value = "own" }}
version = {{ value = "1" }}
codes.area = ["area", "area 2"]
"""
COLUMNS = ("id", "miles", "month", "who", "policy", "part", "trips", "area", "area 2")
GOOD = dict(zip(COLUMNS, ("7", '"1,234.5"', "02/2024", "Acme", "P1", "b", "12", "urban", ""), strict=True))


def adapter(text: str) -> Mapped:
    return Mapped(load(text.encode(), "own.toml"))


def miles(*rows: dict[str, str]) -> list[Outcome]:
    data = "\n".join([",".join(COLUMNS), *(",".join((GOOD | row).values()) for row in rows)])
    return list(adapter(MILES).read(data.encode(), "acme", PSEUDONYMS))


def about(*rows: dict[str, str], pseudonyms: Pseudonyms = PSEUDONYMS) -> list[Event]:
    """The same rows, where `who` is the person that they are about."""
    mapping = MILES.replace("file.format", 'subject = { column = "who", pseudonym = "person" }\nfile.format')
    data = "\n".join([",".join(COLUMNS), *(",".join((GOOD | row).values()) for row in rows)])
    return [found for found in adapter(mapping).read(data.encode(), "acme", pseudonyms) if isinstance(found, Event)]


def problems(text: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        adapter(text)
    return caught.value.problems


def test_a_row_is_an_event_of_its_type_with_the_fields_that_the_mapping_says() -> None:
    (event,) = miles({})
    assert isinstance(event, Event)
    assert decode(encode(latest(event.type), event.value))[1] == event.value
    value = event.value
    assert (event.subject, event.source, event.role) == ("mapped:own/7", "/acme/mapped", "OPERATOR")
    assert (value["value"], value["period"]["text"], value["unit"]) == (Decimal("1234.5"), "2024-02", "VEHICLE_MILE")
    assert value["parties"] == [{"role": "OPERATOR", "name": "Acme", "scheme": None, "id": None}]
    assert value["strata"]["policy_ref"] == PSEUDONYMS.of("policy", "P1/b")
    assert value["measures"] == [{"name": "TRIPS", "value": "12", "unit": "TRIP"}]
    assert value["terms"] == [{"scheme": "own", "version": "1", "codes": {"area": ["urban"]}}]
    assert (value["native"]["edition"], [section["name"] for section in value["sections"]]) == (
        "own-1",
        ["native", "header"],
    )


def test_what_is_not_told_is_missing_with_its_reason_and_never_zero() -> None:
    (event,) = miles({"who": "k.A.", "trips": "", "area": "n/a"})
    assert isinstance(event, Event)
    assert (event.value["parties"], event.value["measures"]) == ([], [])
    reasons = {told["field"]: told["reason"] for told in event.value["missing"]}
    assert reasons["strata.operator"] == reasons["parties"] == "UNKNOWN"
    assert (reasons["measures"], reasons["terms"]) == ("NOT_REPORTED", "NOT_APPLICABLE")


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        ({"miles": "1.234.5"}, "miles", r"not a number like 1,234\.5, of at most six decimals"),
        ({"miles": '"12,34"'}, "miles", r"not a number like"),
        ({"miles": "1e3"}, "miles", r"not a number like"),
        ({"miles": "5²"}, "miles", r"not a number like"),
        ({"miles": "-1"}, "miles", r"negative = true"),
        ({"miles": "9" * 17}, "miles", r"not to be believed"),
        ({"miles": ""}, "miles", r"the event needs one for value"),
        ({"miles": "=A1"}, "miles", r"a spreadsheet formula"),
        ({"month": "03.04.2024"}, "month", r"two notations of the mapping read it as different dates"),
        ({"month": "31.31.2024"}, "month", r"not a date like %m/%Y or %d\.%m\.%Y"),
        ({"month": "01.01.9999"}, "month", r"not a date like"),
        ({"id": "a b"}, "id", r"without white space and colon"),
        ({"id": ""}, "id", r"without white space and colon"),
        ({"policy": "P/1"}, "policy", r"holds a / and is joined"),
        ({"miles": "x", "month": "x", "id": ":"}, "id", r"; miles: not a number.*; month: not a date"),
        ({"area 2": "a,b"}, None, r"the row has 10 cells, the header 9"),
        ({"area 2": '"open'}, "area 2", r"a quotation mark is never closed"),
    ],
)  # fmt: skip
def test_a_bad_row_is_a_reject_with_line_column_and_every_reason(cells: dict[str, str], column: str, told: str) -> None:
    good, reject = miles({}, cells)
    assert isinstance(good, Event)
    assert isinstance(reject, Reject)
    assert (reject.line, reject.column) == (3, column)
    assert re.search(told, reject.reason)


@pytest.mark.parametrize("day", ["30.12.2024", "12/2024", "12.12.2024", "１２／２０２４"])
def test_a_date_that_has_one_reading_is_read(day: str) -> None:
    assert isinstance(miles({"month": day})[0], Event)


def test_columns_that_the_file_lacks_are_named_and_others_kept() -> None:
    source = adapter(MILES)
    with pytest.raises(FormatError, match=r"lacks the columns 'miles', 'part'; it has 'id', 'month'"):
        source.read(b"id,month,who,policy,trips,area,area 2\n", "acme", PSEUDONYMS)
    with pytest.raises(FormatError, match=r"twice: 'trips'"):
        source.read(f"{','.join(COLUMNS)},TRIPS\n".encode(), "acme", PSEUDONYMS)
    assert source.unmapped(f"{','.join(COLUMNS)},Comment\n".encode()) == ["comment"]


def test_every_type_of_event_is_in_reach_of_a_mapping() -> None:
    for event_type in TYPES:
        told = problems(f'{HEAD}event = "{event_type}"\nfile.format = "csv"\n[fields]\nnothing = "x"\n')
        key = latest(event_type).json["key"]
        assert any(one.startswith(f"own.toml:6: fields.{key}: needs a column") for one in told)
        assert any("fields.nothing: not a key of this table; it has" in one for one in told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "own"', "name = 'Own name'", r"own.toml:3: name: a name of this mapping"),
        ('role = "OPERATOR"', "rôle = 1", r"own.toml:1: not TOML: Expected '='"),
        ('role = "OPERATOR"\n', "", r"own.toml:1: role: missing: one of INSURER"),
        ("ExposureReported", "PolicySet", r"own.toml:4: event: one of CertificateChanged"),
        ('"csv"', '"xlsx"', r"own.toml:5: file.format: one of csv, jsonl, parquet"),
        ('.format = "csv"', '={format="csv", charset="cp932", delimiter="|"}', r"own.toml:5: file.delimiter: not \|"),
        ('"%m/%Y"', '"%m"', r"own.toml:7: dates.formats: a notation of dates has %Y"),
        ('"%m/%Y"', '"%d %Y"', r"own.toml:7: dates.formats: a notation of dates has %Y"),
        ('"UNKNOWN"', '"BLANK"', r"own.toml:9: missing.k.A.: one of NOT_REPORTED, UNKNOWN"),
        ('unit = { value = "VEHICLE_MILE" }\n', "", r"own.toml:10: fields.unit: missing, and the event needs"),
        ('unit = { value = "VEHICLE_MILE" }', "unit = { value = 1 }", r"own.toml:12: fields.unit.value: a text"),
        ('thousands = ","', 'thousands = "."', r"own.toml:13: fields.value.thousands: not the sign before"),
        ('thousands = ","', "thousand = ','", r"own.toml:13: fields.value.thousand: not a key.*affixes, column"),
        ('{ value = "ACTUAL" }', '{ value = "REAL" }', r"own.toml:14: fields.basis.value: one of ESTIMATE, ACTUAL"),
        ('"month"', "{ column = 'month', value = '2024' }", r"own.toml:15: fields.period: either a column or a value"),
        ('"month"', "{ value = '2024-13' }", r"own.toml:15: fields.period.value: a time, as 2025"),
        ('pseudonym = "policy"', 'pseudonym = "dog"', r"own.toml:17: fields.strata.policy_ref.pseudonym: one of claim"),
        (', pseudonym = "policy"', "", r"own.toml:17: fields.strata.policy_ref: a policy is a pseudonym"),
        ('name = "who"', 'nam = "who"', r".*:20: fields.parties\[0\].nam: not a key.*\n.*:18: \S+.name: missing"),
        ('"area 2"]', "3]", r"own.toml:28: fields.terms\[0\].codes.area\[1\]: either a column or a value"),
    ],
)  # fmt: skip
def test_a_problem_of_a_mapping_has_line_key_and_what_is_allowed(old: str, new: str, told: str) -> None:
    assert old in MILES
    found = sorted(problems(MILES.replace(old, new, 1)), key=lambda one: one.find("nam:") < 0)
    assert re.match(told, "\n".join(found))


def test_every_problem_is_told_at_once_in_the_order_of_the_file() -> None:
    text = (MAPPINGS / "european.toml").read_text("utf-8")
    for old, new in (
        ("INSURER", "BANK"), ('"%d.%m.%Y"', '"%q"'), ("erledigt = true", 'erledigt = "yes"'), ('"EUR"', '"EURO"'),
        ('codes = "covers"', 'codes = "cover"'), ('"month"', '"moon"'), ('paid = "Gezahlt"', "amount = 1"),
    ):  # fmt: skip
        text = text.replace(old, new, 1)
    found = [one.split(": ")[1] for one in problems(text)]
    assert found == [
        "role", "dates.formats", "codes.status.erledigt", "fields.coverage.codes", "fields.currency.value",
        "snapshot.paid", "snapshot.every", "snapshot.amount",
    ]  # fmt: skip


def test_json_numbers_are_read_as_they_are_written_and_nothing_else() -> None:
    source = adapter((MAPPINGS / "lines.toml").read_text("utf-8"))
    good = json.loads(written("lines", DAYS[0], accounts(1, 40)[0][:1]))
    bad: list[Any] = [
        good | {"claimId": "b", "paid": [1]}, good | {"claimId": "c", "paid": "1\ud800"}, [good], good | {"paid": 1e-9},
    ]  # fmt: skip
    texts = [
        json.dumps(good),
        *map(json.dumps, bad),
        '{"claimId": "d", "paid": NaN}',
        json.dumps(good | {"claimId": "f"})[:-1] + ', "PAID": 2}',
        "",
        "[" * 9999,
    ]
    data = "\n".join([*texts, json.dumps(good | {"claimId": "e", "paid": 0.1, "reserve": None})]).encode()
    rows = list(source.read(data, "acme", PSEUDONYMS))
    kinds = [type(row) for row in rows]
    assert kinds == [Reject, Reject, Reject, Reject, Reject, Reject, Reject, Skip, Reject, tuple]
    assert [(row.column, row.reason) for row in rows if isinstance(row, Reject)][6] == (
        "paid", "the field is there twice",
    )  # fmt: skip
    last = rows[-1]
    assert isinstance(last, tuple)
    assert Decimal("0.1") in [event.value["amount"] for event in last]
    european = adapter((MAPPINGS / "lines.toml").read_text("utf-8") + '[numbers]\ndecimal = ","\n')
    texts = [json.dumps(good | {"reserve": 1.5, "paid": "1,5"}), json.dumps(good | {"reserve": "1,5", "paid": "1,5"})]
    row, _ = european.read("\n".join(texts).encode(), "acme", PSEUDONYMS)
    assert isinstance(row, Reject)
    assert row.reason.startswith("a JSON number, where the mapping says a text")


def test_parquet_is_read_exactly_and_floats_of_money_are_refused() -> None:
    def file(paid: pa.Array) -> bytes:
        sink = BytesIO()
        columns = {"claimId": ["a"], "policyId": [None], "lossDate": ["2024-01-01"], "notified": ["2024-01-02"],
                   "cover": ["x"], "asOf": ["2024-01-31"], "reserve": [3], "closed": [False]}  # fmt: skip
        pq.write_table(pa.table(columns | {"paid": paid, "ratio": [0.5]}), sink)
        return sink.getvalue()

    plan = adapter((MAPPINGS / "lines.toml").read_text("utf-8").replace('"jsonl"', '"parquet"'))
    exact = plan.plan.notations
    data = b"".join(json_lines(file(pa.array([Decimal("1234567890.12")], pa.decimal128(18, 2))), exact))
    (row,) = plan.read(data, "acme", PSEUDONYMS)
    assert isinstance(row, tuple)
    assert [event.value["amount"] for event in row][1] == Decimal("1234567890.12")
    with pytest.raises(FormatError, match=r"floating point, and money is decimal: 'paid'"):
        next(json_lines(file(pa.array([0.1])), exact))
    with pytest.raises(FormatError, match=r"no Parquet file that can be read"):
        next(json_lines(b"PAR1 no PAR1", exact))


@given(st.decimals(0, 10**12, places=2), st.sampled_from([(".", ","), (",", "."), (",", " "), (",", "'"), (".", "")]))
def test_a_number_is_read_as_it_was_written_or_not_at_all(number: Decimal, signs: tuple[str, str]) -> None:
    decimal, thousands = signs
    text = f"{number:,.2f}".replace(",", "\x00").replace(".", decimal).replace("\x00", thousands)
    assert Notation(decimal, thousands).read(text) == number
    other = Notation(thousands or ",", decimal)
    with suppress(ValueError):
        assert other.read(text) != number or "." not in text


def test_a_number_below_zero_stays_below_zero() -> None:
    assert [Notation(",", ".", negative=True).read(text) for text in ("-1.234,5", "−7", "0")] == [
        Decimal("-1234.5"), Decimal(-7), 0,
    ]  # fmt: skip


@given(st.sampled_from(STYLES), st.data())
def test_a_damaged_file_gives_each_row_once_or_is_refused(style: str, data: st.DataObject) -> None:
    whole = bytearray(written(style, DAYS[0], accounts(2, 6)[0]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    source = adapter((MAPPINGS / f"{style}.toml").read_text("utf-8"))
    try:
        rows = list(source.read(bytes(whole), "acme", PSEUDONYMS))
    except FormatError:
        return
    natives = [
        next(section["body"] for section in row[0].value["sections"] if section["name"] == "native")
        if isinstance(row, tuple)
        else row.native
        for row in rows
        if isinstance(row, tuple | Reject | Skip)
    ]
    assert bytes(whole).endswith(b"".join(natives))
    assert bytes(whole).removesuffix(b"".join(natives)).count(b"\n") <= (style != "lines")
    for row in rows:
        for event in row if isinstance(row, tuple) else ():
            encode(latest(event.type), event.value)


_PIECE = re.compile(r"\"[^\"\n]*\"|\btrue\b|\bfalse\b|\b1\b|\{[^}\n]*\}|\[[^\]\n]*\]|\b[a-z_]+\b")
_OTHERS = [
    "1",
    "[]",
    "{}",
    '""',
    "true",
    "[[1]]",
    "1e30",
    "nan",
    "2024-01-01",
    '"x"',
    "{ a = { value = [] } }",
    "[{}]",
    "\x00",
]


@given(st.sampled_from([MILES, *((MAPPINGS / f"{style}.toml").read_text("utf-8") for style in STYLES)]), st.data())
def test_whatever_a_mapping_holds_it_is_used_or_told_what_is_wrong(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        piece = data.draw(st.sampled_from(list(_PIECE.finditer(text))))
        text = text[: piece.start()] + data.draw(st.sampled_from(_OTHERS)) + text[piece.end() :]
    try:
        assert adapter(text).plan.columns
    except MappingError as error:
        assert error.problems
        assert all(re.match(r"own\.toml:\d+: \S", problem) for problem in error.problems)


def test_a_mapping_for_one_style_refuses_the_others() -> None:
    source = adapter((MAPPINGS / f"{EUROPEAN}.toml").read_text("utf-8"))
    for style in STYLES[1:]:
        with pytest.raises(FormatError):
            next(source.read(written(style, DAYS[0], accounts(1, 3)[0]), "acme", PSEUDONYMS))


def test_a_row_about_a_person_is_sealed_under_the_persons_pseudonym_and_its_id_tells_nothing_of_it() -> None:
    (clear, _), (told, nobody) = miles({}, {}), about({}, {"who": ""})
    assert isinstance(clear, Event)
    native, header = told.value["sections"]
    assert native["subjects"] == [PSEUDONYMS.of("person", "Acme")]
    assert header["subjects"] == []
    assert (native["name"], native["body"]) == ("native", clear.value["sections"][0]["body"])
    assert told.subject == clear.subject
    others = about({}, {}, pseudonyms=Pseudonyms(bytes([1]) * 32))
    assert len({clear.id, told.id, others[0].id}) == 3, "it is under the member's key"
    assert told.id == about({}, {})[0].id
    assert [section["subjects"] for section in nobody.value["sections"]] == [[], []]
    assert {"field": "sections.subjects", "reason": "NOT_REPORTED"} in nobody.value["missing"]


@pytest.mark.parametrize(("spec", "told"), [
    ('"who"', "own.toml:4: subject: a pseudonym: {"), ('{ value = "x" }', "own.toml:4: subject: a pseudonym: {"),
    ('{ column = "who" }', "own.toml:4: subject: a pseudonym: {"), ("7", "own.toml:4: subject: a pseudonym: {"),
    ('{ column = "who", pseudonym = "name" }', "own.toml:4: subject.pseudonym: one of claim, policy, party, person"),
])  # fmt: skip
def test_a_subject_is_a_pseudonym_of_a_column(spec: str, told: str) -> None:
    (problem,) = problems(MILES.replace('event = "Exp', f'subject = {spec}\nevent = "Exp'))
    assert problem.startswith(told)
