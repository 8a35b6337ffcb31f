"""The schemas in the shape of Confluent's Schema Registry: what each route answers, and its errors."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.errors import REGISTRY_TYPE
from api.registry import _SUBJECTS
from schemas.registry import SCHEMAS, Schema, SchemaError, fingerprint, latest

ALL = list(SCHEMAS.values())
REPORT = latest("OccurrenceReported")
SUBJECT = "incidenthub.OccurrenceReported"


def name(schema: Schema) -> str:
    return f"{schema.type}.{schema.version}"


def got(api: TestClient, path: str) -> Any:
    answer = api.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == REGISTRY_TYPE
    return answer.json()


def refused(api: TestClient, path: str, status: int, code: int) -> str:
    return error(api.get(path), status, code)


def error(answer: Any, status: int, code: int) -> str:
    told = answer.json()
    assert (answer.status_code, told["error_code"]) == (status, code), answer.text
    assert told.keys() == {"error_code", "message", "request_id"}
    assert answer.headers["content-type"] == REGISTRY_TYPE
    assert answer.headers["x-request-id"] == told["request_id"]
    return str(told["message"])


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_a_schema_is_found_by_its_id(api: TestClient, schema: Schema) -> None:
    whole = got(api, f"/schemas/ids/{schema.id}")
    assert whole.keys() == {"schema"}
    assert json.loads(whole["schema"]) == schema.json
    assert fingerprint(whole["schema"]) == schema.sha256
    assert got(api, f"/schemas/ids/{schema.id}/schema") == schema.json
    where = {"subject": f"incidenthub.{schema.type}", "version": schema.version}
    assert got(api, f"/schemas/ids/{schema.id}/versions") == [where]


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_a_schema_is_found_by_its_subject(api: TestClient, schema: Schema) -> None:
    subject = f"incidenthub.{schema.type}"
    assert subject in got(api, "/subjects")
    assert schema.version in got(api, f"/subjects/{subject}/versions")
    version = got(api, f"/subjects/{subject}/versions/{schema.version}")
    text = version.pop("schema")
    assert version == {"subject": subject, "version": schema.version, "id": schema.id}
    assert json.loads(text) == schema.json
    assert got(api, f"/subjects/{subject}/versions/{schema.version}/schema") == schema.json


def test_latest_is_the_newest_version_by_either_name(api: TestClient) -> None:
    for word in ("latest", "-1"):
        assert got(api, f"/subjects/{SUBJECT}/versions/{word}")["id"] == REPORT.id
        assert got(api, f"/subjects/{SUBJECT}/versions/{word}/schema") == REPORT.json


def test_a_newer_version_is_the_latest_and_the_older_one_stays(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = next(schema for schema in ALL if schema != REPORT)
    monkeypatch.setitem(_SUBJECTS, SUBJECT, {1: REPORT, 2: newer})
    assert got(api, f"/subjects/{SUBJECT}/versions") == [1, 2]
    assert got(api, f"/subjects/{SUBJECT}/versions/latest")["id"] == newer.id
    assert got(api, f"/subjects/{SUBJECT}/versions/1")["id"] == REPORT.id


def test_what_kind_of_registry_it_is(api: TestClient) -> None:
    assert got(api, "/schemas/types") == ["AVRO"]
    assert got(api, "/config") == {"compatibilityLevel": "BACKWARD_TRANSITIVE"}
    assert got(api, "/mode") == {"mode": "READONLY"}
    assert len(got(api, "/subjects")) == len({schema.type for schema in ALL})


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/schemas/ids/9999", 404, 40403),
        ("/schemas/ids/9999/schema", 404, 40403),
        ("/schemas/ids/9999/versions", 404, 40403),
        ("/schemas/ids/-4", 404, 40403),
        ("/schemas/ids/four", 404, 404),
        (f"/schemas/ids/{'9' * 5000}", 404, 404),
        ("/schemas/nothing", 404, 404),
        ("/subjects/nobody/versions", 404, 40401),
        ("/subjects/nobody/versions/1", 404, 40401),
        ("/subjects/nobody/versions/latest/schema", 404, 40401),
        ("/subjects/hub.events.acme-value/versions/latest", 404, 40401),
        (f"/subjects/{SUBJECT}/versions/99", 404, 40402),
        (f"/subjects/{SUBJECT}/versions/99/schema", 404, 40402),
        (f"/subjects/{SUBJECT}/versions/0", 422, 42202),
        (f"/subjects/{SUBJECT}/versions/-2", 422, 42202),
        (f"/subjects/{SUBJECT}/versions/one", 422, 42202),
        (f"/subjects/{SUBJECT}/versions/{'1' * 5000}", 422, 42202),
    ],
)
def test_what_is_not_there_has_the_registrys_code(api: TestClient, path: str, status: int, code: int) -> None:
    assert refused(api, path, status, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/subjects/{SUBJECT}/versions"),
        ("DELETE", f"/subjects/{SUBJECT}"),
        ("DELETE", f"/subjects/{SUBJECT}/versions/1"),
        ("PUT", "/config"),
        ("DELETE", "/config"),
        ("PUT", "/mode"),
        ("POST", f"/schemas/ids/{REPORT.id}"),
    ],
)
def test_nothing_can_be_written(api: TestClient, method: str, path: str) -> None:
    answer = api.request(method, path, json={"schema": json.dumps(REPORT.json)})
    assert "read only" in error(answer, 405, 42205)
    assert answer.headers["allow"]


def without_docs(node: Any) -> Any:
    """A schema as a Java client writes it again: without what does not count."""
    if isinstance(node, list):
        return [without_docs(item) for item in node]
    if isinstance(node, dict):
        return {key: without_docs(value) for key, value in reversed(node.items()) if key != "doc"}
    return node


@pytest.mark.parametrize("schema", ALL, ids=name)
def test_a_client_that_has_a_schema_is_told_its_version(api: TestClient, schema: Schema) -> None:
    asked = {"schema": json.dumps(without_docs(schema.json)), "schemaType": "AVRO"}
    for subject in (f"incidenthub.{schema.type}", "hub.events.acme-value", "hub.governance-value"):
        answer = api.post(f"/subjects/{subject}?normalize=false&deleted=true", json=asked)
        told = answer.json()
        assert (told["subject"], told["id"], told["version"]) == (subject, schema.id, schema.version)


def test_a_schema_that_is_not_of_the_subject_is_not_found(api: TestClient) -> None:
    asked = {"schema": json.dumps(REPORT.json)}
    error(api.post("/subjects/incidenthub.KeyChanged", json=asked), 404, 40403)
    for other in ('"string"', json.dumps(REPORT.json | {"fields": REPORT.json["fields"][1:]})):
        error(api.post("/subjects/hub.events.acme-value", json={"schema": other}), 404, 40403)
    error(api.post("/subjects/nobody", json=asked), 404, 40401)
    error(api.post("/subjects/acme-value", json=asked), 404, 40401)


@pytest.mark.parametrize("text", ["", "{", "7", "null", '{"type":"record"}', "[" * 50_000, "9" * 5000, '"\\ud800"'])
def test_a_text_that_is_no_schema_is_refused(api: TestClient, text: str) -> None:
    error(api.post("/subjects/hub.events.acme-value", json={"schema": text}), 422, 42201)


def test_a_request_that_does_not_fit_is_told_where_and_not_what(api: TestClient) -> None:
    for asked in ({"schema": ["marker"]}, {}, {"schema": "{}", "schemaType": "marker"}, ["marker"]):
        message = error(api.post(f"/subjects/{SUBJECT}", json=asked), 422, 422)
        assert "body" in message
        assert "marker" not in message
    error(api.post(f"/subjects/{SUBJECT}", content=b"{", headers={"content-type": "text/plain"}), 422, 422)
    deep = api.post(f"/subjects/{SUBJECT}", content=b"[" * 100_000, headers={"content-type": "application/json"})
    error(deep, 400, 400)


_NODES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["record", "enum", "array", "map", "fixed", "string", "a", ""]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "name", "fields", "symbols", "items", "values", "size", "namespace", "default"]),
            inner,
        )
    ),
    max_leaves=30,
)


@given(_NODES)
def test_any_text_has_a_fingerprint_or_is_no_schema(node: Any) -> None:
    try:
        assert fingerprint(json.dumps(node)) not in {schema.sha256 for schema in ALL}
    except SchemaError as told:
        assert "not an Avro schema" in str(told)
