"""What the map makes of tiles that do not hold everything: numbers, labels, a note."""

from typing import Any

import mapbox_vector_tile
import pytest
from playwright.sync_api import Route, expect

pytestmark = pytest.mark.deep


_COUNTED = """() => {
    const all = gisMap.querySourceFeatures("camera", {sourceLayer: "camera"});
    const one = new Map(all.map((f) => [f.properties.code, f.properties.point_count]));
    return [...one.values()].reduce((sum, count) => sum + count, 0);
}"""
_LARGEST = """(id) => {
    const discs = gisMap.queryRenderedFeatures({layers: [`${id}-several`]});
    const count = (disc) => disc.properties.point_count;
    const best = discs.reduce((a, b) => (count(a) >= count(b) ? a : b));
    const {x, y} = gisMap.project(best.geometry.coordinates);
    return {count: count(best), x, y};
}"""


def _middle(screen: Any) -> tuple[float, float]:
    west, south, east, north = screen.fetch("/catalogue.json")["bounds"]
    return (west + east) / 2, (south + north) / 2


def _press(page: Any, at: dict[str, Any]) -> None:
    box = page.locator("#map canvas").bounding_box()
    page.mouse.click(box["x"] + at["x"], box["y"] + at["y"])


def test_far_away_cameras_are_counted_and_none_is_lost(screen: Any) -> None:
    page = screen.open("/?panel=none&layers=commune,camera")
    screen.look(*_middle(screen), 7.5)
    rows = screen.fetch("/ogc/collections/camera/items?limit=1&f=json")["numberMatched"]
    assert page.evaluate(_COUNTED) == rows
    screen.look(*_middle(screen), 9)
    assert screen.drawn("camera-several") > 0
    assert page.evaluate(_LARGEST, "camera")["count"] > 1


def test_numbers_do_not_lie_over_each_other(screen: Any) -> None:
    page = screen.open("/?panel=none&layers=camera,clinic,school")
    screen.look(*_middle(screen), 10)
    places = page.evaluate(
        """() => gisMap.queryRenderedFeatures({layers: ["camera", "clinic", "school"]
            .map((id) => `${id}-several-count`)})
            .map((f) => gisMap.project(f.geometry.coordinates)).map((p) => [p.x, p.y])"""
    )
    assert len(places) > 3
    apart = [(x, y) for x, y in {(round(x), round(y)) for x, y in places}]
    near = [
        (one, other)
        for n, one in enumerate(apart)
        for other in apart[:n]
        if abs(one[0] - other[0]) < 5 and abs(one[1] - other[1]) < 8
    ]
    assert near == []


def test_a_click_on_a_number_goes_nearer_until_all_are_apart(screen: Any) -> None:
    page = screen.open("/?panel=none&layers=camera")
    screen.look(*_middle(screen), 9)
    found = page.evaluate(_LARGEST, "camera")
    _press(page, found)
    page.wait_for_function("() => gisMap.getZoom() >= 11 && !gisMap.isMoving()")
    screen.settle()
    expect(page.locator("#card")).to_be_hidden()
    assert "card=" not in page.url
    page.evaluate("() => gisMap.jumpTo({zoom: 14})")
    screen.settle()
    assert screen.drawn("camera-several") == 0


def test_an_alarm_among_many_is_seen_and_opens_its_own_card(screen: Any) -> None:
    alarms = screen.fetch("/ogc/collections/fire_alarm/items?filter=status='alarm'&f=json")
    names = {feature["properties"]["premises"] for feature in alarms["features"]}
    page = screen.open("/?panel=none&layers=fire_alarm")
    screen.look(*_middle(screen), 7.5)
    seen = page.evaluate(
        """() => gisMap.queryRenderedFeatures({layers: ["fire_alarm-alarm"]})
            .map((f) => f.properties.premises)"""
    )
    assert set(seen) == names
    alone = alarms["features"][0]
    screen.look(*alone["geometry"]["coordinates"], 10.5)
    screen.click_map()
    expect(page.locator("#card")).to_contain_text(alone["properties"]["premises"])


@pytest.mark.parametrize("query", ["", "&lang=en", "&theme=dark"])
def test_parcels_are_labelled_with_number_area_and_code(screen: Any, query: str) -> None:
    parcel = screen.fetch("/ogc/collections/land_parcel/items?limit=1&f=json")["features"][0]
    corner = parcel["geometry"]["coordinates"]
    while isinstance(corner[0], list):
        corner = corner[0]
    page = screen.open(f"/?panel=none&layers=commune,land_parcel{query}")
    for zoom in (17, 18, 19):
        screen.look(*corner, zoom)
        full = screen.drawn("land_parcel-label")
        assert full + screen.drawn("land_parcel-code") > 0, zoom
        assert full > 0 or zoom == 17
    field = page.evaluate(
        "() => JSON.stringify(gisMap.getLayoutProperty('land_parcel-label', 'text-field'))"
    )
    assert field.index('"number"') < field.index("area_paper") < field.index("land_code")


def _leaving_out(route: Route) -> None:
    answer = route.fetch()
    said = {"geometry": "POINT(2048 2048)", "properties": {"shown": 4563, "total": 53708}}
    note = mapbox_vector_tile.encode([{"name": "land_parcel_left_out", "features": [said]}])
    route.fulfill(
        status=200, content_type="application/vnd.mapbox-vector-tile", body=answer.body() + note
    )


def _on_one_parcel_tile(screen: Any) -> tuple[float, float]:
    """Answer one tile as if it left parcels out; return a place of that tile."""
    parcel = screen.fetch("/ogc/collections/land_parcel/items?limit=1&f=json")["features"][0]
    corner = parcel["geometry"]["coordinates"]
    while isinstance(corner[0], list):
        corner = corner[0]
    screen.page.route("**/tiles/land_parcel/*/*/*.mvt*", _leaving_out, times=1)
    return corner[0], corner[1]


def test_the_map_says_when_it_does_not_show_everything(screen: Any) -> None:
    place = _on_one_parcel_tile(screen)
    page = screen.open("/?panel=none&layers=commune,land_parcel")
    note = page.locator("#left-out")
    expect(note).to_have_attribute("aria-live", "polite")
    expect(note).to_be_empty()
    screen.look(*place, 14.2)
    expect(note).to_have_text("Phóng to để xem đủ: 4.563 / 53.708 thửa đất")
    page.locator("#lang").click()
    expect(note).to_have_text("Zoom in to see all: 4,563 / 53,708 land parcels")
    screen.look(*place, 12)
    expect(note).to_be_empty()


def test_the_note_covers_no_control_of_a_phone(phone: Any) -> None:
    place = _on_one_parcel_tile(phone)
    page = phone.open("/?layers=commune,land_parcel")
    phone.look(*place, 14.2)
    note = page.locator("#left-out")
    expect(note).to_contain_text("thửa đất")
    box = note.bounding_box()
    for control in ("#zoom", "#sources", ".maplibregl-ctrl-scale", "#rail"):
        other = page.locator(control).bounding_box()
        beside = box["x"] + box["width"] <= other["x"] or other["x"] + other["width"] <= box["x"]
        apart = box["y"] + box["height"] <= other["y"] or other["y"] + other["height"] <= box["y"]
        assert beside or apart, control
