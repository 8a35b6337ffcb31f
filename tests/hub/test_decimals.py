"""Exact amounts on their way out: a JSON number where it is exactly the decimal, text where it is not."""

from decimal import Decimal

import pytest

from hub.commands import console


@pytest.mark.parametrize(
    ("amount", "shown", "cell"),
    [
        ("11102932.000000", 11102932, "11102932"),
        ("845459954.880000", 845459954.88, "845459954.88"),
        ("-0.100000", -0.1, "-0.1"),
        ("0.000000", 0, "0"),
        ("12345678901234567890.123456", "12345678901234567890.123456", "12345678901234567890.123456"),
    ],
)
def test_no_digit_is_lost(amount: str, shown: object, cell: str) -> None:
    assert console.plain(Decimal(amount)) == shown
    assert type(console.plain(Decimal(amount))) is type(shown)
    assert console.cell(Decimal(amount)) == cell
