"""The map: layers, cards of what was clicked, hexagons."""

import math
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _first(screen: Any, layer: str) -> dict[str, Any]:
    answer = screen.fetch(f"/ogc/collections/{layer}/items?limit=1&f=json")
    feature: dict[str, Any] = answer["features"][0]
    return feature


def test_a_layer_is_switched_on_and_off(screen: Any) -> None:
    page = screen.open("/?panel=layers&layers=commune")
    assert screen.drawn("school-") == 0
    page.locator("#layer-school").check()
    screen.look(*_first(screen, "school")["geometry"]["coordinates"], 15)
    assert screen.drawn("school-") > 0
    page.locator("#layer-school").uncheck()
    screen.settle()
    assert screen.drawn("school-") == 0
    assert "layers=commune" in page.url


def test_the_islands_cannot_be_switched_off(screen: Any) -> None:
    page = screen.open("/?panel=layers&layers=commune")
    expect(page.locator("#layer-islands")).to_be_checked()
    expect(page.locator("#layer-islands")).to_be_disabled()
    screen.look(112.5, 16.5, 5)
    assert screen.drawn("islands-") > 0


def test_a_layer_tells_its_owner_licence_and_age(screen: Any) -> None:
    page = screen.open("/?panel=layers")
    layers = [one for group in screen.fetch("/catalogue.json")["groups"] for one in group["layers"]]
    commune = next(layer for layer in layers if layer["id"] == "commune")
    page.locator("#about-commune").click()
    about = page.locator("[data-layer=commune] .about")
    expect(about).to_contain_text(commune["owner"]["vi"])
    expect(about).to_contain_text(commune["licence"])
    expect(about).to_contain_text("Cập nhật")


def test_a_click_opens_the_card_of_what_is_there(screen: Any) -> None:
    camera = _first(screen, "camera")
    page = screen.open("/?layers=camera&panel=none")
    screen.look(*camera["geometry"]["coordinates"], 18)
    screen.click_map()
    expect(page.locator("#card")).to_contain_text(camera["properties"]["name"])
    expect(page.locator("#card h2")).to_be_visible()


def test_a_finger_need_not_hit_exactly(phone: Any) -> None:
    camera = _first(phone, "camera")
    page = phone.open("/?layers=camera&panel=none")
    phone.look(*camera["geometry"]["coordinates"], 18)
    box = page.locator("#map canvas").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2 + 13, box["y"] + box["height"] / 2)
    expect(page.locator("#card")).to_contain_text(camera["properties"]["name"])


def test_one_camera_tells_its_fields_and_its_owner(screen: Any) -> None:
    camera = _first(screen, "camera")
    page = screen.open(f"/?card=camera/{camera['id']}")
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text(camera["properties"]["name"])
    expect(card.locator(".facts")).to_contain_text("°")
    expect(card.locator(".card-source")).to_contain_text("cập nhật")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_several_features_under_a_click_are_offered_to_choose_from(screen: Any) -> None:
    features = screen.fetch("/ogc/collections/camera/items?limit=1000&f=json")["features"]
    points = [feature["geometry"]["coordinates"] for feature in features]
    one, other = min(combinations(points, 2), key=lambda pair: math.dist(*pair))
    page = screen.open("/?layers=camera&panel=none")
    # From this zoom on all cameras are drawn one by one.
    screen.look((one[0] + other[0]) / 2, (one[1] + other[1]) / 2, 14)
    screen.click_map()
    rows = page.locator("#card .rows button")
    expect(rows.nth(1)).to_be_visible()
    name = rows.first.locator(".row-title").inner_text()
    rows.first.click()
    expect(page.locator("#card h2")).to_have_text(name)
    assert "card=" in page.url


def test_hexagons_are_drawn_with_a_legend_of_fixed_classes(screen: Any) -> None:
    page = screen.open("/?panel=heat&time=P365D&layers=commune")
    page.locator("#heat-report").check()
    page.wait_for_selector(".classes li")
    screen.settle()
    assert screen.drawn("gis-heat") > 0
    legend = page.locator("#legend")
    expect(legend).to_contain_text("Số vụ việc mỗi ô")
    expect(legend).to_contain_text("Không có dữ liệu")
    before = page.locator(".classes").inner_text()
    page.evaluate("() => gisMap.panBy([60, 0], {animate: false})")
    screen.settle()
    assert page.locator(".classes").inner_text() == before


def test_a_hexagon_tells_its_count(screen: Any) -> None:
    report = _first(screen, "report")
    page = screen.open("/?panel=none&heat=report&time=P365D&layers=commune")
    screen.look(*report["geometry"]["coordinates"], 9)
    page.wait_for_selector(".classes li")
    screen.settle()
    screen.click_map()
    count = page.locator(".cell-count").inner_text()
    assert int(count.replace(".", "")) >= 1


def test_categories_filter_the_hexagons(screen: Any) -> None:
    page = screen.open("/?panel=heat&heat=report&time=P365D")
    page.wait_for_selector(".classes li")
    with page.expect_response(lambda answer: "category=" in answer.url and ".mvt" in answer.url):
        page.locator("#category-environment").uncheck()
    assert "category=" in page.url
    assert "environment" not in page.url.split("category=")[1]


def test_a_time_without_events_says_so(screen: Any) -> None:
    page = screen.open("/?panel=none&heat=report&time=2001-01-01/2001-01-02")
    expect(page.locator("#legend")).to_contain_text("Không có dữ liệu trong vùng")
    screen.settle()
    assert screen.drawn("gis-heat") == 0


def test_whose_data_the_map_shows_is_one_press_away(screen: Any) -> None:
    page = screen.open("/?layers=commune")
    layers = [one for group in screen.fetch("/catalogue.json")["groups"] for one in group["layers"]]
    title = next(layer["title"]["vi"] for layer in layers if layer["id"] == "commune")
    page.locator("#sources-open").click()
    expect(page.locator(".credits")).to_contain_text(title)
    expect(page.locator("#card")).to_contain_text("MapLibre GL JS (BSD-3-Clause)")
