"""Every known answer of part `sources` comes out of a query after the whole path, file by file in their own formats."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.path.known_sources import ANSWERS
from tests.path.stack import BRIDGE, Stack

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse]

INSURER = "insurer"
DMV, MOTOR, SGO = "ca-dmv", "insurer-motor", "sgo-ads"


class Load(NamedTuple):
    """What one hub holds: (source, file) pairs, and the data sets whose answers it must give."""

    files: tuple[tuple[str, str], ...]
    datasets: tuple[str, ...]


def _year(year: int) -> tuple[tuple[str, str], ...]:
    miles = f"{DMV}/{year}-Autonomous-Mileage-Reports-CSV.csv"
    takeovers = f"{DMV}/{year}-Autonomous-Vehicle-Disengagement-Reports-CSV.csv"
    return ("ca-dmv-disengagement", takeovers), ("ca-dmv-mileage", miles), ("ca-dmv-permits", miles)


_PUBLIC = Load(
    (
        *_year(2021),
        ("ca-dmv-collision", f"{DMV}/CA_AV_Collision_2019-2024.csv"),
        ("jcqhc-near-miss", "jcqhc-hiyari/MedicalReportPub.csv"),
        ("nhtsa-sgo", f"{SGO}/SGO-2021-01_Incident_Reports_ADS_archive_2021-2025.csv"),
        ("nhtsa-sgo", f"{SGO}/SGO-2021-01_Incident_Reports_ADS_2026-03-16.csv"),
        ("av-exposure", "av-exposure/vmt_by_operator_month.csv"),
    ),
    ("dmv_disengagement_2021", "dmv_mileage_2021", "dmv_collision", "jcqhc", "av_exposure", "across_files"),
)
_LARGE = {
    "dmv-2022": Load(_year(2022), ("dmv_disengagement_2022", "dmv_mileage_2022")),
    "fda": Load(
        (
            ("fda-device-events", "fda-ai-devices/943_AEs_for_fda_devices.csv"),
            ("fda-device-clearances", "fda-ai-devices/823_fda_devices_withAEs.csv"),
        ),
        ("fda_devices",),
    ),
    "fremotor1": Load(
        tuple(("motor-claims", f"{MOTOR}/fremotor1{part}0304a.csv") for part in ("sev", "freq", "prem")), ("fremotor1",)
    ),
    "ausautoBI": Load((("motor-claims", f"{MOTOR}/ausautoBI8999.csv"),), ("ausautoBI",)),
}
_LOADS = {"public": _PUBLIC, **_LARGE}


@pytest.fixture(
    scope="module",
    params=["public", *(pytest.param(name, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]) for name in _LARGE)],
)
def loaded(
    request: pytest.FixtureRequest, test_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Load, Stack]]:
    """One hub at a time; each file is published as its operator does it."""
    load = _LOADS[request.param]
    hub = Stack(tmp_path_factory.mktemp("sources"))
    hub.up()
    try:
        hub.hub("member", "add", INSURER, "--role", "INSURER")
        for source, file in load.files:
            org = INSURER if source == "motor-claims" else BRIDGE
            told = hub.json("publish", source, str(test_data / file), "--as", org)
            assert told["rejected"] == 0, source
        hub.settle()
        yield load, hub
    finally:
        hub.hub("down")


def test_every_known_answer_of_the_sources(loaded: tuple[Load, Stack], test_data: Path) -> None:
    load, hub = loaded
    told = json.loads((test_data / "known_answers.json").read_text("utf-8"))
    q = hub.asker()
    for dataset in load.datasets:
        known = {n: e["value"] for n, e in told[dataset].items() if e.get("part") == "sources"}
        assert known.keys() == ANSWERS[dataset].keys()
        found = {name: answer(q, known[name]) for name, answer in ANSWERS[dataset].items()}
        assert found == known, dataset


def test_every_data_set_with_such_answers_is_asked(test_data: Path) -> None:
    told = json.loads((test_data / "known_answers.json").read_text("utf-8"))
    asked = {dataset for load in _LOADS.values() for dataset in load.datasets}
    assert asked == {
        dataset for dataset, entries in told.items()
        if any(isinstance(entry, dict) and entry.get("part") == "sources" for entry in entries.values())
    }  # fmt: skip
