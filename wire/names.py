"""Names of orgs, topics, groups and users. A prefix ends in a dot: `acme` also matches `acme2`."""

import re

EVENTS = "hub.events."
GOVERNANCE = "hub.governance"
CHECKPOINTS = "hub.checkpoints"
ACCESS = "hub.access"
SIGNALS = "hub.signals"
TO = "hub.to."
CONSUMED = r"^hub\.(governance|access|events\.[a-z0-9-]+)$"
"""The topics whose records become facts."""
HUB_ORG = "hub"
CONSUMER_USER = "sys-hub"  # hub consumers: read everything of the hub, write nothing
PUBLISHER_USER = "hub"  # the hub itself, as a publisher: writes what the hub owns and its own event topic
EVENT_TOPICS = r"^hub\.events\.[a-z0-9-]+$"  # for `Reader`
_RESERVED = frozenset({"hub", "sys", "m", "admin", "broker"})
_ORG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check_org(org: str) -> str:
    """`org` if a member may be called so, else ValueError. It is also the member's user name at the broker, where only
    these characters are safe, and `sys-` is what the hub's own users begin with."""
    if not _ORG.fullmatch(org):
        raise ValueError(f"The org id {org!r} is not valid: 1 to 63 of a-z, 0-9 and -, no - at either end.")
    if org in _RESERVED or org.startswith("sys-"):
        raise ValueError(f"The org id {org!r} is reserved for the hub itself: choose another.")
    return org


def events_topic(org: str) -> str:
    """The topic that `org` publishes to."""
    return f"{EVENTS}{org}"


def conclusions_topic(org: str) -> str:
    """The topic on which the hub tells `org` what it concluded; nobody else may read it."""
    return f"{TO}{org}"


def org_of(topic: str) -> str | None:
    """Who publishes to `topic`: the hub, for what it owns; None if it is not a topic of the hub."""
    if topic.startswith(EVENTS):
        return topic.removeprefix(EVENTS)
    return HUB_ORG if topic.startswith("hub.") else None


def member_groups(org: str) -> str:
    """The prefix of the consumer groups that a member may use."""
    return f"m.{org}."


HUB_GROUPS = "sys.hub."
