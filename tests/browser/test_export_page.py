"""An exported archive with its page, on a server that knows files and ranges of bytes only."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from gis_testing.places import ROOT

pytestmark = pytest.mark.deep

Connection = psycopg.Connection[Any]


class Files(SimpleHTTPRequestHandler):
    """Files, and parts of them; the interpreter's own server gives whole ones only."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BinaryIO | BytesIO | None:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        file = Path(self.translate_path(self.path))
        if wanted is None or not file.is_file():
            return super().send_head()
        whole = file.read_bytes()
        first, last = int(wanted[1]), min(int(wanted[2]), len(whole) - 1)
        self.send_response(206)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(whole)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        return BytesIO(whole[first : last + 1])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site(conn: Connection, database_url: str, tmp_path: Path) -> Iterator[str]:
    """Address of a page of two communes and some schools that was exported."""
    conn.execute(
        "INSERT INTO layer.school (code, name, level, geom)"
        " SELECT 'S' || n, 'Trường ' || n, 'secondary',"
        "        ST_SetSRID(ST_MakePoint(105.84 + n * 0.002, 21.55), 4326)"
        " FROM generate_series(1, 9) AS n"
    )
    conn.execute(
        "INSERT INTO layer.land_parcel (commune_code, sheet, number, area_paper, land_code, geom)"
        " SELECT '05518', '12', n::text, 100.5, 'ODT',"
        "        ST_Multi(ST_Transform(ST_Expand(ST_SetSRID(ST_MakePoint("
        "            105.85 + n * 0.0004, 21.55), 4326), 0.0002), 9213))"
        " FROM generate_series(1, 5) AS n"
    )
    folder = tmp_path / "site"
    folder.mkdir()
    environment = {
        **os.environ,
        "GIS_DATABASE_URL": database_url,
        "GIS_VAR": str(tmp_path / "var"),
        "GIS_NODE_MODULES": str(ROOT / "node_modules"),
    }
    words = ("tiles", "export", "school", "land_parcel", "thử.pmtiles", "--page")
    subprocess.run(
        [sys.executable, "-m", "gis_server", *words],
        env=environment,
        cwd=folder,
        check=True,
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/thử-page/"
        server.shutdown()


@pytest.fixture
def opened(browser: Browser, site: str) -> Iterator[Page]:
    """The page in a browser; an error or a request to another host fails the test."""
    wrong: list[str] = []
    page = browser.new_context(viewport={"width": 900, "height": 700}).new_page()
    page.set_default_timeout(30_000)
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    home = (site[: site.index("/", 8)], "data:", "blob:")
    page.on("request", lambda r: None if r.url.startswith(home) else wrong.append(r.url))
    page.goto(site)
    page.wait_for_selector("html[data-ready=true]")
    yield page
    page.context.close()
    assert wrong == []


def _look(page: Page, zoom: float) -> set[str]:
    """Go to the parcels; return the layers that are drawn."""
    # A closure: a map given back to the test would have to be written out.
    page.evaluate("(zoom) => { gisMap.jumpTo({center: [105.851, 21.55], zoom}); }", zoom)
    page.wait_for_function("() => gisMap.loaded() && gisMap.areTilesLoaded() && !gisMap.isMoving()")
    found = page.evaluate("() => gisMap.queryRenderedFeatures().map((one) => one.sourceLayer)")
    return set(found)


def test_the_page_shows_the_archive(opened: Page) -> None:
    assert "Trường" in opened.title()
    west, _, east, _ = opened.evaluate("() => gisMap.getBounds().toArray().flat()")
    assert west < 105.842
    assert east > 105.858
    assert "school" in _look(opened, 13)
    assert {"land_parcel", "school"} <= _look(opened, 16.5)
    assert {"land_parcel"} <= _look(opened, 18.5)
    assert opened.locator(".maplibregl-ctrl-attrib").inner_text().strip()


def test_a_click_tells_what_is_there(opened: Page) -> None:
    _look(opened, 17)
    x, y = opened.evaluate(
        "() => { const at = gisMap.project([105.8504, 21.55]); return [at.x, at.y]; }"
    )
    opened.mouse.click(x, y)
    card = opened.locator(".maplibregl-popup-content")
    assert card.locator("strong").inner_text() == "Thửa đất"
    assert "12" in card.inner_text()
