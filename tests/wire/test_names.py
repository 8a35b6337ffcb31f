"""Which org ids there may be, and what follows from one."""

import pytest

from wire.names import check_org, events_topic, member_groups, org_of


@pytest.mark.parametrize("org", ["acme", "a", "public-records", "9lives", "a" * 63])
def test_an_org_id_is_accepted(org: str) -> None:
    assert check_org(org) == org
    assert org_of(events_topic(org)) == org


@pytest.mark.parametrize(
    "org", ["", "Acme", "a b", "-a", "a-", "a.b", "a_b", "a=b", "a,b", "é", "a\n", "a" * 64, "*", "../x"]
)
def test_an_org_id_is_refused_with_the_rule(org: str) -> None:
    with pytest.raises(ValueError, match="a-z, 0-9 and -"):
        check_org(org)


@pytest.mark.parametrize("org", ["hub", "sys", "m", "admin", "broker", "sys-hub"])
def test_the_hubs_own_names_are_reserved(org: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        check_org(org)


def test_no_members_groups_are_within_anothers() -> None:
    assert not member_groups("acme-2").startswith(member_groups("acme"))
    assert not member_groups("acme2").startswith(member_groups("acme"))


def test_the_hub_publishes_what_it_owns() -> None:
    assert org_of("hub.governance") == "hub"
    assert org_of("hub.events.hub") == "hub"
    assert org_of("other") is None
