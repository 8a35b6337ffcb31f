"""Rates: events per unit of exposure, with limits for the number of events and, apart, for the exposure."""

import pyarrow as pa

CONFIDENCE = 0.95


def garwood(events: int) -> tuple[float, float]:
    """The exact 95 % limits of a Poisson mean of which `events` were seen (Garwood 1936); 0 events: from 0."""
    from scipy.stats import chi2  # noqa: PLC0415 - slow, and only rates need it

    tail = (1 - CONFIDENCE) / 2
    lower = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    return lower, float(chi2.ppf(1 - tail, 2 * events + 2)) / 2


def with_rates(table: pa.Table) -> pa.Table:
    """Add `rate`, `lower95`, `upper95` and the rate at the exposure's own bounds, all per unit of exposure.

    Null where nothing was exposed. `rate_if_exposure_low` is the rate if the exposure was as low as its lower bound.
    """
    names = ("rate", "lower95", "upper95", "rate_if_exposure_low", "rate_if_exposure_high")
    columns: dict[str, list[float | None]] = {name: [] for name in names}
    for row in table.select(["events", "exposure", "exposure_low", "exposure_high"]).to_pylist():
        events = row["events"]
        lower, upper = garwood(events)
        told = (
            (events, row["exposure"]), (lower, row["exposure"]), (upper, row["exposure"]),
            (events, row["exposure_low"]), (events, row["exposure_high"]),
        )  # fmt: skip
        for name, (count, exposure) in zip(names, told, strict=True):
            columns[name].append(float(count) / float(exposure) if exposure else None)
    for index, (name, column) in enumerate(columns.items()):
        table = table.add_column(4 + index, name, pa.array(column, pa.float64()))
    return table
