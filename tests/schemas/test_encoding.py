"""Our encoding is Avro's: byte for byte what fastavro writes, and what does not fit is named without its value."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import hypothesis.strategies as st
import pytest
from fastavro import schemaless_writer
from fastavro.schema import parse_schema
from hypothesis import given

from schemas.codec import BodyError, decode, encode
from schemas.encoding import FitError, writer
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema, latest
from tests.avro_values import values

ALL = sorted(SCHEMAS.values(), key=lambda schema: schema.id)
AMOUNT = {"type": "fixed", "name": "D", "size": 16, "logicalType": "decimal", "precision": 38, "scale": 6}


def plain(schema: Any, value: Any) -> bytes:
    """What fastavro writes."""
    out = BytesIO()
    schemaless_writer(out, schema, value, strict=True)
    return out.getvalue()


def ours(schema: Any, value: Any) -> bytes:
    out = bytearray()
    writer(parse_schema(schema, {}))(out, value)
    return bytes(out)


@pytest.mark.parametrize("schema", ALL, ids=lambda schema: schema.type)
@given(data=st.data())
def test_the_bytes_are_those_of_fastavro(schema: Schema, data: st.DataObject) -> None:
    value = data.draw(values(schema))
    assert encode(schema, value)[5:] == plain(schema.parsed, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        *[("long", number * sign) for number in (0, 1, 63, 64, 8191, 8192, 2**62, 2**63 - 1) for sign in (1, -1)],
        ("long", -(2**63)),
        *[("string", "é" * length) for length in (0, 31, 32, 4095, 4096)],
        ({"type": "array", "items": "int"}, list(range(64))),
        ({"type": "array", "items": "int"}, (1, 2)),
        ({"type": "map", "values": "int"}, {str(number): number for number in range(65)}),
        ({"type": "enum", "name": "E", "symbols": [f"S{number}" for number in range(70)]}, "S69"),
        ("double", 1),
        *[(AMOUNT, Decimal(text)) for text in ("0", "1E+3", "-0.000001", "99999999999999999999999999999999.999999")],
    ],
)
def test_the_edges_of_each_kind_are_those_of_fastavro(schema: Any, value: Any) -> None:
    assert ours(schema, value) == plain(schema, value)


def test_a_negative_zero_is_zero() -> None:
    assert ours(AMOUNT, Decimal("-0.00")) == bytes(16) != plain(AMOUNT, Decimal("-0.00"))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("int", 2**31), ("int", True), ("int", "1"), ("long", -(2**63) - 1), ("string", b"x"), ("string", None),
        ("bytes", "x"), ("boolean", 1), ("double", "1"), ("double", True), ({"type": "array", "items": "int"}, "12"),
        ({"type": "map", "values": "int"}, [("a", 1)]), ({"type": "map", "values": "int"}, {1: 1}),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"), ({"type": "enum", "name": "E", "symbols": ["A"]}, []),
        ({"type": "fixed", "name": "F", "size": 2}, b"123"), (AMOUNT, Decimal("0.0000001")), (AMOUNT, Decimal("NaN")),
        (AMOUNT, Decimal("1E+32")), (AMOUNT, Decimal("1E+999999")), (AMOUNT, 1), (["null", "int"], "1"),
        ({"type": "record", "name": "R", "fields": []}, None),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(schema: Any, value: Any) -> None:
    record = {"type": "record", "name": "Whole", "fields": [{"name": "part", "type": schema}]}
    with pytest.raises(FitError, match=r"^\.part"):
        ours(record, {"part": value})


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"secret": "secret"}, r"^\.list has a field that its schema does not have$"),
        ({"number": "secret"}, r"^\.list\.number \(TypeError\)$"),
        (None, r"^\.list\.number \(KeyError\)$"),
    ],
    ids=["one too many", "of another type", "missing"],
)
def test_a_field_is_named_by_the_way_to_it_and_its_value_is_not_told(change: dict[str, str] | None, told: str) -> None:
    item = {"type": "record", "name": "I", "fields": [{"name": "number", "type": "int"}]}
    schema = {"type": "record", "name": "R", "fields": [{"name": "list", "type": {"type": "array", "items": item}}]}
    with pytest.raises(FitError, match=told):
        ours(schema, {"list": [{} if change is None else {"number": 1} | change]})


def test_a_union_of_two_types_is_no_schema_of_ours() -> None:
    with pytest.raises(ValueError, match=r"R\.x: a union is null or one other type"):
        ours({"type": "record", "name": "R", "fields": [{"name": "x", "type": ["null", "int", "string"]}]}, {})


def test_a_number_beyond_its_precision_is_no_body() -> None:
    schema, number = latest("ClaimTransacted"), 123456789012345678901234567
    value = next(value for value in examples(schema)[0] if value["amount"] is not None)
    framed = encode(schema, value | {"amount": Decimal(number).scaleb(-6)})
    with pytest.raises(BodyError, match="not the one encoding"):
        decode(framed.replace(number.to_bytes(16, "big"), b"\x7f" + b"\xff" * 15))
