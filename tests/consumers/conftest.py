"""A data commons of its own for every test, on one running engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from commons import log
from commons.client import Client, connect
from commons.log import LogRecord
from commons.migrate import migrate
from consumers.projection import Projection
from consumers.rebuild import first
from tests.engine_fixture import EngineProcess, start_engine
from tests.records import Hub, Member


@pytest.fixture(scope="session")
def commons_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    engine = start_engine(Path(tmp_path_factory.mktemp("commons")))
    yield engine
    engine.stop()


@pytest.fixture
def client(commons_engine: EngineProcess) -> Client:
    made = connect(commons_engine.url, commons_engine.password)
    made.command("DROP DATABASE IF EXISTS hub SYNC", settings={"database": "default"})
    made.command("CREATE DATABASE hub ENGINE = Atomic", settings={"database": "default"})
    migrate(made)
    first(made, "test")
    return made


class Pipeline:
    """Records into the log and on, as the consumer does it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.projection = Projection(client, 1)

    def take(self, *records: LogRecord) -> None:
        log.append(self.client, records)
        self.projection.process(list(records))

    def faults(self) -> list[tuple[str, int, str]]:
        """Topic, offset and reason of every judgement."""
        return [
            (str(topic), int(offset), str(reason))
            for topic, offset, reason in self.client.query(
                "SELECT topic, offset, reason FROM judgements_g1 FINAL ORDER BY topic, offset"
            ).result_rows
        ]

    def reports(self) -> list[tuple[str, int, str]]:
        """Org, offset and report id of every report that is a fact."""
        return [
            (str(org), int(offset), str(report))
            for org, offset, report in self.client.query(
                "SELECT org, o, report_id FROM reports_g1 FINAL ORDER BY org, o"
            ).result_rows
        ]


@pytest.fixture
def pipeline(client: Client) -> Pipeline:
    return Pipeline(client)


class Members:
    """The hub's own org and three members, registered."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.hub = Hub()
        self.bridge = Member("bridge", "PUBLIC_RECORDS")
        self.acme = Member("acme", "INSURER")
        self.rival = Member("rival", "OPERATOR")
        everybody = (self.hub, self.bridge, self.acme, self.rival)
        pipeline.take(*[self.hub.register(member) for member in everybody])
        assert pipeline.faults() == []


@pytest.fixture
def members(pipeline: Pipeline) -> Members:
    return Members(pipeline)
