"""`hub link`, `hub retract`: decisions about reports, as signed events of the caller."""

from typing import TYPE_CHECKING

from hub.commands.asking import ask
from hub.commands.own_events import own_events
from hub.commands.publishing import profile_of
from hub.errors import HubError
from hub.reach import Reach, quiet
from producers.governance import occurrence_linked, report_retracted
from producers.profile import Profile
from producers.publisher import Publisher, publish
from producers.standing import check_may_publish
from schemas.registry import latest
from wire.names import HUB_ORG

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from schemas.event import Event
    from wire.access import Access


def relations() -> list[str]:
    """How two reports may relate."""
    return _symbols("OccurrenceLinked", "relation")


def reasons() -> list[str]:
    """Why a report may be retracted."""
    return _symbols("ReportRetracted", "reason")


def link(reach: Reach, a: str, b: str, relation: str, reason: str, org: str) -> bool:
    """Say how two reports relate; False when the same was said before."""
    if relation not in relations():
        raise HubError(f"there is no relation {relation}; relations are: {', '.join(relations())}")
    first, second = _report(reach, a), _report(reach, b)
    if first == second:
        raise HubError("a report is not linked with itself: give two")
    access, key, role = _caller(reach, org)
    return _say(access, org, key, occurrence_linked(org, role, first, second, relation, reason))


def retract(profile: Profile, report: str, reason: str, note: str | None) -> bool:
    """Take back a report of the caller's own; False when it was taken back before in the same words."""
    if reason not in reasons():
        raise HubError(f"there is no reason {reason}; reasons are: {', '.join(reasons())}")
    quiet()
    org = profile.org
    owner, _, report_id = report.rpartition("/")
    if owner not in ("", org):
        raise HubError(f"{report_id} is a report of {owner}: only its publisher can retract it")
    if not any("report_id" in event.value for event in own_events(profile, report_id)):
        raise HubError(f"there is no report {report_id} of {org} on {profile.topic}")
    event = report_retracted(org, profile.roles[0], report_id, reason, note)
    key = profile.private_key()
    with Publisher(profile.access, org, key, None, roles=profile.roles, registered=True) as publisher:
        publisher.wait_ready()
        return publisher.publish(event)


def _say(access: "Access", org: str, key: "Ed25519PrivateKey", event: "Event") -> bool:
    return publish(access, org, key, [event]).events.total() > 0


def _caller(reach: Reach, org: str) -> "tuple[Access, Ed25519PrivateKey, str]":
    """Access, key and role of who decides."""
    if org == HUB_ORG:
        return reach.hub, reach.key(), HUB_ORG.upper()
    profile = profile_of(reach.home, org, None)
    check_may_publish(profile.access, org, profile.key_id)
    return profile.access, profile.private_key(), profile.roles[0]


def _report(reach: Reach, told: str) -> tuple[str, str]:
    """(org, report id) of `REPORT`, or of `ORG/REPORT` where several orgs use the same id."""
    org, slash, report_id = told.partition("/")
    if not slash:
        org, report_id = "", told
    rows = ask(reach, "report_history", {"report_id": report_id}).rows
    owners = sorted({row["org"] for row in rows if org in ("", row["org"])})
    if not owners:
        raise HubError(f"there is no report {told}: `hub query reports` lists them")
    if len(owners) > 1:
        raise HubError(f"{told} is a report of {', '.join(owners)}: say whose, as ORG/{report_id}")
    return owners[0], report_id


def _symbols(event_type: str, name: str) -> list[str]:
    field = next(field for field in latest(event_type).json["fields"] if field["name"] == name)
    symbols: list[str] = field["type"]["symbols"]
    return symbols
