"""The envelope is written by hand: it is what an Avro library writes."""

from io import BytesIO

from fastavro import schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from commons.landing import ENVELOPE_SCHEMA, envelope

_KINDS = {
    "string": st.text(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "array": st.lists(st.text(), max_size=200),
    "digest": st.binary(min_size=32, max_size=32),
}


def kind(avro: object) -> str:
    if isinstance(avro, dict):
        return "digest" if avro["type"] == "fixed" else str(avro["type"])
    return "digest" if avro == "EnvelopeDigest" else str(avro)


_ENVELOPES = st.fixed_dictionaries(
    {str(field["name"]).removeprefix("e_"): _KINDS[kind(field["type"])] for field in ENVELOPE_SCHEMA["fields"]}
)


@given(_ENVELOPES)
def test_an_envelope_is_what_an_avro_library_writes(values: dict[str, object]) -> None:
    expected = BytesIO()
    schemaless_writer(expected, ENVELOPE_SCHEMA, {f"e_{name}": value for name, value in values.items()})
    assert envelope(values) == expected.getvalue()
