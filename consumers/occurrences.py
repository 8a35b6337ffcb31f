"""Which reports are one occurrence, and what was held of it from when to when. Pure: a fold over facts.

Reports whose latest versions share a token are one occurrence; a report without a token is its own. The lead is the
member filed first (else recorded first; then by report id), and the occurrence's id is a hash of the lead, so it is the
same under both clocks and in another hub. All times are microseconds; a state holds from `valid_from` until before
`valid_to`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple

FOREVER = 2**63 - 1
SEVERITIES = ("NOT_REPORTED", "UNKNOWN", "NONE", "MINOR", "MODERATE", "SERIOUS", "FATAL")
RANK = {name: rank for rank, name in enumerate(SEVERITIES)}

Clock = Literal["recorded", "filed"]


class Report(NamedTuple):
    """A report's identity in the hub."""

    org: str
    report_id: str


class Version(NamedTuple):
    """One version of a report, as far as linking needs it."""

    report: Report
    source: str
    version: int
    nil: bool
    recorded: int
    filed: int
    order: tuple[int, int]  # partition, offset: between equal recorded times
    tokens: tuple[tuple[str, str, str], ...]
    severity: str
    month: str
    near_miss: bool
    reporter: str
    is_copy: bool
    compared: tuple[tuple[str, str], ...]  # field, value: what reports of one occurrence can disagree about


class Retraction(NamedTuple):
    """From `at` on, every version that was recorded by then no longer stands."""

    report: Report
    at: int


class Link(NamedTuple):
    """A judgement about two reports; whether it counts is decided here."""

    org: str
    role: str
    a: Report
    b: Report
    relation: str
    method: str
    at: int
    order: tuple[int, int]


class State(NamedTuple):
    """What was held of one occurrence in one stretch of time."""

    valid_from: int
    valid_to: int
    status: str  # LIVE, MERGED or RETRACTED
    to_id: str = ""
    members: tuple[Report, ...] = ()
    severity: str = "NOT_REPORTED"
    month: str = ""
    near_miss: bool = False
    reporters: tuple[str, ...] = ()
    voices: int = 0
    copies: int = 0
    conflicting_fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Closure:
    """Every report joined by any token or judgement, past or present, with all that is known of them."""

    versions: list[Version] = field(default_factory=list)
    retractions: list[Retraction] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


Lead = tuple[str, str, str]
"""Org, source and report id of a report that led."""


def occurrence_id(lead: Lead) -> str:
    """24 hex digits of the SHA-256 over the lead's org, source and report id, each length-prefixed."""
    data = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in lead)
    return sha256(data).hexdigest()[:24]


def fold(closure: Closure, clock: Clock) -> dict[Lead, list[State]]:
    """Replay a closure in the order of one clock; a lead that never led is not in the answer."""
    if len(closure.versions) == 1 and not closure.retractions and not closure.links:
        (only,) = closure.versions  # most closures
        since = only.recorded if clock == "recorded" else only.filed
        named = (only.report.org, only.source, only.report.report_id)
        return {} if only.nil else {named: [_live([only], since, FOREVER)]}
    moments = sorted(
        {v.recorded if clock == "recorded" else v.filed for v in closure.versions}
        | {r.at for r in closure.retractions}
        | {link.at for link in closure.links}
    )
    sources = {v.report: v.source for v in closure.versions}
    history: dict[Lead, list[State]] = {}
    for index, now in enumerate(moments):
        until = moments[index + 1] if index + 1 < len(moments) else FOREVER
        latest = _latest(closure, clock, now)
        links = [link for link in closure.links if link.at <= now]
        groups = _groups(latest, links) if len(latest) > 1 else [[report] for report in latest]
        where: dict[Report, Lead] = {}
        live: dict[Lead, State] = {}
        first = _first_filed(closure, clock, now)
        for members in groups:
            lead = min(members, key=lambda report: (first[report], report.report_id, report.org))
            named = (lead.org, sources[lead], lead.report_id)
            live[named] = _live([latest[report] for report in members], now, until)
            where.update(dict.fromkeys(members, named))
        for named in history.keys() | live.keys():
            state = live.get(named) or _gone(Report(named[0], named[2]), where, now, until)
            _extend(history.setdefault(named, []), state)
    return history


def _latest(closure: Closure, clock: Clock, now: int) -> dict[Report, Version]:
    """The standing latest version of each report; nil ones are left out: there is nothing that occurred."""
    retracted: dict[Report, int] = {}
    for retraction in closure.retractions:
        if retraction.at <= now:
            retracted[retraction.report] = max(retraction.at, retracted.get(retraction.report, 0))
    latest: dict[Report, Version] = {}
    for version in closure.versions:
        at = version.recorded if clock == "recorded" else version.filed
        if at > now or version.recorded <= retracted.get(version.report, -1):
            continue
        best = latest.get(version.report)
        rank = (version.version, version.recorded, version.order)
        if best is None or rank > (best.version, best.recorded, best.order):
            latest[version.report] = version
    return {report: version for report, version in latest.items() if not version.nil}


def _join_keys(version: Version) -> list[tuple[str, ...]]:
    """Tokens that join; within one publisher only, and two values of one scheme in a report join nothing."""
    by_scheme: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for scheme, scope, value in version.tokens:
        by_scheme[scheme].add((scope, value))
    return [
        (version.report.org, scheme, *next(iter(values))) for scheme, values in by_scheme.items() if len(values) == 1
    ]


def counting(links: Iterable[Link]) -> dict[frozenset[Report], str]:
    """The judgements that change a count: SAME_OCCURRENCE or NOT_SAME per pair of reports, the last word of each.

    A publisher's about its own reports; MANUAL by a regulator; MANUAL by the publishers of both. All else is a
    proposal.
    """
    words: dict[tuple[frozenset[Report], str], Link] = {}
    for link in links:
        at = (frozenset((link.a, link.b)), link.org)
        if link.a != link.b and (at not in words or (link.at, link.order) > (words[at].at, words[at].order)):
            words[at] = link
    verdicts: dict[frozenset[Report], list[Link]] = defaultdict(list)
    for (pair, _), link in words.items():
        if link.relation in ("SAME_OCCURRENCE", "NOT_SAME"):
            verdicts[pair].append(link)
    counted = {}
    for pair, said in verdicts.items():
        owners = {report.org for report in pair}
        ranked = sorted(said, key=lambda link: (link.at, link.order))
        sole = [
            link for link in ranked if owners == {link.org} or (link.role == "REGULATOR" and link.method == "MANUAL")
        ]
        agreed = [link for link in ranked if link.org in owners and link.method == "MANUAL"]
        if sole:
            counted[pair] = sole[-1].relation
        elif {link.org for link in agreed} == owners and len({link.relation for link in agreed}) == 1:
            counted[pair] = agreed[-1].relation
    return counted


def _groups(latest: Mapping[Report, Version], links: Sequence[Link]) -> list[list[Report]]:
    """Components under joining tokens and SAME_OCCURRENCE, kept apart where NOT_SAME says so."""
    group = {report: {report} for report in sorted(latest)}
    verdicts = counting(links)
    apart = [pair for pair, relation in verdicts.items() if relation == "NOT_SAME"]

    def join(a: Report, b: Report) -> bool:
        one, two = group[a], group[b]
        if one is not two and any(len(pair & one) == 1 and len(pair & two) == 1 for pair in apart):
            return False
        one |= two
        for report in two:
            group[report] = one
        return True

    for pair in sorted((sorted(pair) for pair, relation in verdicts.items() if relation == "SAME_OCCURRENCE")):
        if pair[0] in group and pair[1] in group:
            join(pair[0], pair[1])
    first: dict[tuple[str, ...], list[Report]] = defaultdict(list)
    for report in group:
        for key in _join_keys(latest[report]):
            first[key].append(report)
    for reports in first.values():
        for index, report in enumerate(reports[1:], 1):
            any(join(earlier, report) for earlier in reports[:index])
    return [sorted(members) for members in {id(members): members for members in group.values()}.values()]


def _first_filed(closure: Closure, clock: Clock, now: int) -> dict[Report, int]:
    first: dict[Report, int] = {}
    for version in closure.versions:
        if (version.recorded if clock == "recorded" else version.filed) <= now:
            first[version.report] = min(version.filed, first.get(version.report, FOREVER))
    return first


def _live(members: Sequence[Version], now: int, until: int) -> State:
    voices: dict[str, bool] = {}
    for version in members:
        voices[version.reporter] = voices.get(version.reporter, False) or not version.is_copy
    said: dict[str, set[str]] = defaultdict(set)
    for version in members:
        for name, value in version.compared:
            if value:
                said[name].add(value)
    return State(
        now,
        until,
        "LIVE",
        members=tuple(version.report for version in members),
        severity=max((version.severity for version in members), key=RANK.__getitem__),
        month=min((version.month for version in members if version.month), default=""),
        near_miss=all(version.near_miss for version in members),
        reporters=tuple(sorted(voices)),
        voices=max(1, sum(voices.values())),
        copies=sum(version.is_copy for version in members),
        conflicting_fields=tuple(sorted(name for name, values in said.items() if len(values) > 1)),
    )


def _gone(report: Report, where: Mapping[Report, Lead], now: int, until: int) -> State:
    """A report that led once: its id leads to where the report is now, or says that it was taken back."""
    if report in where:
        return State(now, until, "MERGED", to_id=occurrence_id(where[report]))
    return State(now, until, "RETRACTED")


def _extend(states: list[State], state: State) -> None:
    """Append a state, or lengthen the last one when nothing but time has passed."""
    if states and states[-1][2:] == state[2:]:  # all but the times
        states[-1] = state._replace(valid_from=states[-1].valid_from)
    else:
        states.append(state)
