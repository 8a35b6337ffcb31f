"""Every query that says anything of a record, asked by every reader: nothing that the table of test_access withholds,
and all that it gives. The rule in Python and in SQL and what `--seen-by` prints are held against the same table."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from commons.access import MAY_READ, NOT_COMPETITORS, OPERATOR, WITHHELD, may_read
from commons.ask import ask, queries
from commons.client import Client
from hub.commands import seen_by
from schemas.event import Event
from tests.amounts import certificate, exposure, near_misses, transaction
from tests.commons.test_access import ASKED, OWNER, READERS, TIERS, Tier, oracle, section, told
from tests.consumers.conftest import Members, Pipeline, client, commons_engine, members, pipeline  # noqa: F401
from tests.records import Member, report

Mark = tuple[str, int]
"""A kind of record (see `values`) or `year`, and the number of its tier."""

FIRST_YEAR = 1971  # every tier has a year that nothing else has, so that sums by month give it away too
KEYS = {"ClaimTransacted": "claim_ref", "CertificateChanged": "certificate_id"}  # of all others it is report_id
PAIRS = list(product(READERS, ASKED))
SUMS = {"rates", "freshness", "filters", "claim_lags", "claims_triangle", "occurrences_by_month", "totals"}
"""What they show of a sum depends on what else is in it, or fills gaps: nothing may leak, but not all shows."""
ASKED_AS = {
    "rates": [{"events": name, "by": "operator"} for name in ("reports", "near_misses")],
    "claims": [{"grain": "year"}],
    "exposure_record": [{"report_id": f"xm{number:02}z"} for number in (0, 1)],
}
SHOWS = {
    "reports": "r", "report_history": "rn", "severity_changes": "r", "occurrences": "r", "occurrences_by_operator": "r",
    "reports_by_term": "r", "timeliness": "r", "missingness": "r", "occurrence": "j", "report_versions": "js",
    "claims": "c", "certificates": "l", "exposure": "rt", "rates": "rt", "review": "rt", "totals": "a",
    "exposure_list": "rtx", "exposure_record": "x",
}  # fmt: skip
"""The kinds that a query shows the operator at least: a query that shows nothing to anybody would pass all else."""


def section_tier(number: int) -> Tier:
    """The tier of the narrative of a joined report: another one than its record's."""
    return TIERS[(7 * number + 3) % len(TIERS)]


def values(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """A record of every kind: (r)eport in two versions, (n)il return, e(x)posure, near-miss coun(t), (c)laim,
    certificate (l), and a report (j)oined with those of all other tiers, whose narrative (s) has a tier of its own."""
    r, n, x, t, c, cert, j, s = (f"{kind}m{number:02}z" for kind in "rnxtcljs")
    year = FIRST_YEAR + number
    dated: dict[str, Any] = {"occurred": f"{year}-03", "submitted": f"{year}-04", "reporter": f"{r} LLC"}
    dated["terms"] = [{"scheme": "s", "version": "1", "codes": {"weather": [r]}}]
    yield "OccurrenceReported", report(r, severity="MINOR", **dated)
    yield "OccurrenceReported", report(r, 2, severity="SERIOUS", **dated)
    nil = {"report_id": n, "version": 1, "reported_to": [], "obligation": "o", "submitted": None, "parties": [],
           "period": exposure("", 1, f"{year}-03")["period"], "missing": [], "lineage": [], "native": None,
           "sections": []}  # fmt: skip
    yield "NilReturnFiled", nil
    yield "ExposureReported", exposure(x, 1000, f"{year}-03", f"{r} LLC", missing=[{"field": x, "reason": "UNKNOWN"}])
    yield "NearMissCountReported", near_misses(t, 3, f"{year}-03", t)
    yield "ExposureReported", exposure(f"{x}-2", 1000, f"{year}-03", t)
    yield "ClaimTransacted", transaction(c, 1, "INDEMNITY_PAID", 5, line=c, occurred=f"{year}-03-01",
                                         transacted=f"{year}-05-01", notified=f"{year}-04-01")  # fmt: skip
    yield "CertificateChanged", certificate(f"test:{cert}")
    joined = report(j, token="one", occurred=None, submitted=None, reporter=f"{j} LLC")
    yield (
        "OccurrenceReported",
        joined | {"sections": [section("narrative", section_tier(number)) | {"body": s.encode()}]},
    )


def events(publisher: Member) -> Iterator[tuple[int, Event]]:
    for number, tier in enumerate(TIERS):
        for event_type, value in values(number):
            ours = {"source": f"/{publisher.org}/am{number:02}z"}
            if event_type == "CertificateChanged":  # from a certifier, who competes with others than an insurer
                ours = {"role": "CERTIFICATION_BODY"}
            subject = value[KEYS.get(event_type, "report_id")]
            yield number, publisher.event(event_type, subject, value, **told(tier), **ours)


def marks(text: str) -> set[Mark]:
    named = {(kind, int(number)) for kind, number in re.findall(r"([anrxtcljs])m(\d\d)z", text)}
    last = FIRST_YEAR + len(TIERS)
    years = {int(year) for year in re.findall(r"\b(19[7-9]\d)\b", text)}
    return named | {("year", year - FIRST_YEAR) for year in years if FIRST_YEAR <= year < last}


def allowed(found: set[Mark], reader: str, asked: str | None, joined: str) -> set[Mark]:
    """What of it the table gives to the reader; `joined` says on how many of the joined reports their mark rests."""

    def given(mark: Mark) -> bool:
        kind, number = mark
        tiers = [TIERS[number]] + ([section_tier(number)] if kind == "s" else [])
        if kind == "j" and joined == "all":
            tiers = TIERS
        return all(gets(reader, asked, tier, certified=kind == "l") for tier in tiers)

    return {mark for mark in found if given(mark)}


BY_A_CERTIFIER: dict[tuple[str, ...], set[str]] = {
    (NOT_COMPETITORS,): {"insurer", "reinsurer", "maker", "both", "regulator"},
    ("INSURER", "OPERATOR", NOT_COMPETITORS): {"insurer", "both"},
}
"""Where it makes a difference to ADDRESSED in which role its owner speaks."""


def gets(reader: str, asked: str | None, tier: Tier, *, certified: bool = False) -> bool:
    """The table, read off; `certified`: of what its owner says as a certification body."""
    sharing, audience, purposes = tier
    if certified and sharing == "SHARED" and audience in BY_A_CERTIFIER and reader != "owner":
        return asked in purposes and reader in BY_A_CERTIFIER[audience]
    return oracle(reader, asked, tier)


Question = tuple[str, dict[str, str]]


@pytest.fixture
def store(pipeline: Pipeline, members: Members) -> Client:  # noqa: F811
    pipeline.take(members.hub.register(members.acme, roles=["INSURER", "CERTIFICATION_BODY"]))
    pipeline.take(*members.acme.sign((event for _, event in events(members.acme)), 64))
    assert pipeline.faults() == []
    return pipeline.client


def questions(store: Client) -> list[Question]:
    """Every query, with what it has to be told to say anything."""
    (one,) = [row["occurrence_id"] for row in ask(store, "occurrences", OPERATOR).rows if row["reports"] == len(TIERS)]
    found: list[Question] = []
    for name, info in queries().items():
        about = {"occurrence_id": one} if "occurrence_id" in info.params else {}
        found += [(name, about | more) for more in ASKED_AS.get(name, [{}])]
    return found


def text(store: Client, question: Question, scope: Any) -> str:
    """What an answer says; a sum of nothing that fills a gap between months says nothing."""
    rows = ask(store, question[0], scope, question[1]).rows
    return json.dumps([row for row in rows if row.get("occurrences") != 0], default=str)


def compare(store: Client, pairs: Callable[[int], list[tuple[str, str | None]]]) -> None:
    shown: dict[str, set[str]] = {}
    for number, question in enumerate(questions(store)):
        name = question[0]
        everything = marks(text(store, question, OPERATOR))
        shown.setdefault(name, set()).update(kind for kind, _ in everything)
        joined = "all" if name in ("occurrences", "agreement") else "one"  # what is held of an occurrence rests on all
        for reader, asked in pairs(number):
            found = marks(text(store, question, READERS[reader].scope(asked)))
            expected = allowed(everything, reader, asked, joined)
            assert found <= allowed(found, reader, asked, joined), (question, reader, asked)
            if name not in SUMS:
                assert found == expected, (question, reader, asked)
    assert {name: set(kinds) - shown[name] for name, kinds in SHOWS.items() if set(kinds) - shown[name]} == {}


@pytest.mark.clickhouse
def test_every_query_against_the_table(store: Client) -> None:
    """Each asked by the operator and by one who may not see all, with all queries by every reader and purpose."""
    strangers = [pair for pair in PAIRS if pair[0] != "owner"]
    compare(store, lambda number: [strangers[number % len(strangers)]])


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.clickhouse
def test_every_query_asked_by_everybody(store: Client) -> None:
    compare(store, lambda _: PAIRS)


@pytest.mark.clickhouse
@pytest.mark.parametrize("role", ["INSURER", "PUBLIC_RECORDS"])
def test_the_rule_in_python_and_in_sql(client: Client, role: str) -> None:  # noqa: F811
    """The whole product at once: what stands in queries, over rows that are tiers."""
    rows = [[OWNER, role, *tier[:1], list(tier[1]), list(tier[2]), number] for number, tier in enumerate(TIERS)]
    client.command("CREATE TABLE tiers (org String, role String, sharing String, audience Array(String),"
                   " purposes Array(String), number UInt32) ENGINE = Memory")  # fmt: skip
    client.insert("tiers", rows)
    for reader, asked in PAIRS:
        scope = READERS[reader].scope(asked)
        found = client.query(f"SELECT number FROM tiers WHERE {MAY_READ}", scope.parameters).result_rows
        seen = {number for number, tier in enumerate(TIERS) if may_read(told(tier), OWNER, role, scope)}
        assert {number for (number,) in found} == seen, (reader, asked)
        if role == "INSURER":
            assert seen == {number for number, tier in enumerate(TIERS) if oracle(reader, asked, tier)}


@pytest.mark.parametrize(("reader", "row"), [("competitor", "insurer"), ("certifier", "certifier"),
                                             ("regulator", "regulator"), ("public", "public")])  # fmt: skip
@pytest.mark.parametrize("asked", ASKED)
def test_a_dry_run_of_every_kind_against_the_table(reader: str, row: str, asked: str | None) -> None:
    """The reader of a dry run has no name: what is meant for an org by its name is not for it."""
    asked = seen_by.READERS[reader][1] if reader == "public" or asked is None else asked
    for number, event in events(Member(OWNER, "INSURER")):
        scope = seen_by.scope(reader, None if reader == "public" else asked, event.role)
        certified = event.type == "CertificateChanged"
        who = "certifier" if certified and reader == "competitor" else row
        printed = json.dumps(seen_by.seen(event, OWNER, scope), default=str)

        def seen(tier: Tier) -> bool:
            return READERS[who].org not in tier[1] and gets(who, asked, tier, certified=certified)  # noqa: B023

        record, read = seen(TIERS[number]), seen(TIERS[number]) and seen(section_tier(number))
        joined = event.subject.startswith("jm")
        assert (WITHHELD in printed) is (not record or (joined and not read)), (event.type, TIERS[number])
        assert (("s", number) in marks(printed)) is (joined and read)
        if event.subject.startswith("rm"):
            assert (("year", number) in marks(printed)) is record
