"""Pages of the OGC interface in a browser: they fit, lack nothing, and show places on a map."""

import pytest
from playwright.sync_api import Browser

from gis_testing.browser import PATIENCE_MS, Screen

PAGES = (
    "", "/collections", "/collections/school", "/collections/school/items",
    "/collections/school/sortables", "/collections/land_parcel/items?limit=5",
)  # fmt: skip

CHOSEN = """() => [...new Set(gisMap.querySourceFeatures("features")
    .filter((one) => gisMap.getFeatureState({source: "features", id: one.id}).chosen)
    .map((one) => one.properties.id))]"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1366, 1920])
def test_a_page_fits_and_finds_all_that_it_asks_for(
    server: str, browser: Browser, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    failed: list[str] = []
    page.on("response", lambda answer: answer.status < 400 or failed.append(answer.url))
    for path in PAGES:
        sign = "&" if "?" in path else "?"
        page.goto(f"{server}/ogc{path}{sign}f=html")
        # Drawn large without a graphics card a map takes long; its place is the same before.
        if "/items" in path and width == 390:
            page.wait_for_selector("html[data-ready=true]", timeout=PATIENCE_MS)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert failed == []
    page.close()


def _ids(screen: Screen) -> list[str]:
    rows = screen.page.locator("tr[data-id]").all()
    return [row.get_attribute("data-id") or "" for row in rows]


@pytest.mark.browser
@pytest.mark.parametrize("path", ["school/items?limit=20", "land_parcel/items?limit=20"])
def test_the_features_of_the_table_are_on_the_map(screen: Screen, path: str) -> None:
    page = screen.open(f"/ogc/collections/{path}&f=html")
    drawn = page.evaluate("""() => [...new Set(gisMap.queryRenderedFeatures(
        {layers: ["points", "lines", "areas"]}).map((one) => one.properties.id))]""")
    assert sorted(drawn) == sorted(_ids(screen))


@pytest.mark.browser
def test_a_feature_and_its_row_stand_out_together(screen: Screen) -> None:
    page = screen.open("/ogc/collections/school/items?limit=20&f=html")
    first = page.locator("tr[data-id]").first
    first.hover()
    screen.settle()
    assert page.evaluate(CHOSEN) == [first.get_attribute("data-id")]
    last = page.locator("tr[data-id]").last
    last.locator("a").focus()
    assert "chosen" in (last.get_attribute("class") or "")
    assert "chosen" not in (first.get_attribute("class") or "")


@pytest.mark.browser
def test_a_click_on_a_feature_tells_its_name_and_leads_to_it(screen: Screen) -> None:
    page = screen.open("/ogc/collections/school/items?limit=1&f=html")
    (key,) = _ids(screen)
    screen.click_map()
    card = page.locator(".maplibregl-popup")
    name = page.locator("tr[data-id]").get_attribute("data-label")
    assert card.locator("strong").text_content() == name
    card.locator("a").click()
    screen.page.wait_for_url(f"**/items/{key}?**")
    page.wait_for_selector("html[data-ready=true]")
    assert page.evaluate("gisMap.querySourceFeatures('features').length") >= 1


@pytest.mark.browser
def test_moving_the_map_offers_to_search_in_view(screen: Screen) -> None:
    page = screen.open("/ogc/collections/school/items?limit=60&f=html")
    every = _ids(screen)
    button = page.locator("#map .here")
    assert not button.is_visible()
    page.locator(".maplibregl-ctrl-zoom-in").click()
    button.wait_for(state="visible")
    page.locator(".maplibregl-ctrl-zoom-in").click()
    screen.settle()
    button.click()
    page.wait_for_url("**bbox=**")
    page.wait_for_selector("html[data-ready=true]")
    assert 0 < len(_ids(screen)) < len(every)
    page.get_by_role("link", name="Bỏ khung giới hạn").first.click()
    page.wait_for_selector("html[data-ready=true]")
    assert _ids(screen) == every


@pytest.mark.browser
def test_a_phone_has_the_map_as_well(phone: Screen) -> None:
    page = phone.open("/ogc/collections/land_parcel/items?limit=3&f=html")
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert 200 < box["height"] < 500
    assert box["x"] + box["width"] <= 390


@pytest.mark.browser
def test_without_scripts_the_table_is_the_page(server: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server}/ogc/collections/school/items?f=html&limit=5")
    assert page.locator("tr[data-id]").count() == 5
    assert not page.locator("#map").is_visible()
    context.close()


@pytest.mark.browser
def test_when_the_features_do_not_come_the_page_says_so(screen: Screen) -> None:
    screen.page.route("**f=json**", lambda route: route.abort())
    screen.page.goto(f"{screen.server}/ogc/collections/school/items?f=html&limit=5")
    screen.page.get_by_text("Không vẽ được bản đồ").wait_for()
    assert screen.page.locator("tr[data-id]").count() == 5
    # What was cut off on purpose is all that went wrong.
    assert all("ERR_FAILED" in error for error in screen.errors)
    screen.errors.clear()


@pytest.mark.browser
def test_a_hostile_name_is_written_and_not_run(screen: Screen) -> None:
    """The names come from the page; the map writes them as text."""
    page = screen.open("/ogc/collections/school/items?limit=1&f=html")
    hostile = "<img src=x onerror=alert(1)>"
    page.locator("tr[data-id]").evaluate("(row, name) => { row.dataset.label = name }", hostile)
    screen.click_map()
    card = page.locator(".maplibregl-popup strong")
    assert card.text_content() == hostile
    assert card.locator("img").count() == 0
