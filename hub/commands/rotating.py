"""`hub member rotate`: a new password and, where there is a new key, the end of the old one.

The order makes every interruption one that running again mends: governance first (saying it twice is saying it once),
then the password, then the profile, whole. A demo key has two file names that take turns, so that the profile always
names the file of the key that it means.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.commands.members import Half, checked_org, public_half
from hub.errors import HubError
from hub.reach import Reach
from producers.governance import key_changed
from producers.profile import Profile, load_key, new_key
from producers.publisher import publish
from producers.standing import Standing, read_standings
from schemas.event import Event
from schemas.keys import endorsement, endorses, key_id, proof, public_bytes
from wire import names
from wire.admin import Admin

SIGNED_BY_OLD, OPERATOR_RESET, KEPT = "SIGNED_BY_OLD", "OPERATOR_RESET", "KEPT"
SAID = {
    SIGNED_BY_OLD: " and a new key, signed by the old one, which is revoked",
    OPERATOR_RESET: " and a new key, set by the operator (OPERATOR_RESET); the old one is revoked",
    KEPT: "; its key stays",
}


@dataclass(frozen=True, slots=True)
class Rotated:
    """What `member rotate` did; `key` is SIGNED_BY_OLD, OPERATOR_RESET or KEPT."""

    key_id: str
    profile: Path
    key: str


def rotate(reach: Reach, org: str, public_file: Path | None) -> Rotated:
    """Change the password; with the public half of a new key, or where there is a demo key, the key too."""
    standing = read_standings(reach.hub).get(checked_org(org))
    path = reach.home.profile(org)
    if standing is None or not path.exists():
        raise HubError(f"{org} is no member with a profile here: `hub member add {org} --role ROLE` makes both")
    profile = Profile.load(path)
    held = _held(profile)
    if public_file is not None:
        half, key_file = public_half(public_file, org), f"{org}.key"
    elif held is not None:
        half, key_file = _next_demo_key(profile, held, standing)
    else:
        half, key_file = None, profile.key_file
    events = _changes(org, profile, standing, half) if half else []
    if events:
        publish(reach.hub, names.HUB_ORG, reach.key(), events, topic=names.GOVERNANCE)
    password = secrets.token_urlsafe(24)
    with Admin(reach.admin) as admin:
        admin.set_password(org, password)
    way = reach.for_member(org, password)
    valid = key_id(half.key[0]) if half else profile.key_id
    replace(
        profile, bootstrap=way.bootstrap, security=way.security, ca=str(way.ca) if way.ca else None, password=password,
        key_file=key_file, key_id=valid,
    ).save(path)  # fmt: skip
    if held is not None and valid != profile.key_id:
        (profile.folder / profile.key_file).unlink()  # revoked: nothing can be signed with it any more
    how = KEPT if not events else SIGNED_BY_OLD if events[0].value["signed_by_old"] else OPERATOR_RESET
    return Rotated(valid, path, how)


def _changes(org: str, profile: Profile, standing: Standing, half: Half) -> list[Event]:
    """The new key ADDED, the old one REVOKED; none when the new one is the one in use."""
    new, (public, possession) = key_id(half.key[0]), half.key
    if new == profile.key_id:
        return []
    if new in standing.revoked:
        raise HubError(f"the key {new} was revoked: make another with `hub key new --org {org}`")
    previous = half.previous_key_id or profile.key_id
    old = (standing.keys | standing.revoked).get(previous)
    signature = half.signed_by_old
    in_use = previous in standing.keys or new in standing.keys  # the latter: this is the rest of an interrupted run
    if signature is not None and (not in_use or old is None or not endorses(old[0], org, public, signature)):
        raise HubError(f"the new key is not signed by a key of {org}: was --previous the file of the key in use?")
    added = key_changed(
        org, "ADDED", public, possession, signed_by_old=signature,
        previous_key_id=previous if signature is not None else None,
    )  # fmt: skip
    return [added] if old is None else [added, key_changed(org, "REVOKED", *old)]


def _held(profile: Profile) -> Ed25519PrivateKey | None:
    """The key in use, where this hub made it: a demo key."""
    file = profile.folder / profile.key_file
    key = load_key(file) if file.exists() else None
    return key if key and key_id(public_bytes(key.public_key())) == profile.key_id else None


def _next_demo_key(profile: Profile, held: Ed25519PrivateKey, standing: Standing) -> tuple[Half, str]:
    """A new demo key, or the one of a rotation that was interrupted."""
    org = profile.org
    name = f"{org}.next.key" if profile.key_file == f"{org}.key" else f"{org}.key"
    path = profile.folder / name
    if path.exists() and key_id(public_bytes(load_key(path).public_key())) in standing.revoked:
        path.unlink()
    key = load_key(path) if path.exists() else new_key(path)
    public = public_bytes(key.public_key())
    return Half((public, proof(key, org)), profile.key_id, endorsement(held, org, public)), name
