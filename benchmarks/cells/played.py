"""Frames a second of the map that plays a week, in a browser without a graphics card."""

import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.cells import sample, served
from benchmarks.tiles import servers
from benchmarks.tiles.data import Database

_CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox")
_SIZE = {"width": 1366, "height": 768}
_PATIENCE_MS = 60_000

_COUNT = """() => {
    const seen = new Map();
    window.drawn = seen;
    gisMap.on("render", () => {
        const at = document.getElementById("play-at");
        if (at && !seen.has(at.value)) seen.set(at.value, performance.now());
    });
}"""
_SEEN = "() => [...window.drawn.values()]"


def frames(database: Database, zoom: float) -> tuple[int, float]:
    """Return how many different frames were drawn, and in how many seconds."""
    with servers.ours(database) as server, sync_playwright() as playwright:
        served.until_counted(server)
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(_PATIENCE_MS)
        longitude, latitude = sample.MIDDLE
        place = f"#map={zoom}/{latitude}/{longitude}"
        query = f"?panel=heat&layers=&heat={served.LAYER}&time=P7D"
        page.goto(f"http://127.0.0.1:{server.port}/{query}{place}")
        page.wait_for_selector("html[data-map=idle]")
        page.wait_for_selector(".classes li")
        times = _play(page)
        browser.close()
    return len(times), (times[-1] - times[0]) / 1000


def _play(page: Page) -> list[Any]:
    page.evaluate(_COUNT)
    page.locator("#play").click()
    page.wait_for_selector("#play-at")
    last = int(page.locator("#play-at").get_attribute("max") or 0)
    for _ in range(120):
        time.sleep(0.5)
        if int(page.locator("#play-at").input_value()) == last:
            break
    times: list[Any] = page.evaluate(_SEEN)
    return times
