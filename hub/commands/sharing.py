"""`hub share`: who sees an earlier event, or one section of it, from now on: narrower, never wider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from commons.access import NOT_COMPETITORS, TRADES, Scope, may_read
from hub.commands import console, members
from hub.commands.own_events import OwnEvent, own_events
from hub.errors import HubError
from hub.reach import quiet
from producers.governance import sharing_changed
from producers.outbox import waiting_in
from producers.profile import Profile
from producers.publisher import Publisher
from producers.standing import Standing, read_standings
from schemas.event import PURPOSES, SHARINGS
from wire.names import HUB_ORG

_SOMEBODY = "?"  # a member that no audience can name
Tier = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What is shared otherwise: a subject's events, of one adapter, one event alone, one section alone."""

    subject: str
    source: str | None = None
    event: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """What a change means; readers by org, each with the purposes for which it could or can read."""

    org: str
    subject: str
    source: str
    events: Sequence[str]
    section: str | None
    before: Sequence[Tier]
    tier: Tier
    could_read: Mapping[str, Sequence[str]]
    can_read: Mapping[str, Sequence[str]]
    published: bool
    waiting: int | None

    def document(self) -> dict[str, Any]:
        """The JSON document."""
        return {name: getattr(self, name) for name in self.__slots__}


def tier_of(sharing: str, audience: Sequence[str], purposes: Sequence[str], known: Iterable[str]) -> Tier:
    """The tier that is wanted; HubError for one that means nothing. `known`: org ids of the members."""
    if sharing not in SHARINGS:
        raise HubError(f"there is no tier {sharing}; tiers are: {', '.join(SHARINGS)}")
    if sharing != "SHARED" and (audience or purposes):
        raise HubError(
            f"{sharing} is for {'anyone' if sharing == 'OPEN' else 'you alone'}: it has no audience or purpose"
        )
    if unknown := sorted(set(purposes) - set(PURPOSES)):
        raise HubError(f"there is no purpose {', '.join(unknown)}; purposes are: {', '.join(PURPOSES)}")
    if sharing == "SHARED" and not purposes:
        raise HubError("SHARED without a purpose is seen by nobody: give --purpose, or --sharing CLOSED")
    if unknown := sorted(set(audience) - {*known, *members.roles(), NOT_COMPETITORS}):
        raise HubError(
            f"there is no member or role {', '.join(unknown)}; roles are: {', '.join(members.roles())}; "
            f"{NOT_COMPETITORS} takes competitors out"
        )
    return {"sharing": sharing, "audience": list(audience), "purposes": list(purposes)}


def share(
    profile: Profile, target: Target, sharing: str, audience: Sequence[str], purposes: Sequence[str], reason: str
) -> Shared:
    """Say who sees it from now on, unless it is so already; HubError for what would not change or would widen it."""
    quiet()
    if not reason.strip():
        raise HubError("say why: --reason TEXT")
    standings = read_standings(profile.access)
    tier = tier_of(sharing, audience, purposes, standings.keys() - {HUB_ORG})
    found = own_events(profile, target.subject)
    covered = _covered(profile, target, found)
    words = [event for event in found if event.type == "SharingChanged"]
    in_force = {event.id: _in_force(event, words, target.section) for event in covered}
    for event in covered:
        _check_narrower(profile.org, event, in_force[event.id], tier)
    could, can = (
        _readers(profile.org, standings, [(e, [*_seen(e, words, target.section), *more]) for e in covered])
        for more in ((), (tier,))
    )
    new = any(not _same(profile.org, event, in_force[event.id], tier) for event in covered)
    if new:
        word = sharing_changed(
            profile.org, profile.roles[0], target.subject, covered[0].source, tier, reason.strip(),
            target_id=target.event, section=target.section, about=[event.id for event in covered],
        )  # fmt: skip
        with Publisher(
            profile.access, profile.org, profile.private_key(), None, roles=profile.roles, registered=True
        ) as publisher:
            publisher.wait_ready()
            new = publisher.publish(word)
    before = [dict(word) for word in {str(sorted(t.items())): t for e in covered for t in in_force[e.id]}.values()]
    return Shared(
        profile.org, target.subject, covered[0].source, [event.id for event in covered], target.section, before, tier,
        could, can, new, waiting_in(profile.outbox),
    )  # fmt: skip


def _covered(profile: Profile, target: Target, found: Sequence[OwnEvent]) -> list[OwnEvent]:
    """The events that the change is about, as the hub will find them."""
    events = [event for event in found if event.type not in ("SharingChanged", "ReportRetracted")]
    if target.source is not None:
        events = [event for event in events if event.source == f"/{profile.org}/{target.source}"]
    if target.event is not None:
        events = [event for event in events if event.id == target.event]
    if not events:
        raise HubError(
            f"there is no such event of {target.subject} on {profile.topic}: `hub receipts` says what is there"
        )
    sources = sorted({event.source.rpartition("/")[2] for event in events})
    if len(sources) > 1:
        raise HubError(f"{target.subject} has events of {', '.join(sources)}: say which, with --source")
    if target.section is not None:
        has = [event for event in events if target.section in _sections(event)]
        if not has:
            names = sorted({name for event in events for name in _sections(event)})
            raise HubError(f"no event has a section {target.section}; its sections: {', '.join(names) or 'none'}")
        events = has
    return events


def _sections(event: OwnEvent) -> dict[str, Tier]:
    return {section["name"]: section for section in event.value.get("sections", [])}


def _in_force(event: OwnEvent, words: Sequence[OwnEvent], section: str | None) -> list[Tier]:
    """The tiers that all hold: the event's or section's own, and every later word about it."""
    own = event.tier if section is None else _sections(event)[section]
    later = [
        {name: word.value[name] for name in ("sharing", "audience", "purposes")}
        for word in words
        if word.value["target_source"] == event.source and word.value["section"] == section
        and (word.value["target_id"] == event.id or (word.value["target_id"] is None and event.before(word)))
    ]  # fmt: skip
    return [{name: own[name] for name in ("sharing", "audience", "purposes")}, *later]


def _seen(event: OwnEvent, words: Sequence[OwnEvent], section: str | None) -> list[Tier]:
    """Everything that decides who sees it: a section is seen where its record is."""
    record = _in_force(event, words, None)
    return record if section is None else [*record, *_in_force(event, words, section)]


def _sees(tiers: Iterable[Tier], org: str, role: str, reader: Scope) -> bool:
    return all(may_read(tier, org, role, reader) for tier in tiers)


def _kinds(org: str, tiers: Iterable[Tier]) -> Iterator[Scope]:
    """Every kind of reader that these tiers can tell apart."""
    named = {word for tier in tiers for word in tier["audience"]} - {NOT_COMPETITORS, org}
    trades = [(), *[tuple(trade) for trade in TRADES]]
    yield Scope("", "")
    for who, role, purpose, roles in product([_SOMEBODY, *sorted(named)], members.roles(), PURPOSES, trades):
        yield Scope(who, role, purpose, roles)


def _check_narrower(org: str, event: OwnEvent, in_force: Sequence[Tier], tier: Tier) -> None:
    for reader in _kinds(org, [*in_force, tier]):
        if may_read(tier, org, event.role, reader) and not _sees(in_force, org, event.role, reader):
            who = reader.role or "the public"
            raise HubError(
                f"this would let in {who}{f' for {reader.purpose}' if reader.purpose else ''}, who may not see it now: "
                "a change of sharing only narrows. To share more, publish a new version with the wider tier"
            )


def _same(org: str, event: OwnEvent, in_force: Sequence[Tier], tier: Tier) -> bool:
    """Whether the tier, which is no wider, shuts nobody out."""
    return all(
        may_read(tier, org, event.role, reader)
        for reader in _kinds(org, [*in_force, tier])
        if _sees(in_force, org, event.role, reader)
    )


def _readers(
    org: str, standings: Mapping[str, Standing], events: Sequence[tuple[OwnEvent, Sequence[Tier]]]
) -> dict[str, list[str]]:
    """Who may see any of these: members, each with its purposes; `*` is anyone."""
    if any(_sees(tiers, org, event.role, Scope("", "")) for event, tiers in events):
        return {"*": []}
    found: dict[str, list[str]] = {}
    for name, standing in sorted(standings.items()):
        roles = tuple(standing.registration["roles"])
        if name in (org, HUB_ORG) or standing.registration["status"] != "ACTIVE" or roles[0] == "PUBLIC_RECORDS":
            continue
        purposes = [
            purpose for purpose in PURPOSES
            if any(_sees(tiers, org, event.role, Scope(name, roles[0], purpose, roles)) for event, tiers in events)
        ]  # fmt: skip
        if purposes:
            found[name] = purposes
    return found


def show(done: Shared) -> None:
    """What it changes, and who could and can read it."""
    part = f", section {done.section}" if done.section else ""
    console.result(f"{done.subject} ({done.source}{part}), {len(done.events)} events")
    console.result(f"until now  {'; '.join(_words(tier) for tier in done.before)}: {_named(done.could_read)}")
    console.result(f"from now   {_words(done.tier)}: {_named(done.can_read)}")
    console.result("published" if done.published else "it is so already: nothing is published")
    if done.published and done.could_read:
        console.say("who had opened it says `hub query sharing_changes` on the hub; what was read cannot be unread")
    if done.waiting:
        console.say(f"{done.waiting} events still wait in the outbox: this is about what lies on the topic")


def _words(tier: Tier) -> str:
    if tier["sharing"] != "SHARED":
        return str(tier["sharing"])
    return (
        f"SHARED with {', '.join(tier['audience']) or 'all members'} for {', '.join(tier['purposes']) or 'no purpose'}"
    )


def _named(readers: Mapping[str, Sequence[str]]) -> str:
    if "*" in readers:
        return "anyone"
    return "; ".join(f"{org} for {', '.join(purposes)}" for org, purposes in readers.items()) or "no other member"
