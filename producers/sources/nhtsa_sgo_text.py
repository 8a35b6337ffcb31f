"""What the narratives of the crash reports say about themselves: declared copies, and VINs that must not pass on."""

import re

VIN = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z0-9]{0,16}[0-9])(?=[A-Z0-9]{0,16}[A-Z])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])", re.IGNORECASE
)
"""A full vehicle identification number (ISO 3779: 17 characters without I, O and Q)."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'“(\[]?[A-Z])|\n\s*\n")
_REPORT = re.compile(r"(?<![\w/-])\d{3,5}-\d{1,5}(?![\d/])")
_ORDER = "2021-01"  # the number of the order itself has the shape of a report id
_ENTITY = re.compile(
    r"(?i:duplicate)\b.{0,60}?\b(?:of|to|from|for|by)\s+"
    r"(?!NHTSA|SGO|Standing|Order|Report|The|This)"
    r"([A-Z][A-Za-z]+(?: (?:LLC|Inc|Corp|Ltd)\b)?)(?='s\b|-| report\b| \d| [A-Z]|[.]|$)",
    re.DOTALL,
)


def mask_vins(text: str) -> str:
    """Cut every full VIN to its first 11 characters, as NHTSA does in the column for it."""
    return VIN.sub(lambda match: match[0][:11] + "******", text) if len(text) >= 17 else text


def declared_copy(narrative: str, own_id: str) -> tuple[str | None, str | None, str] | None:
    """The report id and entity that a narrative says it duplicates, and the words; None when it says no such thing.

    A report declares itself a copy when its narrative contains "duplicate", case-folded. The words are the sentences
    that do. Id and entity are taken from these words alone, and only when they name exactly one other report.
    """
    if "duplicate" not in narrative.casefold():
        return None
    said = [s.strip() for s in _SENTENCE.split(narrative) if "duplicate" in s.casefold()]
    words = " ".join(said)
    named = set(_REPORT.findall(words)) - {own_id, _ORDER}
    entity = _ENTITY.search(words)
    return (named.pop() if len(named) == 1 else None, entity[1] if entity else None, words)
