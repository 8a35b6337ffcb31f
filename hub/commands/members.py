"""`hub key new`, `hub member add / list / suspend`."""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.errors import HubError
from hub.home import Home
from hub.reach import Reach
from hub.settings import Settings
from producers.governance import check_lei, following, participant_registered
from producers.profile import Profile, load_key, new_key
from producers.publisher import publish
from producers.standing import PublicHalf, Standing, read_standings
from schemas.event import Event
from schemas.keys import endorsement, key_id, proof, proves, public_bytes
from schemas.registry import latest
from wire import names
from wire.admin import Admin, Quota

_NOT_MEMBERS = frozenset({"UNKNOWN", "HUB"})


@dataclass(frozen=True, slots=True)
class Registered:
    """What `member add` did."""

    org: str
    key_id: str
    profile: Path
    new: bool
    demo_key: Path | None


def checked_org(org: str) -> str:
    """The org id; HubError when a member may not be called so."""
    try:
        return names.check_org(org)
    except ValueError as error:
        raise HubError(str(error)) from None


def roles() -> list[str]:
    """The roles in which a member may be registered."""
    fields = {field["name"]: field for field in latest("ParticipantRegistered").json["fields"]}
    return [role for role in fields["roles"]["type"]["items"]["symbols"] if role not in _NOT_MEMBERS]


def key_new(home: Home, org: str, out: Path | None, previous: Path | None = None) -> dict[str, str]:
    """Make a key pair where the member is: the private half stays, the public half with its proof goes to the hub.

    The key in `previous`, if given, signs the new one: that makes a rotation the member's own act.
    """
    checked_org(org)
    old = load_key(previous) if previous else None
    path = out or home.members / f"{org}.key"
    key = new_key(path)
    public = public_bytes(key.public_key())
    shown = {
        "org": org,
        "key_id": key_id(public),
        "public_key": b64encode(public).decode(),
        "proof": b64encode(proof(key, org)).decode(),
    }
    if old is not None:
        shown["previous_key_id"] = key_id(public_bytes(old.public_key()))
        shown["signed_by_old"] = b64encode(endorsement(old, org, public)).decode()
    half = path.with_suffix(".pub")
    half.write_text(json.dumps(shown, indent=1) + "\n", "utf-8")
    return {**shown, "key_file": str(path), "public_file": str(half)}


def add(
    reach: Reach,
    org: str,
    given_roles: Sequence[str],
    public_file: Path | None,
    name: str | None,
    lei: str | None,
    quota: Quota | None = None,
) -> Registered:
    """Topic, user, rights, quota, registration and profile; what is there already stays as it is."""
    checked_org(org)
    if unknown := sorted(set(given_roles) - set(roles())):
        raise HubError(f"there is no role {', '.join(unknown)}; roles are: {', '.join(roles())}")
    if lei is not None:
        try:
            check_lei(lei)
        except ValueError as error:
            raise HubError(f"--lei: {error}") from None
    before = read_standings(reach.hub).get(org)
    keys = list(before.keys.values()) if before else []
    demo, path = None, reach.home.profile(org)
    known = Profile.load(path) if path.exists() else None
    if public_file is not None:
        ours = public_half(public_file, org).key
        if before and key_id(ours[0]) in before.revoked:
            raise HubError(f"the key in {public_file} was revoked: make another with `hub key new --org {org}`")
        keys = list(dict([*keys, ours]).items())
    elif keys:
        ours = next((key for key in keys if known and key_id(key[0]) == known.key_id), keys[-1])
    else:
        demo = reach.home.members / f"{org}.key"
        key = load_key(demo) if demo.exists() else new_key(demo)
        public = public_bytes(key.public_key())
        ours = (public, proof(key, org))
        keys = [ours]
    told: dict[str, Any] = before.registration if before else {}
    event = participant_registered(
        org,
        name or told.get("name") or org,
        list(dict.fromkeys(given_roles)),
        keys,
        lei=lei or told.get("lei"),
        jurisdiction=told.get("jurisdiction"),
        governance_statement=told.get("governance_statement"),
        contact=told.get("contact"),
    )
    password = known.password if known else secrets.token_urlsafe(24)
    with Admin(reach.admin) as admin:
        admin.add_member(org, password, replicas=reach.replicas)
        admin.set_quota(org, *_quota(quota, admin.quotas().get(org)))
    way = reach.for_member(org, password)
    key_file = known.key_file if known and known.key_id == key_id(ours[0]) else f"{org}.key"
    Profile(
        org, tuple(given_roles), way.bootstrap, org, password, key_file, key_id(ours[0]), way.security,
        str(way.ca) if way.ca else None, path.parent,
    ).save(path)  # fmt: skip
    new = event.value != told
    if new:
        _register(reach, following(event, before.event_id if before else None))
    return Registered(org, key_id(ours[0]), path, new, demo)


def listed(reach: Reach) -> list[dict[str, Any]]:
    """Every member: as registered, and whether the broker lets it write."""
    with Admin(reach.admin) as admin:
        writing, quotas = admin.may_write(), admin.quotas()
    return [
        {
            "org": org,
            "name": standing.registration["name"],
            "roles": standing.registration["roles"],
            "status": standing.registration["status"],
            "may_write": org in writing,
            "lei": standing.registration["lei"],
            "keys": sorted(standing.keys),
            "publish_rate": quotas.get(org, Quota()).publish,
            "read_rate": quotas.get(org, Quota()).read,
        }
        for org, standing in sorted(read_standings(reach.hub).items())
        if org != names.HUB_ORG
    ]


def suspend(reach: Reach, org: str) -> bool:
    """Take the right to write, and say so on `hub.governance`; False when it was suspended before."""
    checked_org(org)
    before = read_standings(reach.hub).get(org)
    if before is None:
        raise HubError(f"{org} is no member: `hub member list` shows who is")
    with Admin(reach.admin) as admin:
        admin.suspend(org)
    if before.registration["status"] == "SUSPENDED":
        return False
    _register(reach, following(_with_status(org, before, "SUSPENDED"), before.event_id))
    return True


def _with_status(org: str, before: Standing, status: str) -> Event:
    told = before.registration
    return participant_registered(
        org,
        told["name"],
        told["roles"],
        list(before.keys.values()),
        status=status,
        lei=told["lei"],
        jurisdiction=told["jurisdiction"],
        governance_statement=told["governance_statement"],
        contact=told["contact"],
    )


def _register(reach: Reach, event: Event) -> None:
    publish(reach.hub, names.HUB_ORG, reach.key(), [event], topic=names.GOVERNANCE)


def _quota(given: Quota | None, there: Quota | None) -> Quota:
    """What was asked for; else what the member has; else what the settings give to a new one."""
    settings, given, there = Settings(), given or Quota(), there or Quota()
    return Quota(
        given.publish or there.publish or settings.member_publish_rate,
        given.read or there.read or settings.member_read_rate,
    )


@dataclass(frozen=True, slots=True)
class Half:
    """The file of `hub key new`."""

    key: PublicHalf
    previous_key_id: str | None
    signed_by_old: bytes | None


def public_half(path: Path, org: str) -> Half:
    """Public key and proof from the file of `hub key new`; HubError when it proves nothing for this org."""
    try:
        told = json.loads(path.read_text("utf-8"))
        public, signature = b64decode(told["public_key"], validate=True), b64decode(told["proof"], validate=True)
        old = b64decode(told["signed_by_old"], validate=True) if "signed_by_old" in told else None
        previous = str(told["previous_key_id"]) if old is not None else None
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise HubError(f"{path} is no public half: send the .pub file that `hub key new --org {org}` writes") from None
    if not proves(public, org, signature):
        raise HubError(f"{path} does not prove possession of its key for {org}: was it made with --org {org}?")
    return Half((public, signature), previous, old)
