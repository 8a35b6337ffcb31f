"""Who may publish, with which key, from when: a fold over the accepted events of `hub.governance`."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from schemas.keys import endorses, key_id, proves

HUB = "hub"


class RegistryError(ValueError):
    """A governance event that is signed but cannot stand."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a registration said: roles and status."""

    roles: frozenset[str]
    active: bool


@dataclass(slots=True)
class _Key:
    public: bytes
    since: int
    until: int | None = None
    compromised_since: int | None = None


@dataclass(slots=True)
class _Member:
    times: list[int] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    keys: dict[str, _Key] = field(default_factory=dict)


class Registry:
    """Members as of any append time (milliseconds since 1970 UTC)."""

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}

    def standing(self, org: str, at: int) -> Standing | None:
        """What was registered of `org` at that time; None before its registration."""
        member = self._members.get(org)
        index = bisect_right(member.times, at) if member else 0
        return member.standings[index - 1] if member and index else None

    def key(self, org: str, name: str, at: int) -> bytes | None:
        """The public key's 32 bytes, if it belonged to `org` and was valid at that time."""
        member = self._members.get(org)
        known = member.keys.get(name) if member else None
        if known is None or at < known.since or (known.until is not None and at >= known.until):
            return None
        if known.compromised_since is not None and at >= known.compromised_since:
            return None
        return known.public

    def founding_key(self, value: dict[str, Any]) -> bytes | None:
        """The key in the hub's own first registration, which stands by its own signature; None once there is a hub."""
        if HUB in self._members or value["org"] != HUB or not value["keys"]:
            return None
        return bytes(value["keys"][0]["public_key"])

    def apply(self, event_type: str, value: dict[str, Any], at: int) -> None:
        """Take an accepted governance event; RegistryError when its keys are not what they say."""
        if event_type == "ParticipantRegistered":
            self._register(value, at)
        elif event_type == "KeyChanged":
            self._change_key(value, at)

    def _register(self, value: dict[str, Any], at: int) -> None:
        for key in value["keys"]:
            _check(key, value["org"])
        member = self._members.setdefault(value["org"], _Member())
        member.times.append(max(at, member.times[-1] if member.times else at))
        member.standings.append(Standing(frozenset(value["roles"]), value["status"] == "ACTIVE"))
        for key in value["keys"]:
            member.keys.setdefault(key["key_id"], _Key(key["public_key"], at))

    def _change_key(self, value: dict[str, Any], at: int) -> None:
        key, member = value["key"], self._members.get(value["org"])
        if member is None:
            raise RegistryError("a key of an org that is not registered")
        if value["change"] == "ADDED":
            _check(key, value["org"])
            self._check_rotation(value, at)
            if self._ended(member.keys.get(key["key_id"])):
                raise RegistryError("a key that was revoked is added again")
            member.keys.setdefault(key["key_id"], _Key(key["public_key"], at))
            return
        known = member.keys.get(key["key_id"])
        if known is None:
            raise RegistryError("a change of a key that was never registered")
        known.until = at if known.until is None else min(known.until, at)
        if value["change"] == "COMPROMISED" and value["compromised_since"] is not None:
            known.compromised_since = value["compromised_since"] // 1000

    def _check_rotation(self, value: dict[str, Any], at: int) -> None:
        """Without signature and key id it is an operator's reset; with one, both must be there and right."""
        signature, previous = value["signed_by_old"], value["previous_key_id"]
        if signature is None and previous is None:
            return
        old = self.key(value["org"], previous or "", at)
        if old is None or not endorses(old, value["org"], value["key"]["public_key"], signature or b""):
            raise RegistryError("a rotation that no valid key of the org has signed")

    @staticmethod
    def _ended(known: _Key | None) -> bool:
        return known is not None and (known.until is not None or known.compromised_since is not None)


def _check(key: dict[str, Any], org: str) -> None:
    if key["key_id"] != key_id(key["public_key"]) or not proves(key["public_key"], org, key["proof"]):
        raise RegistryError("a key without proof of possession")
