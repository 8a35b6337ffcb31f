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
JoinKey = tuple[str, str, str, str]
"""Org, scheme, scope and value of a token that joins."""
Pair = frozenset[Report]
"""Two reports that a judgement is about."""


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
        return {} if only.nil else {named: [_live([only], since)]}
    moments: dict[int, list[Version | Retraction | Link]] = defaultdict(list)
    for version in closure.versions:
        moments[version.recorded if clock == "recorded" else version.filed].append(version)
    for retraction in closure.retractions:
        moments[retraction.at].append(retraction)
    for link in closure.links:
        moments[link.at].append(link)
    recorded = sorted(closure.versions, key=lambda v: (v.recorded, v.order), reverse=True)
    replay = _Replay({version.report: version.source for version in recorded})  # the first recorded names it
    for now in sorted(moments):
        replay.step(now, moments[now])
    return replay.history


class _Replay:
    """What stands at one moment, and how it came to. A moment costs as much as the occurrences that it touches."""

    def __init__(self, sources: Mapping[Report, str]) -> None:
        self.history: dict[Lead, list[State]] = {}
        self._sources = sources
        self._versions: dict[Report, list[Version]] = defaultdict(list)
        self._retracted: dict[Report, int] = {}
        self._filed: dict[Report, int] = {}  # first filed
        self._latest: dict[Report, Version] = {}
        self._keys: dict[Report, list[JoinKey]] = {}  # of the latest
        self._bearers: dict[JoinKey, set[Report]] = defaultdict(set)
        self._said: dict[Pair, list[Link]] = defaultdict(list)
        self._verdicts: dict[Report, dict[Pair, str]] = defaultdict(dict)

    def step(self, now: int, changes: Iterable[Version | Retraction | Link]) -> None:
        """Take what changed at one moment, and write what is held from then on."""
        touched: set[Report] = set()
        said: list[Link] = []
        for change in changes:
            if isinstance(change, Version):
                self._versions[change.report].append(change)
                self._filed[change.report] = min(change.filed, self._filed.get(change.report, FOREVER))
                touched.add(change.report)
            elif isinstance(change, Retraction):
                self._retracted[change.report] = max(change.at, self._retracted.get(change.report, 0))
                touched.add(change.report)
            else:
                said.append(change)
                touched |= {change.a, change.b}
        affected = self._reached(touched)  # whom they leave
        for report in touched:
            self._stand(report)
        for link in said:
            self._judge(link)
        affected |= self._reached(touched)  # whom they join
        self._write(now, affected)

    def _stand(self, report: Report) -> None:
        """The standing latest version; a nil one is left out: there is nothing that occurred."""
        self._latest.pop(report, None)
        for key in self._keys.pop(report, ()):
            self._bearers[key].discard(report)
        taken_back = self._retracted.get(report, -1)
        standing = [version for version in self._versions[report] if version.recorded > taken_back]
        latest = max(standing, key=lambda v: (v.version, v.recorded, v.order), default=None)
        if latest is not None and not latest.nil:
            self._latest[report] = latest
            self._keys[report] = joins(latest)
            for key in self._keys[report]:
                self._bearers[key].add(report)

    def _judge(self, link: Link) -> None:
        pair = frozenset((link.a, link.b))
        self._said[pair].append(link)
        relation = counting(self._said[pair]).get(pair)
        for report in pair:
            self._verdicts[report].pop(pair, None)
            if relation:
                self._verdicts[report][pair] = relation

    def _reached(self, reports: Iterable[Report]) -> set[Report]:
        """These, and every report that a token or a judgement joins to them now."""
        found, search, keys = set(reports), list(reports), set[JoinKey]()
        while search:
            report = search.pop()
            near = {end for pair in self._verdicts[report] for end in pair}
            for key in self._keys.get(report, ()):
                if key not in keys:
                    keys.add(key)
                    near |= self._bearers[key]
            search += near - found
            found |= near
        return found

    def _write(self, now: int, affected: set[Report]) -> None:
        latest = {report: self._latest[report] for report in affected if report in self._latest}
        verdicts = {pair: relation for report in latest for pair, relation in self._verdicts[report].items()}
        where: dict[Report, Lead] = {}
        live: dict[Lead, State] = {}
        for members in _groups({report: self._keys[report] for report in latest}, verdicts):
            lead = min(members, key=lambda report: (self._filed[report], report.report_id, report.org))
            named = self._named(lead)
            live[named] = _live([latest[report] for report in members], now)
            where.update(dict.fromkeys(members, named))
        for report in affected & self._sources.keys():
            named = self._named(report)
            if named in live or named in self.history:
                _extend(self.history.setdefault(named, []), live.get(named) or _gone(report, where, now))

    def _named(self, report: Report) -> Lead:
        return (report.org, self._sources[report], report.report_id)


def joins(version: Version) -> list[JoinKey]:
    """Tokens that join; within one publisher only, and two values of one scheme in a report join nothing."""
    by_scheme: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for scheme, scope, value in version.tokens:
        by_scheme[scheme].add((scope, value))
    return [
        (version.report.org, scheme, *next(iter(values))) for scheme, values in by_scheme.items() if len(values) == 1
    ]


def may_count(links: Iterable[Link]) -> bool:
    """Whether judgements about one pair of reports can ever change a count; what cannot is a proposal alone."""
    said = list(links)
    owners = {report.org for link in said for report in (link.a, link.b)}
    sole = any(owners == {link.org} or (link.role == "REGULATOR" and link.method == "MANUAL") for link in said)
    return sole or owners <= {link.org for link in said if link.method == "MANUAL"}


def counting(links: Iterable[Link]) -> dict[Pair, str]:
    """The judgements that change a count: SAME_OCCURRENCE or NOT_SAME per pair of reports, the last word of each.

    A publisher's about its own reports; MANUAL by a regulator; MANUAL by the publishers of both. All else is a
    proposal.
    """
    words: dict[tuple[Pair, str], Link] = {}
    for link in links:
        at = (frozenset((link.a, link.b)), link.org)
        if link.a != link.b and (at not in words or (link.at, link.order) > (words[at].at, words[at].order)):
            words[at] = link
    verdicts: dict[Pair, list[Link]] = defaultdict(list)
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


def _groups(keys: Mapping[Report, Sequence[JoinKey]], verdicts: Mapping[Pair, str]) -> list[list[Report]]:
    """Components under joining tokens and SAME_OCCURRENCE, kept apart where NOT_SAME says so."""
    group = {report: {report} for report in sorted(keys)}
    apart = [pair for pair, relation in verdicts.items() if relation == "NOT_SAME"]

    def join(a: Report, b: Report) -> bool:
        one, two = group[a], group[b]
        if one is two:
            return True
        if any(len(pair & one) == 1 and len(pair & two) == 1 for pair in apart):
            return False
        one |= two
        for report in two:
            group[report] = one
        return True

    same = [pair for pair, relation in verdicts.items() if relation == "SAME_OCCURRENCE" and pair <= group.keys()]
    for a, b in sorted(sorted(pair) for pair in same):
        join(a, b)
    first: dict[JoinKey, list[Report]] = defaultdict(list)
    for report in group:
        for key in keys[report]:
            first[key].append(report)
    for reports in first.values():
        for index, report in enumerate(reports[1:], 1):
            any(join(earlier, report) for earlier in reports[:index])
    return [sorted(members) for members in {id(members): members for members in group.values()}.values()]


def _live(members: Sequence[Version], now: int) -> State:
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
        FOREVER,
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


def _gone(report: Report, where: Mapping[Report, Lead], now: int) -> State:
    """A report that led once: its id leads to where the report is now, or says that it was taken back."""
    if report in where:
        return State(now, FOREVER, "MERGED", to_id=occurrence_id(where[report]))
    return State(now, FOREVER, "RETRACTED")


def _extend(states: list[State], state: State) -> None:
    """Append a state, unless nothing but time has passed."""
    if states and states[-1][2:] == state[2:]:  # all but the times
        return
    if states:
        states[-1] = states[-1]._replace(valid_to=state.valid_from)
    states.append(state)
