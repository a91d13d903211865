"""A folder and one command make a layer: no Python is touched, no list is edited."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from playwright.sync_api import Browser, expect

from gis_server.settings import Settings
from gis_testing.places import DOCS

pytestmark = pytest.mark.deep

Serve = Callable[[str, Settings], AbstractContextManager[str]]

GUIDE = DOCS / "add-a-layer.md"

MARKETS = """mã chợ,tên chợ,hang,so_quay,kinh độ,vĩ độ
C1,Chợ Thái,1,1200,105.838,21.593
C2,Chợ Đồng Quang,2,300,105.829,21.588
C3,Chợ không tên,9,1,105.829,21.588
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The market halls of the guide, in a folder of the province's own."""
    place = tmp_path / "own" / "market_hall"
    place.mkdir(parents=True)
    blocks = dict(re.findall(r"```(yaml|json)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
    (place / "layer.yaml").write_text(
        blocks["yaml"].replace("visible: false", "visible: true"), "utf-8"
    )
    (place / "style.json").write_text(blocks["json"], "utf-8")
    (place / "README.md").write_text("# Market halls\n", "utf-8")
    return place.parent


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        body: bytes = answer.read()
    return body


def _json(address: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_get(address))
    return found


@pytest.mark.browser
def test_a_folder_is_a_table_a_collection_a_tile_a_style_and_a_page(
    folder: Path,
    tmp_path: Path,
    database_url: str,
    conn: psycopg.Connection[Any],
    settings: Settings,
    serve: Serve,
    browser: Browser,
) -> None:
    markets = tmp_path / "markets.csv"
    markets.write_text(MARKETS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "gis_server", "load", "market_hall", str(markets)],
        env={**os.environ, "GIS_DATABASE_URL": database_url, "GIS_LAYERS": str(folder),
             "GIS_VAR": str(tmp_path / "var")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "loaded 2 of 3 rows" in done.stdout
    table = conn.execute("SELECT code, name, grade, stalls FROM layer.market_hall ORDER BY code")
    assert table.fetchall() == [("C1", "Chợ Thái", "1", 1200), ("C2", "Chợ Đồng Quang", "2", 300)]
    with serve(database_url, replace(settings, layers=folder)) as address:
        _is_a_collection(address)
        _is_a_tile(address)
        _is_a_style(address)
        _is_found(address)
        _is_on_the_page(browser, address)


def _is_a_collection(address: str) -> None:
    ids = {c["id"] for c in _json(f"{address}/ogc/collections?f=json")["collections"]}
    assert {"market_hall", "commune"} <= ids
    items = _json(f"{address}/ogc/collections/market_hall/items?f=json&stalls=1200")
    assert [f["properties"]["name"] for f in items["features"]] == ["Chợ Thái"]
    schema = _json(f"{address}/ogc/collections/market_hall/schema?f=json")
    assert schema["properties"]["stalls"]["type"] == "integer"
    assert b"Ch\xe1\xbb\xa3" in _get(f"{address}/ogc/collections/market_hall?f=html")


def _is_a_tile(address: str) -> None:
    document = _json(f"{address}/tiles/market_hall.json")
    place = document["tiles"][0].format(z=12, x=3252, y=1796)
    decoded = mapbox_vector_tile.decode(_get(place))
    names = {f["properties"]["name"] for f in decoded["market_hall"]["features"]}
    assert names == {"Chợ Thái", "Chợ Đồng Quang"}


def _is_a_style(address: str) -> None:
    for theme in ("light", "dark"):
        style = _json(f"{address}/styles/{theme}.json")
        assert style["sources"]["market_hall"]["url"] == f"{address}/tiles/market_hall.json"
        assert "market_hall-dot" in {layer["id"] for layer in style["layers"]}


def _is_found(address: str) -> None:
    (hit,) = _json(f"{address}/search?q=cho%20dong%20quang")["results"]
    assert (hit["layer"], hit["title"]) == ("market_hall", "Chợ Đồng Quang")


def _is_on_the_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/?lang=en&panel=layers#map=13/21.59/105.83")
    page.wait_for_selector("html[data-ready=true]", timeout=30_000)
    expect(page.get_by_text("Market halls").first).to_be_visible()
    drawn = "() => gisMap.queryRenderedFeatures({layers: ['market_hall-dot']}).length"
    assert page.evaluate(drawn) == 2
    page.close()
