"""The state of the page in its address, language, theme, wall."""

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_english_is_one_switch_away_and_stays_in_the_address(screen: Any) -> None:
    page = screen.open()
    page.locator("#lang").click()
    title = screen.fetch("/catalogue.json")["title"]["en"]
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#demo")).to_contain_text("DEMONSTRATION DATA")
    screen.settle()
    page.reload()
    expect(page.locator("h1")).to_have_text(title)


def test_the_dark_theme_darkens_page_and_map(screen: Any) -> None:
    page = screen.open()
    with page.expect_response(lambda answer: "/styles/dark.json" in answer.url):
        page.locator("#theme").click()
    screen.settle()
    ground = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in ground[4:-1].split(",")) < 60
    assert "theme=dark" in page.url


def test_a_copied_address_gives_the_same_view(screen: Any) -> None:
    commune = screen.fetch("/ogc/collections/commune/items?limit=1&f=json")["features"][0]["id"]
    address = (
        "/?lang=en&theme=dark&panel=heat&layers=commune,school&heat=report&category=traffic,land"
        f"&time=P365D&card=commune/{commune}#map=10.5/21.6/105.8"
    )
    page = screen.open(address)
    expect(page.locator("#heat-report")).to_be_checked()
    expect(page.locator("#category-traffic")).to_be_checked()
    expect(page.locator("#category-environment")).not_to_be_checked()
    expect(page.locator("#time-P365D")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#card h2")).to_be_visible()
    assert page.evaluate("() => gisMap.getZoom()") == pytest.approx(10.5)
    page.locator("#rail-layers").click()
    expect(page.locator("#layer-school")).to_be_checked()
    expect(page.locator("#layer-camera")).not_to_be_checked()
    assert page.url.endswith(address.replace("panel=heat", "panel=layers").removeprefix("/"))


def test_the_back_button_closes_a_card(screen: Any) -> None:
    page = screen.open("/?panel=heat")
    page.locator("#heat-report").check()
    page.wait_for_selector("#legend")
    page.go_back()
    expect(page.locator("#heat-none")).to_be_checked()
    expect(page.locator("#legend")).to_be_hidden()


def test_the_wall_shows_the_figures_and_no_controls(screen: Any) -> None:
    screen.page.set_viewport_size({"width": 1920, "height": 1080})
    page = screen.open("/?wall=1")
    expect(page.locator(".figures")).to_be_visible()
    expect(page.locator("#search")).to_be_hidden()
    expect(page.locator("#rail")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("#rail")).to_be_visible()


def test_an_address_with_nonsense_opens_the_plain_page(screen: Any) -> None:
    page = screen.open("/?lang=xx&theme=pink&heat=none&card=nothing/1&time=yesterday&panel=?")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#card")).to_be_hidden()
    expect(page.locator("#legend")).to_be_hidden()


def test_an_address_with_a_card_and_no_position_flies_there(screen: Any) -> None:
    commune = screen.fetch("/ogc/collections/commune/items?f=json&limit=1")["features"][0]
    page = screen.open(f"/?card=commune/{commune['id']}")
    expect(page.locator("#card h2")).to_be_visible()
    page.wait_for_url(lambda url: float(url.split("#map=")[1].split("/")[0]) > 9.5)
    screen.settle()
    ring = commune["geometry"]["coordinates"][0][0]
    longitude, latitude = screen.centre()
    assert min(x for x, _ in ring) < longitude < max(x for x, _ in ring)
    assert min(y for _, y in ring) < latitude < max(y for _, y in ring)
