"""Months as text, `2026-02`: which comes before and after."""


def _moved(month: str, by: int) -> str:
    year, number = (int(part) for part in month.split("-"))
    index = year * 12 + number - 1 + by
    return f"{index // 12:04}-{index % 12 + 1:02}"


def before(month: str) -> str:
    """The month before."""
    return _moved(month, -1)


def after(month: str) -> str:
    """The month after."""
    return _moved(month, 1)
