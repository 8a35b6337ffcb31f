"""What only a browser shows: charts, widths, colours, the policy, links without a reload, accessibility."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard.screenshots import CHROMIUM, settle
from tests.dashboard.conftest import Loaded
from tests.loaded_hub import INSURER, MILES, ORG
from tests.served import served

pytestmark = [pytest.mark.browser, pytest.mark.clickhouse, pytest.mark.net]

CHART = "[data-testid=stVegaLiteChart] svg.marks"
CASE = "/incidents?severity_changed=1&first_severity=FATAL"
MILES_OF = f"/rates?list=exposures&about={MILES[0]}&operator=AVT036"
EXPOSURE = f"/rates?exposure={MILES[0]}%3A2022%2FAVT036%2F1%2F2022-01&org={ORG}"
CLAIM = f"/claims?claim=motor-claims%3AausautoBI8999%2F1&org={INSURER}"


@pytest.fixture(scope="module")
def address(loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard as the hub starts it."""
    folder = tmp_path_factory.mktemp("served")
    with served("hub.run_dashboard", "/_stcore/health", folder, loaded.url, loaded.password) as where:
        yield where


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"no browser at {CHROMIUM}: apt-get install chromium")
    with sync_playwright() as tool:
        running = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, timezone_id="Asia/Tokyo", locale="en-US")
    yield context.new_page()
    context.close()


def case_file(page: Page, address: str) -> str:
    """Open the list, then the case; the address of the incident file."""
    page.goto(address + CASE)
    page.click("table.list a.row")
    page.wait_for_selector("table.proof")
    settle(page)
    return page.url


def test_nothing_comes_from_elsewhere_and_no_script_but_ours(page: Page, address: str) -> None:
    asked: list[str] = []
    blocked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: blocked.append(message.text))
    page.goto(address)
    settle(page)
    assert {url.split("/")[2] for url in asked if not url.startswith(("data:", "blob:"))} == {address.split("/")[2]}
    assert not [said for said in blocked if "Content Security Policy" in said]


def test_the_page_says_its_language(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=ja")
    assert page.get_attribute("html", "lang") == "ja"
    settle(page)
    page.click(".languages a:has-text('English')")
    expect(page.locator("h1")).to_have_text("Who reported what, and does anyone independent agree?")
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator(".cards").inner_text().isascii() or "→" in page.locator(".cards").inner_text()


def test_charts_fill_their_width_and_stand_above_each_other(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    boxes = [box for chart in page.locator(CHART).all() if (box := chart.bounding_box())]
    assert len(boxes) == 2
    for box in boxes:
        assert box["width"] > 1180
    assert abs(boxes[0]["width"] - boxes[1]["width"]) < 2
    assert boxes[0]["height"] > 320


def test_a_bar_leads_to_the_crashes_of_its_month(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    chart = page.locator(CHART).first
    box = chart.bounding_box()
    assert box
    # May 2025 is month 47 of 56; the axis takes 34 pixels; low enough to hit the bar of crashes without injury
    chart.click(position={"x": 34 + (box["width"] - 36) * 46.5 / 56, "y": box["height"] - 80})
    page.wait_for_url("**/incidents?from=2025-05&to=2025-05&severity=NONE")
    expect(page.locator("table.list tbody tr").first).to_contain_text("May 2025")


def test_links_open_without_a_reload_and_back_works(page: Page, address: str) -> None:
    page.goto(f"{address}/?state=AZ&lang=en")
    settle(page)
    page.evaluate("window.stays = true")
    page.click(".card .foot a >> nth=1")
    page.wait_for_selector("table.list")
    assert "state=AZ" in page.url
    page.click("table.list a.row >> nth=0")
    page.wait_for_selector("table.proof")
    assert "state=AZ" in page.url
    page.go_back()
    page.wait_for_selector("table.list")
    assert page.evaluate("window.stays") is True


@pytest.mark.parametrize("width", [1440, 900, 600, 400])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_page_is_wider_than_the_window(page: Page, address: str, width: int, lang: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/incidents", "/rates", MILES_OF, EXPOSURE, "/claims", CLAIM, "/data"):
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={lang}")
        settle(page)
        inside = "e => [e.scrollWidth, e.clientWidth]"
        scroll, client = page.locator("[data-testid=stMain]").evaluate(inside)
        assert scroll <= client, path


@pytest.mark.parametrize(
    ("lang", "scheme"),
    [
        ("en", "light"), ("ja", "dark"),  # each language and each scheme once; the other two take as long again
        pytest.param("ja", "light", marks=pytest.mark.slow), pytest.param("en", "dark", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_accessibility(browser: Browser, address: str, scheme: str, lang: str) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    case = case_file(page, address)
    for url in (
        f"{address}/?lang={lang}",
        f"{address}{CASE}&lang={lang}",
        f"{case}&lang={lang}",
        f"{address}/rates?lang={lang}",
        f"{address}{MILES_OF}&lang={lang}",
        f"{address}{EXPOSURE}&lang={lang}",
        f"{address}/claims?lang={lang}",
        f"{address}{CLAIM}&lang={lang}",
        f"{address}/data?lang={lang}",
    ):
        page.goto(url)
        settle(page)
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
    context.close()


def test_claims_are_drawn_and_a_bar_a_row_and_a_file_lead_on(page: Page, address: str) -> None:
    page.goto(f"{address}/claims?lang=en")
    settle(page)
    charts = page.locator(CHART)
    expect(charts).to_have_count(2)
    for chart in charts.all():
        box = chart.bounding_box()
        assert box
        assert box["width"] > 1180
    with page.expect_download() as got:
        page.click("a[download] >> nth=0")
    assert got.value.suggested_filename.startswith("claims-")
    assert Path(got.value.path()).read_bytes().startswith(b"\xef\xbb\xbfsource,line,coverage,period,")
    page.click("table.lines tbody tr:has-text('TPL') td a >> nth=0")
    page.wait_for_selector("table.list.claims")
    expect(page.locator(".hub .reading").first).to_contain_text("4,202 claims match.")
    page.click("table.list a.row >> nth=0")
    page.wait_for_selector("table.transactions")
    expect(page.locator("table.proof tbody tr")).to_contain_text("valid")
    page.go_back()
    page.wait_for_selector("table.list.claims")


def test_a_bar_of_claims_opens_its_period(page: Page, address: str) -> None:
    page.goto(f"{address}/claims?line=private+motor&lang=en")
    settle(page)
    chart = page.locator(CHART).first
    box = chart.bounding_box()
    assert box
    # two bars, 2003 and 2004, each in the middle of its half; the axis takes some 50 pixels
    chart.click(position={"x": 50 + (box["width"] - 50) * 0.75, "y": box["height"] - 40})
    page.wait_for_selector("table.list.claims")
    assert "period=2004" in page.url
    expect(page.locator(".hub .reading").first).to_contain_text("4,712 claims match.")


def test_evidence_says_both_clocks_and_no_date_of_1970(page: Page, address: str) -> None:
    case_file(page, address)
    said = page.locator("[data-testid=stMain]").inner_text()
    assert "1970" not in said
    assert "UTC" in said
    assert "JST" in said
