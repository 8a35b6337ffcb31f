"""Every type of the catalogue lands: what its examples say stands in the columns, and what is bent is refused."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from commons.client import Client, DatabaseError, connect
from commons.landing import Landed, container, landing_ddl, landing_name
from consumers.entitlement import rule
from schemas.codec import BodyError, decode, encode
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema, latest
from tests.consumers.conftest import Members, Pipeline
from tests.engine_fixture import EngineProcess
from tests.records import Member

pytestmark = pytest.mark.clickhouse

_ENVELOPE: dict[str, Any] = {
    "org": "acme", "ce_source": "/acme/test", "ce_id": "0" * 32, "source": "test", "topic_id": "t",
    "topic": "hub.events.acme", "p": 0, "o": 5, "recorded": 1, "record_sha": bytes(32), "leaf": bytes(32),
    "key_id": "k", "role": "INSURER", "provenance": "FIRST_HAND", "sharing": "OPEN", "audience": [], "purposes": [],
}  # fmt: skip


def subject(schema: Schema, value: dict[str, Any]) -> str:
    return str(value[schema.json["key"]]) if "key" in schema.json else "subject"


@pytest.fixture(scope="module")
def keeping(commons_engine: EngineProcess) -> Client:
    """A database for landings that keep what they are given, so that it can be read back."""
    made = connect(commons_engine.url, commons_engine.password)
    made.command("CREATE DATABASE IF NOT EXISTS kept ENGINE = Atomic", settings={"database": "default"})
    return made


def table(schema: Schema) -> str:
    return landing_name(schema, 1).replace("hub.", "kept.")


def landing(client: Client, schema: Schema) -> None:
    ddl = landing_ddl(schema, 1).replace("ENGINE = Null", "ENGINE = Memory")
    client.command(ddl.replace("CREATE TABLE IF NOT EXISTS hub.", "CREATE OR REPLACE TABLE kept."))


def insert(client: Client, schema: Schema, landed: Sequence[Landed]) -> None:
    settings = {"input_format_avro_allow_missing_fields": 0}
    client.raw_insert(table(schema), insert_block=container(schema, landed), fmt="Avro", settings=settings)


def plain(value: Any) -> Any:
    """A value as it can be compared: the client shows bytes in a text column as text, or as hex where they are none."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    return value


def test_the_examples_of_every_type_land_as_they_are(keeping: Client) -> None:
    for schema in SCHEMAS.values():
        good, _ = examples(schema)
        landing(keeping, schema)
        insert(keeping, schema, [Landed(_ENVELOPE | {"subject": subject(schema, v)}, encode(schema, v)) for v in good])
        rows = list(keeping.query(f"SELECT * FROM {table(schema)}").named_results())
        expected = [plain({name: item for name, item in value.items() if name != "sections"}) for value in good]
        assert [plain({name: row[name] for name in expected[0]}) for row in rows] == expected, schema.type


def test_bodies_that_are_none_are_refused_by_the_engine_and_by_the_codec(keeping: Client) -> None:
    for schema in SCHEMAS.values():
        landing(keeping, schema)
        value = examples(schema)[0][0]
        framed = encode(schema, value)
        key = subject(schema, value)
        for bent in (framed[:-1], framed[:5], framed + b"\x00", framed + framed[5:]):
            with pytest.raises(BodyError):
                decode(bent)
            with pytest.raises(DatabaseError):
                insert(keeping, schema, [Landed(_ENVELOPE | {"subject": key}, bent)])
        if "key" in schema.json:
            with pytest.raises(DatabaseError, match="subject"):
                insert(keeping, schema, [Landed(_ENVELOPE | {"subject": "another"}, framed)])
        assert keeping.command(f"SELECT count() FROM {table(schema)}") == 0, schema.type


def test_text_that_is_no_utf8_is_refused_wherever_it_stands(keeping: Client) -> None:
    for event_type, marker in (
        ("ClaimTransacted", b"Collision while automated"),  # null or text
        ("ClaimTransacted", b"SOFTWARE"),  # a leaf of a list in a list
        ("FindingPublished", b"Log of the ten seconds before"),  # beside bytes, in a list
        ("ExposureReported", b"Sum of the vehicle's month"),
        ("PolicySet", b"dominance"),  # the key of a map
        ("CertificateChanged", b"Radiology"),  # a list in a map in a list
    ):
        schema = latest(event_type)
        landing(keeping, schema)
        value = next(v for v in examples(schema)[0] if marker in encode(schema, v))
        framed = encode(schema, value)
        bent = framed.replace(marker, b"\xff" + marker[1:])
        with pytest.raises(BodyError):
            decode(bent)
        envelope = _ENVELOPE | {"subject": subject(schema, value)}
        insert(keeping, schema, [Landed(envelope, framed)])
        with pytest.raises(DatabaseError):
            insert(keeping, schema, [Landed(envelope, bent)])


def test_amounts_are_exact_up_to_the_last_of_38_digits(keeping: Client) -> None:
    schema = latest("ExposureReported")
    landing(keeping, schema)
    least = examples(schema)[0][-1]
    numbers = ["0", "-0.000001", "87.75386", "0.1", "-12.5", "9" * 32 + ".999999", "-" + "9" * 32 + ".999999"]
    values = [least | {"value": Decimal(number)} for number in numbers]
    insert(keeping, schema, [Landed(_ENVELOPE | {"subject": "largest"}, encode(schema, value)) for value in values])
    rows = keeping.query(f"SELECT value, toTypeName(value) FROM {table(schema)}").result_rows
    assert [row[0] for row in rows] == [Decimal(number) for number in numbers]
    assert {row[1] for row in rows} == {"Decimal(38, 6)"}


def test_every_type_is_judged_and_becomes_a_fact(pipeline: Pipeline, members: Members) -> None:
    regulator, investigator = Member("authority", "REGULATOR"), Member("institute", "INVESTIGATOR")
    members.hub.now = max(members.acme.now, members.rival.now) + 1
    pipeline.take(*[members.hub.register(member) for member in (regulator, investigator)])
    publishers = (members.bridge, members.acme, members.rival, regulator, investigator, members.hub)
    for member in publishers:
        member.now = members.hub.now + 1
    expected: dict[str, int] = {}
    records = []
    for schema in SCHEMAS.values():
        if schema.type in ("ParticipantRegistered", "KeyChanged", "FaultMended"):
            continue  # their examples speak of keys and records that this hub does not have
        if schema.type == "RecordsJudged":
            continue  # what the hub says of the log is not part of it
        publisher = next(member for member in publishers if _may(member, schema.type))
        for number, value in enumerate(examples(schema)[0]):
            source = f"/{publisher.org}/test"
            told = value | ({"target_source": source} if schema.type == "SharingChanged" else {})
            event = publisher.event(schema.type, subject(schema, told), told, id=f"{schema.id:016}{number:016}")
            records += publisher.sign([event])
        expected[schema.type] = len(examples(schema)[0])
    pipeline.take(*records)
    assert pipeline.faults() == []
    counted = pipeline.client.query(
        "SELECT ce_type, count() FROM facts_g1 FINAL WHERE ce_type != 'ParticipantRegistered' GROUP BY ce_type"
    ).result_rows
    assert {str(row[0]): int(row[1]) for row in counted} == expected
    assert pipeline.client.command("SELECT count() FROM accepted_g1 FINAL") == sum(expected.values()) + len(publishers)


def _may(member: Member, event_type: str) -> bool:
    return not isinstance(rule(event_type, member.topic, member.role), str)


def test_the_record_key_is_the_one_the_schema_names(pipeline: Pipeline, members: Members) -> None:
    value = examples(latest("ClaimTransacted"))[0][0]
    good = members.acme.event("ClaimTransacted", value["claim_ref"], value)
    bad = members.acme.event("ClaimTransacted", "another", value)
    pipeline.take(*members.acme.sign([good, bad]))
    assert pipeline.faults() == [(members.acme.topic, 1, "WRONG_KEY")]
