"""An engine for this room, and a client with a database of its own."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.httpclient import HttpClient

from tests.engine_fixture import EngineProcess, start_engine


def connect(engine: EngineProcess, database: str = "hub", **options: Any) -> HttpClient:
    """The unmodified HTTP client, as every part of the hub uses it, with connections of its own."""
    made = clickhouse_connect.get_client(
        host="127.0.0.1",
        port=engine.port,
        username="default",
        password=engine.password,
        database=database,
        dedicated_pool=True,
        **options,
    )
    assert isinstance(made, HttpClient)
    return made


@pytest.fixture(scope="session")
def room_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """One endpoint for all tests of this room."""
    engine = start_engine(tmp_path_factory.mktemp("engine"))
    yield engine
    engine.stop()


@pytest.fixture
def database(room_engine: EngineProcess) -> Iterator[str]:
    """The name of a fresh database."""
    name = f"t_{uuid.uuid4().hex}"
    client = connect(room_engine)
    client.command(f"CREATE DATABASE {name} ENGINE = Atomic")
    yield name
    client.command(f"DROP DATABASE {name}")
    client.close()


@pytest.fixture
def new_client(room_engine: EngineProcess, database: str) -> Iterator[Callable[..., HttpClient]]:
    """Makes clients on the fresh database."""
    made: list[HttpClient] = []

    def make(**options: Any) -> HttpClient:
        made.append(connect(room_engine, database, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(new_client: Callable[..., HttpClient]) -> HttpClient:
    """A client on the fresh database."""
    return new_client()
