"""Rates: exact limits, and numerator and denominator of the same months and operators."""

from typing import Any

import pytest

from commons.ask import OPERATOR, ask
from commons.rates import garwood
from tests.amounts import exposure, identified, near_misses, party, signed
from tests.consumers.conftest import Members, Pipeline
from tests.records import report

NEAR: dict[str, Any] = {"class": "NEAR_MISS"}


@pytest.mark.parametrize(
    ("events", "millions", "limits"),
    [(9, 25.3, (0.163, 0.675)), (2, 25.3, (0.0096, 0.286)), (0, 3.8, (0.0, 0.971))],
)
def test_the_limits_are_the_exact_ones(events: int, millions: float, limits: tuple[float, float]) -> None:
    assert tuple(round(limit / millions, 4 if limit < 1 else 3) for limit in garwood(events)) == pytest.approx(limits)


@pytest.fixture
def loaded(pipeline: Pipeline, members: Members) -> Pipeline:
    """Waymo by name in two files and by permit in two others; one operator without exposure."""
    bridge, permit = members.bridge, [party("REPORTER", "WAYMO LLC", "ca-dmv-permit", "AVT003")]
    pipeline.take(
        *signed(members.hub, "PartyIdentified", identified("waymo", "Waymo", "AVT003", "ca-dmv-permit"),
                identified("waymo", "Waymo", "Waymo LLC"), identified("waymo", "Waymo", "waymo"), source="governance"),
        *signed(bridge, "ExposureReported",
                *(exposure(f"v{month}", 1000, f"2021-{month:02}", lower=500, upper=2000, basis="ESTIMATE")
                  for month in range(1, 7)), source="vmt"),
        *signed(bridge, "ExposureReported", exposure("p1", "12.5", "2021-02", "WAYMO LLC", permit="AVT003"),
                exposure("p2", "7.5", "2021-03", "WAYMO LLC", permit="AVDT001"), source="miles"),
        *signed(bridge, "OccurrenceReported",
                report("s1", occurred="2021-02", reporter="Waymo LLC", severity="MINOR"),
                report("s2", occurred="2021-04", reporter="Waymo LLC", severity="UNKNOWN"),
                report("s0", occurred="2020-12", reporter="Waymo LLC"),
                report("s3", occurred="2021-02", reporter="Other"), source="sgo"),
        *signed(bridge, "OccurrenceReported",
                *(report(f"d{n}", occurred="2021-02", parties=permit, **NEAR) for n in range(3)),
                report("d9", occurred="2021-05", parties=permit, **NEAR), source="takeovers"),
    )  # fmt: skip
    return pipeline


def rates(loaded: Pipeline, **params: str) -> list[dict[str, Any]]:
    return ask(loaded.client, "rates", OPERATOR, params).rows


@pytest.mark.clickhouse
def test_only_months_that_both_have_are_divided_and_the_others_named(loaded: Pipeline) -> None:
    (row,) = rates(loaded, operator="Waymo", source="sgo", exposure_source="vmt")
    assert (row["events"], row["exposure"], row["left_out"]) == (2, 4000, 1)
    assert (row["months_outside"], row["exposure_left_out"]) == (["2020-12"], ["2021-05", "2021-06"])
    assert (row["rate"], row["rate_if_exposure_low"], row["rate_if_exposure_high"]) == (2 / 4000, 2 / 2000, 2 / 8000)
    (row,) = rates(loaded, operator="waymo", source="sgo", severity_from="MINOR")
    assert (row["events"], row["events_if_unknown"]) == (1, 2)
    (row,) = rates(loaded, operator="Waymo LLC", source="sgo", **{"from": "2021-01", "to": "2021-03"})
    assert (row["events"], row["exposure"], row["from_month"], row["to_month"]) == (1, 3000, "2021-01", "2021-03")
    (row,) = rates(loaded, source="sgo")
    assert (row["events"], row["left_out"]) == (2, 2), "an operator without exposure is not divided by another's"


@pytest.mark.clickhouse
def test_what_was_filed_under_one_permit_belongs_together(loaded: Pipeline) -> None:
    rows = rates(loaded, events="near_misses", by="operator")
    assert [(r["group"], r["events"], r["exposure"], r["outside_counted"]) for r in rows] == [
        ("AVDT001", 0, pytest.approx(7.5), 0), ("AVT003", 4, pytest.approx(12.5), 1),
    ]  # fmt: skip
    assert rows[0]["months_outside"] == ["2021-05"]
    assert rows[0]["rate_if_exposure_low"] is None, "what was counted has no bounds of its own"
    (row,) = rates(loaded, events="near_misses", operator="AVT003")
    assert row["exposure"] == pytest.approx(12.5), "an id asks for that id, not for all of its holder"


@pytest.mark.clickhouse
def test_no_event_is_a_rate_too_and_no_exposure_is_none(loaded: Pipeline) -> None:
    rows = rates(loaded, events="claims", exposure_source="vmt")
    assert [(row["events"], row["rate"], row["lower95"]) for row in rows] == [(0, 0.0, 0.0)]
    assert rows[0]["upper95"] == pytest.approx(3.688879 / 6000)
    assert rates(loaded, unit="TRIP") == []


@pytest.mark.clickhouse
def test_counted_near_misses_count(loaded: Pipeline, members: Members) -> None:
    loaded.take(*signed(members.bridge, "NearMissCountReported", near_misses("n1", 12, "2021-03"), source="counts"))
    (row,) = rates(loaded, events="near_misses", source="counts")
    assert (row["events"], row["exposure"]) == (12, 1000)


@pytest.mark.clickhouse
def test_one_firm_has_one_name_as_far_as_the_clock_knows(loaded: Pipeline, members: Members) -> None:
    def named(**params: str) -> set[str]:
        return {row["report_id"] for row in ask(loaded.client, "reports", OPERATOR, params).rows}

    everything = named(operator="Waymo")
    assert everything == {"s0", "s1", "s2", "d0", "d1", "d2", "d9"} == named(operator="waymo llc")
    assert named(operator="AVT003") == {"d0", "d1", "d2", "d9"}
    assert named(operator="Other") == {"s3"}
    withdrawn = identified("waymo", "Waymo", "Waymo LLC", change="WITHDRAWN")
    loaded.take(*signed(members.hub, "PartyIdentified", withdrawn, source="governance"))
    assert named(operator="Waymo") == {"d0", "d1", "d2", "d9"}
    waiting = {row["about"] for row in ask(loaded.client, "review", OPERATOR).rows}
    assert waiting == {"sgo: Other", "sgo: Waymo LLC", "miles: AVDT001 (WAYMO LLC)"}


@pytest.mark.clickhouse
def test_an_exposure_is_its_latest_version_and_bounds_are_not_invented(loaded: Pipeline, members: Members) -> None:
    loaded.take(*signed(members.bridge, "ExposureReported", exposure("v1", 3000, "2021-01", version=2), source="vmt"))
    rows = {row["month"]: row for row in ask(loaded.client, "exposure", OPERATOR, {"source": "vmt"}).rows}
    assert (rows["2021-01"]["value"], rows["2021-01"]["lower"]) == (3000, None)
    (year,) = ask(loaded.client, "exposure", OPERATOR, {"source": "vmt", "grain": "year"}).rows
    assert (year["month"], year["value"], year["lower"], year["basis"]) == ("2021", 8000, 5500, "ACTUAL, ESTIMATE")
    loaded.take(*signed(members.bridge, "ExposureReported",
                        exposure("v2", 1000, "2021-02", version=2, basis="ESTIMATE"), source="vmt"))  # fmt: skip
    (year,) = ask(loaded.client, "exposure", OPERATOR, {"source": "vmt", "grain": "year"}).rows
    assert year["lower"] is None
