"""Avro's binary encoding, put together once for each schema of the catalogue: a function for each node.

fastavro looks for the branch of a union by validating the whole value under it, again at every union inside: a third of
what publishing an event cost. In these schemas a union is null or one other type, so there is nothing to look for. A
test compares the bytes with fastavro's for generated values of every schema; they differ for the decimal -0 alone,
which fastavro writes as -0.000002.
"""

from collections.abc import Callable
from decimal import Decimal
from struct import pack
from typing import Any

Write = Callable[[bytearray, Any], None]
_RANGES = {"int": 1 << 31, "long": 1 << 63}
_LISTS = (list, tuple)
_ONE_BYTE = 64  # numbers below are one byte, twice themselves
_WRONG = (TypeError, ValueError, KeyError, AttributeError, OverflowError)


class FitError(ValueError):
    """A value is not of its schema: the message is the way to the field, and what is wrong, without the value."""


def writer(parsed: Any) -> Write:
    """The function that appends a value of a schema as fastavro has parsed it; it raises FitError."""
    return _writer(parsed, {})


def long(value: int) -> bytes:
    """A zigzag variable-length integer of up to 64 bits: Avro's int and long, Kafka's varint and varlong."""
    left = value << 1 ^ value >> 63
    if left < len(_BYTES):
        return _BYTES[left]
    out = bytearray()
    _zigzag(out, left)
    return bytes(out)


def _writer(node: Any, named: dict[str, Write]) -> Write:
    kind = node if isinstance(node, str) else node["type"]
    if kind in named:
        return named[kind]
    match kind:
        case "record":
            write = _record(node, named)
        case "array":
            write = _array(_writer(node["items"], named))
        case "map":
            write = _map(_writer(node["values"], named))
        case "enum":
            write = _enum(node["symbols"])
        case "fixed":
            write = _decimal(node) if node.get("logicalType") == "decimal" else _fixed(node["size"])
        case "int" | "long":
            write = _integer(_RANGES[kind])
        case _:
            write = _SIMPLE[kind]
    if not isinstance(node, str) and "name" in node:
        named[node["name"]] = write
    return write


def _record(node: Any, named: dict[str, Write]) -> Write:
    fields = []
    for field in node["fields"]:
        kind = field["type"]
        optional = isinstance(kind, list)
        if optional and (len(kind) != 2 or kind[0] != "null"):
            raise ValueError(f"{node['name']}.{field['name']}: a union is null or one other type")
        fields.append((field["name"], optional, _writer(kind[1] if optional else kind, named)))

    def write(out: bytearray, value: Any) -> None:
        name = ""
        try:
            for name, optional, inner in fields:
                part = value[name]
                if optional:
                    if part is None:
                        out.append(0)
                        continue
                    out.append(2)
                inner(out, part)
        except FitError as error:
            raise FitError(f".{name}{error}") from None
        except _WRONG as error:
            raise FitError(f".{name} ({type(error).__name__})") from None
        if len(value) > len(fields):
            raise FitError(" has a field that its schema does not have")

    return write


def _array(inner: Write) -> Write:
    def write(out: bytearray, value: Any) -> None:
        if not isinstance(value, _LISTS):
            raise TypeError
        if value:
            _length(out, len(value))
            for item in value:
                inner(out, item)
        out.append(0)

    return write


def _map(inner: Write) -> Write:
    def write(out: bytearray, value: Any) -> None:
        if not isinstance(value, dict):
            raise TypeError
        if value:
            _length(out, len(value))
            for key, item in value.items():
                _text(out, key)
                inner(out, item)
        out.append(0)

    return write


def _enum(symbols: list[str]) -> Write:
    encoded = {symbol: long(index) for index, symbol in enumerate(symbols)}

    def write(out: bytearray, value: Any) -> None:
        out += encoded[value]

    return write


def _fixed(size: int) -> Write:
    def write(out: bytearray, value: Any) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise TypeError
        out += value

    return write


def _decimal(node: Any) -> Write:
    size, precision, scale = node["size"], node["precision"], node["scale"]

    def write(out: bytearray, value: Any) -> None:
        if not isinstance(value, Decimal):
            raise TypeError
        negative, digits, exponent = value.as_tuple()
        if not isinstance(exponent, int) or exponent < -scale or len(digits) + exponent + scale > precision:
            raise ValueError  # no number, finer than the scale, or too large
        number = int("".join(map(str, digits))) * 10 ** (exponent + scale)
        out += (-number if negative else number).to_bytes(size, "big", signed=True)

    return write


def _integer(beyond: int) -> Write:
    def write(out: bytearray, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not -beyond <= value < beyond:
            raise TypeError
        _zigzag(out, value << 1 ^ value >> 63)

    return write


def _zigzag(out: bytearray, number: int) -> None:
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def _length(out: bytearray, number: int) -> None:
    if number < _ONE_BYTE:
        out.append(number << 1)
    else:
        _zigzag(out, number << 1)


def _text(out: bytearray, value: Any) -> None:
    data = value.encode()
    size = len(data)
    if size < _ONE_BYTE:
        out.append(size << 1)
    else:
        _zigzag(out, size << 1)
    out += data


def _bytes(out: bytearray, value: Any) -> None:
    if not isinstance(value, bytes):
        raise TypeError
    _length(out, len(value))
    out += value


def _boolean(out: bytearray, value: Any) -> None:
    if not isinstance(value, bool):
        raise TypeError
    out.append(value)


def _double(out: bytearray, value: Any) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError
    out += pack("<d", value)


_BYTES = [bytes([number]) for number in range(0x80)]
_SIMPLE: dict[str, Write] = {"string": _text, "bytes": _bytes, "boolean": _boolean, "double": _double}
