"""Dates as written: the known notations and no other, never finer than what is told, never a guess."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.sources.ca_dmv_disengagement import NOTATIONS, when
from producers.sources.times import japanese_year, read_time, stretch


@pytest.mark.parametrize(
    ("told", "text", "precision"),
    [
        ("3/4/2021", "2021-03-04", "DAY"), ("12/16/21", "2021-12-16", "DAY"), ("2021-02-01", "2021-02-01", "DAY"),
        ("2021-11-19 16:34:10", "2021-11-19T16:34:10", "SECOND"), ("2021.12.08", "2021-12-08", "DAY"),
        ("2021-07-23 / 14:09:33", "2021-07-23T14:09:33", "SECOND"), ("\t2021.06.03. ", "2021-06-03", "DAY"),
        ("2022.11.29. 10:28:56", "2022-11-29T10:28:56", "SECOND"), ("2022/10/31", "2022-10-31", "DAY"),
        ("11/May/21", "2021-05-11", "DAY"), ("29/FEB/24", "2024-02-29", "DAY"), ("20231006", "2023-10-06", "DAY"),
    ],
)  # fmt: skip
def test_a_known_notation_is_its_time(told: str, text: str, precision: str) -> None:
    _, time = when(told)
    assert (time["text"], time["precision"]) == (text, precision)
    length = {"DAY": 86_400, "SECOND": 1}[precision]
    assert time["to"] - time["from"] == length * 1_000_000
    start = datetime.fromisoformat(text).replace(tzinfo=UTC)
    assert time["from"] == int(start.timestamp()) * 1_000_000


@pytest.mark.parametrize(
    "told",
    [
        "2023106", "20231306",
        "", "13/4/2021", "31/12/2021", "2/29/2021", "12/31/9999", "1/1/0001", "3/4/021", "3/4", "2021", "44259",
        "March 4, 2021", "4-3-2021", "2021-3", "3/4/2021 10:30", "3/4/2021 AM", "2021-11-19 25:00:00",
        "2021-11-19 10:60:00", "2021-11-19 10:30:60", "11/Mai/21", "３/４/２０２１", "令和3年3月4日", "3/4/2021..",
        "=DATE(2021,3,4)", "-3/4/2021", "3 / 4 / 2021", "2021-11-19T16:34:10Z", "٣/٤/٢٠٢١", "9" * 1000,
    ],
)  # fmt: skip
def test_another_notation_is_refused_and_not_quoted(told: str) -> None:
    with pytest.raises(ValueError, match=r"notation|calendar|year|month") as caught:
        when(told)
    assert len(told) < 5 or told not in str(caught.value)


@given(st.text(max_size=30))
def test_whatever_is_read_is_what_strptime_reads(told: str) -> None:
    try:
        notation, time = read_time(told, NOTATIONS)
    except ValueError:
        return
    assert datetime.fromisoformat(time["text"]) == datetime.strptime(told, notation)  # noqa: DTZ007 - local time


@given(st.datetimes(datetime(2000, 1, 1), datetime(2068, 12, 31)), st.sampled_from(NOTATIONS))  # noqa: DTZ001
def test_every_time_is_read_in_the_notation_that_wrote_it(moment: datetime, notation: str) -> None:
    told = moment.replace(microsecond=0).strftime(notation)
    found, time = read_time(told, NOTATIONS)
    assert found == notation
    read = datetime.fromisoformat(time["text"])
    assert read == moment.replace(microsecond=0) if "%S" in notation else read.date() == moment.date()


def test_a_stretch_ends_where_the_next_begins() -> None:
    neighbours: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((2023,), (2024,)), ((2023, 12), (2024, 1)), ((2024, 2, 29), (2024, 3, 1)),
        ((2024, 2, 28, 23), (2024, 2, 29, 0)), ((2024, 2, 28, 23, 59), (2024, 2, 29, 0, 0)),
    ]  # fmt: skip
    for first, second in neighbours:
        assert stretch(*first)["to"] == stretch(*second)["from"]
    assert [stretch(*(2024, 1, 2, 3, 4, 5)[:n])["precision"] for n in range(1, 7)] == [
        "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "year"),
    [
        ("2024年", "2024"), ("２０２４年", "2024"), ("2024", "2024"), ("令和6年", "2024"), ("令和元年", "2019"),
        ("平成３１年", "2019"), ("平成1年", "1989"), ("昭和64年", "1989"), ("明治45年", "1912"),
    ],
)  # fmt: skip
def test_a_japanese_year_is_a_year(told: str, year: str) -> None:
    assert (japanese_year(told)["text"], japanese_year(told)["precision"]) == (year, "YEAR")


@pytest.mark.parametrize(
    "told", ["24年", "平成32年", "令和0年", "昭和六十年", "R6", "9999年", "2024年4月", "不明", "", "明治1年"]
)
def test_what_is_no_year_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="year"):
        japanese_year(told)
