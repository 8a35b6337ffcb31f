"""Opening a record: what its signed bytes say, with only the sections that the reader may see."""

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from commons.access import Scope, open_part, shown, stays_sealed
from commons.log import GOVERNANCE
from schemas.codec import BodyError, decode
from schemas.registry import SCHEMAS
from schemas.sealing import Place
from schemas.signature import SIG_HEADER, Signature, SignatureError, leaf, verifies

Unseal: TypeAlias = Callable[[Place, Mapping[str, Any]], bytes | str]
"""What a sealed section of the event at that place is, for who may read it: the clear bytes, WITHHELD or ERASED."""
_SECTIONS = ("native", "narrative", "personal", "header")
_RAW = ("value", "key", "header_names", "header_values", "section_changes")


def public_keys(client: Client) -> dict[str, bytes]:
    """Every public key that was ever registered, by its id: what signatures are checked against when they are shown.

    Whether a key was valid at the time was judged when the record was recorded.
    """
    ids = [schema.id for schema in SCHEMAS.values() if schema.type in ("ParticipantRegistered", "KeyChanged")]
    rows = client.query(
        "SELECT base64Encode(assumeNotNull(value)) FROM events FINAL"
        " WHERE topic = {topic:String} AND schema_id IN {ids:Array(Int32)}",
        parameters={"topic": GOVERNANCE, "ids": ids},
    ).result_rows
    found = {}
    for (encoded,) in rows:
        try:
            _, value = decode(base64.b64decode(encoded))
        except BodyError:
            continue  # judged a fault
        for key in value.get("keys", []) or [value["key"]]:
            found[key["key_id"]] = key["public_key"]
    return found


def signature_state(row: Mapping[str, Any], keys: Mapping[str, bytes]) -> str:
    """VALID when the publisher's key covers the record's bytes as they lie in the log now, else INVALID."""
    headers = [(n, v.encode()) for n, v in zip(row["header_names"], row["header_values"], strict=True)]
    public = keys.get(row["key_id"])
    try:
        signature = Signature.parse(dict(headers).get(SIG_HEADER, b""))
    except SignatureError:
        return "INVALID"
    digest = leaf(row["org"], headers, base64.b64decode(row["key"]), base64.b64decode(row["value"]))
    good = public is not None and verifies(Ed25519PublicKey.from_public_bytes(public), digest, signature)
    return "VALID" if good else "INVALID"


def no_keys(place: Place, section: Mapping[str, Any]) -> str:
    """Every sealed section stays so."""
    del place
    return stays_sealed(section)


def opened(table: pa.Table, keys: Mapping[str, bytes], scope: Scope, unseal: Unseal = no_keys) -> pa.Table:
    """Replace the columns of the raw record (value and key in base64, headers) by what it says, and apply those of its
    sections that were shared otherwise since (`section_changes`).

    `event` (JSON of the open part), `native` (base64), `narrative`, `personal`, `header` (the file's own order of
    columns, where it is not the form's) and `signature` (VALID or INVALID, checked now).

    A section that may not be read, or cannot be opened here, is the word WITHHELD, a sealed one of an erased data
    subject ERASED; one that the record does not have is empty.
    """
    columns: dict[str, list[str]] = {name: [] for name in ("event", *_SECTIONS, "signature")}
    for row in table.select(["org", "role", "key_id", *_RAW]).to_pylist():
        columns["signature"].append(signature_state(row, keys))
        try:
            _, value = decode(base64.b64decode(row["value"]))
        except BodyError:
            # the engine's reader is laxer than ours (a union index out of range reads as null): say so, show nothing
            value = {"sections": []}
        attributes = dict(zip(row["header_names"], row["header_values"], strict=True))
        place = Place(row["org"], attributes["ce_source"], attributes["ce_id"])
        sections = {section["name"]: section for section in value.pop("sections", [])}
        columns["event"].append(open_part(value))
        for name in _SECTIONS:
            section = sections.get(name)
            told = (row["org"], row["role"], scope, row["section_changes"], partial(unseal, place))
            columns[name].append("" if section is None else shown(section, *told))
    kept = table.drop_columns(list(_RAW))
    for name, column in columns.items():
        kept = kept.append_column(name, pa.array(column, pa.string()))
    return kept
