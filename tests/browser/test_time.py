"""The map plays what happened, and shows hot spots."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def _await_counts(screen: Any, layer: str) -> None:
    """Wait until the server has counted a layer's events."""
    for _ in range(60):
        path = f"/hotspots/{layer}.geojson?resolution=6"
        if screen.page.request.get(screen.server + path).ok:
            return
        time.sleep(0.5)
    pytest.fail("the events were not counted within half a minute")


def test_the_chosen_time_is_played_and_can_be_stopped_anywhere(screen: Any) -> None:
    _await_counts(screen, "report")
    page = screen.open("/?panel=heat&heat=report&rate=area&time=P7D&layers=commune")
    page.wait_for_selector(".classes li")
    screen.settle()
    expect(page.locator(".legend-unit")).to_have_text("Số vụ việc mỗi km²")
    with page.expect_response(lambda answer: ".frames?" in answer.url) as frames:
        page.locator("#play").click()
    assert frames.value.ok
    expect(page.locator(".legend-unit")).to_have_text("Số vụ việc mỗi ô")
    at = page.locator("#play-at")
    expect(at).to_have_attribute("max", "144")
    expect(page.locator("#play")).to_have_text("Tạm dừng")
    first = page.locator("#play-words").inner_text()
    expect(page.locator("#play-words")).not_to_have_text(first)
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_text("Xem diễn biến")
    at.fill("144")
    expect(page.locator("#play-words")).to_contain_text(
        page.locator("[data-testid=time-range] time").last.inner_text()
    )
    states = page.evaluate(
        """() => {
            const where = {source: "gis-heat", sourceLayer: "heatmap"};
            const cells = gisMap.querySourceFeatures(where.source, where);
            return cells.map(({id}) => gisMap.getFeatureState({...where, id}).now);
        }"""
    )
    assert any(states)
    assert all(state is None or state >= 0 for state in states)
    page.locator("#play-end").click()
    expect(at).to_have_count(0)
    screen.settle()
    assert screen.drawn("gis-heat") > 0
    page.locator("#play").click()
    page.wait_for_selector("#play-at")
    page.locator("#time-P30D").click()
    expect(at).to_have_count(0)


def test_hot_spots_are_chosen_explained_and_kept_in_the_address(screen: Any) -> None:
    _await_counts(screen, "report")
    page = screen.open("/?panel=heat&heat=report&time=P365D&layers=commune")
    page.locator("#show-hot").click()
    assert "show=hot" in page.url
    screen.settle()
    assert screen.drawn("gis-heat") > 0
    legend = page.locator("#legend")
    for words in ("Mới nóng", "Đang tăng", "Nóng kéo dài", "Đang giảm", "Bất thường"):
        expect(legend).to_contain_text(words)
    expect(page.locator("#play")).to_have_count(0)
    place = page.evaluate(
        """() => {
            const [one] = gisMap.queryRenderedFeatures({layers: ["gis-heat"]});
            const ring = one.geometry.coordinates[0].slice(0, -1);
            return [0, 1].map((axis) => ring.reduce((sum, at) => sum + at[axis], 0) / ring.length);
        }"""
    )
    page.locator("#side-close").click()
    screen.look(*place, 12)
    screen.click_map()
    expect(page.locator("#card .hot-kind")).to_be_visible()
    page.reload()
    page.wait_for_selector("html[data-ready=true]")
    expect(legend).to_contain_text("Nóng kéo dài")


def test_what_the_server_was_too_busy_for_is_asked_again(screen: Any) -> None:
    _await_counts(screen, "report")
    asked: list[str] = []

    def busy_at_first(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=503, headers={"Retry-After": "1"})
        else:
            route.continue_()

    screen.page.route(re.compile(r"/hotspots/report/\d+/\d+/\d+\.mvt"), busy_at_first)
    page = screen.open("/?panel=heat&heat=report&show=hot&time=P365D&layers=commune")
    deadline = time.monotonic() + 15
    while (not asked or asked.count(asked[0]) < 2) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    screen.settle()
    assert asked.count(asked[0]) >= 2, asked
    assert page.locator(".notice").count() == 0
    assert screen.drawn("gis-heat") > 0
