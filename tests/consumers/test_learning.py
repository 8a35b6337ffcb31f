"""Keys that come with sealed sections are kept before a record counts as judged, and from facts alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from commons import log
from commons.client import Client
from consumers.projection import Projection
from consumers.rebuild import rebuild
from schemas.sealing import MARK
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

pytestmark = pytest.mark.clickhouse

SEALED = {"name": "narrative", "sharing": "CLOSED", "audience": [], "purposes": [], "subjects": ["p1"],
          "key_ref": f"{MARK.decode()}whatever", "nonce": b"n" * 16, "body": b"ciphertext"}  # fmt: skip


class Keys:
    """Takes what is told, or dies at it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.dies = False

    def __call__(self, records: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> None:
        if self.dies:
            raise KeyboardInterrupt
        self.told += [(org, section["name"]) for org, sections in records for section in sections]


def learning(client: Client, keys: Keys) -> Projection:
    return Projection(client, 1, keys)


def test_only_sealed_sections_of_facts_are_told_with_the_org_of_the_topic(pipeline: Pipeline, members: Members) -> None:
    keys = Keys()
    pipeline.projection = learning(pipeline.client, keys)
    clear: dict[str, Any] = SEALED | {"subjects": [], "key_ref": None, "body": b"clear"}
    (sealed,) = members.acme.reports(report("r1", sections=[SEALED, clear | {"name": "native"}]))
    pipeline.take(sealed, *members.acme.reports(report("r2", sections=[clear]), report("r3")))
    assert keys.told == [("acme", "narrative"), ("acme", "native")]
    (forged,) = members.rival.reports(report("r4", sections=[SEALED]))
    (word,) = members.bridge.reports(report("r5", sections=[clear | {"body": MARK}]))
    pipeline.take(forged._replace(value=(forged.value or b"") + b"\0"), word)
    assert keys.told[2:] == [("bridge", "narrative")], "the mark in clear text costs a look, and no more"
    assert [reason for _, _, reason in pipeline.faults()] == ["BAD_SIGNATURE"]


def test_a_crash_while_keys_are_kept_loses_none(pipeline: Pipeline, members: Members) -> None:
    keys = Keys()
    keys.dies = True
    (sealed,) = members.acme.reports(report("r1", sections=[SEALED]))
    pipeline.projection = learning(pipeline.client, keys)
    with pytest.raises(KeyboardInterrupt):
        pipeline.take(sealed)
    keys.dies = False
    after = learning(pipeline.client, keys)
    assert after.positions.get(sealed.place) is None
    after.catch_up()
    assert keys.told == [("acme", "narrative")]
    assert log.ends(pipeline.client)[sealed.place] == after.positions[sealed.place].offset
    rebuild(pipeline.client, "test")
    assert keys.told == [("acme", "narrative")], "a rebuild judges what was judged: the keys are there"
