"""What a hub's broker and data commons need before anybody uses them; each step is idempotent."""

import contextlib
import fcntl
import logging
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.errors import HubError
from hub.home import Home
from hub.reach import Reach
from hub.version import release
from producers.governance import participant_registered, sealing_key_set, subject_erased
from producers.parties import known_parties
from producers.profile import Profile, ProfileError, load_key, new_key
from producers.publisher import publish
from producers.standing import read_standings
from schemas.keys import key_id, proof, public_bytes
from wire import names
from wire.admin import Admin

logger = logging.getLogger("hub.setup")

HUB_ROLE = "HUB"


def set_up_kafka(reach: Reach) -> None:
    """Topics, users and rights; the hub's own key and registration; profiles that name where the broker is now."""
    home = reach.home
    with Admin(reach.admin) as admin:
        admin.set_up(home.secret("hub"), home.secret("consumer"), replicas=reach.replicas)
    _register_hub(reach)
    announce(reach)
    for path in sorted(home.members.glob("*.toml")):
        try:
            profile = Profile.load(path)
        except ProfileError as error:  # one member's file must not keep the hub from starting
            logger.warning("not looked at: %s", error)
            continue
        way = reach.for_member(profile.user, profile.password)
        told = replace(profile, bootstrap=way.bootstrap, security=way.security, ca=str(way.ca) if way.ca else None)
        if told != profile:
            told.save(path)


def set_up_store(reach: Reach) -> None:
    """Migrations, and the first generation of projections: here, while the broker starts, it costs no time."""
    from commons.migrate import migrate
    from consumers.rebuild import first

    with contextlib.closing(reach.store()) as client:
        migrate(client)
        first(client, release())


def _register_hub(reach: Reach) -> None:
    """The hub is an org too: its first event registers itself, signed with the key that it names."""
    key = _hub_key(reach.home)
    public = public_bytes(key.public_key())
    standing = read_standings(reach.hub).get(names.HUB_ORG)
    if standing is not None:
        if key_id(public) not in standing.keys:
            raise HubError(
                f"{names.GOVERNANCE} was founded with another key than {reach.home.hub_key}: put that key there"
            )
        return
    event = participant_registered(names.HUB_ORG, "Incident Hub", [HUB_ROLE], [(public, proof(key, names.HUB_ORG))])
    publish(reach.hub, names.HUB_ORG, key, [event], topic=names.GOVERNANCE)


def announce(reach: Reach) -> None:
    """Names that are known to be one firm; data subjects whose keys were destroyed, then the key for which publishers
    wrap now: who knows it knows of every erasure before it. What is there already is not sent again.

    One process at a time reads the keyring and publishes, so the last key that is announced is the newest.
    """
    from hub.keyring import Keyring

    lock = reach.home.keyring.with_suffix(".lock")
    with lock.open("a") as held, contextlib.closing(Keyring(reach.home.keyring)) as keyring:
        fcntl.flock(held, fcntl.LOCK_EX)
        erased = [
            subject_erased(e.org, e.subject, e.key_ids, e.ground, e.requested, e.erased_at) for e in keyring.erasures()
        ]
        events = [*known_parties(), *erased, sealing_key_set(keyring.newest())]
        publish(reach.hub, names.HUB_ORG, _hub_key(reach.home), events, topic=names.GOVERNANCE)


def _hub_key(home: Home) -> Ed25519PrivateKey:
    return load_key(home.hub_key) if home.hub_key.exists() else new_key(home.hub_key)
