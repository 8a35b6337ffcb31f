"""What is recomputed when a fact arrives: no more than what it can join, whatever others publish."""

import pytest

from commons.linking import closure
from schemas.event import Event
from tests.consumers.conftest import Members, Pipeline
from tests.records import Member, report

pytestmark = pytest.mark.clickhouse


def same(by: Member, a: tuple[str, str], b: tuple[str, str]) -> Event:
    value = {
        "a_org": a[0], "a_report": a[1], "b_org": b[0], "b_report": b[1], "relation": "SAME_OCCURRENCE",
        "method": "MANUAL", "probability": None, "rule": None, "reason": "seen",
    }  # fmt: skip
    return by.event("OccurrenceLinked", f"{a} {b}", value)


def test_nobody_makes_anothers_closure_larger(pipeline: Pipeline, members: Members) -> None:
    bridge, acme = members.bridge, members.acme
    names = [f"r{number}" for number in range(4)]
    pipeline.take(*bridge.reports(*[report(name, token=name) for name in names]))
    every = [{"scheme": "test", "scope": "form", "value": name} for name in names]
    proposals = [same(acme, ("bridge", "r0"), ("bridge", name)) for name in names[1:]]
    proposals += [same(acme, ("acme", "a"), ("bridge", name)) for name in names]
    pipeline.take(*acme.reports(report("a", tokens=every)), *acme.sign(proposals))
    assert pipeline.faults() == []
    for key in [("bridge", "r0"), ("acme", "a")]:
        assert closure(pipeline.client, 1, [key]) == {key}


def test_what_both_publishers_say_or_a_token_joins_is_one_closure(pipeline: Pipeline, members: Members) -> None:
    bridge, acme = members.bridge, members.acme
    pipeline.take(*bridge.reports(report("r0", token="t"), report("r1", token="t"), report("r1", 2, token="u")))
    pipeline.take(*acme.reports(report("a")), *acme.sign([same(acme, ("acme", "a"), ("bridge", "r0"))]))
    assert closure(pipeline.client, 1, [("acme", "a")]) == {("acme", "a")}
    pipeline.take(*bridge.sign([same(bridge, ("bridge", "r0"), ("acme", "a"))]))
    assert pipeline.faults() == []
    everything = {("acme", "a"), ("bridge", "r0"), ("bridge", "r1")}
    for key in everything:
        assert closure(pipeline.client, 1, [key]) == everything
