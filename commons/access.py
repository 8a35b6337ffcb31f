"""Who sees what: one rule for records and sections, in Python and in SQL side by side, and the Scope that asks.

The tiers are the publisher's (ce_sharing, ce_audience, ce_purposes; the same three of a section):

- OPEN: anyone.
- SHARED: members that the audience names, for a purpose that it names. The audience lists org ids and roles; empty, it
  is every member. NOT_COMPETITORS takes out whoever competes with the publisher, but for an org named by its id.
- CLOSED: the publisher.

The publisher sees what is its own; the hub's operator, on his own machine, sees everything. A section is seen by those
who see its record, may read the section, and may do both under every later change (SharingChanged). Of a sealed one
they get what `unseal` makes of it: the clear bytes, or the word that stands for them.

Nothing but the standard library is imported here: a publisher asks the same rule without a hub.
"""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WITHHELD = "WITHHELD"
ERASED = "ERASED"
"""Of a sealed section: the key of a data subject was destroyed. Said to those who could have read it."""
NOT_COMPETITORS = "NOT_COMPETITORS"

TRADES = (
    frozenset({"INSURER", "REINSURER"}),
    frozenset({"OPERATOR", "MANUFACTURER"}),
    frozenset({"CERTIFICATION_BODY"}),
)
"""Who is in the same trade competes. All other roles compete with nobody."""
_TRADERS = frozenset().union(*TRADES)
_WITHOUT_TRADE = frozenset({
    "UNKNOWN", "REGULATOR", "INVESTIGATOR", "PUBLIC_RECORDS", "RESEARCHER", "VICTIM_REPRESENTATIVE", "HUB",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, in which role, for which purpose. No org: somebody who is no member.

    `roles` are all in which the org is registered: they can make it a competitor, and never let it see more.
    """

    org: str
    role: str
    purpose: str | None = None
    roles: tuple[str, ...] = ()

    @property
    def sees(self) -> str:
        """`*` for the hub's operator on his own machine; else the org, to which the rule is applied."""
        return "*" if (self.org, self.role) == ("hub", "HUB") else self.org

    @property
    def rivals(self) -> frozenset[str]:
        """The roles of publishers with which it competes: those of its own trades.

        A publisher without a trade (a bridge, an investigator) speaks of traders, and nobody can tell here of which:
        for such records everyone with a trade counts as a competitor.
        """
        own = {self.role, *self.roles}
        if not own & _TRADERS:
            return frozenset()
        return _WITHOUT_TRADE.union(*(trade for trade in TRADES if trade & own))

    @property
    def parameters(self) -> dict[str, Any]:
        """What `MAY_READ` takes."""
        return {
            "scope_org": self.sees,
            "scope_role": self.role,
            "scope_purpose": self.purpose or "",
            "scope_rivals": sorted(self.rivals),
        }


OPERATOR = Scope("hub", "HUB")
"""On loopback, without `--as`: the hub's operator."""


def may_read(tier: Mapping[str, Any], owner: str, role: str, scope: Scope) -> bool:
    """Whether the scope sees what has this tier (`sharing`, `audience`, `purposes`), published by `owner` in `role`."""
    if scope.sees in ("*", owner) or tier["sharing"] == "OPEN":
        return True
    if tier["sharing"] != "SHARED" or not scope.org or not scope.purpose or scope.purpose not in tier["purposes"]:
        return False
    named = set(tier["audience"])
    if scope.org in named:
        return True
    if NOT_COMPETITORS in named and role in scope.rivals:
        return False
    return scope.role in named or not named - {NOT_COMPETITORS}


MAY_READ = """(
    {scope_org:String} = '*' OR org = {scope_org:String} OR sharing = 'OPEN'
    OR (sharing = 'SHARED' AND {scope_org:String} != ''
        AND {scope_purpose:String} != '' AND has(purposes, {scope_purpose:String})
        AND (has(audience, {scope_org:String})
            OR (NOT (has(audience, 'NOT_COMPETITORS') AND has({scope_rivals:Array(String)}, role))
                AND (has(audience, {scope_role:String}) OR empty(arrayFilter(x -> x != 'NOT_COMPETITORS', audience))))))
)"""
"""`may_read` over rows with org, role, sharing, audience and purposes; a test compares the two over every case."""


def stays_sealed(section: Mapping[str, Any]) -> str:
    """What a sealed section is where no keys are."""
    del section
    return WITHHELD


def shown(
    section: Mapping[str, Any],
    owner: str,
    role: str,
    scope: Scope,
    changes: Iterable[Mapping[str, Any]] = (),
    unseal: Callable[[Mapping[str, Any]], bytes | str] = stays_sealed,
) -> str:
    """A section of a record that the scope sees: its text, `native` in base64, WITHHELD or ERASED.

    `changes` are the later tiers of the record's sections, each with the name of its `section`.
    """
    tiers = [section, *(change for change in changes if change["section"] == section["name"])]
    if not all(may_read(tier, owner, role, scope) for tier in tiers):
        return WITHHELD
    body: bytes | str = section["body"] if section["key_ref"] is None else unseal(section)
    if isinstance(body, str):
        return body
    return base64.b64encode(body).decode() if section["name"] == "native" else body.decode("utf-8", "replace")


def open_part(value: Mapping[str, Any]) -> str:
    """What a record says beside its sections, as JSON: bytes in hex, amounts exact as text."""
    return json.dumps(value, default=_text, ensure_ascii=False)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
