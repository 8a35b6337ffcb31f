"""Statements are split where ClickHouse splits them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.errors import EngineError
from hub.engine.statement import identifier, literal, parse, tokens


@given(st.binary(), st.sampled_from([b"\n", b"\r\n", b" \n", b";\n"]))
def test_every_byte_after_the_format_line_is_data(data: bytes, end: bytes) -> None:
    statement = parse(b"INSERT INTO t (a, b) FORMAT RowBinary" + end + data)
    assert (statement.verb, statement.format, statement.data) == ("INSERT", "RowBinary", data)


@given(st.binary())
def test_a_quoted_name_and_a_literal_are_one_token(text: bytes) -> None:
    (token,) = tokens(literal(text))
    assert token.kind == "string"
    (name,) = tokens(identifier(text.decode("latin-1")))
    assert name.kind == "quoted"
    assert name.name == text.decode("latin-1")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (b"INSERT INTO t FORMAT CSV\n1", b"INSERT INTO t  FROM INFILE '/f' COMPRESSION 'none' FORMAT CSV"),
        (
            b"INSERT INTO t (a) SETTINGS x = 1 FORMAT CSV\n1",
            b"INSERT INTO t (a)  FROM INFILE '/f' COMPRESSION 'none' SETTINGS x = 1 FORMAT CSV",
        ),
        (
            b"WITH 1 AS y INSERT INTO t FORMAT CSV\n1",
            b"WITH 1 AS y INSERT INTO t  FROM INFILE '/f' COMPRESSION 'none' FORMAT CSV",
        ),
    ],
)
def test_data_is_taken_from_a_file(sql: bytes, expected: bytes) -> None:
    assert parse(sql).reading("/f") == expected


@pytest.mark.parametrize(
    ("sql", "verb", "form"),
    [
        (b"/* a /* nested */ comment */ -- more\n SELECT 1 FORMAT JSON;", "SELECT", "JSON"),
        (b"# hash\n// slash\nselect format from t", "SELECT", None),
        (b"SELECT 1 FORMAT Native SETTINGS max_threads = 1", "SELECT", "Native"),
        (b"SELECT '; SELECT 2'", "SELECT", None),
        (b"INSERT INTO t VALUES ('FORMAT CSV', 1)", "INSERT", None),
        (b"INSERT INTO t SELECT 1", "INSERT", None),
        (b"WITH 1 AS a SELECT a", "WITH", None),
        (b"(SELECT 1) UNION ALL (SELECT 2) FORMAT TSV", "(", "TSV"),
    ],
)
def test_verb_and_format(sql: bytes, verb: str, form: str | None) -> None:
    statement = parse(sql)
    assert (statement.verb, statement.format, statement.data) == (verb, form, None)


@pytest.mark.parametrize(
    "sql", [b"SELECT 1; SELECT 2", b"INSERT INTO t VALUES (1); DROP TABLE t", b"", b" -- nothing", b";"]
)
def test_one_statement_is_asked_for(sql: bytes) -> None:
    with pytest.raises(EngineError) as refusal:
        parse(sql)
    assert refusal.value.code == 62
    assert refusal.value.status == 400
