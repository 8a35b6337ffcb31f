"""What the list can count: crashes, reports, or rows as filed; each is a named query."""

from collections.abc import Mapping

from commons.ask import queries
from dashboard.url import State

QUERIES: Mapping[str, str] = {"crashes": "occurrences", "reports": "reports", "rows": "report_history"}


def counts(state: State, unit: str) -> bool:
    """Whether this unit's query takes every filter that is set: a list never ignores one."""
    return set(state.narrowed) <= set(queries()[QUERIES[unit]].params)
