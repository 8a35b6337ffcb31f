"""Overview and list are about the federal crash reports, whatever other reports the hub holds."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.url import ABOUT
from tests.dashboard.conftest import Loaded
from tests.dashboard.reading import html, labels, text
from tests.loaded_hub import ELSEWHERE, OTHER_REPORTS

pytestmark = [pytest.mark.clickhouse, pytest.mark.net]

Open = Callable[..., AppTest]
OTHER, ROWS = OTHER_REPORTS[0], OTHER_REPORTS[2]


def test_another_source_of_reports_moves_no_figure_of_the_overview(open_page: Open, loaded: Loaded) -> None:
    totals = {row["source"]: row for row in loaded.ask("totals").rows}
    fatal = loaded.ask("occurrences", source=ELSEWHERE, severity="FATAL", reporters="several").rows
    assert (totals[OTHER]["occurrences"], len(fatal)) == (ROWS, 1), "else this test proves nothing"
    own = totals[ABOUT["source"]]
    app = open_page()
    said = text(app)
    for figure in (f"{own['rows']:,} rows", f"{own['reports']:,} reports", f"{own['occurrences']:,} crashes"):
        assert figure in said
    for name in ("occurrences_by_month", "occurrences_by_operator"):
        every, narrowed = (sum(row["occurrences"] for row in loaded.ask(name, **asked).rows) for asked in ({}, ABOUT))
        assert every > narrowed + ROWS, "else this test proves nothing"
    months = loaded.ask("occurrences_by_month", **ABOUT).rows
    assert f"No injury {sum(row['none'] for row in months):,}" in said
    assert len(loaded.ask("occurrences_by_operator", **ABOUT).rows) == 48
    assert "4 → 2" in said
    assert re.search(r"354 crashes with several reporters", said)
    assert "270 with a declared copy 84 without" in said
    assert "2030" not in html(app)
    assert "48 entities filed reports; 17 of them ten or more" in said


def test_another_source_of_reports_is_neither_listed_nor_offered_as_a_filter(open_page: Open, loaded: Loaded) -> None:
    others = [row for source in (OTHER, ELSEWHERE) for row in loaded.ask("reports", source=source).rows]
    names = {str(row["reporter"]) for row in others} | {str(row["operator"]) for row in others}
    editions = {str(row["edition"]) for row in others}
    federal = {str(row["reporter"]) for row in loaded.ask("reports", **ABOUT).rows}
    for name in ("overview", "incidents"):
        assert "Jan 2030" not in labels(open_page(name))
        assert not (names - federal | editions) & set(labels(open_page(name)))
    for unit in ("crashes", "reports"):
        fatal = text(open_page("incidents", unit=unit, severity="FATAL"))
        assert "of 2" in fatal
        assert "Elsewhere" not in fatal
    for unit, n in (("crashes", 2229), ("reports", 2609), ("rows", 3020)):
        app = open_page("incidents", unit=unit)
        assert f"of {n:,}" in text(app)
        assert OTHER not in html(app)
