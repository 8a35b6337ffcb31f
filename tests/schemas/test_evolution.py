"""What a next version may change: it reads every event of the versions before it, or it is no next version."""

import copy
from io import BytesIO
from typing import Any

import pytest
from fastavro import schemaless_reader, schemaless_writer
from fastavro.read import SchemaResolutionError
from fastavro.schema import parse_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema, latest
from tests.avro_values import successor, values

ALL = sorted(SCHEMAS.values(), key=lambda schema: schema.id)
PAIRS = [(old, new) for old in ALL for new in ALL if old.type == new.type and old.version < new.version]
PAIRS += [(schema, successor(schema, 9000 + schema.id)) for schema in ALL]


def pair_name(pair: tuple[Schema, Schema]) -> str:
    return f"{pair[0].type}.{pair[0].version}-{pair[1].version}"


def resolved(old: Any, new: Any, value: dict[str, Any]) -> dict[str, Any]:
    """`value` written with the old schema, read with the new one."""
    out = BytesIO()
    schemaless_writer(out, old, value, strict=True)
    out.seek(0)
    return schemaless_reader(out, old, new)  # type: ignore[return-value]


@pytest.mark.parametrize("pair", PAIRS, ids=pair_name)
def test_a_new_version_reads_the_examples_of_the_old_one(pair: tuple[Schema, Schema]) -> None:
    old, new = pair
    for value in examples(old)[0]:
        read = resolved(old.parsed, new.parsed, value)
        assert {name: read[name] for name in value} == value


@pytest.mark.parametrize("pair", PAIRS, ids=pair_name)
@settings(max_examples=6)
@given(data=st.data())
def test_a_new_version_reads_whatever_the_old_one_could_say(pair: tuple[Schema, Schema], data: st.DataObject) -> None:
    old, new = pair
    value = data.draw(values(old))
    assert decode(encode(old, value)) == (old, value)
    read = resolved(old.parsed, new.parsed, value)
    assert {name: read[name] for name in value} == value


def test_an_old_reader_takes_the_default_for_a_symbol_that_it_does_not_know() -> None:
    old = latest("ClaimTransacted")
    new = successor(old, 9000)
    value = {**examples(old)[0][0], "transaction": "LATER", "later": "x"}
    read = resolved(new.parsed, old.parsed, value)
    assert read["transaction"] == "UNKNOWN"
    assert "later" not in read


@pytest.mark.parametrize("change", ["a field without default", "a renamed field", "another type", "a lost symbol"])
def test_what_is_no_next_version_fails_on_the_examples(change: str) -> None:
    old = latest("ClaimTransacted")
    bent = copy.deepcopy(old.json)
    fields = {field["name"]: field for field in bent["fields"]}
    if change == "a field without default":
        bent["fields"].append({"name": "later", "type": "string"})
    elif change == "a renamed field":
        fields["claim_ref"]["name"] = "claim_number"
    elif change == "another type":
        fields["claim_ref"]["type"] = "long"
    else:
        del fields["transaction"]["type"]["default"]
        fields["transaction"]["type"]["symbols"].remove("INDEMNITY_PAID")
    with pytest.raises((SchemaResolutionError, KeyError)):
        resolved(old.parsed, parse_schema(bent, {}), examples(old)[0][0])
