"""Confluent wire format: a zero byte, the schema id as big-endian int32, then the Avro binary datum."""

from io import BytesIO
from typing import Any

from fastavro import schemaless_reader

from schemas.encoding import FitError
from schemas.registry import SCHEMAS, Schema

PREFIX = 5
MAX_VALUE = 4 * 1024 * 1024
"""Largest record value in bytes; a bigger one is a fault."""


class BodyError(ValueError):
    """The bytes are no value of the schema; `reason` is the code a judgement carries."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def encode(schema: Schema, value: dict[str, Any]) -> bytes:
    """Frame and encode `value`; FitError names the field that does not fit, never its value."""
    out = bytearray(b"\0")
    out += schema.id.to_bytes(4, "big")
    schema.write(out, value)
    return bytes(out)


def schema_id(framed: bytes | None) -> int:
    """The id in the five-byte prefix; BodyError NO_FRAMING without one."""
    if framed is None or len(framed) < PREFIX or framed[0] != 0:
        raise BodyError("NO_FRAMING", "the value does not begin with a zero byte and a four-byte schema id")
    return int.from_bytes(framed[1:PREFIX], "big")


def decode(framed: bytes) -> tuple[Schema, dict[str, Any]]:
    """Decode strictly, with the writer's schema: every byte must belong to the value, every text must be UTF-8, and the
    bytes must be the ones that `encode` gives: a value has one encoding, so no two readers see different values in it.

    Raises BodyError: NO_FRAMING, TOO_LARGE, UNKNOWN_SCHEMA or BAD_BODY.
    """
    number = schema_id(framed)
    if len(framed) > MAX_VALUE:
        raise BodyError("TOO_LARGE", f"the value has {len(framed)} bytes; at most {MAX_VALUE} are read")
    schema = SCHEMAS.get(number)
    if schema is None:
        raise BodyError("UNKNOWN_SCHEMA", f"schema id {number} is not known to this release")
    stream = BytesIO(framed)
    stream.seek(PREFIX)
    try:
        value = schemaless_reader(stream, schema.parsed, None)
    except (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError, StopIteration) as error:
        # fastavro raises whichever of these the damaged byte leads to; the text may quote the value, so only its type
        raise BodyError("BAD_BODY", f"not a value of {schema.type}: {type(error).__name__}") from None
    if stream.tell() != len(framed):
        raise BodyError("BAD_BODY", f"{len(framed) - stream.tell()} bytes follow the value of {schema.type}")
    # e.g. a union index of -1, a map key twice or a number beyond its precision, which readers resolve differently
    try:
        same = encode(schema, value) == framed  # type: ignore[arg-type]
    except FitError:
        same = False
    if not same:
        raise BodyError("BAD_BODY", f"not the one encoding of its value as {schema.type}")
    return schema, value  # type: ignore[return-value]
