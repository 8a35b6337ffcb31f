"""Hubs that hold the federal files: the archive alone, the current file alone, and both."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.path.stack import Stack

Rows = list[dict[str, Any]]
Asker = Callable[..., Rows]

SETS: dict[str, tuple[str, ...]] = {
    "sgo_archive": ("sgo-ads/SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv",),
    "sgo_current": ("sgo-ads/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv",),
}
SETS["sgo_merged"] = SETS["sgo_archive"] + SETS["sgo_current"]


@pytest.fixture(scope="session", params=SETS)
def federal(
    request: pytest.FixtureRequest, test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Stack]]:
    """One hub at a time, through every step that an operator takes, with the files of one data set."""
    hub = Stack(tmp_path_factory.mktemp("föderal & 山"))  # a folder may have any name that its owner's language has
    hub.up()
    try:
        hub.publish(*[test_data / name for name in SETS[request.param]])
        hub.settle()
        yield request.param, hub
    finally:
        hub.hub("down")
