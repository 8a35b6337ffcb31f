"""Who may publish what: the table against the catalogue, and at the judge with real signatures."""

from typing import Any

import pytest

from commons.log import GOVERNANCE, LogRecord
from consumers.entitlement import RULES, Rule, rule
from consumers.judge import Fact, Fault, judge
from consumers.registry import Registry
from schemas.codec import decode, encode
from schemas.event import Event, headers
from schemas.examples import examples
from schemas.registry import SCHEMAS, latest
from tests.records import Hub, Member

ROLES = (
    "INSURER REINSURER OPERATOR MANUFACTURER CERTIFICATION_BODY REGULATOR INVESTIGATOR PUBLIC_RECORDS RESEARCHER"
    " VICTIM_REPRESENTATIVE HUB"
).split()
ON_A_MEMBERS_TOPIC = {
    "OccurrenceReported": ROLES,
    "NilReturnFiled": ROLES,
    "NearMissCountReported": ROLES,
    "ExposureReported": ROLES,
    "ReportRetracted": ROLES,
    "SharingChanged": ROLES,
    "OccurrenceLinked": ROLES,
    "ReplyFiled": ROLES,
    "SightingRecorded": ROLES,
    "GoalSet": ROLES,
    "ClaimTransacted": ["INSURER", "REINSURER"],
    "CoverChanged": ["INSURER", "REINSURER"],
    "CertificateChanged": ["CERTIFICATION_BODY", "REGULATOR", "PUBLIC_RECORDS"],
    "ObligationSet": ["CERTIFICATION_BODY", "REGULATOR", "PUBLIC_RECORDS"],
    "FindingPublished": ["INVESTIGATOR", "REGULATOR", "CERTIFICATION_BODY", "PUBLIC_RECORDS"],
    "CorrectiveActionReported": ["OPERATOR", "MANUFACTURER", "PUBLIC_RECORDS"],
    "PolicySet": ["REGULATOR"],
}
BY_THE_HUB = {
    "ParticipantRegistered", "KeyChanged", "FaultMended", "OccurrenceLinked", "PartyIdentified", "SubjectErased",
    "SealingKeySet", "PolicySet", "SignalRaised", "ObligationAssessed", "CheckpointPublished", "AccessRecorded",
}  # fmt: skip
MEMBERS_TOPIC = "hub.events.acme"


def test_every_type_has_its_rules() -> None:
    assert set(RULES) == {schema.type for schema in SCHEMAS.values()}


@pytest.mark.parametrize("event_type", sorted(RULES))
def test_each_type_in_each_role_on_each_topic(event_type: str) -> None:
    for role in [*ROLES, "UNKNOWN", ""]:
        own, governance = (rule(event_type, topic, role) for topic in (MEMBERS_TOPIC, GOVERNANCE))
        assert isinstance(own, Rule) == (role in ON_A_MEMBERS_TOPIC.get(event_type, [])), (role, own)
        assert isinstance(governance, Rule) == (role == "HUB" and event_type in BY_THE_HUB), (role, governance)
        assert isinstance(rule(event_type, "hub.elsewhere", role), str)


def test_what_is_many_has_a_topic_of_its_own_and_nothing_else_goes_there() -> None:
    topics = {"hub.checkpoints": "CheckpointPublished", "hub.access": "AccessRecorded", "hub.signals": "SignalRaised"}
    for topic, only in topics.items():
        assert [name for name in sorted(RULES) if isinstance(rule(name, topic, "HUB"), Rule)] == [only]
        assert isinstance(rule(only, topic, "REGULATOR"), str)


def registered(*members: Member) -> Registry:
    """A registry that knows the hub and these members."""
    registry, hub = Registry(), Hub()
    for member in (hub, *members):
        record = hub.register(member)
        registry.apply("ParticipantRegistered", decode(record.value or b"")[1], record.append_time)
    return registry


def example_of(member: Member, event_type: str, **changes: Any) -> LogRecord:
    schema = latest(event_type)
    value = examples(schema)[0][0] | changes
    return member.sign([member.event(event_type, value[schema.json["key"]], value)])[0]


def reason(record: LogRecord, registry: Registry) -> str:
    verdict = judge(record, registry, 0)
    return verdict.reason if isinstance(verdict, Fault) else "FACT"


@pytest.mark.parametrize(
    ("role", "event_type", "expected"),
    [
        ("INSURER", "ClaimTransacted", "FACT"),
        ("OPERATOR", "ClaimTransacted", "NOT_ENTITLED"),
        ("PUBLIC_RECORDS", "ClaimTransacted", "NOT_ENTITLED"),
        ("PUBLIC_RECORDS", "CertificateChanged", "FACT"),
        ("INSURER", "CertificateChanged", "NOT_ENTITLED"),
        ("REGULATOR", "PolicySet", "FACT"),
        ("OPERATOR", "PolicySet", "NOT_ENTITLED"),
        ("REGULATOR", "SignalRaised", "NOT_ENTITLED"),
    ],
)
def test_the_judge_asks_the_table(role: str, event_type: str, expected: str) -> None:
    acme = Member("acme", role)
    assert reason(example_of(acme, event_type), registered(acme)) == expected


def test_nobody_changes_the_sharing_of_anothers_events() -> None:
    acme = Member("acme", "INSURER")
    registry = registered(acme)
    for source, expected in (
        ("/acme/claims", "FACT"), ("/rival/claims", "NOT_ENTITLED"), ("/acme2/claims", "NOT_ENTITLED"),
        ("acme/claims", "NOT_ENTITLED"),
    ):  # fmt: skip
        assert reason(example_of(acme, "SharingChanged", target_source=source), registry) == expected


def test_a_judgement_that_only_the_engine_would_read_is_a_fault() -> None:
    """A union index out of range reads as null there; whoever decodes the fact later would stumble over it."""
    acme = Member("acme", "OPERATOR")
    schema = latest("OccurrenceLinked")
    value = examples(schema)[0][0] | {"rule": None, "reason": "x"}
    framed = encode(schema, value)
    bent = framed[:-3] + b"\x08" + framed[-2:]  # the index of rule, before the length and the text of reason
    attributes = headers(Event("OccurrenceLinked", "0" * 32, "/acme/test", "k", "OPERATOR", value, "FIRST_HAND"),
                         acme.key_id, b"0" * 16)  # fmt: skip
    good, bad = acme.sign_raw(attributes, b"k", framed), acme.sign_raw(attributes, b"k", bent)
    registry = registered(acme)
    assert isinstance(judge(good, registry, 0), Fact)
    assert reason(bad, registry) == "BAD_BODY"
