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
from producers.governance import check_lei, following, participant_registered
from producers.profile import Profile, load_key, new_key
from producers.publisher import publish
from producers.standing import Standing, read_standings
from schemas.event import Event
from schemas.keys import key_id, proof, proves, public_bytes
from schemas.registry import latest
from wire import names
from wire.admin import Admin

_QUOTA = 32 * 1024 * 1024  # bytes a second that a member may publish
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


def key_new(home: Home, org: str, out: Path | None) -> dict[str, str]:
    """Make a key pair where the member is: the private half stays, the public half with its proof goes to the hub."""
    checked_org(org)
    path = out or home.members / f"{org}.key"
    key = new_key(path)
    public = public_bytes(key.public_key())
    shown = {
        "org": org,
        "key_id": key_id(public),
        "public_key": b64encode(public).decode(),
        "proof": b64encode(proof(key, org)).decode(),
    }
    half = path.with_suffix(".pub")
    half.write_text(json.dumps(shown, indent=1) + "\n", "utf-8")
    return {**shown, "key_file": str(path), "public_file": str(half)}


def add(
    reach: Reach, org: str, given_roles: Sequence[str], public_file: Path | None, name: str | None, lei: str | None
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
    keys = [(key["public_key"], key["proof"]) for key in before.registration["keys"]] if before else []
    demo, path = None, reach.home.profile(org)
    known = Profile.load(path) if path.exists() else None
    if public_file is not None:
        ours = _public_half(public_file, org)
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
        admin.set_quota(org, _QUOTA)
    access = reach.access(org, password)
    Profile(
        org, tuple(given_roles), access.bootstrap, org, password, f"{org}.key", key_id(ours[0]), access.security,
        str(access.ca) if access.ca else None, path.parent,
    ).save(path)  # fmt: skip
    new = event.value != told
    if new:
        _register(reach, following(event, before.event_id if before else None))
    return Registered(org, key_id(ours[0]), path, new, demo)


def listed(reach: Reach) -> list[dict[str, Any]]:
    """Every member: as registered, and whether the broker lets it write."""
    with Admin(reach.admin) as admin:
        writing = admin.may_write()
    return [
        {
            "org": org,
            "name": standing.registration["name"],
            "roles": standing.registration["roles"],
            "status": standing.registration["status"],
            "may_write": org in writing,
            "lei": standing.registration["lei"],
            "keys": sorted(standing.keys),
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
        [(key["public_key"], key["proof"]) for key in told["keys"]],
        status=status,
        lei=told["lei"],
        jurisdiction=told["jurisdiction"],
        governance_statement=told["governance_statement"],
        contact=told["contact"],
    )


def _register(reach: Reach, event: Event) -> None:
    publish(reach.hub, names.HUB_ORG, reach.key(), [event], topic=names.GOVERNANCE)


def _public_half(path: Path, org: str) -> tuple[bytes, bytes]:
    """Public key and proof from the file of `hub key new`; HubError when it proves nothing for this org."""
    try:
        told = json.loads(path.read_text("utf-8"))
        public, signature = b64decode(told["public_key"], validate=True), b64decode(told["proof"], validate=True)
    except OSError as error:
        raise HubError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise HubError(f"{path} is no public half: send the .pub file that `hub key new --org {org}` writes") from None
    if not proves(public, org, signature):
        raise HubError(f"{path} does not prove possession of its key for {org}: was it made with --org {org}?")
    return public, signature
