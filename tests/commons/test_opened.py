"""Opening a record shows the sections that the reader may see, and no other."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from commons.access import ERASED, OPERATOR, WITHHELD, Scope, may_read
from commons.log import LogRecord
from commons.opened import opened
from schemas.keys import public_bytes
from schemas.sealing import Place
from tests.records import Member, report


def section(name: str, **changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "name": name, "sharing": "CLOSED", "audience": [], "purposes": [], "subjects": [], "key_ref": None,
        "nonce": None, "body": f"{name} of r1".encode(),
    }  # fmt: skip
    return told | changes


def table(*sections: dict[str, object]) -> pa.Table:
    return raw(*Member("bridge", "PUBLIC_RECORDS").reports(report("r1", sections=list(sections))))


def raw(*records: LogRecord) -> pa.Table:
    """Records as the query hands them over."""
    told = [{name.decode(): (data or b"").decode() for name, data in record.headers} for record in records]
    return pa.table(
        {
            "org": ["bridge" for _ in records],
            "role": ["PUBLIC_RECORDS" for _ in records],
            "key_id": [headers["ce_keyid"] for headers in told],
            "value": [base64.b64encode(record.value or b"").decode() for record in records],
            "key": [base64.b64encode(record.key or b"").decode() for record in records],
            "header_names": [list(headers) for headers in told],
            "header_values": [list(headers.values()) for headers in told],
            "section_changes": [[] for _ in records],
        }
    )


SHARED = {"sharing": "SHARED", "purposes": ["SAFETY_LEARNING"]}


@pytest.mark.parametrize(
    ("changes", "reader", "seen"),
    [
        ({}, ("hub", "HUB", None), True),
        ({}, ("bridge", "PUBLIC_RECORDS", None), True),
        ({}, ("acme", "HUB", None), False),
        ({}, ("acme", "INSURER", "SAFETY_LEARNING"), False),
        ({"sharing": "OPEN"}, ("acme", "INSURER", None), True),
        (SHARED, ("acme", "INSURER", "SAFETY_LEARNING"), True),
        (SHARED, ("acme", "INSURER", "ACTUARIAL"), False),
        (SHARED, ("acme", "INSURER", None), False),
        ({**SHARED, "audience": ["rival"]}, ("acme", "INSURER", "SAFETY_LEARNING"), False),
        ({**SHARED, "audience": ["INSURER"]}, ("acme", "INSURER", "SAFETY_LEARNING"), True),
        ({**SHARED, "audience": ["acme"]}, ("acme", "INSURER", "SAFETY_LEARNING"), True),
    ],
)
def test_who_sees_a_section(changes: dict[str, object], reader: tuple[str, str, str | None], seen: bool) -> None:
    native = section("native", **changes)
    assert may_read(native, "bridge", "PUBLIC_RECORDS", Scope(*reader)) is seen
    row = opened(table(native), {}, Scope(*reader)).to_pylist()[0]
    assert row["native"] == (base64.b64encode(b"native of r1").decode() if seen else WITHHELD)
    assert "sections" not in json.loads(row["event"])


def test_without_keys_a_sealed_section_is_withheld_even_from_the_operator_and_an_absent_one_is_empty() -> None:
    row = opened(table(section("native", key_ref="k1")), {}, OPERATOR).to_pylist()[0]
    assert (row["native"], row["narrative"]) == (WITHHELD, "")


def test_a_sealed_section_is_opened_or_said_to_be_erased_for_those_who_may_read_it_alone() -> None:
    """With what the record says of itself: nobody else's place is asked for."""
    sealed = [section(name, key_ref="k1", **SHARED) for name in ("native", "narrative")]
    asked: list[tuple[Place, str]] = []

    def unseal(place: Place, told: Mapping[str, Any]) -> bytes | str:
        asked.append((place, told["name"]))
        return ERASED if told["name"] == "narrative" else b"opened"

    (record,) = Member("bridge", "PUBLIC_RECORDS").reports(report("r1", sections=sealed))
    attributes = {name.decode(): (data or b"").decode() for name, data in record.headers}
    readers = {
        (base64.b64encode(b"opened").decode(), ERASED): (OPERATOR, Scope("bridge", "PUBLIC_RECORDS"),
                                                         Scope("acme", "INSURER", "SAFETY_LEARNING")),
        (WITHHELD, WITHHELD): (Scope("acme", "INSURER"), Scope("acme", "INSURER", "ACTUARIAL"), Scope("", "")),
    }  # fmt: skip
    for expected, scopes in readers.items():
        for scope in scopes:
            asked.clear()
            (row,) = opened(raw(record), {}, scope, unseal).to_pylist()
            assert (row["native"], row["narrative"]) == expected
            place = Place("bridge", "/bridge/test", attributes["ce_id"])
            assert asked == ([(place, "native"), (place, "narrative")] if ERASED in expected else [])
    row = opened(table(section("native")), {}, OPERATOR, unseal).to_pylist()[0]
    assert row["native"] == base64.b64encode(b"native of r1").decode(), "a clear one is not unsealed"


def test_a_body_that_only_the_engine_could_read_shows_nothing() -> None:
    (record,) = Member("bridge", "PUBLIC_RECORDS").reports(report("r1"))
    (row,) = opened(raw(record._replace(value=b"\0\0\0\0\4\xff")), {}, OPERATOR).to_pylist()
    assert (row["event"], row["native"], row["narrative"], row["signature"]) == ("{}", "", "", "INVALID")


def test_a_signature_is_checked_when_it_is_shown() -> None:
    bridge, other = Member("bridge", "PUBLIC_RECORDS"), Member("bridge", "PUBLIC_RECORDS")
    good, bent = bridge.reports(report("r1"), report("r2"))
    bent = bent._replace(value=(bent.value or b"").replace(b"Tempe", b"Tampa"))
    keys = {bridge.key_id: public_bytes(bridge.key.public_key()), other.key_id: public_bytes(other.key.public_key())}
    shown = opened(raw(good, bent, *other.reports(report("r3"))), keys, OPERATOR)
    assert shown["signature"].to_pylist() == ["VALID", "INVALID", "VALID"]
    del keys[other.key_id]
    assert opened(raw(*other.reports(report("r3"))), keys, OPERATOR)["signature"].to_pylist() == ["INVALID"]
