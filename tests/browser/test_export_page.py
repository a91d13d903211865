"""An exported archive with its page on Debian's nginx, which knows files and few of their types."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from gis_testing.nginx import running
from gis_testing.places import ROOT
from gis_testing.servers import free_port

pytestmark = pytest.mark.deep

Connection = psycopg.Connection[Any]


SITE = """
server {{
    listen 127.0.0.1:{port};
    root {folder};
    add_header Content-Security-Policy "default-src 'self'; img-src 'self' data: blob:" always;
}}
"""
"""A site that knows files only, of those that let a page run no script but files of their own."""


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
    port = free_port()
    with running(tmp_path / "nginx", SITE.format(port=port, folder=folder), port):
        yield f"http://127.0.0.1:{port}/thử-page/"


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


def test_every_module_of_the_page_is_a_file_that_each_web_server_knows(
    site: str, tmp_path: Path
) -> None:
    page = tmp_path / "site" / "thử-page"
    endings = {file.suffix for file in page.rglob("*") if file.is_file()}
    assert endings <= {".css", ".html", ".js", ".json", ".md", ".png", ".txt", ".woff2", ""}
    scripts = re.findall(r"<script[^>]*>", (page / "index.html").read_text("utf-8"))
    assert len(scripts) == sum(" src=" in script for script in scripts) == 2


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("page.js", "could not be loaded"),
        ("vendor/maplibre-gl/dist/maplibre-gl.js", "could not be loaded"),
        ("vendor/fflate/esm/browser.js", "could not be loaded"),
        ("vendor/maplibre-gl/dist/maplibre-gl-worker.js", "maplibre-gl-worker.js: 404"),
        ("style.json", "style.json: 404"),
    ],
)
def test_a_page_without_one_of_its_files_says_so(
    browser: Browser, site: str, tmp_path: Path, missing: str, sentence: str
) -> None:
    (tmp_path / "site" / "thử-page" / missing).unlink()
    page = browser.new_page()
    page.goto(site)
    expect(page.locator("[role=alert]")).to_contain_text(sentence)
    page.close()
