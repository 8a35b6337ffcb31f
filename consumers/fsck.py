"""Is everything there, once, as it was signed? First the log by itself, then every projection against a rebuild.

When the log is unsound the projections are not compared: they would repeat its damage under other names.
"""

from dataclasses import dataclass, field

from commons import compare, log
from commons import generation as generations
from commons.client import Client
from commons.log import Partition
from consumers.projection import Projection

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what was checked, where, and what was found there."""

    check: str
    where: str
    found: str


@dataclass(slots=True)
class Report:
    """What was checked, and what is wrong."""

    records: int = 0
    facts: int = 0
    repeated: int = 0
    faults: int = 0
    compared: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def fsck(client: Client, release: str) -> Report:
    """Check a hub's store; safe beside a running consumer."""
    report = Report()
    generation = generations.current(client)
    positions = {place: p.offset for place, p in generations.positions(client, generation, "link").items()}
    _check_log(client, positions, report)
    if report.problems:
        report.notes.append("the projections were not compared: mend the log first, then run hub rebuild and hub fsck")
        return report
    _check_projections(client, generation, positions, release, report)
    report.records, report.facts, report.repeated, report.faults = compare.counts(client, generation)
    return report


def _check_log(client: Client, positions: dict[Partition, int], report: Report) -> None:
    for topic, partition, offset, length in compare.holes(client):
        report.problems.append(Problem("lost", f"{topic}/{partition}/{offset}", f"{length} offsets are not in the log"))
    for topic, partition, offset, copies in compare.differing(client):
        report.problems.append(Problem("doubled", f"{topic}/{partition}/{offset}", f"{copies} differing records"))
    ends = log.ends(client)
    for place, offset in positions.items():
        end = ends.get(place, 0)
        if offset > end:
            where = f"{place[1]}/{place[2]}/{end}"
            report.problems.append(Problem("lost", where, f"processed up to {offset}, but the log ends here"))
    for place, end in ends.items():
        for records in log.scan(client, place, 0, end):
            for record in records:
                if log.record_sha(record.key, record.value, record.headers, record.append_time) != record.sha:
                    where = f"{record.topic}/{record.partition}/{record.offset}"
                    report.problems.append(Problem("altered", where, "the bytes are not those of the digest"))


def _check_projections(
    client: Client, generation: int, positions: dict[Partition, int], release: str, report: Report
) -> None:
    number = generations.newest(client) + 1
    generations.note(client, number, "building", release)
    generations.create(client, number)
    try:
        rebuilt = Projection(client, number)
        for _ in range(_TRIES):
            rebuilt.catch_up(positions)
            found = [
                Problem(kind, f"{table}: {key}", detail)
                for table in generations.TABLES
                for kind, key, detail in compare.differences(client, table, generation, number)
            ]
            now = {place: p.offset for place, p in generations.positions(client, generation, "link").items()}
            if now == positions:
                break
            positions = now
        else:
            report.notes.append(
                "records kept arriving while comparing: what differs may be newer; run again when quiet"
            )
        report.problems += found
        report.compared = list(generations.TABLES)
    finally:
        generations.drop(client, number)
        generations.note(client, number, "dropped", release)
