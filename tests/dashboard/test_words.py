"""Both languages are whole: every key in both, with the same gaps to fill, and every key that the code asks for."""

import re
import string
from pathlib import Path

from dashboard.words import CATALOGUE, Words, language_of, short

ROOM = Path(__file__).parents[2] / "dashboard"
KANA_OR_KANJI = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
ENGLISH_WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = {
    "Incident", "Hub", "NHTSA", "SGO", "SHA", "Kafka", "SUV", "AZ", "km", "VIN", "ADS", "ADAS", "CSV", "DIR", "UTC",
    "crashla",
}  # fmt: skip
"""Names and units that stand in Japanese text as they are."""


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_there_in_both_languages() -> None:
    for key, (english, japanese) in CATALOGUE.items():
        assert (english and japanese) or key == "property.", key
        assert not KANA_OR_KANJI.search(english), key
        assert set(ENGLISH_WORD.findall(re.sub(r"\{\w+\}|<[^>]*>", "", japanese))) <= NAMES, key
        # where one language spells a number and the other writes it, both are handed over
        assert gaps(japanese) <= gaps(english) | {"n", "spelt", "k", "km"}, key


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    asked = set()
    for file in ROOM.rglob("*.py"):
        asked |= set(re.findall(r'words(?:\.count)?\(\s*"([\w.]+)"[,)]', file.read_text()))
    assert asked
    assert asked <= set(CATALOGUE)


def test_months_are_never_padded_and_never_lost() -> None:
    en, ja = Words("en"), Words("ja")
    assert (en.month("2026-02"), ja.month("2026-02")) == ("Feb 2026", "2026年2月")
    assert (en.month("2025-06-16", long=True), ja.month("2025-06-16")) == ("16 June 2025", "2025年6月16日")
    assert (en.month("2026"), ja.month("2026")) == ("2026", "2026年")
    assert (en.month(""), ja.month("NOT_REPORTED")) == ("month unknown", "月不明")
    assert en.month("2026-13") == "2026-13"


def test_the_language_is_chosen_then_the_browsers_then_english() -> None:
    assert language_of(re.search("lang=(..)", "lang=ja"), "en-US") == "ja"
    assert language_of(re.search("lang=(..)", "lang=xx"), "ja,en;q=0.8") == "ja"
    assert language_of(None, "de-DE") == "en"
    assert Words.of("ja-JP").ja
    assert not Words.of(None).ja


def test_legal_forms_are_cut_from_names_and_nothing_else() -> None:
    assert [short(n) for n in ("General Motors, LLC", "Beep, Inc.", "May Mobility", "PACCAR Incorporated")] == [
        "General Motors", "Beep", "May Mobility", "PACCAR",
    ]  # fmt: skip


def test_lists_are_joined_as_the_language_does() -> None:
    assert Words("en").join(["A", "B", "C"]) == "A, B and C"
    assert Words("ja").join(["A", "B"]) == "AとB"
