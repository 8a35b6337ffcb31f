"""The contract as an AsyncAPI 3.0 document: `python -m hub.asyncapi docs` writes docs/asyncapi.json.

The application it describes is a member's service: what it may send in each role, and what it may read.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers.entitlement import RULES, Topic
from consumers.judge import FORMS
from schemas.codec import encode
from schemas.event import CONTENT_TYPE, OPTIONAL, PROVENANCES, REQUIRED, SHARINGS, Event, fact_id, headers
from schemas.examples import examples
from schemas.keys import key_id, public_bytes
from schemas.registry import SCHEMAS, Schema
from schemas.signature import SIG_HEADER, leaf, sign_batch
from wire import names
from wire.admin import HUB_PARTITIONS, MAX_MESSAGE_BYTES, PARTITIONS

VERSION = "3.0.0"
AVRO = "application/vnd.apache.avro+json;version=1.9.0"
_ONE_ORG = {Topic.MEMBER: names.events_topic("{org}"), Topic.CONCLUSIONS: names.conclusions_topic("{org}")}
ADDRESSES = {topic: topic.value for topic in Topic} | _ONE_ORG
_HEADERS = "#/components/schemas/Attributes"
_MEANING = {
    "ce_specversion": "CloudEvents 1.0.",
    "ce_id": "Deterministic: the same fact has the same id, so publishing it again adds nothing.",
    "ce_source": "/<org>/<adapter>; the org is that of the topic.",
    "ce_type": "The event type.",
    "ce_subject": "The record key: report, claim, certificate.",
    "ce_dataschema": "Type, version and SHA-256 of the schema; must agree with the id in the value.",
    "content-type": "An Avro datum behind the Confluent prefix.",
    "ce_role": "In which of its registered roles the org says this.",
    "ce_provenance": "How the publisher knows.",
    "ce_sharing": "Who may see the event; a section has a tier of its own.",
    "ce_keyid": "Which key signed.",
    "ce_salt": "16 bytes in hex: a leaf cannot be guessed from what it covers.",
    "ce_sig": "v1.<index>.<size>.<base64url of the Ed25519 signature and the audit path>.",
    "ce_time": "RFC 3339; when the fact was stated, as the publisher says.",
    "ce_interest": "The publisher's own interest, comma-joined.",
    "ce_audience": "Org ids and roles that a SHARED event is for, comma-joined.",
    "ce_purposes": "What it may be used for, comma-joined.",
}


def _attribute(name: str) -> dict[str, Any]:
    """An attribute as JSON Schema, from what the hub checks."""
    fixed: dict[str, dict[str, Any]] = {
        "ce_specversion": {"const": "1.0"},
        "content-type": {"const": CONTENT_TYPE},
        "ce_role": {"enum": sorted({role for rules in RULES.values() for rule in rules for role in rule.roles})},
        "ce_provenance": {"enum": sorted(PROVENANCES)},
        "ce_sharing": {"enum": sorted(SHARINGS)},
    }
    form = {"pattern": f"^({FORMS[name].pattern})$"} if name in FORMS else fixed.get(name, {})
    return {"type": "string", "description": _MEANING[name], **form}


def _name(schema: Schema) -> str:
    return f"{schema.type}.{schema.version}"


def _example(schema: Schema) -> dict[str, Any]:
    """The first good example of a schema, signed with the published key of the test vectors."""
    told = files("schemas") / "examples"
    key = json.loads((told / "signatures.json").read_text("utf-8"))
    shown = json.loads((told / f"{_name(schema)}.json").read_text("utf-8"))["good"][0]
    value, rule = examples(schema)[0][0], RULES[schema.type][0]
    org = key["org"] if rule.topic is Topic.MEMBER else names.HUB_ORG
    subject = str(value[schema.json["key"]]) if "key" in schema.json else "example"
    event = Event(
        schema.type, fact_id(subject), f"/{org}/example", subject, min(rule.roles), value, provenance="FIRST_HAND"
    )
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"]))
    signer = key_id(public_bytes(private.public_key()))
    attributes = dict(headers(event, signer, bytes(16))) | {"ce_dataschema": schema.dataschema.encode()}
    digest = leaf(org, list(attributes.items()), subject.encode(), encode(schema, value))
    attributes[SIG_HEADER] = sign_batch(private, [digest])[0].text().encode()
    return {
        "summary": "Bytes in hex and decimals as text; key is ce_subject; signed with the key of the test vectors.",
        "headers": {name: text.decode() for name, text in sorted(attributes.items())},
        "payload": shown,
    }


def _message(schema: Schema) -> dict[str, Any]:
    told = {"ce_type": {"const": schema.type}, "ce_dataschema": {"const": schema.dataschema}}
    return {
        "name": _name(schema),
        "summary": schema.json["doc"],
        "contentType": CONTENT_TYPE,
        "headers": {"allOf": [{"$ref": _HEADERS}, {"type": "object", "properties": told}]},
        "payload": {"schemaFormat": AVRO, "schema": schema.json},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "ce_subject"},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "bindingVersion": "0.5.0",
            }
        },
        "externalDocs": {"url": f"events/{_name(schema)}.md"},
        "examples": [_example(schema)],
    }


def _channel(topic: Topic, schemas: list[Schema]) -> dict[str, Any]:
    here = [schema for schema in schemas if any(rule.topic is topic for rule in RULES[schema.type])]
    member = topic is Topic.MEMBER
    channel: dict[str, Any] = {
        "address": ADDRESSES[topic],
        "description": "Written by its org alone." if member else "Written by the hub alone.",
        "messages": {_name(schema): {"$ref": f"#/components/messages/{_name(schema)}"} for schema in here},
        "bindings": {
            "kafka": {
                "partitions": PARTITIONS if member else HUB_PARTITIONS,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"], "retention.ms": -1, "max.message.bytes": MAX_MESSAGE_BYTES,
                },
                "bindingVersion": "0.5.0",
            }
        },
    }  # fmt: skip
    if topic in _ONE_ORG:
        channel["parameters"] = {"org": {"description": "1 to 63 of a-z, 0-9 and -, no - at either end."}}
    return channel


def _operations(schemas: list[Schema]) -> dict[str, Any]:
    """What each role may send where, and what a member may read."""
    messages: dict[tuple[str, Topic], list[str]] = {}
    for schema in schemas:
        for rule in RULES[schema.type]:
            for role in rule.roles:
                messages.setdefault((role, rule.topic), []).append(_name(schema))
    operations: dict[str, Any] = {
        f"send.{role}.{topic.name.lower()}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{topic.name.lower()}"},
            "messages": [{"$ref": f"#/channels/{topic.name.lower()}/messages/{name}"} for name in sent],
        }
        for (role, topic), sent in sorted(messages.items(), key=lambda item: (item[0][0], item[0][1].name))
    }
    for topic in (Topic.MEMBER, Topic.GOVERNANCE, Topic.CHECKPOINTS, Topic.CONCLUSIONS):
        operations[f"receive.{topic.name.lower()}"] = {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{topic.name.lower()}"},
        }
    return operations


def document() -> dict[str, Any]:
    """The whole document; every part of it follows from the schemas, the topics and who may publish what."""
    schemas = sorted(SCHEMAS.values(), key=lambda schema: schema.id)
    security = [{"$ref": "#/components/securitySchemes/scram"}]
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Incident Hub",
            "version": "1",
            "description": "Generated by `python -m hub.asyncapi docs`; a test keeps it in step. A value is the "
            "byte 0, the schema id (four bytes, big-endian) and an Avro datum.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "here": {"host": "127.0.0.1", "protocol": "kafka", "description": "On the hub's machine: SASL_PLAINTEXT; "
                     "the port stands in the connection profile.", "security": security},
            "elsewhere": {"host": "{host}", "protocol": "kafka-secure", "description": "`hub up --listen`: SASL_SSL.",
                          "variables": {"host": {"description": "As in the connection profile."}},
                          "security": security},
        },
        "channels": {topic.name.lower(): _channel(topic, schemas) for topic in Topic},
        "operations": _operations(schemas),
        "components": {
            "securitySchemes": {
                "scram": {"type": "scramSha512", "description": "User and password stand in the connection profile."},
            },
            "schemas": {
                "Attributes": {
                    "type": "object",
                    "required": list(REQUIRED),
                    "properties": {name: _attribute(name) for name in (*REQUIRED, *OPTIONAL)},
                },
            },
            "messages": {_name(schema): _message(schema) for schema in schemas},
        },
    }  # fmt: skip


def text() -> str:
    """The document as it is written."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    (Path(sys.argv[1]) / "asyncapi.json").write_text(text(), "utf-8")
