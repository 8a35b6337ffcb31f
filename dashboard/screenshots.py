"""Pictures of the pages in both languages, light and dark: `python -m dashboard.screenshots --url URL --out DIR`.

The incident is the one named, else the first of the list whose severity changed between versions. Needs the
development extra (Playwright) and a Chromium.
"""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlencode, urljoin

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FIRST_CHANGED = "/incidents?severity_changed=1&first_severity=FATAL&sort=reports"
PATHS = {
    "overview": "/", "rates": "/rates", "claims": "/claims", "claims_list": "/claims?list=1&sort=paid", "data": "/data",
}  # fmt: skip
FIRST_CLAIM = "/claims?list=1&sort=paid"
PAGES = ("overview", "incidents", "incident", "rates", "claims", "claims_list", "claim", "data")
MAY_BE_EMPTY = {"rates": ".periods", "claims": "table.money", "claims_list": "table.list", "claim": "table.proof"}
"""Pages of what a hub may not hold, and what they have when it does."""
DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"


def settle(page: Page) -> None:
    """Wait until the script has run, every chart is drawn and the fonts are there."""
    page.wait_for_selector(".hub footer", timeout=60_000)
    page.wait_for_selector(DRAWN, timeout=60_000)
    # Locators, not functions: the page's content policy forbids evaluating text as a script.
    expect(page.locator("[data-testid=stVegaLiteChart]:not(:has(canvas, svg.marks))")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-testid=stSkeleton], [data-stale=true]")).to_have_count(0, timeout=60_000)
    page.evaluate("document.fonts.ready.then(() => true)")


def whole(page: Page, out: Path) -> None:
    """One picture of the whole page: Streamlit scrolls inside, so the window grows to its content first."""
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": int(height) + 8})
    settle(page)
    page.screenshot(path=str(out))


def _opened(page: Page, url: str, path: str, link: str) -> str:
    """The address behind the first link of a list, or the list's own when it is empty."""
    page.goto(urljoin(url, path))
    settle(page)
    found = page.locator(link)
    return str(found.first.get_attribute("href")) if found.count() else path


def take(browser: Browser, url: str, out: Path, incident: str | None, width: int) -> list[Path]:
    """All pictures; returns the files. `url` is the dashboard's address."""
    files = []
    paths = dict(PATHS)
    for lang, locale in (("en", "en-US"), ("ja", "ja-JP")):
        for scheme in ("light", "dark"):
            for name in PAGES:
                context = browser.new_context(
                    viewport={"width": width, "height": 1000}, color_scheme="dark" if scheme == "dark" else "light",
                    locale=locale, timezone_id="Asia/Tokyo",
                )  # fmt: skip
                page = context.new_page()
                if name == "incident" and name not in paths:
                    paths[name] = f"/incidents?{urlencode({'incident': incident})}" if incident else _opened(
                        page, url, FIRST_CHANGED, "table.list a[href*='incident=']"
                    )  # fmt: skip
                if name == "claim" and name not in paths:
                    paths[name] = _opened(page, url, FIRST_CLAIM, "table.list a.row")
                path = paths.get(name, "/incidents")
                page.goto(urljoin(url, f"{path}{'&' if '?' in path else '?'}lang={lang}"))
                settle(page)
                if name not in MAY_BE_EMPTY or page.locator(MAY_BE_EMPTY[name]).count():
                    files.append(out / f"{name}_{lang}_{scheme}.png")
                    whole(page, files[-1])
                context.close()
    return files


def main() -> int:
    """Take the pictures and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="address of a running dashboard")
    parser.add_argument("--out", required=True, type=Path, help="directory for the pictures")
    parser.add_argument("--incident", help="occurrence id of the incident file to show")
    parser.add_argument("--width", type=int, default=1440, help="width of the window")
    parser.add_argument("--chromium", default=CHROMIUM, help="path of the browser")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        for file in take(browser, given.url, given.out, given.incident, given.width):
            sys.stdout.write(f"{file}\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
