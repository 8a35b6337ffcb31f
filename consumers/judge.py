"""Is this record a fact? Pure: a record and the registry in, an envelope or a reason out.

Only what the framing and the headers say is judged here; whether the body is a value of its schema is found by the
engine when it is projected (project.py), so that no body is decoded in Python on the way in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from commons.landing import Landed
from commons.log import LogRecord
from consumers.entitlement import rule
from consumers.registry import HUB, Registry
from schemas.codec import MAX_VALUE, BodyError, decode, schema_id
from schemas.event import CONTENT_TYPE, OPTIONAL, PROVENANCES, PURPOSES, REQUIRED, SHARINGS
from schemas.registry import SCHEMAS, Schema
from schemas.signature import Signature, SignatureError, leaf, root_from_path
from wire.names import EVENTS

# read in Python later on, where a body that only the engine reads must not arrive
_READ_WHOLE = frozenset({"OccurrenceLinked"})
_KNOWN = frozenset(REQUIRED) | frozenset(OPTIONAL)
_MAX_HEADERS = 64 * 1024
_FIXED = {"ce_specversion": "1.0", "content-type": CONTENT_TYPE}
_INTEREST = "NONE|PARTY_TO_CLAIM|INSURER_OF_SUBJECT|MANUFACTURER_OF_SUBJECT|CERTIFIER_OF_SUBJECT|COMPETITOR|REGULATOR"
_PURPOSE = "|".join(PURPOSES)
FORMS = {
    name: re.compile(form, re.ASCII)
    for name, form in {
        "ce_id": r"[!-~]{1,200}",
        "ce_salt": r"[0-9a-f]{32}",
        "ce_time": r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)",
        "ce_interest": rf"({_INTEREST})(,({_INTEREST}))*",
        "ce_purposes": rf"({_PURPOSE})(,({_PURPOSE}))*",
        "ce_audience": r"[A-Za-z0-9_-]{1,63}(,[A-Za-z0-9_-]{1,63})*",  # org ids, roles, NOT_COMPETITORS
    }.items()
}
"""What the text of an attribute looks like (EVENTS catalogue): it ends up in columns, filters and screens."""
_ADAPTER = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record is no fact: a code, and a sentence that holds no value of the record."""

    reason: str
    detail: str


class _Refused(Exception):  # a way out of the checks, not an error
    def __init__(self, reason: str, detail: str) -> None:
        self.fault = Fault(reason, detail)


@dataclass(frozen=True, slots=True)
class Fact:
    """A record that is a fact as far as its framing goes."""

    record: LogRecord
    schema: Schema
    landed: Landed


def org_of(topic: str) -> str:
    """The publisher, which follows from the topic and from nothing in the record."""
    return topic.removeprefix(EVENTS) if topic.startswith(EVENTS) else HUB


def source_of(record: LogRecord) -> str:
    """The adapter named by a record that may be faulty; empty when it cannot be told."""
    told = [data for name, data in record.headers if name == b"ce_source" and data is not None]
    parts = told[0].decode("utf-8", "replace").split("/") if len(told) == 1 else []
    return parts[2] if len(parts) == 3 and _ADAPTER.fullmatch(parts[2]) else ""


def judge(record: LogRecord, registry: Registry, recorded: int) -> Fact | Fault:
    """Judge one record; `recorded` in microseconds since 1970 UTC goes into the envelope."""
    try:
        return _judge(record, registry, recorded)
    except _Refused as refused:
        return refused.fault


def _judge(record: LogRecord, registry: Registry, recorded: int) -> Fact:
    if record.unreadable:
        raise _Refused("UNREADABLE_BATCH", f"a stored batch that cannot be read: {record.unreadable}")
    org = org_of(record.topic)
    attributes = _attributes(record)
    schema = _schema(record, attributes)
    value = record.value or b""
    source = attributes["ce_source"].split("/")
    if len(source) != 3 or source[:2] != ["", org] or not _ADAPTER.fullmatch(source[2]):
        raise _Refused("WRONG_SOURCE", "ce_source is not /<org>/<adapter> with the topic's org")
    signed = [(name, data or b"") for name, (_, data) in zip(attributes, record.headers, strict=True)]
    digest = leaf(org, signed, record.key or b"", value)
    _check_signature(record, attributes, registry, org, digest)
    _check_entitlement(record, schema, attributes["ce_role"], registry, org)
    if schema.type in _READ_WHOLE:
        _decoded(record)
    envelope = {
        "org": org,
        "ce_source": attributes["ce_source"],
        "ce_id": attributes["ce_id"],
        "source": source[2],
        "subject": attributes["ce_subject"],
        "topic_id": record.topic_id,
        "topic": record.topic,
        "p": record.partition,
        "o": record.offset,
        "recorded": recorded,
        "record_sha": record.sha,
        "leaf": digest,
        "key_id": attributes["ce_keyid"],
        "role": attributes["ce_role"],
        "provenance": attributes["ce_provenance"],
        "sharing": attributes["ce_sharing"],
        "audience": _listed(attributes, "ce_audience"),
        "purposes": _listed(attributes, "ce_purposes"),
    }
    return Fact(record, schema, Landed(envelope, value))


def _listed(attributes: Mapping[str, str], name: str) -> list[str]:
    return attributes[name].split(",") if name in attributes else []


def _attributes(record: LogRecord) -> dict[str, str]:
    if sum(len(name) + len(data or b"") for name, data in record.headers) > _MAX_HEADERS:
        raise _Refused("TOO_LARGE", f"the headers have more than {_MAX_HEADERS} bytes")
    attributes: dict[str, str] = {}
    for raw, data in record.headers:
        try:
            name = raw.decode("utf-8")
            text = None if data is None else data.decode("utf-8")
        except UnicodeDecodeError:
            raise _Refused("BAD_HEADER", "a header's name or value is not UTF-8") from None
        if text is None:
            raise _Refused("BAD_HEADER", "a header has no value")
        if name in attributes:
            raise _Refused("HEADER_REPEATED", "an attribute appears more than once")
        attributes[name] = text
    missing = [name for name in REQUIRED if not attributes.get(name)]
    if missing:
        raise _Refused("HEADER_MISSING", f"missing: {', '.join(missing)}")
    if any(name.startswith("ce_") for name in attributes.keys() - _KNOWN):
        raise _Refused("BAD_HEADER", "a ce_ attribute that the contract does not have")
    wrong = [name for name, expected in _FIXED.items() if attributes[name] != expected]
    wrong += ["ce_provenance"] if attributes["ce_provenance"] not in PROVENANCES else []
    wrong += ["ce_sharing"] if attributes["ce_sharing"] not in SHARINGS else []
    wrong += [name for name, form in FORMS.items() if name in attributes and not form.fullmatch(attributes[name])]
    if wrong:
        raise _Refused("BAD_HEADER", f"not a value of the contract: {', '.join(wrong)}")
    if record.key is None or record.key != attributes["ce_subject"].encode():
        raise _Refused("WRONG_KEY", "the record key is not ce_subject")
    return attributes


def _schema(record: LogRecord, attributes: Mapping[str, str]) -> Schema:
    if record.value is not None and len(record.value) > MAX_VALUE:
        raise _Refused("TOO_LARGE", f"the value has more than {MAX_VALUE} bytes")
    try:
        number = schema_id(record.value)
    except BodyError as error:
        raise _Refused(error.reason, str(error)) from None
    schema = SCHEMAS.get(number)
    if schema is None:
        raise _Refused("UNKNOWN_SCHEMA", f"schema id {number} is not known to this release")
    if attributes["ce_type"] != schema.type or attributes["ce_dataschema"] != schema.dataschema:
        raise _Refused("SCHEMA_MISMATCH", f"ce_type or ce_dataschema disagrees with schema id {number}")
    return schema


@lru_cache(maxsize=4096)
def _signed_root(public: bytes, signature: bytes, root: bytes) -> bool:
    """One check per batch: its events share key, signature and root."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, root)
    except (InvalidSignature, ValueError):
        return False
    return True


def _check_signature(
    record: LogRecord, attributes: Mapping[str, str], registry: Registry, org: str, digest: bytes
) -> None:
    standing = registry.standing(org, record.append_time)
    public = registry.key(org, attributes["ce_keyid"], record.append_time)
    if standing is None and org == HUB and attributes["ce_type"] == "ParticipantRegistered":
        public = registry.founding_key(_decoded(record))
    elif standing is None:
        raise _Refused("UNKNOWN_MEMBER", "the org was not registered when the record was appended")
    elif not standing.active:
        raise _Refused("SUSPENDED", "the org was suspended when the record was appended")
    if public is None:
        raise _Refused("UNKNOWN_KEY", "ce_keyid was no valid key of this org when the record was appended")
    try:
        signature = Signature.parse(attributes["ce_sig"].encode())
    except SignatureError as error:
        raise _Refused("BAD_SIGNATURE", str(error)) from None
    root = root_from_path(digest, signature.index, signature.size, signature.audit)
    if root is None or not _signed_root(public, signature.signature, root):
        raise _Refused("BAD_SIGNATURE", "the signature does not cover this record")


def _decoded(record: LogRecord) -> dict[str, Any]:
    try:
        return decode(record.value or b"")[1]
    except BodyError as error:
        raise _Refused(error.reason, str(error)) from None


def _check_entitlement(record: LogRecord, schema: Schema, role: str, registry: Registry, org: str) -> None:
    standing = registry.standing(org, record.append_time)
    founding = standing is None
    if not founding and standing is not None and role not in standing.roles:
        raise _Refused("NOT_ENTITLED", "ce_role is not a role in which the org is registered")
    entitled = rule(schema.type, record.topic, role)
    if isinstance(entitled, str):
        raise _Refused("NOT_ENTITLED", entitled)
    if entitled.owned is not None and not _decoded(record)[entitled.owned].startswith(f"/{org}/"):
        raise _Refused("NOT_ENTITLED", f"{entitled.owned} is not a source of the publisher's")
