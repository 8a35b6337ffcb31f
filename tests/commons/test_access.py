"""Who sees what: every reader x purpose x tier of the record x tier of the section, against a table written by hand."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

import pytest

from commons.access import NOT_COMPETITORS, OPERATOR, WITHHELD, Scope, may_read
from commons.ask import ask, queries
from commons.client import Client
from consumers.fsck import fsck
from hub.commands import seen_by
from schemas.event import Event
from tests.amounts import exposure, near_misses
from tests.consumers.conftest import Members, Pipeline, client, commons_engine, members, pipeline  # noqa: F401
from tests.records import Member, month, report

OWNER = "acme"  # an insurer, which publishes


class Reader(NamedTuple):
    """Somebody who asks, and the roles in which it is registered."""

    org: str
    role: str
    roles: tuple[str, ...] = ()

    def scope(self, purpose: str | None) -> Scope:
        return Scope(self.org, self.role, purpose, self.roles)


READERS = {
    "owner": Reader(OWNER, "INSURER"),
    "insurer": Reader("other-insurer", "INSURER"),
    "reinsurer": Reader("re", "REINSURER"),
    "maker": Reader("maker", "MANUFACTURER"),
    "both": Reader("both", "OPERATOR", ("OPERATOR", "INSURER")),  # asks as an operator and insures as well
    "certifier": Reader("cert", "CERTIFICATION_BODY"),
    "regulator": Reader("nhtsa", "REGULATOR"),
    "public": Reader("", ""),
}
EVERYBODY = set(READERS)
MEMBERS = EVERYBODY - {"public"}
# audience -> who is addressed beside the owner
ADDRESSED: dict[tuple[str, ...], set[str]] = {
    (): MEMBERS,
    ("other-insurer",): {"insurer"},
    ("OPERATOR", "cert"): {"both", "certifier"},
    ("REGULATOR",): {"regulator"},
    (NOT_COMPETITORS,): {"maker", "certifier", "regulator"},
    ("INSURER", "OPERATOR", NOT_COMPETITORS): set(),
    ("other-insurer", "MANUFACTURER", NOT_COMPETITORS): {"insurer", "maker"},
}
PURPOSES: tuple[tuple[str, ...], ...] = ((), ("SAFETY_LEARNING",), ("SUPERVISION", "RESEARCH"))
ASKED = (None, "SAFETY_LEARNING", "SUPERVISION", "ACTUARIAL")
Tier = tuple[str, tuple[str, ...], tuple[str, ...]]
TIERS: list[Tier] = [
    ("OPEN", (), ()),
    ("CLOSED", (), ()),
    ("CLOSED", ("other-insurer",), ("SAFETY_LEARNING",)),
    *[("SHARED", audience, purposes) for audience, purposes in product(ADDRESSED, PURPOSES)],
]
SECTIONS = ("native", "narrative", "header")


def oracle(reader: str, asked: str | None, tier: Tier) -> bool:
    """The table, read off."""
    sharing, audience, purposes = tier
    if reader == "owner":
        return True
    readers = {"OPEN": EVERYBODY, "CLOSED": set(), "SHARED": ADDRESSED[audience] if asked in purposes else set()}
    return reader in readers[sharing]


def told(tier: Tier) -> dict[str, Any]:
    return dict(zip(("sharing", "audience", "purposes"), tier, strict=True))


def section(name: str, tier: Tier) -> dict[str, Any]:
    sharing, audience, purposes = tier
    return {
        "name": name, "sharing": sharing, "audience": list(audience), "purposes": list(purposes), "subjects": [],
        "key_ref": None, "nonce": None, "body": f"{name} told".encode(),
    }  # fmt: skip


def cases() -> Iterator[tuple[str, Tier, dict[str, Tier]]]:
    """A report for every tier, with as many as it takes to meet every tier of a section in each."""
    for number, tier in enumerate(TIERS):
        for first in range(0, len(TIERS), len(SECTIONS)):
            yield f"r{number}-{first}", tier, dict(zip(SECTIONS, TIERS[first : first + len(SECTIONS)], strict=False))


def event(publisher: Member, name: str, tier: Tier, sections: Mapping[str, Tier]) -> Event:
    value = report(name, token="one", sections=[section(part, told) for part, told in sections.items()])
    return publisher.event("OccurrenceReported", name, value, **told(tier))


def expected(reader: str, asked: str | None) -> dict[str, dict[str, str]]:
    """What the reader gets: the reports it sees, and each section's text or WITHHELD."""
    texts = {name: f"{name} told" for name in SECTIONS}
    texts["native"] = base64.b64encode(texts["native"].encode()).decode()
    return {
        name: {part: texts[part] if oracle(reader, asked, told) else WITHHELD for part, told in sections.items()}
        for name, tier, sections in cases()
        if oracle(reader, asked, tier)
    }


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("reader", READERS)
def test_the_rule_against_the_table(reader: str, asked: str | None) -> None:
    for tier in TIERS:
        seen = may_read(told(tier), OWNER, "INSURER", READERS[reader].scope(asked))
        assert seen is oracle(reader, asked, tier), tier


@pytest.mark.clickhouse
def test_queries_against_the_table(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    pipeline.take(*members.acme.sign((event(members.acme, *case) for case in cases()), 64))
    assert pipeline.faults() == []
    (row,) = ask(pipeline.client, "occurrences", OPERATOR).rows
    one = {"occurrence_id": row["occurrence_id"]}
    for (reader, who), asked in product(READERS.items(), ASKED[:3]):
        scope = who.scope(asked)
        expects = expected(reader, asked)
        found = {
            row["report_id"]: {name: row[name] for name in SECTIONS if row[name]}
            for row in ask(pipeline.client, "report_versions", scope, one).rows
        }
        assert found == expects, (reader, asked)
        if asked == "SAFETY_LEARNING":
            assert {row["report_id"] for row in ask(pipeline.client, "reports", scope).rows} == expects.keys()
            # what is held of the occurrence rests on all its reports
            assert bool(ask(pipeline.client, "occurrences", scope).rows) is (reader == "owner")
    assert {row["report_id"] for row in ask(pipeline.client, "reports", OPERATOR).rows} == {
        name for name, *_ in cases()
    }


@pytest.mark.parametrize("purpose", [None, "SAFETY_LEARNING", "SUPERVISION"])
@pytest.mark.parametrize(
    ("reader", "row", "usual"),
    [
        ("competitor", "insurer", "SAFETY_LEARNING"),
        ("insurer", "insurer", "ACTUARIAL"),
        ("certifier", "certifier", "CERTIFICATION"),
        ("regulator", "regulator", "SUPERVISION"),
        ("public", "public", None),
    ],
)
def test_a_dry_run_shows_what_a_query_would(reader: str, row: str, usual: str | None, purpose: str | None) -> None:
    """The reader of a dry run has no name, so what the table gives to an org by its name is not its."""
    acme = Member(OWNER, "INSURER")
    scope = seen_by.scope(reader, purpose, "INSURER")
    asked = None if reader == "public" else purpose or usual
    named = {READERS[row].org}
    for case in cases():
        _, tier, sections = case
        got = seen_by.seen(event(acme, *case), OWNER, scope)
        if named & set(tier[1]) or not oracle(row, asked, tier):
            assert got["record"] == WITHHELD
            assert "sections" not in got
            continue
        assert got["record"]["report_id"] == case[0]
        withheld = {name for name, text in got["sections"].items() if text == WITHHELD}
        assert withheld == {n for n, t in sections.items() if named & set(t[1]) or not oracle(row, asked, t)}


def test_a_dry_run_shows_what_will_be_sealed_by_the_same_rule() -> None:
    """Before it is sealed: who may read it then, may read it when it is opened."""
    told = event(Member(OWNER, "INSURER"), "r1", ("OPEN", (), ()), {"s1": ("SHARED", (), ("ACTUARIAL",))})
    (section,) = told.value["sections"]
    section["subjects"] = ["p1"]
    for reader, expected in (("insurer", section["body"].decode()), ("regulator", WITHHELD), ("public", WITHHELD)):
        assert seen_by.seen(told, OWNER, seen_by.scope(reader, None, "INSURER"))["sections"] == {"s1": expected}


def test_a_publisher_without_a_trade_counts_every_trader_as_a_competitor() -> None:
    shared = told(("SHARED", (NOT_COMPETITORS,), ("RESEARCH",)))
    for role, sees in [("INSURER", False), ("OPERATOR", False), ("CERTIFICATION_BODY", False), ("RESEARCHER", True)]:
        assert may_read(shared, "bridge", "PUBLIC_RECORDS", Scope("x", role, "RESEARCH")) is sees


def test_the_rule_is_written_once() -> None:
    parts = files("commons") / "queries" / "parts"
    texts = {path.name: path.read_text("utf-8") for path in parts.iterdir()}
    assert "{may_read}" in texts["seen.sql"]
    for info in queries().values():
        assert "'OPEN'" not in info.whole.sql, f"{info.name}: who sees what comes from the part `seen`"


@pytest.mark.clickhouse
def test_what_rests_on_a_version_that_is_closed_is_withheld(store: Client) -> None:
    """The open first version is seen; the occurrence, whose severity comes from the closed second one, is not."""
    stranger = Scope("nhtsa", "REGULATOR", "SUPERVISION")
    (seen,) = ask(store, "reports", stranger).rows
    assert (seen["report_id"], seen["version"], seen["severity"]) == ("r1", 1, "NONE")
    told = {name: json.dumps(ask(store, name, stranger, {}).rows, default=str) for name in queries()}
    assert {name for name, text in told.items() if "FATAL" in text} == set()
    assert ask(store, "occurrences_by_severity", stranger).rows == []
    assert ask(store, "occurrences_by_severity", OPERATOR).rows[0]["severity"] == "FATAL"


@pytest.fixture
def store(pipeline: Pipeline, members: Members) -> Client:  # noqa: F811
    first, second = report("r1", severity="NONE"), report("r1", 2, severity="FATAL", submitted="2023-11")
    acme = members.acme
    closed = acme.event("OccurrenceReported", "r1", second, sharing="CLOSED")
    pipeline.take(*acme.reports(first), *acme.sign([closed]))
    return pipeline.client


@pytest.mark.clickhouse
def test_faults_are_for_their_publisher(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    acme = members.acme
    pipeline.take(acme.record(b"k", b"no framing", ()))
    for scope, faults in [
        (OPERATOR, 1), (Scope("acme", "INSURER"), 1), (Scope("nhtsa", "REGULATOR", "SUPERVISION"), 0),
    ]:  # fmt: skip
        assert len(ask(pipeline.client, "faults", scope).rows) == faults


def change(member: Member, subject: str, tier: Tier, **where: str) -> Event:
    value = {"subject": subject, "target_source": f"/{member.org}/test", "target_id": None, "section": None,
             "reason": None, **told(tier), **where}  # fmt: skip
    return member.event("SharingChanged", subject, value, sharing="CLOSED")


@pytest.mark.clickhouse
def test_a_later_change_narrows_records_and_sections(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    """Every tier changed to every kind of tier, for the record and for a section: the narrowest of both holds."""
    acme = members.acme
    kinds = [TIERS[0], TIERS[1], *[("SHARED", audience, ("SAFETY_LEARNING",)) for audience in ADDRESSED]]
    records, sections = list(product(kinds, kinds)), list(product(kinds, kinds))
    pipeline.take(*acme.sign((event(acme, f"r{n}", own, {}) for n, (own, _) in enumerate(records)), 64))
    pipeline.take(
        *acme.sign((event(acme, f"s{n}", kinds[0], {"native": own}) for n, (own, _) in enumerate(sections)), 64)
    )
    (row,) = ask(pipeline.client, "occurrences", OPERATOR).rows
    one = {"occurrence_id": row["occurrence_id"]}
    before = str(ask(pipeline.client, "reports", OPERATOR).as_of)
    pipeline.take(*acme.sign((change(acme, f"r{n}", later) for n, (_, later) in enumerate(records)), 64))
    pipeline.take(
        *acme.sign((change(acme, f"s{n}", later, section="native") for n, (_, later) in enumerate(sections)), 64)
    )
    assert pipeline.faults() == []
    for reader, who in READERS.items():
        for as_of in (None, before):  # asking about yesterday is asking today
            rows = ask(pipeline.client, "report_versions", who.scope("SAFETY_LEARNING"), one, as_of=as_of).rows
            found = {row["report_id"]: row["native"] for row in rows}
            both = [
                f"r{n}" for n, tiers in enumerate(records) if all(oracle(reader, "SAFETY_LEARNING", t) for t in tiers)
            ]
            assert {name for name in found if name[0] == "r"} == set(both), (reader, as_of)
            for n, tiers in enumerate(sections):
                read = all(oracle(reader, "SAFETY_LEARNING", t) for t in tiers)
                assert (found[f"s{n}"] != WITHHELD) is read, (reader, tiers)


@pytest.mark.clickhouse
def test_a_change_in_another_role_shuts_out_the_same_competitors(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    """What was said as an insurer is kept from insurers, in whatever role its publisher asks for it."""
    acme = members.acme
    pipeline.take(members.hub.register(acme, roles=["INSURER", "OPERATOR"]))
    acme.now = members.hub.now
    shared: Tier = ("SHARED", (NOT_COMPETITORS,), ("SAFETY_LEARNING",))
    word = replace(change(acme, "r1", shared), role="OPERATOR")
    pipeline.take(*acme.sign([event(acme, "r1", TIERS[0], {}), word]))
    assert pipeline.faults() == []
    seen = {r for r, who in READERS.items() if ask(pipeline.client, "reports", who.scope("SAFETY_LEARNING")).rows}
    assert seen == ADDRESSED[NOT_COMPETITORS,] | {"owner"}


@pytest.mark.clickhouse
def test_a_change_means_what_was_published_before_it_or_the_event_it_names(
    pipeline: Pipeline, members: Members  # noqa: F811
) -> None:  # fmt: skip
    acme, bridge = members.acme, members.bridge
    closed: Tier = ("CLOSED", (), ())
    stranger = Scope("nhtsa", "REGULATOR", "SUPERVISION")

    def seen() -> dict[tuple[str, str], int]:
        return {(r["org"], r["report_id"]): r["version"] for r in ask(pipeline.client, "reports", stranger).rows}

    first = acme.event("OccurrenceReported", "r1", report("r1"))
    pipeline.take(*acme.sign([first]), *bridge.reports(report("r1"), report("r2")))
    pipeline.take(*acme.sign([change(acme, "r1", closed)]))
    assert seen() == {("bridge", "r1"): 1, ("bridge", "r2"): 1}, "another's report of the same name is another's"
    pipeline.take(*acme.reports(report("r1", 2)))
    assert seen() == {("acme", "r1"): 2, ("bridge", "r1"): 1, ("bridge", "r2"): 1}
    (second,) = pipeline.client.query(
        "SELECT ce_id FROM reports_g1 FINAL WHERE org = 'acme' AND version = 2"
    ).result_rows
    pipeline.take(*acme.sign([change(acme, "r1", closed, target_id=first.id, section="native")]))
    assert ("acme", "r1") in seen()
    pipeline.take(*acme.sign([change(acme, "r1", closed, target_id=second[0])]))
    assert seen() == {("bridge", "r1"): 1, ("bridge", "r2"): 1}
    listed = ask(pipeline.client, "sharing_changes", Scope("acme", "INSURER")).rows
    assert [(row["part"], row["published_as"], row["sharing"], row["readers"]) for row in listed] == [
        (part, "OPEN", "CLOSED", []) for part in ("RECORD", "native", "RECORD")
    ]
    assert [row["ce_id"] for row in listed] == [first.id, first.id, second[0]]
    assert ask(pipeline.client, "sharing_changes", stranger).rows == []
    assert fsck(pipeline.client, "test").problems == []


@pytest.mark.clickhouse
def test_a_report_that_is_taken_back_is_in_no_answer(pipeline: Pipeline, members: Members) -> None:  # noqa: F811
    """Whoever asks, whatever is asked, also when the retraction itself is closed."""
    acme = members.acme
    gone = report("gone", reporter="Gone LLC", severity="FATAL", token="t", occurred="2019-01",
                  sections=[section("narrative", TIERS[0])])  # fmt: skip
    pipeline.take(*acme.reports(gone, report("stays", token="t", reporter="Stays LLC")))
    nil = {"report_id": "gone-nil", "version": 1, "reported_to": [], "obligation": "o", "submitted": None,
           "period": month("2019-01"), "missing": [], "lineage": [], "native": None, "sections": [],
           "parties": [{"role": "REPORTER", "name": "Gone LLC", "scheme": None, "id": None}]}  # fmt: skip
    others = {
        "NilReturnFiled": nil,
        "ExposureReported": exposure("gone-miles", 7, "2019-01", "Gone LLC"),
        "NearMissCountReported": near_misses("gone-count", 7, "2019-01", "Gone LLC"),
    }
    pipeline.take(*acme.sign([acme.event(kind, value["report_id"], value) for kind, value in others.items()]))
    (before,) = ask(pipeline.client, "occurrences", OPERATOR).rows
    for name, rows in {"exposure": 1, "report_history": 3, "rates": 1}.items():
        assert (
            len(ask(pipeline.client, name, OPERATOR, {"events": "near_misses"} if name == "rates" else {}).rows) == rows
        )
    pipeline.take(
        *acme.sign(
            [
                acme.event("ReportRetracted", name, {"report_id": name, "reason": "LEGAL_ORDER", "note": None},
                           sharing="CLOSED")
                for name in ("gone", *(value["report_id"] for value in others.values()))
            ]
        )
    )  # fmt: skip
    assert pipeline.faults() == []
    assert ask(pipeline.client, "rates", OPERATOR, {"events": "near_misses"}).rows == []
    (after,) = ask(pipeline.client, "occurrences", OPERATOR).rows
    for scope, (name, info) in product((OPERATOR, Scope("", "")), queries().items()):
        ids = {before["occurrence_id"], after["occurrence_id"]} if "occurrence_id" in info.params else {None}
        for asked in ({"occurrence_id": one} if one else {} for one in ids):
            told = json.dumps(ask(pipeline.client, name, scope, asked).rows, default=str)
            assert not {word for word in ("gone", "Gone LLC", "FATAL", "2019") if word in told}, name
