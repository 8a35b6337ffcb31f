"""Snapshots that were differenced, through the log and the projections: the query gives each of them back."""

from datetime import UTC, datetime

import pytest

from commons.ask import OPERATOR, ask
from producers.sources import Pseudonyms
from producers.sources.mapped import Mapped
from producers.sources.mapping import load
from tests.consumers.conftest import Members, Pipeline
from tests.producers.bordereaux import DAYS, MAPPINGS, STYLES, accounts, money, written

pytestmark = pytest.mark.clickhouse


def test_the_claims_query_gives_each_bordereau_back(pipeline: Pipeline, members: Members) -> None:
    """Three styles, three months: paid and outstanding as whoever made the files has them, also as of earlier."""
    series, source = accounts(11, 20), {}
    moments = []
    for style in STYLES:
        source[style] = Mapped(load((MAPPINGS / f"{style}.toml").read_bytes(), style))
    for day, claims in zip(DAYS, series, strict=True):
        events = [
            event
            for style in STYLES
            for row in source[style].read(written(style, day, claims), "acme", Pseudonyms(bytes(32)))
            if isinstance(row, tuple)
            for event in row
        ]
        records = members.acme.sign(events, batch=64)
        pipeline.take(*records)
        moments.append(records[-1].append_time * 1000)
    assert pipeline.faults() == []
    for claims, moment in zip(series, moments, strict=True):
        as_of = datetime.fromtimestamp(moment / 1_000_000, UTC).isoformat()
        found: dict[str, tuple[int, int, int]] = {}
        for row in ask(pipeline.client, "claims", OPERATOR, as_of=as_of).rows:
            before = found.get(row["currency"], (0, 0, 0))
            told = (row["claims"], row["paid"], row["outstanding"])
            found[row["currency"]] = tuple(a + b for a, b in zip(before, told, strict=True))
        paid, reserve = (sum(getattr(claim, name) for claim in claims) for name in ("paid", "reserve"))
        assert found == {
            "EUR": (2 * len(claims), 2 * money("lines", paid), 2 * money("lines", reserve)),
            "JPY": (len(claims), paid, reserve),
        }
