"""How values as filed are shown: in the page's language where the catalogue knows them, else verbatim."""

import re

from dashboard.html import code, escape, filed
from dashboard.words import Words

CBI = "[REDACTED, MAY CONTAIN CONFIDENTIAL BUSINESS INFORMATION]"
PII = "[MAY CONTAIN PERSONALLY IDENTIFIABLE INFORMATION]"
VIN = re.compile(
    r"(?<![A-Z0-9])(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])([A-HJ-NPR-Z0-9]{11})[A-HJ-NPR-Z0-9]{6,7}(?![A-Z0-9])",
    re.IGNORECASE,
)
"""A full vehicle number: 17 characters, and 18 where it was misspelt."""
_MARKS = re.compile(rf"({re.escape(CBI)}|{re.escape(PII)}|\[XXX\])")


def masked(text: str) -> str:
    """Text with every full vehicle number cut to 11 characters, as in federal reports: no screen has all of one."""
    return VIN.sub(r"\1******", text)


def badge(words: Words, reason: str) -> str:
    """A redaction as a short mark."""
    kind = {"REDACTED_CBI": "CBI", "REDACTED_PII": "PII", "REDACTED_LEGAL": "LEGAL"}[reason]
    return f"<mark class='redacted short'>{words('redacted')} · {kind}</mark>"


def verbatim(text: str, *, dots: bool = False) -> str:
    """Text character for character; the source's marks of redaction stand out, with `dots` spaces at the end too."""
    parts = [
        f"<mark class=redacted>{escape(part)}</mark>" if _MARKS.fullmatch(part) else escape(part)
        for part in _MARKS.split(text)
    ]
    shown = "".join(parts)
    ends = len(text) - len(text.rstrip(" "))
    return shown[: len(shown) - ends] + '<span class=space aria-hidden="true">·</span>' * ends if dots else shown


def marked(words: Words, text: str) -> str:
    """Text as filed with the two long marks of redaction shortened; for comparing, not for evidence."""
    short = {CBI: badge(words, "REDACTED_CBI"), PII: badge(words, "REDACTED_PII")}
    return "".join(short.get(part) or verbatim(part) for part in _MARKS.split(text) if part)


def value(words: Words, text: str) -> str:
    """A value of a column: redacted, blank, translated, or as filed."""
    bare = text.strip()
    if bare == CBI:
        return badge(words, "REDACTED_CBI")
    if bare == PII:
        return badge(words, "REDACTED_PII")
    if not bare:
        return f"<span class=blank>{words('blank')} · <code lang=en translate=no>NOT_REPORTED</code></span>"
    month = re.fullmatch(r"([A-Z]{3})-(\d{4})", bare)
    if month and month[1] in _ABBREVIATIONS:
        return words.month(f"{month[2]}-{_ABBREVIATIONS.index(month[1]) + 1:02d}")
    known = words.value("filed", bare) or words.value("with", bare)
    return known or filed(bare)


_ABBREVIATIONS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def field(words: Words, path: str) -> str:
    """A path of the typed schema in words; a path that the catalogue lacks stands as it is."""
    known = words.value("field", path)
    if known:
        return known
    head, _, rest = path.partition(".")
    return column(words, rest) if head in ("terms", "measures") and rest else code(path)


def column(words: Words, name: str) -> str:
    """A column's name: in this language where the catalogue has it, else as the form has it."""
    known = words.value("column", name)
    if known:
        return known
    group, _, rest = name.partition(" - ")
    prefix = words.value("columns", group)
    return f"{prefix}{words('colon')}{filed(rest)}" if prefix and rest else filed(name)
