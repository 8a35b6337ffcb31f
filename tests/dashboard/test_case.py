"""What the incident file concludes, on small cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from dashboard.casefile.changes import story
from dashboard.casefile.lanes import axis, number, text
from dashboard.casefile.marks import CBI, column, value, verbatim
from dashboard.casefile.matrix import DIFFERS, MATCH, MISSING, Said, verdict
from dashboard.casefile.model import Case, Report, Version, columns_of
from dashboard.words import Words
from tests.dashboard.reading import html

EN, JA = Words("en"), Words("ja")


def version(reporter: str, severity: str = "NONE", *, copied: bool = False) -> Version:
    row = {
        "version": 1,
        "reporter": reporter,
        "severity": severity,
        "nil": False,
        "submitted": "2023-10",
        "source": "s",
    }
    return Version(row, {"copy_of": {"words": "duplicate"} if copied else None}, {}, 0)


def case(*reports: tuple[str, bool]) -> Case:
    return Case("0" * 24, [Report(f"s:{n}", [version(who, copied=copied)]) for n, (who, copied) in enumerate(reports)])


def test_a_declared_copy_is_no_voice() -> None:
    assert case(("A", False), ("B", True)).voices == 1
    assert case(("A", False), ("B", False)).voices == 2
    assert case(("A", True), ("B", True)).voices == 1
    assert case(("A", False), ("A", True)).voices == 1


def test_agreement_needs_two_that_say_something() -> None:
    assert verdict([Said("x", "x"), Said("x", "X")]) == MATCH
    assert verdict([Said("x", "x"), Said("y", "y"), Said("", "", "UNKNOWN")]) == DIFFERS
    assert verdict([Said("x", "x"), Said("", "", "REDACTED_CBI")]) == MISSING


def test_long_gaps_of_the_axis_are_cut_and_counted() -> None:
    assert axis(["2023-09", "2023-10", "2026-03"]) == (
        ["2023-08", "2023-09", "2023-10", "2023-11", "", "2026-03"], 27,
    )  # fmt: skip
    assert axis(["2023-12", "2024-02"]) == (["2023-11", "2023-12", "2024-01", "2024-02"], 0)


@given(st.lists(st.integers(min_value=2000 * 12, max_value=2040 * 12), min_size=1, max_size=8))
def test_every_month_is_on_the_axis_once_and_in_order(months: list[int]) -> None:
    columns, left_out = axis([text(month) for month in months])
    shown = [number(month) for month in columns if month]
    assert shown == sorted(set(shown))
    assert set(months) <= set(shown)
    assert len(shown) + left_out == max(months) - min(months) + 2


def test_a_native_record_is_split_only_if_it_has_exactly_the_columns() -> None:
    assert columns_of(b'1,"a, b\r\n"\r\n', "utf-8", ["id", "text"]) == {"id": "1", "text": "a, b\r\n"}
    assert columns_of(b"1,2,3\r\n", "utf-8", ["id", "text"]) == {}
    assert columns_of(b"\xff,2\r\n", "utf-8", ["id", "text"]) == {}
    assert columns_of(b'1,"2', "utf-8", ["id", "text"]) == {}
    assert columns_of(b"", "utf-8", ["id", "text"]) == {}


def test_a_story_marks_what_went_and_what_came_and_escapes_the_rest() -> None:
    before, after = story(EN, "No damage. <b>It died.</b>", "No damage. <i>Alive.</i>")
    assert "<del>&lt;b&gt;It died.&lt;/b&gt;</del>" in before
    assert "<ins>&lt;i&gt;Alive.&lt;/i&gt;</ins>" in after
    assert "<b>" not in before + after


@given(st.text())
def test_no_text_of_a_source_becomes_markup(filed: str) -> None:
    shown = verbatim(filed, dots=True)
    assert shown.count("<") == shown.count("<mark") * 2 + shown.count("<span") * 2


def test_values_are_translated_where_known_and_verbatim_elsewhere() -> None:
    assert value(JA, "Fatality") == "死亡"
    assert value(JA, "SEP-2023") == "2023年9月"
    assert "非開示 · CBI" in value(EN, CBI).replace("REDACTED", "非開示")
    assert value(JA, "<5th Gen>") == '<span lang="en" translate="no">&lt;5th Gen&gt;</span>'
    assert column(JA, "Weather - Clear").startswith("天候")
    assert "lang" in column(JA, "Never Seen")


def unseen(native: str, lang: str) -> None:
    """The record as filed and its versions side by side, where the native record is a word: a script of its own."""
    from commons.ask import OPERATOR  # noqa: PLC0415
    from dashboard import theme  # noqa: PLC0415
    from dashboard.casefile import changes, record  # noqa: PLC0415
    from dashboard.casefile.model import build  # noqa: PLC0415
    from dashboard.data import Reader  # noqa: PLC0415
    from dashboard.shell import Page  # noqa: PLC0415
    from dashboard.url import State  # noqa: PLC0415
    from dashboard.words import Words  # noqa: PLC0415

    row = {
        "report_id": "s:1", "reporter": "A", "severity": "NONE", "nil": False, "submitted": "2023-10", "source": "s",
        "edition": "e", "event": "{}", "native": native, "narrative": native, "header": "",
    }  # fmt: skip
    case = build("0" * 24, [row | {"version": number} for number in (1, 2)], {})
    page = Page("incident", Words(lang), State(), Reader(OPERATOR), [], theme.LIGHT, dark=False)
    record.draw(page, case)
    changes.draw(page, case)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("native", ["WITHHELD", "ERASED"])
def test_what_is_withheld_and_what_was_erased_is_said_with_its_reason(native: str, lang: str) -> None:
    app = AppTest.from_function(unseen, kwargs={"native": native, "lang": lang}).run()
    assert not app.exception
    words = Words(lang)
    for part in ("record", "changes"):
        for name in ("withheld", "erased"):
            assert (words(f"{part}.{name}") in html(app)) == (name == native.lower())
