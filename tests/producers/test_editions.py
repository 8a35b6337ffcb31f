"""Editions of the public tables beside those of 2022: what is mapped, and what is refused by name."""

from decimal import Decimal

import pytest

from producers.sources import FormatError
from producers.sources.ca_dmv_mileage_form import DECLARED
from tests.producers.figure_files import made, read, reject, told

FIRST = "ca-dmv-mileage/years-2021-2022"
PERMITS, VMT = "ca-dmv-permits/year-2022", "av-exposure/table-9"


def test_first_time_filers_report_on_23_months() -> None:
    cells = {"JAN 2021": "7", "NOV 2021": "3", DECLARED: "0", "ANNUAL TOTAL": "2,000,000"}
    *miles, nil = told(FIRST, cells)
    assert [(one.subject, one.value["value"]) for one in miles] == [
        ("ca-dmv-mileage:2021-2022/AVT003/1/2021-01", 7),
        ("ca-dmv-mileage:2021-2022/AVT003/1/2021-11", 3),
        ("ca-dmv-mileage:2021-2022/AVT003/1/2022-01", Decimal("1234.5")),
    ]
    assert (nil.subject, nil.value["period"]["text"]) == ("ca-dmv-mileage:2021-2022/AVT003/nil", "2021-01/2022-11")
    assert {one.value["native"]["edition"] for one in miles} == {"years-2021-2022"}
    permit, duty = told("ca-dmv-permits/years-2021-2022", cells)
    assert permit.value["terms"][0]["codes"]["reporting_year"] == ["2022"]
    assert duty == told(PERMITS)[1]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ((b",MAR 2021", b""), r"27 of the 28 columns.*missing: 'MAR 2021'$"),
        ((b"MAR 2021", b"MAR 2020"), r"missing: 'MAR 2021'; unknown: 'mar 2020'$"),
        ((b"MAR 2021", b"MAR 2022"), r"missing: 'MAR 2021'; unknown: 'mar 2022 \(2\)'$"),
        ((b"JAN 2021", b"DEC 2020,JAN 2021"), r"unknown: 'dec 2020'$"),
    ],
)
def test_a_month_too_many_or_too_few_is_named(damage: tuple[bytes, bytes], says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read("ca-dmv-mileage", made(FIRST).replace(*damage))


@pytest.mark.parametrize("who", ["helmer", "driver", "company"])
def test_estimates_of_the_earlier_table_say_the_same_without_bounds_of_the_total(who: str) -> None:
    (one,), (later,) = told(f"av-exposure/table-7-{who}"), told(VMT)
    same = ("value", "lower", "upper", "period", "strata", "parties", "method", "missing")
    assert {name: one.value[name] for name in same} == {name: later.value[name] for name in same}
    assert [measure["name"] for measure in one.value["measures"]] == [f"{who}_cumulative_vmt"]
    assert reject(f"av-exposure/table-7-{who}", {who: ""}).column == who
    with pytest.raises(FormatError, match="unknown: 'coverage'$"):
        read("av-exposure", made(f"av-exposure/table-7-{who}").replace(b"vmt_max", b"vmt_max,coverage"))


def test_columns_without_a_name_of_their_own_are_named_where_others_were_moved() -> None:
    moved = made("ca-dmv-mileage/year-2022").replace(b"DEC 2021,JAN 2022", b"JAN 2022,DEC 2021")
    with pytest.raises(FormatError, match=r"columns of year-2022 in another order.*: 'column 18', 'column 19'"):
        read("ca-dmv-mileage", moved)
