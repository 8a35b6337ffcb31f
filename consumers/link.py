"""Facts into occurrences: what a batch touched is recomputed, whole closures at a time."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from commons import linking
from commons.client import Client
from consumers.judge import Fact
from consumers.occurrences import (
    Clock,
    Closure,
    Link,
    Pair,
    Report,
    Retraction,
    State,
    Version,
    fold,
    joins,
    may_count,
    occurrence_id,
)
from schemas.codec import decode

_COMPARED = ("occurred", "place.state", "place.city", "class", "items.driver")
_TABLES: dict[Clock, str] = {"recorded": "occurrence_states", "filed": "occurrence_states_filed"}


def touched(facts: Iterable[Fact]) -> set[linking.ReportKey]:
    """The reports that these facts say something about."""
    reports: set[linking.ReportKey] = set()
    for fact in facts:
        if fact.schema.type in ("OccurrenceReported", "NilReturnFiled", "ReportRetracted"):
            reports.add((fact.landed.envelope["org"], fact.landed.envelope["subject"]))
        elif fact.schema.type == "OccurrenceLinked":
            value = decode(fact.landed.value)[1]
            reports |= {(value["a_org"], value["a_report"]), (value["b_org"], value["b_report"])}
    return reports


def link(client: Client, generation: int, reports: set[linking.ReportKey], gen: int) -> None:
    """Recompute every closure that these reports belong to and write its states; `gen` = sum of positions read."""
    if not reports:
        return
    known = linking.known(client, generation, linking.closure(client, generation, reports))
    closures = _components(known)
    stale = set(known.leads)
    for clock, table in _TABLES.items():
        rows = []
        for closure in closures:
            for lead, states in fold(closure, clock).items():
                rows.append(_row(lead, states, gen))
        led = {(row["org"], row["source"], row["lead"]) for row in rows}
        rows += [_row(lead, [], gen) for lead in sorted(stale - led)]
        linking.write_states(client, f"{table}_g{generation}", rows)


def _row(lead: tuple[str, str, str], states: list[State], gen: int) -> dict[str, Any]:
    said = zip(*states, strict=True) if states else [()] * len(State._fields)
    columns = {f"states.{name}": values for name, values in zip(State._fields, said, strict=True)}
    org, source, report = lead
    return {"org": org, "source": source, "lead": report, "occurrence_id": occurrence_id(lead), "gen": gen, **columns}


def _components(known: linking.Known) -> list[Closure]:
    """The facts about some reports, split into closures that share nothing."""
    parent: dict[object, object] = {}

    def find(node: object) -> object:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    versions = [_version(row) for row in known.versions]
    links = [
        Link(org, role, Report(a_org, a), Report(b_org, b), relation, method, at, (p, o))
        for org, role, a_org, a, b_org, b, relation, method, at, p, o in known.links
    ]
    pairs: dict[Pair, list[Link]] = defaultdict(list)
    for judgement in links:
        pairs[frozenset((judgement.a, judgement.b))].append(judgement)
    counted = [judgement for said in pairs.values() if may_count(said) for judgement in said]
    for version in versions:
        for key in joins(version):
            parent[find(version.report)] = find(key)
    for judgement in counted:
        parent[find(judgement.a)] = find(judgement.b)
    closures: dict[object, Closure] = defaultdict(Closure)
    for version in versions:
        closures[find(version.report)].versions.append(version)
    for judgement in counted:
        closures[find(judgement.a)].links.append(judgement)
    for org, report, at in known.retractions:
        closures[find(Report(org, report))].retractions.append(Retraction(Report(org, report), at))
    return list(closures.values())


def _version(row: tuple[Any, ...]) -> Version:
    org, report, source, version, nil, recorded, filed, p, o, tokens = row[:10]
    severity, month, near_miss, reporter, copy = row[10:15]
    occurred, state, city, kind, driver = row[15:]
    said = (occurred, state.strip(), city.strip().casefold(), kind, driver)
    return Version(
        Report(org, report), source, version, bool(nil), recorded, filed, (p, o),
        tuple((t["scheme"], t["scope"], t["value"]) if isinstance(t, dict) else tuple(t) for t in tokens),
        severity, month, bool(near_miss), reporter, bool(copy),
        (*zip(_COMPARED, said, strict=True), ("severity", "" if severity == "NOT_REPORTED" else severity)),
    )  # fmt: skip
