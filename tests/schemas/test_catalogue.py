"""The catalogue: released schemas do not change, their examples are read by every decoder, bad ones are refused."""

import io
import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import BodyError, decode, encode
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema, latest

ALL = sorted(SCHEMAS.values(), key=lambda schema: schema.id)


def name(schema: Schema) -> str:
    return f"{schema.type}.{schema.version}"


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_a_released_schema_is_immutable(schema: Schema) -> None:
    ids = json.loads((files("schemas") / "ids.json").read_text("utf-8"))
    assert ids[str(schema.id)] == {"type": schema.type, "version": schema.version, "sha256": schema.sha256}


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_every_field_says_what_it_means(schema: Schema) -> None:
    assert schema.json["doc"]
    assert all(field.get("doc") for field in schema.json["fields"])


def test_every_enum_has_a_default() -> None:
    def enums(node: object) -> list[dict[str, object]]:
        if isinstance(node, list):
            return [found for item in node for found in enums(item)]
        if not isinstance(node, dict):
            return []
        here = [node] if node.get("type") == "enum" else []
        return here + [found for value in node.values() for found in enums(value)]

    found = [enum for schema in ALL for enum in enums(schema.json)]
    assert found
    assert all(enum["default"] in enum["symbols"] for enum in found)  # type: ignore[operator]


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_good_examples_come_back_as_they_went_in(schema: Schema) -> None:
    good, _ = examples(schema)
    for value in good:
        framed = encode(schema, value)
        assert int.from_bytes(framed[1:5], "big") == schema.id
        assert decode(framed) == (schema, value)


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_bad_examples_are_refused(schema: Schema) -> None:
    _, bad = examples(schema)
    assert bad
    for why, value in bad:
        with pytest.raises((ValueError, TypeError)):
            pytest.fail(f"accepted although {why}: {len(encode(schema, value))} bytes")


@pytest.mark.parametrize("schema", ALL, ids=name)
@given(data=st.data())
def test_a_damaged_body_is_refused_or_reads_as_something_else(schema: Schema, data: st.DataObject) -> None:
    value = examples(schema)[0][0]
    framed = bytearray(encode(schema, value))
    at = data.draw(st.integers(5, len(framed) - 1))
    framed[at] ^= data.draw(st.integers(1, 255))
    try:
        assert decode(bytes(framed))[1] != value
    except BodyError as error:
        assert error.reason == "BAD_BODY"


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_truncated_and_trailing_bodies_are_refused(schema: Schema) -> None:
    framed = encode(schema, examples(schema)[0][0])
    for damaged in (framed[:-1], framed[:6], framed + b"\x00", framed + framed[5:]):
        with pytest.raises(BodyError) as refused:
            decode(damaged)
        assert refused.value.reason == "BAD_BODY"


def test_framing_size_and_unknown_ids_have_their_reasons() -> None:
    framed = encode(latest("ReportRetracted"), examples(latest("ReportRetracted"))[0][0])
    for reason, damaged in [
        ("NO_FRAMING", b""),
        ("NO_FRAMING", b"\x01" + framed[1:]),
        ("UNKNOWN_SCHEMA", b"\x00\x00\x00\x27\x0f" + framed[5:]),
        ("TOO_LARGE", framed + b"\x00" * codec.MAX_VALUE),
    ]:
        with pytest.raises(BodyError) as refused:
            decode(damaged)
        assert refused.value.reason == reason


def test_invalid_utf8_in_a_text_is_refused() -> None:
    schema = latest("ReportRetracted")
    value = {**examples(schema)[0][0], "note": "marker"}
    with pytest.raises(BodyError):
        decode(encode(schema, value).replace(b"marker", b"m\xc3rker"))


def test_the_self_contained_form_is_read_by_another_parser() -> None:
    avro = pytest.importorskip("fastavro")
    for schema in ALL:
        good, _ = examples(schema)
        out = io.BytesIO()
        avro.writer(out, avro.parse_schema(json.loads(json.dumps(schema.json)), {}), good)
        out.seek(0)
        assert list(avro.reader(out)) == good
