"""`hub share`: says what it changes and for whom, narrows, and refuses what means nothing before it is published."""

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.commands import judging, sharing
from hub.commands.own_events import OwnEvent, own_events
from hub.commands.sharing import Shared, Target
from hub.errors import HubError
from producers.draft import draft
from producers.governance import participant_registered
from producers.profile import Profile, new_key
from producers.publisher import publish
from schemas import keys
from schemas.event import Event
from tests.broker_fixture import RunningBroker
from tests.commons.test_access import ASKED, OWNER, READERS, TIERS, oracle, told
from tests.records import report
from wire import names
from wire.access import Access

NARRATIVE: dict[str, Any] = {"name": "narrative", "subjects": [], "key_ref": None, "nonce": None, "body": b"told"}


@pytest.mark.parametrize("now", TIERS)
def test_a_tier_that_would_let_anybody_in_is_refused(now: Any) -> None:
    """Against the table of who sees what, which was written by hand."""
    event = OwnEvent("OccurrenceReported", "1", f"/{OWNER}/x", "INSURER", told(now), {}, (0, 0), 0)
    for new in TIERS:
        gains = any(
            oracle(reader, asked, new) and not oracle(reader, asked, now) for reader, asked in product(READERS, ASKED)
        )
        if gains:
            with pytest.raises(HubError, match="only narrows"):
                sharing._check_narrower(OWNER, event, [told(now)], told(new))
        elif new in (now, TIERS[1]):
            sharing._check_narrower(OWNER, event, [told(now)], told(new))
        lost = any(
            oracle(reader, asked, now) and not oracle(reader, asked, new)
            for reader, asked in product(READERS.keys() - {"owner"}, ASKED)
        )
        assert not (lost and sharing._same(OWNER, event, [told(now)], told(new)))
    assert sharing._same(OWNER, event, [told(now)], told(now))


@pytest.mark.parametrize(
    ("tier", "says"),
    [
        (("SECRET", [], []), "no tier SECRET"),
        (("OPEN", ["INSURER"], []), "OPEN is for anyone"),
        (("CLOSED", [], ["RESEARCH"]), "CLOSED is for you alone"),
        (("SHARED", [], []), "seen by nobody"),
        (("SHARED", [], ["PROFIT"]), "no purpose PROFIT"),
        (("SHARED", ["acne"], ["RESEARCH"]), "no member or role acne"),
    ],
)
def test_a_tier_that_means_nothing_is_refused(tier: tuple[str, list[str], list[str]], says: str) -> None:
    with pytest.raises(HubError, match=says):
        sharing.tier_of(*tier, ["acme"])


@pytest.fixture
def profile(broker: RunningBroker, member: Callable[[], Access], tmp_path: Path) -> Profile:
    """An insurer that is registered on the broker, beside another that may read."""
    hub = Ed25519PrivateKey.generate()
    access, key = member(), new_key(tmp_path / "own.key")
    for org, role, its in (("hub", "HUB", hub), (access.user, "INSURER", key), ("share-reader", "REGULATOR", hub)):
        pair = (keys.public_bytes(its.public_key()), keys.proof(its, org))
        event = participant_registered(org, org, [role], [pair])
        publish(broker.access_hub, "hub", hub, [event], topic=names.GOVERNANCE)
    return Profile(access.user, ("INSURER",), access.bootstrap, access.user, access.password, "own.key",
                   keys.key_id(keys.public_bytes(key.public_key())), folder=tmp_path)  # fmt: skip


def accident(org: str, version: int, tier: str = "OPEN", adapter: str = "own") -> Event:
    section = NARRATIVE | {"sharing": "SHARED", "audience": [], "purposes": ["SUPERVISION", "RESEARCH"]}
    value = report("r1", version, sections=[section])
    return draft(org, "OccurrenceReported", "r1", value, role="INSURER", version=version, sharing=tier, adapter=adapter)


@pytest.fixture
def say(profile: Profile) -> Callable[..., Shared]:
    def command(tier: str = "CLOSED", *purposes: str, audience: tuple[str, ...] = (), **target: str) -> Shared:
        return sharing.share(profile, Target("r1", **target), tier, audience, purposes, "because")

    return command


def say_events(profile: Profile, *events: Event) -> None:
    publish(profile.access, profile.org, profile.private_key(), events)


@pytest.mark.kafka
@pytest.mark.net
def test_what_a_member_says_about_its_own_events(profile: Profile, say: Callable[..., Shared]) -> None:
    with pytest.raises(HubError, match="no such event of r1"):
        say()
    first, second = accident(profile.org, 1), accident(profile.org, 2)
    say_events(profile, first)
    narrowed = say("SHARED", "SUPERVISION", section="narrative")
    assert (narrowed.events, narrowed.published) == ([first.id], True)
    assert narrowed.could_read["share-reader"] == ["SUPERVISION", "RESEARCH"]
    assert narrowed.can_read["share-reader"] == ["SUPERVISION"]
    with pytest.raises(HubError, match=r"RESEARCH.*only narrows"):
        say("SHARED", "SUPERVISION", "RESEARCH", section="narrative")
    assert say("SHARED", "SUPERVISION", section="narrative").published is False, "it is so already"
    with pytest.raises(HubError, match="section native; its sections: narrative"):
        say(section="native")
    closed = say()
    assert (closed.published, closed.could_read, closed.can_read) == (True, {"*": []}, {})
    say_events(profile, second)
    again = say()
    assert (again.events, again.published) == ([first.id, second.id], True), "the same words, about a later version"
    assert say(event=second.id).published is False
    say_events(profile, accident(profile.org, 1, adapter="other"))
    with pytest.raises(HubError, match="events of other, own"):
        say()
    assert say("SHARED", "RESEARCH", source="other", audience=("REGULATOR",)).can_read == {"share-reader": ["RESEARCH"]}
    changes = [event for event in own_events(profile, "r1") if event.type == "SharingChanged"]
    assert [(event.value["sharing"], event.value["section"], event.tier["sharing"]) for event in changes] == [
        ("SHARED", "narrative", "CLOSED"), ("CLOSED", None, "CLOSED"), ("CLOSED", None, "CLOSED"),
        ("SHARED", None, "CLOSED"),
    ]  # fmt: skip


@pytest.mark.kafka
@pytest.mark.net
def test_a_member_takes_back_its_own_report_with_its_profile_alone(profile: Profile) -> None:
    with pytest.raises(HubError, match="no report r1"):
        judging.retract(profile, "r1", "ERROR", None)
    say_events(profile, accident(profile.org, 1))
    with pytest.raises(HubError, match="only its publisher"):
        judging.retract(profile, "other/r1", "ERROR", None)
    with pytest.raises(HubError, match="no reason BORED"):
        judging.retract(profile, "r1", "BORED", None)
    assert [judging.retract(profile, "r1", "ERROR", None) for _ in range(2)] == [True, False]
