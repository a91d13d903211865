"""The page as a whole: it is drawn, fits, and says what fails."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect
from rasterio.io import MemoryFile

pytestmark = pytest.mark.browser


def test_the_page_says_what_it_is_and_that_the_data_are_demonstration(screen: Any) -> None:
    page = screen.open()
    title = screen.fetch("/catalogue.json")["title"]["vi"]
    expect(page).to_have_title(title)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#demo")).to_contain_text("DỮ LIỆU TRÌNH DIỄN")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_map_is_not_blank(screen: Any) -> None:
    page = screen.open()
    with MemoryFile(page.locator("#map canvas").screenshot()) as file, file.open() as picture:
        pixels = picture.read([1, 2, 3]).reshape(3, -1)
    colours = np.unique(pixels, axis=1).shape[1]
    assert colours > 100
    assert pixels.std() > 4


def test_texts_are_set_in_the_typeface_that_we_serve(screen: Any) -> None:
    page = screen.open()
    assert page.evaluate("() => document.fonts.check('16px \"Be Vietnam Pro\"', 'Đất')")


@pytest.mark.parametrize("query", ["/", "/?panel=layers", "/?panel=heat&heat=report"])
def test_nothing_is_wider_than_a_phone(phone: Any, query: str) -> None:
    page = phone.open(query)
    width = page.evaluate("() => document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


def test_everything_to_touch_on_a_phone_is_large_enough(phone: Any) -> None:
    page = phone.open("/?panel=layers")
    page.wait_for_selector(".layer")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("button, .layer-label, #search")]
            .filter((e) => e.checkVisibility() && !e.closest(".maplibregl-ctrl"))
            .map((e) => [e.id || e.className, e.getBoundingClientRect().height])"""
    )
    assert [(name, height) for name, height in sizes if height < 40] == []


def test_a_phone_opens_its_panel_as_a_sheet_that_leaves_the_map_in_sight(phone: Any) -> None:
    page = phone.open()
    expect(page.locator("#side")).to_be_hidden()
    page.locator("#rail-layers").tap()
    box, map_box = page.locator("#side").bounding_box(), page.locator("#map").bounding_box()
    assert box["y"] > map_box["y"] + map_box["height"] * 0.35


def test_a_failing_layer_is_named_and_can_be_tried_again(screen: Any) -> None:
    broken = re.compile(r"/tiles/school\.json")
    screen.page.route(broken, lambda route: route.fulfill(status=500, body="{}"))
    page = screen.open("/?panel=layers&layers=commune")
    notice = page.locator(".notice")
    expect(notice).to_have_count(0)
    page.locator("#layer-school").check()
    expect(notice).to_contain_text("Không tải được")
    page.unroute(broken)
    with page.expect_response(broken):
        notice.get_by_role("button", name="Thử lại").click()
    screen.errors.clear()


def test_failing_figures_leave_the_rest_of_the_page_alive(screen: Any) -> None:
    broken = re.compile(r"/attention\?")
    screen.page.route(broken, lambda route: route.fulfill(status=503, body="{}"))
    page = screen.open()
    expect(page.locator(".failure")).to_contain_text("Không tải được")
    page.unroute(broken)
    page.locator(".failure button").click()
    expect(page.locator(".figures")).to_be_visible()
    screen.errors.clear()


def test_without_a_catalogue_the_page_says_so(screen: Any) -> None:
    screen.page.route("**/catalogue.json", lambda route: route.abort())
    screen.page.goto(screen.server)
    expect(screen.page.locator("[role=alert]")).to_contain_text("Thử lại")
    screen.errors.clear()


def test_without_webgl_the_page_says_so(screen: Any) -> None:
    screen.page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    screen.page.goto(screen.server)
    expect(screen.page.locator("[role=alert]")).to_contain_text("WebGL2")


@pytest.mark.parametrize(
    ("path", "missing", "sentence"),
    [
        ("/", "**/web/main.js", "Không tải được chương trình"),
        ("/", "**/web/store.js", "could not be loaded"),
        ("/", "**/maplibre-gl.mjs", "Không tải được chương trình"),
        ("/ogc/collections/school/items?f=html&lang=en", "**/ogc/map.js", "cannot be drawn"),
        ("/ogc/collections/school/items?f=html", "**/maplibre-gl.mjs", "Không vẽ được bản đồ"),
    ],
)
def test_a_page_without_one_of_its_modules_says_so(
    screen: Any, path: str, missing: str, sentence: str
) -> None:
    screen.page.route(missing, lambda route: route.fulfill(content_type="text/plain", body="1"))
    screen.page.goto(screen.server + path)
    expect(screen.page.get_by_text(sentence)).to_be_visible()
    screen.errors.clear()


def test_a_browser_that_cannot_read_the_modules_is_told_so(screen: Any) -> None:
    old = re.compile(r"/web/store\.js")
    screen.page.route(old, lambda route: route.fulfill(content_type="text/javascript", body="#"))
    screen.page.goto(screen.server)
    expect(screen.page.get_by_text("Không tải được chương trình")).to_be_visible()
    screen.errors.clear()
