"""`hub publish --dry-run --seen-by READER`: each record as that reader would get it, by the rule of the queries."""

import json
from typing import Any

from commons.access import TRADES, WITHHELD, Scope, may_read, open_part, shown
from hub.errors import HubError
from schemas.event import PURPOSES, Event

_SOMEBODY = "?"  # a member, but none that an audience can name: org ids have no question mark

READERS = {
    "competitor": ("", "SAFETY_LEARNING"),
    "insurer": ("INSURER", "ACTUARIAL"),
    "certifier": ("CERTIFICATION_BODY", "CERTIFICATION"),
    "regulator": ("REGULATOR", "SUPERVISION"),
    "public": ("", None),
}
"""Role of each reader, and for what it asks unless told otherwise. A competitor has the role of the publisher."""


def check(reader: str | None, purpose: str | None, *, dry_run: bool, follow: bool) -> None:
    """HubError when the command line cannot be meant so."""
    if follow and (dry_run or reader is not None):
        raise HubError("--follow publishes, --dry-run and --seen-by only show what would be: leave one of them out")
    if reader is None:
        if purpose is not None:
            raise HubError("--purpose belongs to a reader: give --dry-run --seen-by READER too")
        return
    if not dry_run:
        raise HubError("--seen-by shows what would be seen and publishes nothing: give --dry-run too")
    if reader not in READERS:
        raise HubError(f"there is no reader {reader}; readers are: {', '.join(READERS)}")
    if purpose is not None and purpose not in PURPOSES:
        raise HubError(f"there is no purpose {purpose}; purposes are: {', '.join(PURPOSES)}")
    if purpose is not None and reader == "public":
        raise HubError("the public asks for no purpose: it sees what is OPEN")


def scope(reader: str, purpose: str | None, publisher_role: str) -> Scope:
    """The scope of a reader of records that are published in this role."""
    role, usual = READERS[reader]
    if reader == "public":
        return Scope("", "")
    if reader == "competitor":
        role = publisher_role if any(publisher_role in trade for trade in TRADES) else "OPERATOR"
    return Scope(_SOMEBODY, role, purpose or usual)


def seen(event: Event, org: str, who: Scope) -> dict[str, Any]:
    """What the scope gets of an event that `org` would publish: the open part, and the sections by name.

    A record or a section that it may not see is the word WITHHELD; `native` is in base64.
    """
    told = {"type": event.type, "subject": event.subject, "role": who.role, "purpose": who.purpose}
    tier = {"sharing": event.sharing, "audience": event.audience, "purposes": event.purposes}
    if not may_read(tier, org, event.role, who):
        return {**told, "record": WITHHELD}
    value = dict(event.value)
    sections = value.pop("sections", [])
    return {
        **told,
        "record": json.loads(open_part(value)),
        "sections": {section["name"]: shown(section, org, event.role, who) for section in sections},
    }
