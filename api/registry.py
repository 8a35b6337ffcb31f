"""The event schemas in the shape of Confluent's Schema Registry, read only: other Kafka clients read the topics by it.

Subjects are record names (RecordNameStrategy); docs/decisions/0017-subjects-are-record-names.md has what each client
asks for.
"""

import json
import re
from typing import Annotated, Any, Literal, NoReturn

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.errors import REGISTRY_TYPE, Error, Refused
from schemas.registry import NAMESPACE, SCHEMAS, Schema, SchemaError, fingerprint

_NO_SUBJECT, _NO_VERSION, _NO_SCHEMA = 40401, 40402, 40403
_BAD_SCHEMA, _BAD_VERSION = 42201, 42202

_TEXTS = {schema.id: json.dumps(schema.json, separators=(",", ":")) for schema in SCHEMAS.values()}
_SUBJECTS: dict[str, dict[int, Schema]] = {}
for _schema in SCHEMAS.values():
    _SUBJECTS.setdefault(f"{NAMESPACE}.{_schema.type}", {})[_schema.version] = _schema


class _RegistryJSON(JSONResponse):
    media_type = REGISTRY_TYPE


class Text(BaseModel):
    """A schema by its id."""

    text: str = Field(alias="schema", description="The Avro schema, self-contained, as JSON text")


class Place(BaseModel):
    """Where a schema is registered."""

    subject: str
    version: int


class Registered(Place):
    """A version of a subject."""

    id: int
    text: str = Field(alias="schema", description="The Avro schema, self-contained, as JSON text")


class Lookup(BaseModel):
    """The schema that a client has."""

    text: str = Field(alias="schema", description="An Avro schema as JSON text")
    kind: Literal["AVRO"] = Field("AVRO", alias="schemaType")


class Compatibility(BaseModel):
    """What every new version keeps."""

    level: Literal["BACKWARD_TRANSITIVE"] = Field("BACKWARD_TRANSITIVE", alias="compatibilityLevel")


class Mode(BaseModel):
    """Whether schemas can be registered here."""

    mode: Literal["READONLY"] = "READONLY"


Id = Annotated[int, Path(description="Schema id, as bytes 2 to 5 of a record's value say")]
Subject = Annotated[str, Path(description="Record name, like incidenthub.OccurrenceReported")]
Version = Annotated[str, Path(description='Number from 1, or "latest"')]

router = APIRouter(default_response_class=_RegistryJSON, responses={404: {"model": Error}}, tags=["schemas"])


@router.get("/schemas/types")
async def types() -> list[str]:
    """The kinds of schemas there are."""
    return ["AVRO"]


@router.get("/schemas/ids/{schema_id}")
async def by_id(schema_id: Id) -> Text:
    """The schema that wrote a record."""
    return Text(schema=_TEXTS[_by_id(schema_id).id])


@router.get("/schemas/ids/{schema_id}/schema", response_model=dict[str, Any])
async def by_id_alone(schema_id: Id) -> JSONResponse:
    """The schema that wrote a record, as it is."""
    return _RegistryJSON(_by_id(schema_id).json)


@router.get("/schemas/ids/{schema_id}/versions")
async def places(schema_id: Id) -> list[Place]:
    """The one subject and version that a schema has."""
    schema = _by_id(schema_id)
    return [Place(subject=f"{NAMESPACE}.{schema.type}", version=schema.version)]


@router.get("/subjects")
async def subjects() -> list[str]:
    """Every subject."""
    return sorted(_SUBJECTS)


@router.post("/subjects/{subject}", responses={422: {"model": Error}})
async def look_up(subject: Subject, known: Lookup) -> Registered:
    """Which version a schema is: a question, nothing is registered.

    Kafka Connect asks it of every new schema that it reads, by default under the subject of a topic's values. There
    it is answered by content: a topic holds every type of event.
    """
    of_topic = subject.startswith("hub.") and subject.endswith("-value")
    candidates = SCHEMAS.values() if of_topic else _versions(subject).values()
    try:
        digest = fingerprint(known.text)
    except SchemaError:
        raise Refused(422, _BAD_SCHEMA, "The text is no Avro schema that can be read.") from None
    found = next((schema for schema in candidates if schema.sha256 == digest), None)
    return _registered(found, subject) if found else _refuse(_NO_SCHEMA, "Schema not found.")


@router.get("/subjects/{subject}/versions")
async def versions(subject: Subject) -> list[int]:
    """The versions of a subject."""
    return sorted(_versions(subject))


@router.get("/subjects/{subject}/versions/{version}", responses={422: {"model": Error}})
async def by_version(subject: Subject, version: Version) -> Registered:
    """One version of a subject."""
    return _registered(_version(subject, version), subject)


@router.get("/subjects/{subject}/versions/{version}/schema", responses={422: {"model": Error}})
async def by_version_alone(subject: Subject, version: Version) -> dict[str, Any]:
    """One version of a subject, as it is."""
    return _version(subject, version).json


@router.get("/config")
async def config() -> Compatibility:
    """New versions read all that older ones wrote."""
    return Compatibility()


@router.get("/mode")
async def mode() -> Mode:
    """Schemas come with a release, never over the network."""
    return Mode()


def _by_id(schema_id: int) -> Schema:
    return SCHEMAS.get(schema_id) or _refuse(_NO_SCHEMA, f"Schema {schema_id} not found.")


def _versions(subject: str) -> dict[int, Schema]:
    return _SUBJECTS.get(subject) or _refuse(_NO_SUBJECT, f"Subject '{subject}' not found: /subjects lists them.")


def _version(subject: str, version: str) -> Schema:
    known = _versions(subject)
    if version in ("latest", "-1"):  # clients may say either
        return known[max(known)]
    if not re.fullmatch(r"[1-9][0-9]{0,8}", version):
        raise Refused(422, _BAD_VERSION, 'A version is a number from 1, or "latest".')
    return known.get(int(version)) or _refuse(_NO_VERSION, f"Version {version} not found.")


def _registered(schema: Schema, subject: str) -> Registered:
    return Registered(subject=subject, version=schema.version, id=schema.id, schema=_TEXTS[schema.id])


def _refuse(code: int, message: str) -> NoReturn:
    raise Refused(404, code, message)
