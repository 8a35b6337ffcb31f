"""What is planted is what fsck names: exactly these, in the log and in the projections."""

import pytest
from clickhouse_connect.driver.client import Client

from commons import generation, log
from consumers.fsck import fsck
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

pytestmark = pytest.mark.clickhouse


@pytest.fixture
def loaded(pipeline: Pipeline, members: Members) -> Client:
    bridge = members.bridge
    pipeline.take(
        *bridge.reports(report("r1", token="a", severity="MINOR"), report("r2", token="a"), report("r3")),
        *bridge.reports(report("r1", 2, token="b", severity="NONE")),
        *bridge.reports(report("r4")),
        *members.acme.reports(report("r1", severity="FATAL")),
    )
    return pipeline.client


def named(client: Client) -> set[tuple[str, str]]:
    return {(problem.check, problem.where) for problem in fsck(client, "test").problems}


def test_a_sound_hub_has_no_problems(loaded: Client) -> None:
    report_ = fsck(loaded, "test")
    assert report_.problems == []
    assert (report_.records, report_.facts, report_.repeated, report_.faults) == (10, 10, 0, 0)
    assert "occurrence_states" in report_.compared
    left = loaded.query("SELECT name FROM system.tables WHERE database = 'hub' AND endsWith(name, '_g2')").result_rows
    assert list(left) == []


def mutate(client: Client, statement: str) -> None:
    client.command(f"{statement} SETTINGS mutations_sync = 1")


def test_one_lost_one_doubled_and_one_altered_row_of_the_log(loaded: Client) -> None:
    where = "topic = 'hub.events.bridge' AND offset"
    mutate(loaded, f"ALTER TABLE events DELETE WHERE {where} = 1")
    mutate(loaded, f"ALTER TABLE events UPDATE value = concat(assumeNotNull(value), 'x') WHERE {where} = 3")
    (copy,) = log.one(loaded, "hub.events.bridge", 0, 0)
    later = copy._replace(append_time=copy.append_time + 1)
    sha = log.record_sha(later.key, later.value, later.headers, later.append_time)
    log.append(loaded, [later._replace(sha=sha)])
    assert named(loaded) == {
        ("lost", "hub.events.bridge/0/1"),
        ("doubled", "hub.events.bridge/0/0"),
        ("altered", "hub.events.bridge/0/3"),
    }


def test_an_equal_copy_in_the_log_is_no_problem(loaded: Client) -> None:
    log.append(loaded, log.one(loaded, "hub.events.bridge", 0, 0))
    assert named(loaded) == set()


def test_a_log_that_ends_too_early(loaded: Client) -> None:
    mutate(loaded, "ALTER TABLE events DELETE WHERE topic = 'hub.events.bridge' AND offset = 4")
    assert named(loaded) == {("lost", "hub.events.bridge/0/4")}


def test_one_lost_one_doubled_and_one_altered_row_of_a_projection(loaded: Client) -> None:
    mutate(loaded, "ALTER TABLE reports_g1 DELETE WHERE org = 'bridge' AND report_id = 'r2'")
    mutate(loaded, "ALTER TABLE reports_g1 UPDATE severity = 'FATAL' WHERE org = 'bridge' AND report_id = 'r3'")
    loaded.command("INSERT INTO facts_g1 SELECT * REPLACE ('doubled' AS ce_id) FROM facts_g1 WHERE subject = 'r4'")
    found = fsck(loaded, "test").problems
    assert sorted((p.check, p.where.split(":")[0]) for p in found) == [
        ("altered", "reports"), ("doubled", "facts"), ("lost", "reports"),
    ]  # fmt: skip
    assert any(p.found == "differs from a rebuild in severity" for p in found)
    assert not any("FATAL" in p.found + p.where for p in found)


def test_one_altered_state_of_an_occurrence(loaded: Client) -> None:
    loaded.command(
        "INSERT INTO occurrence_states_g1 SELECT * REPLACE (gen + 1 AS gen, ['FATAL'] AS `states.severity`)"
        " FROM occurrence_states_g1 FINAL WHERE org = 'bridge' AND lead = 'r3'"
    )
    (problem,) = fsck(loaded, "test").problems
    assert (problem.check, problem.found) == ("altered", "differs from a rebuild in states.severity")
    assert "'r3'" in problem.where


def test_one_lost_row_of_every_projection_that_has_rows(loaded: Client) -> None:
    planted = set()
    for table in generation.TABLES:
        keys = loaded.query(
            "SELECT sorting_key FROM system.tables WHERE database = 'hub' AND name = {name:String}",
            parameters={"name": f"{table}_g1"},
        ).result_rows[0][0]
        which = f"cityHash64({keys})"
        rows = loaded.query(f"SELECT {which} FROM {table}_g1 FINAL ORDER BY 1 LIMIT 1").result_rows
        if rows:
            mutate(loaded, f"ALTER TABLE {table}_g1 DELETE WHERE {which} = {rows[0][0]}")
            planted.add(("lost", table))
    assert {table for _, table in planted} >= {"accepted", "facts", "reports", "tokens", "participants"}
    assert {(check, where.split(":")[0]) for check, where in named(loaded)} == planted
