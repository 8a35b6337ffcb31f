"""Amounts as a reader expects them: rounded to the minor units of ISO 4217, and only here, where they are shown."""

from decimal import ROUND_HALF_EVEN, Decimal

_WITHOUT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
_DIGITS = dict.fromkeys(_WITHOUT, 0) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3) | {"CLF": 4, "UYW": 4}
"""Minor units of the currencies that have others than two, as in ISO 4217."""


def shown(amount: Decimal, currency: str) -> str:
    """1,234.50: with the minor units of the currency, half to even; an amount without a currency as exact as it is."""
    if currency in ("", "SEVERAL", "NOT_REPORTED"):
        return f"{amount.normalize():,f}"
    return f"{amount.quantize(Decimal(1).scaleb(-_DIGITS.get(currency, 2)), ROUND_HALF_EVEN):,f}"


def exact(amount: Decimal) -> str:
    """All digits as filed or as they add up, without the zeros at the end."""
    return f"{amount.normalize():,f}"
