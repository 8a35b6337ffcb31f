"""The AsyncAPI document: in step with what it is generated from, whole in itself, and true to what the hub checks."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers.entitlement import RULES, Rule, rule
from hub import asyncapi
from schemas.codec import encode
from schemas.event import OPTIONAL, REQUIRED
from schemas.examples import examples
from schemas.registry import SCHEMAS, Schema, fingerprint
from schemas.signature import Signature, leaf, verifies
from wire import names

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "asyncapi.json").read_text("utf-8"))
MESSAGES = DOCUMENT["components"]["messages"]
ALL = sorted(SCHEMAS.values(), key=lambda schema: schema.id)


def name(schema: Schema) -> str:
    return f"{schema.type}.{schema.version}"


def found(reference: str) -> Any:
    """What a reference within the document leads to; KeyError if nowhere."""
    start, *parts = reference.split("/")
    assert start == "#"
    node = DOCUMENT
    for part in parts:
        node = node[part]
    return node


def references(node: Any) -> list[str]:
    """Every `$ref` under a node, payload schemas and examples left out: they are no AsyncAPI."""
    if isinstance(node, list):
        return [reference for item in node for reference in references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [r for key, value in node.items() if key not in ("payload", "examples") for r in references(value)]


def test_it_is_in_step() -> None:
    """If not, write it again with `python -m hub.asyncapi docs`."""
    assert (ROOT / "docs" / "asyncapi.json").read_text("utf-8") == asyncapi.text()


def test_it_has_the_parts_of_asyncapi_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT) <= {
        "asyncapi", "id", "info", "defaultContentType", "servers", "channels", "operations", "components",
    }  # fmt: skip
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for server in DOCUMENT["servers"].values():
        assert {"host", "protocol"} <= server.keys()
        assert [found(way["$ref"])["type"] for way in server["security"]] == ["scramSha512"]
        assert set(re.findall(r"{(\w+)}", server["host"])) == server.get("variables", {}).keys()
    for channel in DOCUMENT["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == channel.get("parameters", {}).keys()
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
        within = f"{operation['channel']['$ref']}/messages/"
        assert all(message["$ref"].startswith(within) for message in operation.get("messages", []))


def test_every_reference_leads_somewhere() -> None:
    told = references(DOCUMENT)
    assert len(told) > len(ALL)
    assert all(found(reference) for reference in told)


def test_channels_are_the_topics() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    ours = {names.GOVERNANCE, names.CHECKPOINTS, names.ACCESS, names.SIGNALS}
    assert addresses == {"hub.events.{org}", "hub.to.{org}", *ours}
    assert DOCUMENT["channels"]["member"]["address"].format(org="acme") == names.events_topic("acme")


def test_operations_say_who_may_publish_what_where() -> None:
    told = {
        (key.split(".")[1], channel["address"].format(org="acme"), message["$ref"].rpartition("/")[2])
        for key, operation in DOCUMENT["operations"].items()
        if operation["action"] == "send"
        for channel in [found(operation["channel"]["$ref"])]
        for message in operation["messages"]
    }
    roles = {role for rules in RULES.values() for entry in rules for role in entry.roles}
    topics = [address.format(org="acme") for address in asyncapi.ADDRESSES.values()]
    allowed = {
        (role, topic, name(schema))
        for role, topic, schema in product(roles, topics, ALL)
        if isinstance(rule(schema.type, topic, role), Rule)
    }
    assert told == allowed


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_every_schema_has_a_message_with_an_example_that_a_hub_would_take(schema: Schema) -> None:
    message = MESSAGES[name(schema)]
    assert message["payload"]["schemaFormat"] == "application/vnd.apache.avro+json;version=1.9.0"
    assert fingerprint(json.dumps(message["payload"]["schema"])) == schema.sha256
    (example,) = message["examples"]
    attributes = example["headers"]
    assert set(REQUIRED) <= attributes.keys() <= {*REQUIRED, *OPTIONAL}
    base, own = message["headers"]["allOf"]
    for key, form in [*found(base["$ref"])["properties"].items(), *own["properties"].items()]:
        if key in attributes:
            assert attributes[key] == form.get("const", attributes[key])
            assert attributes[key] in form.get("enum", [attributes[key]])
            assert re.search(form.get("pattern", ""), attributes[key])
    org = attributes["ce_source"].split("/")[1]
    body = encode(schema, examples(schema)[0][0])
    digest = leaf(org, [(k, v.encode()) for k, v in attributes.items()], attributes["ce_subject"].encode(), body)
    told = json.loads((ROOT / "schemas" / "examples" / "signatures.json").read_text("utf-8"))
    public = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(told["seed"])).public_key()
    assert verifies(public, digest, Signature.parse(attributes["ce_sig"].encode()))


def test_there_is_no_message_without_a_schema() -> None:
    assert MESSAGES.keys() == {name(schema) for schema in ALL}
