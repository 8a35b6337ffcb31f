"""What tests of all rooms share: the real data, one engine, one broker, a hub that has read the federal files."""

import json
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from hub.broker.listen import Listen, bind
from tests import real_data
from tests.broker_fixture import RunningBroker, start_broker
from tests.engine_fixture import EngineProcess, start_engine
from tests.loaded_hub import LoadedHub, load
from wire.access import Access

pytest_plugins = ["tests.guard"]

settings.register_profile("busy-machine", deadline=None)  # a slow example on a shared machine is no failure
settings.load_profile("busy-machine")

Report = Callable[..., None]
ELSEWHERE = "127.0.0.2"
_numbers = count(1)


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start whole hubs go first: one of them at the end would leave the other worker without work."""
    items.sort(key=lambda item: item.path.parent.name not in ("hub", "path"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reports", type=Path, help="folder for the reports of the long campaigns")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of the real data, HUB_TEST_DATA. A build machine must have it."""
    return real_data.folder(os.environ)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    """One embedded engine for all tests that need some engine: make a database of your own in it."""
    running = start_engine(tmp_path_factory.mktemp("engine"))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBroker]:
    """One broker for all tests that need some broker: add members of your own; what is stopped is started again.

    It serves members elsewhere too, over TLS on another loopback address.
    """
    running = start_broker(tmp_path_factory.mktemp("broker"), Listen(ELSEWHERE, bind(ELSEWHERE, None)))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def member(broker: RunningBroker) -> Callable[[], Access]:
    """Adds a member that no other test has; its user name is its org id."""
    return lambda: broker.member(f"org-{next(_numbers)}")


@pytest.fixture(scope="session")
def loaded_hub(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoadedHub]:
    """A hub that has read both federal files, claims and more through Kafka; only to be read."""
    with load(test_data, tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def report(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    """Writes the result of a long campaign as NAME.json, into the folder of --reports; or one part of it."""
    folder: Path = request.config.getoption("reports") or tmp_path

    def write(name: str, result: object, part: str | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.json"
        if part is not None:
            result = (json.loads(path.read_text()) if path.exists() else {}) | {part: result}
        path.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")

    return write
