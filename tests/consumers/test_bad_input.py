"""Bad records at the consumer: each is a judgement with its reason, nothing is lost, the next record is processed."""

from collections.abc import Callable
from io import BytesIO

import pytest
from fastavro import schemaless_writer

from commons.ask import OPERATOR, ask
from commons.landing import ENVELOPE_SCHEMA
from commons.log import LogRecord
from schemas.codec import MAX_VALUE, encode
from schemas.event import headers
from schemas.registry import latest
from schemas.signature import SIG_HEADER
from tests.consumers.conftest import Members, Pipeline
from tests.records import Member, month, report

pytestmark = pytest.mark.clickhouse

Attributes = list[tuple[str, bytes]]
Bend = Callable[[Attributes, bytes, bytes], tuple[Attributes, bytes, bytes]]

_SCHEMA = latest("OccurrenceReported")


def good(member: Member, report_id: str = "r1") -> tuple[Attributes, bytes, bytes]:
    event = member.event("OccurrenceReported", report_id, report(report_id, severity="MINOR"))
    return headers(event, member.key_id, b"0" * 16), report_id.encode(), encode(_SCHEMA, event.value)


def with_value(change: Callable[[bytes], bytes]) -> Bend:
    return lambda attributes, key, value: (attributes, key, change(value))


def with_header(name: str, data: bytes | None) -> Bend:
    def bend(attributes: Attributes, key: bytes, value: bytes) -> tuple[Attributes, bytes, bytes]:
        kept = [(n, d) for n, d in attributes if n != name]
        return (kept if data is None else [*kept, (name, data)]), key, value

    return bend


def saying(version: int = 1, **changes: object) -> Bend:
    return with_value(lambda _: encode(_SCHEMA, report("r1", version, **changes)))


_FAR = {"text": "9999", "from": 2**61, "to": 2**62, "precision": "YEAR"}


_TOKENS = [{"scheme": f"s{number}", "scope": "form", "value": "t"} for number in range(65)]

BENT: list[tuple[str, str, Bend]] = [
    ("a time whose text is another", "BAD_BODY", saying(aware=month("2023-09") | {"text": "0001-01"})),
    ("a time whose text is no time", "BAD_BODY", saying(aware=month("2023-09") | {"text": "2023-09<b>"})),
    ("a time that ends before it begins", "BAD_BODY", saying(aware=month("2023-09") | {"to": 0})),
    ("a time in a far future", "BAD_BODY", saying(aware=_FAR)),
    ("a version before the first", "BAD_BODY", saying(version=0)),
    ("tokens by the dozen", "TOO_LARGE", saying(tokens=_TOKENS)),
    ("no framing", "NO_FRAMING", with_value(lambda value: b"{}")),
    ("empty value", "NO_FRAMING", with_value(lambda value: b"")),
    ("wrong magic", "NO_FRAMING", with_value(lambda value: b"\x01" + value[1:])),
    ("unknown schema", "UNKNOWN_SCHEMA", with_value(lambda value: b"\x00\x00\x0f\x42\x3f" + value[5:])),
    ("another type's schema", "SCHEMA_MISMATCH", with_value(lambda value: b"\x00\x00\x00\x00\x05" + value[5:])),
    ("another schema's hash", "SCHEMA_MISMATCH", with_header("ce_dataschema", b"urn:incident-hub:schema:x:1:00")),
    ("truncated", "BAD_BODY", with_value(lambda value: value[:-1])),
    ("cut to its prefix", "BAD_BODY", with_value(lambda value: value[:5])),
    ("trailing bytes", "BAD_BODY", with_value(lambda value: value + b"\x00\x01")),
    ("two bodies", "BAD_BODY", with_value(lambda value: value + value[5:])),
    ("invalid UTF-8", "BAD_BODY", with_value(lambda value: value.replace(b"Tempe", b"T\xffmpe"))),
    ("huge array length", "BAD_BODY", with_value(lambda value: value[:9] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f")),
    ("over the limit", "TOO_LARGE", with_value(lambda value: value + b"\x00" * MAX_VALUE)),
    ("another key", "WRONG_KEY", lambda attributes, key, value: (attributes, b"r2", value)),
    ("a key and subject that are not the report's", "WRONG_KEY",
     lambda attributes, key, value: (*with_header("ce_subject", b"r2")(attributes, b"r2", value),)),
    ("no id", "HEADER_MISSING", with_header("ce_id", None)),
    ("no key id", "HEADER_MISSING", with_header("ce_keyid", None)),
    ("empty type", "HEADER_MISSING", with_header("ce_type", b"")),
    ("a header twice", "HEADER_REPEATED", lambda attributes, key, value: ([*attributes, attributes[0]], key, value)),
    ("an unknown attribute", "BAD_HEADER", with_header("ce_admin", b"1")),
    ("a header that is no text", "BAD_HEADER", with_header("ce_time", b"\xff\xfe")),
    ("a tier that does not exist", "BAD_HEADER", with_header("ce_sharing", b"PUBLIC")),
    ("a provenance that does not exist", "BAD_HEADER", with_header("ce_provenance", b"HEARSAY")),
    ("another's source", "WRONG_SOURCE", with_header("ce_source", b"/rival/test")),
    ("a source without adapter", "WRONG_SOURCE", with_header("ce_source", b"/acme/")),
    ("a role that it does not have", "NOT_ENTITLED", with_header("ce_role", b"REGULATOR")),
    ("an adapter that is no name", "WRONG_SOURCE", with_header("ce_source", b"/acme/<img src=x>")),
    ("an adapter of kilobytes", "WRONG_SOURCE", with_header("ce_source", b"/acme/" + b"x" * 1000)),
    ("an id that is no text of a line", "BAD_HEADER", with_header("ce_id", b"a\nb")),
    ("an id of kilobytes", "BAD_HEADER", with_header("ce_id", b"x" * 1000)),
    ("a time that is no instant", "BAD_HEADER", with_header("ce_time", b"yesterday")),
    ("a salt that is no 16 bytes", "BAD_HEADER", with_header("ce_salt", b"00")),
    ("an audience with an empty part", "BAD_HEADER", with_header("ce_audience", b"rival,,")),
    ("a purpose that does not exist", "BAD_HEADER", with_header("ce_purposes", b"RESEARCH,MARKETING")),
    ("an interest that does not exist", "BAD_HEADER", with_header("ce_interest", b"")),
    ("a key that is not registered", "UNKNOWN_KEY", with_header("ce_keyid", b"ed25519:0000000000000000")),
    ("headers of a megabyte", "TOO_LARGE", with_header("ce_time", b"x" * 1_000_000)),
]  # fmt: skip


def test_each_bad_record_is_judged_and_the_next_one_counts(pipeline: Pipeline, members: Members) -> None:
    acme = members.acme
    records, expected = [], []
    for index, (_, reason, bend) in enumerate(BENT):
        records.append(acme.sign_raw(*bend(*good(acme))))
        records += acme.reports(report(f"after-{index}", severity="MINOR"))
        expected.append((acme.topic, records[-2].offset, reason))
    pipeline.take(*records)
    assert pipeline.faults() == expected, [what for what, _, _ in BENT]
    assert [name for _, _, name in pipeline.reports()] == [f"after-{index}" for index in range(len(BENT))]


def test_a_source_that_is_no_name_is_not_counted_among_the_sources(pipeline: Pipeline, members: Members) -> None:
    attributes, key, value = good(members.acme)
    bent = [(name, data) for name, data in attributes if name != "ce_source"]
    pipeline.take(*[members.acme.sign_raw([*bent, ("ce_source", b"/acme/<%d>" % n)], key, value) for n in range(3)])
    assert {row["source"] for row in ask(pipeline.client, "faults", OPERATOR).rows} == {""}
    assert [row["source"] for row in ask(pipeline.client, "totals", OPERATOR).rows] == []


@pytest.mark.parametrize("place", ["probability", "rule"])
def test_a_judgement_that_only_the_engine_can_read_stops_nobody(
    pipeline: Pipeline, members: Members, place: str
) -> None:
    """The engine takes a union's index out of range for null; the link worker decodes strictly."""
    acme = members.acme
    value = {
        "a_org": "acme", "a_report": "r1", "b_org": "acme", "b_report": "r2", "relation": "SAME_OCCURRENCE",
        "method": "MANUAL", "probability": None, "rule": None, "reason": "it is one crash",
    }  # fmt: skip
    event = acme.event("OccurrenceLinked", "acme/r1 acme/r2", value)
    framed = encode(latest("OccurrenceLinked"), value)
    assert framed.endswith(b"\x00\x00\x1eit is one crash")
    at = len(framed) - len(b"\x00\x00\x1eit is one crash") + (place == "rule")
    bent = framed[:at] + b"\x04" + framed[at + 1 :]
    lax = acme.sign_raw(headers(event, acme.key_id, b"0" * 16), event.subject.encode(), bent)
    pipeline.take(lax, *acme.reports(report("after")))
    assert [reason for _, _, reason in pipeline.faults()] == ["BAD_BODY"]
    assert [name for _, _, name in pipeline.reports()] == ["after"]


def unsigned(records: list[LogRecord], text: bytes | None) -> LogRecord:
    kept = tuple(header for header in records[0].headers if header[0] != SIG_HEADER.encode())
    return records[0]._replace(headers=kept if text is None else (*kept, (SIG_HEADER.encode(), text)))


def signature_of(record: LogRecord) -> bytes:
    return next(data or b"" for name, data in record.headers if name == SIG_HEADER.encode())


def test_signatures_bad_missing_copied_and_with_a_rubbish_path(pipeline: Pipeline, members: Members) -> None:
    acme, rival = members.acme, members.rival
    batch = acme.sign([acme.event("OccurrenceReported", f"b{n}", report(f"b{n}")) for n in range(5)], batch=5)
    whole = signature_of(batch[2])
    other = rival.reports(report("theirs"))[0]
    bent = [
        unsigned(acme.reports(report("x1")), None),
        unsigned(acme.reports(report("x2")), b"nonsense"),
        unsigned(acme.reports(report("x3")), signature_of(batch[0])),
        unsigned([batch[2]], whole[:-8] + (b"A" * 8 if not whole.endswith(b"A" * 8) else b"B" * 8)),
        acme.record(other.key, other.value, other.headers),
    ]
    good_ones = [record for index, record in enumerate(batch) if index != 2]
    pipeline.take(*sorted([*good_ones, *bent], key=lambda record: record.offset), other)
    assert [reason for _, _, reason in pipeline.faults()] == [
        "BAD_SIGNATURE", "HEADER_MISSING", "BAD_SIGNATURE", "BAD_SIGNATURE", "WRONG_SOURCE",
    ]  # fmt: skip
    assert [name for _, _, name in pipeline.reports()] == ["b0", "b1", "b3", "b4", "theirs"]


def forging(members: Members, guard: bytes) -> tuple[LogRecord, LogRecord]:
    """A validly signed record whose value goes on, behind what it takes for the guard, with a whole row of its
    neighbour's; and the neighbour's record."""
    acme, rival = members.acme, members.rival
    victim = rival.reports(report("victim", severity="MINOR"))[0]
    envelope = {
        "org": "rival", "ce_source": "/rival/test", "ce_id": "forged", "source": "test", "subject": "victim",
        "topic_id": victim.topic_id, "topic": victim.topic, "p": 0, "o": victim.offset,
        "recorded": victim.append_time * 1000, "record_sha": victim.sha, "leaf": bytes(32), "key_id": rival.key_id,
        "role": "OPERATOR", "provenance": "FIRST_HAND", "sharing": "OPEN", "audience": [], "purposes": [],
    }  # fmt: skip
    row = BytesIO()
    schemaless_writer(row, ENVELOPE_SCHEMA, {f"e_{name}": value for name, value in envelope.items()})
    attributes, key, value = good(acme, "attack")
    forged = guard + encode(_SCHEMA, report("victim", severity="FATAL"))[5:]
    return acme.sign_raw(attributes, key, value + guard + row.getvalue() + forged), victim


def severities(pipeline: Pipeline) -> list[tuple[str, str]]:
    rows = pipeline.client.query("SELECT report_id, severity FROM reports_g1 FINAL ORDER BY report_id").result_rows
    return [(str(report_id), str(severity)) for report_id, severity in rows]


def test_a_body_crafted_to_close_itself_and_forge_a_neighbours_row(pipeline: Pipeline, members: Members) -> None:
    pipeline.take(*forging(members, b"guessed!"))
    assert [reason for _, _, reason in pipeline.faults()] == ["BAD_BODY"]
    assert severities(pipeline) == [("victim", "MINOR")]


def test_with_a_guard_that_can_be_guessed_the_forgery_would_succeed(
    pipeline: Pipeline, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why the guard is random: this is the attack that the test above must see refused."""
    monkeypatch.setattr("commons.landing.os.urandom", lambda size: b"guessed!"[:size].ljust(size, b"0"))
    pipeline.take(*forging(members, b"guessed!"))
    assert ("victim", "FATAL") in severities(pipeline)


def test_a_suspended_member_and_one_that_never_was(pipeline: Pipeline, members: Members) -> None:
    before = members.acme.reports(report("before"))
    members.hub.now = members.acme.now + 10
    suspension = members.hub.register(members.acme, "SUSPENDED")
    members.acme.now = members.hub.now + 10
    stranger = Member("stranger", "OPERATOR")
    pipeline.take(suspension, *before, *members.acme.reports(report("after")), *stranger.reports(report("strange")))
    assert [reason for _, _, reason in pipeline.faults()] == ["SUSPENDED", "UNKNOWN_MEMBER"]
    assert [name for _, _, name in pipeline.reports()] == ["before"]


def test_no_governance_on_a_members_topic_and_no_reports_on_governance(pipeline: Pipeline, members: Members) -> None:
    public = members.hub.register(members.acme)
    stolen = members.acme.record(public.key, public.value, public.headers)
    own = members.acme.event("FaultMended", "x", {
        "topic": "hub.events.acme", "partition": 0, "offset": 0, "record_sha256": bytes(32), "reason": "mine",
    })  # fmt: skip
    on_governance = members.hub.reports(report("from-the-hub"))
    pipeline.take(*on_governance, stolen, *members.acme.sign([own]))
    assert [reason for _, _, reason in pipeline.faults()] == ["WRONG_SOURCE", "NOT_ENTITLED", "NOT_ENTITLED"]
    assert pipeline.reports() == []


def test_same_id_again_is_repeated_and_with_other_content_a_conflict(pipeline: Pipeline, members: Members) -> None:
    acme = members.acme
    first = acme.event("OccurrenceReported", "r1", report("r1", severity="MINOR"), id="0" * 32)
    other = acme.event("OccurrenceReported", "r1", report("r1", severity="FATAL"), id="0" * 32)
    elsewhere = acme.event("ReportRetracted", "r1", {"report_id": "r1", "reason": "ERROR", "note": None}, id="0" * 32)
    pipeline.take(*acme.sign([first, first, other, elsewhere]))
    said = ask(pipeline.client, "faults", OPERATOR).rows
    assert [(row["kafka_offset"], row["reason"]) for row in said] == [(2, "CONFLICTING_ID"), (3, "CONFLICTING_ID")]
    totals = ask(pipeline.client, "totals", OPERATOR).rows
    assert [(row["reports"], row["occurrences"], row["faults"]) for row in totals] == [(1, 1, 2)]
    assert ask(pipeline.client, "reports", OPERATOR).rows[0]["severity"] == "MINOR"
