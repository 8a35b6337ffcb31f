"""Other people's readers read our topics as they are, by the schemas that the API shows.

The examples of every event type are published to a real broker; the bytes that come back are read by Confluent's
deserialiser and by ClickHouse's AvroConfluent format, each of which asks a running API for the schemas.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import Schema as RegistrySchema
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from commons.landing import _column_type
from producers.publisher import publish
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema
from tests.api.conftest import NOWHERE
from tests.broker_fixture import RunningBroker
from tests.records import Member
from tests.served import served
from wire.access import Access
from wire.admin import PARTITIONS
from wire.names import events_topic

pytestmark = [pytest.mark.kafka, pytest.mark.net]

ORG = "read-by-others"
EXAMPLES = [
    (schema, f"{schema.type}-{number}", value)
    for schema in SCHEMAS.values()
    for number, value in enumerate(examples(schema)[0])
]
"""Schema, record key, value of every good example."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served("hub.run_api", "/health", tmp_path_factory.mktemp("served"), NOWHERE, "secret") as where:
        yield where


@pytest.fixture(scope="module")
def records(broker: RunningBroker) -> dict[str, bytes]:
    """Key -> value of what was published, as librdkafka gets it from the broker."""
    access, member = broker.member(ORG), Member(ORG, "OPERATOR")
    publish(access, ORG, member.key, [member.event(schema.type, key, value) for schema, key, value in EXAMPLES])
    return consumed(access)


def consumed(access: Access) -> dict[str, bytes]:
    consumer = Consumer(
        {
            "bootstrap.servers": access.bootstrap,
            "security.protocol": access.security,
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": access.user,
            "sasl.password": access.password,
            "group.id": f"m.{ORG}.reader",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    found: dict[str, bytes] = {}
    try:
        consumer.assign([TopicPartition(events_topic(ORG), partition, 0) for partition in range(PARTITIONS)])
        while len(found) < len(EXAMPLES):
            message = consumer.poll(30)
            assert message is not None, f"only {len(found)} of {len(EXAMPLES)} records came"
            assert message.error() is None, message.error()
            found[(message.key() or b"").decode()] = message.value() or b""
    finally:
        consumer.close()
    return found


@pytest.mark.parametrize(
    "conf",
    [
        {},
        {"subject.name.strategy": record_subject_name_strategy},
        {"subject.name.strategy": record_subject_name_strategy, "use.latest.version": True},
    ],
    ids=["default", "record names", "latest version"],
)
def test_confluents_deserialiser_reads_them(records: dict[str, bytes], address: str, conf: dict[str, Any]) -> None:
    with SchemaRegistryClient({"url": address}) as registry:
        read = AvroDeserializer(registry, conf=conf)
        context = SerializationContext(events_topic(ORG), MessageField.VALUE)
        for _, key, value in EXAMPLES:
            assert read(records[key], context) == value


def test_confluents_client_finds_its_way_and_is_told_that_it_may_not_write(address: str) -> None:
    with SchemaRegistryClient({"url": address}) as registry:
        for schema in SCHEMAS.values():
            subject = f"incidenthub.{schema.type}"
            assert registry.get_version(subject, schema.version).schema_id == schema.id
            known = RegistrySchema(json.dumps(schema.json), "AVRO")
            assert registry.lookup_schema(f"{events_topic(ORG)}-value", known).schema_id == schema.id
        assert registry.get_subjects() == sorted({f"incidenthub.{schema.type}" for schema in SCHEMAS.values()})
        with pytest.raises(SchemaRegistryError) as refused:
            registry.register_schema("incidenthub.Mine", RegistrySchema('"string"', "AVRO"))
        assert (refused.value.http_status_code, refused.value.error_code) == (405, 42205)
        with pytest.raises(SchemaRegistryError) as missing:
            registry.get_schema(9999)
        assert (missing.value.http_status_code, missing.value.error_code) == (404, 40403)


# Run in a process of its own: an engine holds its process's one store.
_READER = """
import json, sys, chdb
for sql, path in json.load(sys.stdin):
    with open(path, "wb") as out:
        out.write(chdb.query(sql, "Arrow").bytes())
"""


def clickhouse(address: str, folder: Path, asked: list[tuple[bytes, str]]) -> list[list[dict[str, Any]]]:
    """The rows of each (stream of records, structure), as the embedded engine reads them."""
    statements = []
    for number, (stream, structure) in enumerate(asked):
        source = folder / f"{number}.records"
        source.write_bytes(stream)
        quoted = structure.replace("'", "''")
        sql = (
            f"SELECT * FROM file('{source}', AvroConfluent, '{quoted}') SETTINGS"
            f" format_avro_schema_registry_url = '{address}', input_format_avro_allow_missing_fields = 1,"
            " output_format_arrow_string_as_string = 0"
        )
        statements.append((sql, f"{source}.arrow"))
    done = subprocess.run(
        [sys.executable, "-c", _READER], input=json.dumps(statements), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [pa.ipc.open_file(path).read_all().to_pylist() for _, path in statements]


def structure(schema: Schema) -> str:
    named: dict[str, Any] = {}
    return ", ".join(f"`{field['name']}` {_column_type(field['type'], named)}" for field in schema.json["fields"])


def as_clickhouse_has_it(node: Any) -> Any:
    """A value of an example: text as bytes, for ClickHouse tells no difference."""
    if isinstance(node, str):
        return node.encode()
    if isinstance(node, list):
        return [as_clickhouse_has_it(item) for item in node]
    return {key: as_clickhouse_has_it(item) for key, item in node.items()} if isinstance(node, dict) else node


def as_dictionaries(node: Any) -> Any:
    """A value as Arrow gives it: a map is a list of pairs there."""
    if isinstance(node, list) and node and all(isinstance(item, tuple) for item in node):
        return {key.decode(): as_dictionaries(value) for key, value in node}
    if isinstance(node, list):
        return [as_dictionaries(item) for item in node]
    return {key: as_dictionaries(item) for key, item in node.items()} if isinstance(node, dict) else node


@pytest.mark.clickhouse
def test_clickhouse_reads_them(records: dict[str, bytes], address: str, tmp_path: Path) -> None:
    expected = [
        [(key, as_clickhouse_has_it(value)) for other, key, value in EXAMPLES if other == schema]
        for schema in SCHEMAS.values()
    ]
    asked = [
        (b"".join(records[key] for key, _ in values), structure(schema))
        for schema, values in zip(SCHEMAS.values(), expected, strict=True)
    ]
    topic = (b"".join(records[key] for _, key, _ in EXAMPLES), "report_id String")
    *read, whole = clickhouse(address, tmp_path, [*asked, topic])
    assert [as_dictionaries(rows) for rows in read] == [[value for _, value in values] for values in expected]
    assert [row["report_id"] for row in whole] == [value.get("report_id", "").encode() for _, _, value in EXAMPLES]
