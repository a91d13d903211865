"""Finding things: the search box, the parcel card, what needs attention."""

import unicodedata
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _plain(text: str) -> str:
    """Write a name as people type it: no accents, no capitals."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _commune(screen: Any) -> tuple[str, list[float]]:
    items = screen.fetch("/ogc/collections/commune/items?limit=1&f=json")
    name = items["features"][0]["properties"]["full_name"]
    hits = screen.fetch(f"/search?q={_plain(name)}")["results"]
    return name, next(hit["bbox"] for hit in hits if hit["title"] == name)


def test_a_commune_typed_without_accents_is_flown_to(screen: Any) -> None:
    page = screen.open()
    name, (west, south, east, north) = _commune(screen)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(_plain(name))
    found = page.get_by_role("option").filter(has_text=name).first
    expect(found).to_be_visible()
    found.click()
    expect(page.locator("#card h2")).to_have_text(name)
    screen.settle()
    longitude, latitude = screen.centre()
    assert west <= longitude <= east
    assert south <= latitude <= north


def test_the_search_is_used_with_the_keyboard_alone(screen: Any) -> None:
    page = screen.open()
    page.keyboard.press("/")
    page.keyboard.type("phuong")
    options = page.get_by_role("option")
    expect(options.nth(1)).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "result-1")
    page.keyboard.press("Escape")
    expect(page.locator("#search-list")).to_be_hidden()


def test_a_parcel_opens_its_card_with_areas_and_neighbours(screen: Any) -> None:
    page = screen.open()
    parcel = screen.fetch("/ogc/collections/land_parcel/items?limit=1&f=json")["features"][0]
    sheet, number = parcel["properties"]["sheet"], parcel["properties"]["number"]
    page.locator("#search").fill(f"to {sheet} thua {number}")
    page.locator("[role=option][data-kind=parcel]").first.click()
    card = page.locator("#card")
    expect(card.locator("h2")).to_have_text(f"Thửa {number}, tờ {sheet}")
    expect(card.locator(".areas")).to_contain_text("m²")
    expect(card.locator(".reference")).to_contain_text("tham khảo")
    neighbour = card.get_by_test_id("neighbours").get_by_role("button").first
    title = neighbour.locator(".row-title").inner_text().replace(" · ", ", ")
    screen.settle()
    before = screen.centre()
    neighbour.click()
    expect(card.locator("h2")).to_have_text(title)
    screen.settle()
    assert screen.centre() != pytest.approx(before, abs=1e-6)
    page.go_back()
    expect(card.locator("h2")).to_have_text(f"Thửa {number}, tờ {sheet}")
    assert screen.centre() == pytest.approx(before, abs=1e-5)


def test_a_parcel_that_does_not_exist_is_explained(screen: Any) -> None:
    page = screen.open()
    parcel = screen.fetch("/ogc/collections/land_parcel/items?limit=1&f=json")["features"][0]
    question = f"to {parcel['properties']['sheet']} thua 99999"
    message = screen.fetch(f"/search?q={question}")["message"]["vi"]
    page.locator("#search").fill(question)
    expect(page.locator(".results-message")).to_have_text(message)


def test_a_figure_shows_its_places_on_the_map_and_in_the_list(screen: Any) -> None:
    page = screen.open("/?time=P365D")
    figure = page.locator(".figure").first
    figure.locator(".figure-button").click()
    place = page.locator(".place").first
    expect(place).to_be_visible()
    screen.settle()
    assert screen.drawn("gis-places") > 0
    title = place.locator(".place-title").inner_text()
    place.click()
    expect(place).to_have_attribute("aria-current", "true")
    expect(page.locator("#card h2")).to_be_visible()
    assert title
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".place")).to_have_count(0)


def test_the_time_drives_the_figures(screen: Any) -> None:
    page = screen.open()
    with page.expect_response(lambda answer: "/attention?datetime=" in answer.url) as asked:
        page.locator("#time-P30D").click()
    start, end = asked.value.url.split("datetime=")[1].split("/")
    assert (start[:4], end[-1]) == (start[:4], "Z")
    expect(page.get_by_test_id("time-range").locator("time")).to_have_count(2)
    assert "time=P30D" in page.url


def test_days_are_those_of_the_vietnamese_calendar(screen: Any) -> None:
    page = screen.open("/?time=2026-03-01/2026-03-02")
    expect(page.get_by_test_id("time-range")).to_have_text("01/03/2026 00:00 – 03/03/2026 00:00")
