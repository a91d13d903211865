"""One page of the application in a real browser."""

from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

PATIENCE_MS = 30_000


class Screen:
    """One page of the application, with what went wrong on it."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._passes(message):
            self.errors.append(message.text)

    @staticmethod
    def _passes(message: ConsoleMessage) -> bool:
        """A server that has no room for an analysis is asked again by the map."""
        url = str(message.location.get("url", ""))
        is_analysis = "/hotspots/" in url or "/usual/" in url
        return is_analysis and "status of 503" in message.text

    def _request(self, request: Request) -> None:
        local = (self.server, "data:", "blob:")
        if not request.url.startswith(local):
            self.foreign.append(request.url)

    def open(self, path: str = "/") -> Page:
        """Open an address of the application and wait until its map has been drawn."""
        self.page.goto(self.server + path)
        self.page.wait_for_selector("html[data-ready=true]")
        return self.page

    def settle(self) -> None:
        """Wait until the map neither moves nor loads."""
        self.page.wait_for_selector("html[data-map=idle]")

    def look(self, longitude: float, latitude: float, zoom: float) -> None:
        """Put the map at a place at once."""
        self.page.evaluate(
            "([x, y, z]) => gisMap.jumpTo({center: [x, y], zoom: z})", [longitude, latitude, zoom]
        )
        self.settle()

    def centre(self) -> tuple[float, float]:
        """Return longitude and latitude of the middle of the map."""
        x, y = self.page.evaluate("() => gisMap.getCenter().toArray()")
        return x, y

    def click_map(self) -> None:
        """Click the middle of the map."""
        box = self.page.locator("#map canvas").bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def drawn(self, layer: str) -> int:
        """Count the features drawn of the style layers whose name starts so."""
        count = self.page.evaluate(
            """(start) => {
                const layers = gisMap.getStyle().layers.map((layer) => layer.id);
                const wanted = layers.filter((id) => id.startsWith(start));
                return gisMap.queryRenderedFeatures({layers: wanted}).length;
            }""",
            layer,
        )
        return int(count)

    def fetch(self, path: str) -> Any:
        """Ask the server as the page would."""
        answer = self.page.request.get(self.server + path)
        assert answer.ok, (path, answer.status)
        return answer.json()
