"""What is wrong with a mapping file, all of it: each problem with its line, its key and what is allowed.

TOML's reader does not tell where a key stands, so the lines are looked at once more; a key inside an inline table or
array has the line on which that begins.
"""

import re
import tomllib
from collections.abc import Iterable

from producers.sources.contract import FormatError

Key = tuple[str, ...]
"""A key of the file from the outermost table inwards; places in arrays are `[0]`, `[1]`."""

_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*"
_TABLE = re.compile(rf"\s*\[{_DOTTED}\]\s*(?:#.*)?")
_ARRAY = re.compile(rf"\s*\[\[{_DOTTED}\]\]\s*(?:#.*)?")
_ENTRY = re.compile(rf"{_DOTTED}=.*")


class MappingError(FormatError):
    """A mapping that cannot be used; `problems` are lines for the operator, in the order of the file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Problems:
    """Problems as they are found; `name` is the mapping's file, `text` what it holds."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = _lines(text)
        self._found: dict[tuple[int, str], None] = {}

    def add(self, key: Key, told: str) -> None:
        """Note what is wrong at a key, and what is allowed there."""
        shown = ".".join(key).replace(".[", "[")
        self._found[self._line(key), f"{shown}: {told}"] = None

    def unknown(self, key: Key, names: Iterable[str], allowed: Iterable[str]) -> None:
        """Note each name of a table that is not allowed there."""
        known = sorted(allowed)
        for name in sorted(set(names) - set(known)):
            self.add((*key, name), f"not a key of this table; it has {', '.join(known)}")

    def ended(self) -> None:
        """Raise MappingError if there was anything."""
        if self._found:
            raise MappingError([f"{self._name}:{line}: {told}" for line, told in sorted(self._found)])

    def _line(self, key: Key) -> int:
        while key and key not in self._lines:
            key = key[:-1]
        return self._lines.get(key, 1)


def _lines(text: str) -> dict[Key, int]:
    """Key to the line on which it first stands, from 1."""
    table: Key = ()
    found: dict[Key, int] = {}
    counts: dict[Key, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if match := _ARRAY.fullmatch(line):
            array = _parts(match[1])
            table = (*array, f"[{counts.get(array, 0)}]")
            counts[array] = counts.get(array, 0) + 1
        elif match := _TABLE.fullmatch(line):
            table = array = _parts(match[1])
        elif match := _ENTRY.fullmatch(line):
            array = (*table, *_parts(match[1]))
        else:
            continue
        for end in range(1, len(array) + 1):
            found.setdefault(array[:end], number)
        found.setdefault(table, number)
    return found


def _parts(dotted: str) -> Key:
    try:
        node = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:  # e.g. an escape that is none: the whole file was refused before
        return (dotted,)
    parts: list[str] = []
    while isinstance(node, dict):
        ((part, node),) = node.items()
        parts.append(part)
    return tuple(parts)
