"""Pages of the OGC interface in a browser: all of it fits on a phone, and nothing is missing."""

import pytest
from playwright.sync_api import Browser

PAGES = (
    "", "/collections", "/collections/school", "/collections/school/items",
    "/collections/school/sortables", "/collections/land_parcel/items?limit=5",
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1366, 1920])
def test_a_page_fits_and_finds_all_that_it_asks_for(
    server: str, browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    failed: list[str] = []
    page.on("response", lambda answer: answer.ok or failed.append(answer.url))
    for path in PAGES:
        sign = "&" if "?" in path else "?"
        page.goto(f"{server}/ogc{path}{sign}f=html")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert failed == []
    page.close()
