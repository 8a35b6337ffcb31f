"""The catalogue: released schemas do not change, their examples are read by every decoder, bad ones are refused."""

import io
import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import BodyError, decode, encode
from schemas.examples import examples
from schemas.reference import reference
from schemas.registry import SCHEMAS, Schema, latest

ALL = sorted(SCHEMAS.values(), key=lambda schema: schema.id)


def name(schema: Schema) -> str:
    return f"{schema.type}.{schema.version}"


def without_docs(node: Any) -> Any:
    if isinstance(node, list):
        return [without_docs(item) for item in node]
    return {k: without_docs(v) for k, v in node.items() if k != "doc"} if isinstance(node, dict) else node


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_a_released_schema_is_immutable(schema: Schema) -> None:
    """`sha256` is its identity, over the canonical form; `whole` also covers what that form leaves out: defaults,
    the scale of decimals, the record key."""
    ids = json.loads((files("schemas") / "ids.json").read_text("utf-8"))
    whole = sha256(json.dumps(without_docs(schema.json), sort_keys=True).encode()).hexdigest()
    expected = {"type": schema.type, "version": schema.version, "sha256": schema.sha256, "whole": whole}
    assert ids[str(schema.id)] == expected


def nodes(node: object, kind: str) -> list[dict[str, Any]]:
    """Every definition of that kind under a node."""
    if isinstance(node, list):
        return [found for item in node for found in nodes(item, kind)]
    if not isinstance(node, dict):
        return []
    here = [node] if node.get("type") == kind else []
    return here + [found for value in node.values() for found in nodes(value, kind)]


def test_every_type_of_the_catalogue_is_there_under_an_id_of_its_own() -> None:
    assert sorted(SCHEMAS) == list(range(1, len(SCHEMAS) + 1))
    assert len({(schema.type, schema.version) for schema in ALL}) == len({s.sha256 for s in ALL}) == len(ALL)


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_every_field_says_what_it_means(schema: Schema) -> None:
    for definition in nodes(schema.json, "record"):
        assert definition["doc"]
        assert all(field.get("doc") for field in definition["fields"]), definition["name"]
    assert all(definition["doc"] for kind in ("enum", "fixed") for definition in nodes(schema.json, kind))


def test_every_enum_has_a_default() -> None:
    found = [enum for schema in ALL for enum in nodes(schema.json, "enum")]
    assert found
    assert all(enum["default"] in enum["symbols"] for enum in found)


def test_no_number_is_a_binary_float_but_a_probability_and_every_decimal_is_the_same() -> None:
    floats = [(s.type, f["name"]) for s in ALL for f in s.json["fields"] if "double" in json.dumps(f["type"])]
    assert floats == [("OccurrenceLinked", "probability")]
    decimals = [node for schema in ALL for node in nodes(schema.json, "fixed") if "logicalType" in node]
    assert {(node["name"], node["size"], node["precision"], node["scale"]) for node in decimals} == {
        ("Decimal38x6", 16, 38, 6)
    }


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_sections_stand_last_and_the_key_is_a_text_of_the_open_part(schema: Schema) -> None:
    names = [field["name"] for field in schema.json["fields"]]
    assert "sections" not in names[:-1]
    assert ("native" in names) == ("sections" in names)
    key = schema.json.get("key")
    assert key is None or schema.json["fields"][names.index(key)]["type"] == "string"


def test_the_event_reference_is_in_step() -> None:
    """If not, write it again with `python -m schemas.reference docs`."""
    docs = Path(__file__).parents[2] / "docs"
    written = {f"events/{page.name}": page.read_text("utf-8") for page in (docs / "events").iterdir()}
    assert written | {"events.md": (docs / "events.md").read_text("utf-8")} == reference()


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
