"""Who may publish what, and where: one table, role x type x topic, and whose events a type may be about.

The roles are those in which the hub registered the org. PUBLIC_RECORDS republishes what authorities, firms and
investigators made public, so it may publish what they may, except claims and covers: those come from the insurer that
holds the file.
"""

from dataclasses import dataclass
from enum import Enum

from commons.log import GOVERNANCE
from wire.names import ACCESS, CHECKPOINTS, EVENTS, SIGNALS, TO


class Topic(Enum):
    """Where an event is published."""

    MEMBER = "a member's own topic"
    GOVERNANCE = GOVERNANCE
    CHECKPOINTS = CHECKPOINTS
    ACCESS = ACCESS
    SIGNALS = SIGNALS
    CONCLUSIONS = "what the hub tells one member"


@dataclass(frozen=True, slots=True)
class Rule:
    """On this topic, in one of these roles; `owned` names the field that must be a ce_source of the publisher's."""

    topic: Topic
    roles: frozenset[str]
    owned: str | None = None


_HUB = frozenset({"HUB"})
_INSURERS = frozenset({"INSURER", "REINSURER"})
_CERTIFIERS = frozenset({"CERTIFICATION_BODY", "REGULATOR", "PUBLIC_RECORDS"})
_INVESTIGATORS = frozenset({"INVESTIGATOR", "REGULATOR", "CERTIFICATION_BODY", "PUBLIC_RECORDS"})
_MAKERS = frozenset({"OPERATOR", "MANUFACTURER", "PUBLIC_RECORDS"})
_REGULATORS = frozenset({"REGULATOR"})
_ANY = frozenset({
    "INSURER", "REINSURER", "OPERATOR", "MANUFACTURER", "CERTIFICATION_BODY", "REGULATOR", "INVESTIGATOR",
    "PUBLIC_RECORDS", "RESEARCHER", "VICTIM_REPRESENTATIVE", "HUB",
})  # fmt: skip

RULES: dict[str, tuple[Rule, ...]] = {
    "OccurrenceReported": (Rule(Topic.MEMBER, _ANY),),
    "NilReturnFiled": (Rule(Topic.MEMBER, _ANY),),
    "NearMissCountReported": (Rule(Topic.MEMBER, _ANY),),
    "ExposureReported": (Rule(Topic.MEMBER, _ANY),),
    # a report is named by its id within the publisher's own org: there is no way to name another's
    "ReportRetracted": (Rule(Topic.MEMBER, _ANY),),
    "SharingChanged": (Rule(Topic.MEMBER, _ANY, owned="target_source"),),
    "OccurrenceLinked": (Rule(Topic.MEMBER, _ANY), Rule(Topic.GOVERNANCE, _HUB)),
    "ClaimTransacted": (Rule(Topic.MEMBER, _INSURERS),),
    "CoverChanged": (Rule(Topic.MEMBER, _INSURERS),),
    "CertificateChanged": (Rule(Topic.MEMBER, _CERTIFIERS),),
    "ObligationSet": (Rule(Topic.MEMBER, _CERTIFIERS),),
    "FindingPublished": (Rule(Topic.MEMBER, _INVESTIGATORS),),
    "CorrectiveActionReported": (Rule(Topic.MEMBER, _MAKERS),),
    "ReplyFiled": (Rule(Topic.MEMBER, _ANY),),
    "SightingRecorded": (Rule(Topic.MEMBER, _ANY),),
    "GoalSet": (Rule(Topic.MEMBER, _ANY),),
    # a regulator states its own rules on its own topic; in force is what the hub's PolicySet accepts by reference
    "PolicySet": (Rule(Topic.GOVERNANCE, _HUB), Rule(Topic.MEMBER, _REGULATORS)),
    "ParticipantRegistered": (Rule(Topic.GOVERNANCE, _HUB),),
    "KeyChanged": (Rule(Topic.GOVERNANCE, _HUB),),
    "FaultMended": (Rule(Topic.GOVERNANCE, _HUB),),
    "PartyIdentified": (Rule(Topic.GOVERNANCE, _HUB),),
    "SubjectErased": (Rule(Topic.GOVERNANCE, _HUB),),
    "SealingKeySet": (Rule(Topic.GOVERNANCE, _HUB),),
    "ObligationAssessed": (Rule(Topic.GOVERNANCE, _HUB),),
    # governance is read to its end before anything is judged, so what is many may have a topic of its own
    "CheckpointPublished": (Rule(Topic.GOVERNANCE, _HUB), Rule(Topic.CHECKPOINTS, _HUB)),
    "AccessRecorded": (Rule(Topic.GOVERNANCE, _HUB), Rule(Topic.ACCESS, _HUB)),
    "SignalRaised": (Rule(Topic.GOVERNANCE, _HUB), Rule(Topic.SIGNALS, _HUB)),
    "RecordsJudged": (Rule(Topic.CONCLUSIONS, _HUB),),
}


def rule(event_type: str, topic: str, role: str) -> Rule | str:
    """The rule under which `role` may publish the type on a topic, or why there is none."""
    kinds = {EVENTS: Topic.MEMBER.value, TO: Topic.CONCLUSIONS.value}
    place = next((kind for prefix, kind in kinds.items() if topic.startswith(prefix)), topic)
    here = [rule for rule in RULES[event_type] if rule.topic.value == place]
    if not here:
        return f"{event_type} may not be published on this topic"
    for candidate in here:
        if role in candidate.roles:
            return candidate
    return f"{event_type} is not for this role: it is published by {', '.join(sorted(here[0].roles))}"
