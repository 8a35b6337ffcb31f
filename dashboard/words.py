"""Japanese and English, equal: one catalogue `{key: (en, ja)}`, and how each language writes numbers, months, lists.

Pages, incident file, columns of forms and coded values of sources (`words_*`) are parts of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.words_case import CASE
from dashboard.words_claims import CLAIMS
from dashboard.words_columns import COLUMNS
from dashboard.words_data import DATA
from dashboard.words_pages import PAGES
from dashboard.words_rates import RATES
from dashboard.words_values import VALUES

CATALOGUE: dict[str, tuple[str, str]] = {
    **PAGES, **RATES, **CLAIMS, **DATA, **CASE, **COLUMNS, **VALUES,
}  # fmt: skip
LANGUAGES = ("en", "ja")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_SPELT = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?")
_FORMS = re.compile(r"(,? (Inc\.?|LLC|L\.L\.C\.|Incorporated|Corporation|Corp\.?|Ltd\.?|Co\.))+$")


def language_of(chosen: re.Match[str] | None, accepted: str) -> str:
    """The language of a request: chosen in the URL, else the browser's first, else English."""
    if chosen and chosen[1] in LANGUAGES:
        return chosen[1]
    return "ja" if accepted.lower().startswith("ja") else "en"


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    lang: str

    @classmethod
    def of(cls, tag: str | None) -> "Words":
        """The words of a language tag such as `ja-JP`; English for all others."""
        return cls("ja" if (tag or "").lower().startswith("ja") else "en")

    @property
    def ja(self) -> bool:
        """Whether this is Japanese."""
        return self.lang == "ja"

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key. Raises KeyError for a key that the catalogue lacks."""
        text = CATALOGUE[key][self.ja]
        return text.format(**values) if values else text

    def value(self, group: str, code: str) -> str | None:
        """A coded value in this language, None when the catalogue does not know it (show it as filed)."""
        found = CATALOGUE.get(f"{group}:{code}")
        return found[self.ja] if found else None

    def count(self, key: str, n: int, **values: object) -> str:
        """`key` for n things: English has a form for one (`key.1`) where the catalogue says so."""
        one = f"{key}.1"
        return self(one if n == 1 and one in CATALOGUE else key, n=self.number(n), **values)

    def number(self, n: int) -> str:
        """1,729."""
        return f"{n:,}"

    def spelt(self, n: int) -> str:
        """Small numbers as English prose writes them; figures in Japanese."""
        return self.number(n) if self.ja or n >= len(_SPELT) else _SPELT[n]

    def month(self, month: str, *, long: bool = False) -> str:
        """`2026-02` as `Feb 2026` / `2026年2月`; a year or a day in its own precision."""
        if not month or month == "NOT_REPORTED":
            return self("unknown_month")
        if not _DATE.fullmatch(month):
            return month
        parts = [int(part) for part in month.split("-")]
        if self.ja:
            return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))
        if len(parts) == 1:
            return str(parts[0])
        name = (_LONG if long else _MONTHS)[parts[1] - 1]
        return f"{parts[2]} {name} {parts[0]}" if len(parts) > 2 else f"{name} {parts[0]}"

    def instant(self, at: str) -> str:
        """An RFC 3339 instant as `2026-03-16 02:14:07.412 UTC`."""
        return at if at == "?" else f"{datetime.fromisoformat(at):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"

    def ago(self, seconds: float) -> str:
        """How long ago, in the coarsest unit that is at least one."""
        for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            if seconds >= size:
                return self.count(f"ago.{unit}", int(seconds // size))
        return self("ago.now")

    def join(self, names: Sequence[str]) -> str:
        """A and B; A, B and C / AとB."""
        if self.ja:
            return "と".join(names) if len(names) < 3 else "、".join(names)
        return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"

    def place(self, state: str, city: str) -> str:
        """Tempe, Arizona / アリゾナ州テンピ; unknown parts left out."""
        named = self.value("state", state) or (state if state != "NOT_REPORTED" else "")
        town = (self.value("city", city) or city) if self.ja else city
        if self.ja:
            return named + (f" {town}" if town.isascii() and town else town) or self("unknown_place")
        return ", ".join(part for part in (town, named) if part) or self("unknown_place")


def short(name: str) -> str:
    """A firm's name without its legal form: `General Motors, LLC` is `General Motors`."""
    return _FORMS.sub("", name)
