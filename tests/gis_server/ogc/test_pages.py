"""Pages in HTML: in both languages, without other hosts, without the scripts of a row."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import psycopg
import pytest

PATHS = (
    "", "/conformance", "/collections", "/collections/school", "/collections/incident",
    "/collections/school/queryables", "/collections/land_parcel/schema",
    "/collections/school/items", "/collections/incident/items", "/collections/land_parcel/items",
    "/collections/school/items/S1", "/collections/land_parcel/items/1", "/openapi",
    "/tiles", "/tiles/WebMercatorQuad", "/tileMatrixSets", "/tileMatrixSets/VN2000-9213",
    "/collections/school/tiles", "/collections/school/tiles/WorldCRS84Quad",
)  # fmt: skip


STYLE = "http://localhost/web/ogc/page.css"
SCRIPTS = ("http://localhost/web/module-failure.js", "http://localhost/web/ogc/map.js")
MAP = ("http://localhost/vendor/maplibre-gl/dist/maplibre-gl.css", *SCRIPTS)
"""What a page with places loads; all of it is ours."""


class _Page(HTMLParser):
    """Elements of a page, and what they load or link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.map: dict[str, str | None] = {}
        self.rows: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if given.get("id") == "map":
            self.map = given
        if tag == "tr" and "data-id" in given:
            self.rows.append(given["data-id"] or "")
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif "src" in given or "href" in given:
            self.loaded.append(given.get("src") or given.get("href") or "")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_loads_what_is_ours_and_its_links_lead_somewhere(
    api: Any, path: str, lang: str
) -> None:
    text = api.page(path, lang=lang)
    assert f'<html lang="{lang}">' in text
    page = _Page(text)
    # An empty icon, or a browser would ask for one that is not there.
    assert page.loaded == ["data:,", STYLE, *(MAP if "/items" in path else ())]
    assert page.tags.count("script") == (len(SCRIPTS) if "/items" in path else 0)
    assert "style" not in page.tags
    for link in dict.fromkeys(page.links):
        if link.startswith("http://localhost/ogc") and "/items/" not in link:
            answer = api.client.get(link.removeprefix("http://localhost"))
            assert answer.status_code == 200, link


def test_pages_are_vietnamese_unless_wanted_otherwise(api: Any) -> None:
    assert "Các lớp dữ liệu" in api.page("/collections")
    assert "Schools" in api.page("/collections", lang="en")
    answer = api.client.get(
        "/ogc/collections", headers={"Accept": "text/html", "Accept-Language": "en-GB"}
    )
    assert "Schools" in answer.text


@pytest.mark.parametrize(("lang", "written"), [("vi", "250.000"), ("en", "250,000")])
def test_measures_are_written_as_the_reader_does(api: Any, lang: str, written: str) -> None:
    assert f">{written}<" in api.page("/collections/land_parcel/items", lang=lang)


@pytest.mark.parametrize("path", ["/collections/school/items", "/collections/school/items/S%2F4"])
def test_a_script_in_a_row_is_shown_and_not_run(api: Any, path: str) -> None:
    text = api.page(path)
    assert "<script>" not in text
    assert text.count("<script") == len(SCRIPTS)
    assert "&lt;/script&gt;&lt;script&gt;alert(" in text
    assert "&amp;lt;" not in text


def test_a_script_in_the_address_is_not_run(api: Any) -> None:
    text = api.page("/collections/school/items", q='"><script>alert(1)</script>')
    assert "<script" not in text


def test_codes_are_shown_by_their_titles_with_units(api: Any) -> None:
    text = api.page("/collections/school/items", code="S2")
    assert "Tiểu học" in text
    assert "(person)" in text
    assert "m2" in api.page("/collections/land_parcel/items/1", lang="en")


def test_a_page_of_items_links_to_the_next(api: Any) -> None:
    text = api.page("/collections/incident/items", limit=10, offset=10, category="theft")
    links = [link for link in _Page(text).links if "limit=10" in link]
    assert any("after=" in link and "category=theft" in link for link in links)
    assert any("after=" not in link and "offset=" not in link for link in links)
    assert re.search(r">\s*10 trên tổng số \d+", text)


def test_a_page_without_items_says_so(api: Any) -> None:
    assert "Không có đối tượng nào." in api.page("/collections/school/items", code="nobody")


def test_an_item_links_to_itself_on_the_map(api: Any) -> None:
    links = _Page(api.page("/collections/school/items/S%2F4")).links
    assert "http://localhost/?card=school/S%2F4&lang=vi" in links


def test_items_link_to_ids_that_need_escaping(api: Any) -> None:
    links = _Page(api.page("/collections/school/items")).links
    assert "http://localhost/ogc/collections/school/items/S%2F4?f=html&lang=vi" in links


def test_pages_say_where_the_data_are_made_up(
    own_api: Any, filled: psycopg.Connection[Any], journal: Callable[[str, bool], None]
) -> None:
    mark = '<div class="demo">'
    journal("school", False)
    assert mark not in own_api.page("/collections")
    assert mark not in own_api.page("/collections/school/items")
    journal("school", True)
    for path in (
        "", "/collections", "/collections/school", "/collections/school/items",
        "/collections/school/items/S1", "/collections/school/schema",
    ):  # fmt: skip
        text = own_api.page(path)
        assert mark in text
        assert "Dữ liệu trình diễn" in text
    assert mark not in own_api.page("/collections/incident/items")
    assert "Demonstration data" in own_api.page("/collections/school", lang="en")


def test_no_page_shows_what_is_inside_of_python(api: Any) -> None:
    for path in ("", "/collections", "/collections/school", "/collections/school/items"):
        assert "built-in" not in api.page(path)


@pytest.mark.parametrize("path", ["", "/collections/school/items", "/collections/nothing"])
def test_a_browser_runs_only_scripts_of_ours(api: Any, path: str) -> None:
    answer = api.client.get(f"/ogc{path}", query_string={"f": "html"})
    rules = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in rules
    assert "style-src 'self'" in rules
    assert "connect-src 'self'" in rules
    (scripts,) = [rule for rule in rules if rule.startswith("script-src")]
    assert "unsafe" not in scripts


@pytest.mark.parametrize("path", ["/collections/school/items", "/collections/land_parcel/items/1"])
def test_the_map_reads_what_the_page_shows_in_degrees(api: Any, path: str) -> None:
    metres = "http://www.opengis.net/def/crs/EPSG/0/3857"
    page = _Page(api.page(path, crs=metres))
    address = (page.map["data-features"] or "").removeprefix("http://localhost")
    answer = api.client.get(address)
    assert answer.content_type == "application/geo+json"
    assert "CRS84" in answer.headers["Content-Crs"]
    background = (page.map["data-background"] or "").split(",")
    assert sorted(background) == ["commune", "islands", "province", "road", "water"]


def test_the_map_finds_its_features_in_the_table(api: Any) -> None:
    page = _Page(api.page("/collections/school/items", q="truong"))
    address = (page.map["data-features"] or "").removeprefix("http://localhost")
    assert {one["id"] for one in api.client.get(address).json["features"]} == set(page.rows)


def test_a_search_in_view_keeps_the_filter_and_leaves_the_place(api: Any) -> None:
    page = _Page(
        api.page(
            "/collections/incident/items", category="theft", limit=10, offset=10, bbox="1,2,3,4"
        )
    )
    assert page.map == {}
    again = [link for link in page.links if "limit=10" in link and "bbox" not in link]
    assert len(again) == 1
    full = _Page(api.page("/collections/incident/items", category="theft", limit=10, offset=10))
    search = full.map["data-search"] or ""
    assert "category=theft" in search
    assert "limit=10" in search
    assert "offset" not in search


@pytest.mark.parametrize("asked", [{"skipGeometry": "true"}, {"code": "nobody"}])
def test_without_places_there_is_no_map(api: Any, asked: dict[str, str]) -> None:
    page = _Page(api.page("/collections/school/items", **asked))
    assert page.map == {}
    assert "script" not in page.tags


def test_the_answer_to_a_posted_filter_has_no_map(api: Any) -> None:
    answer = api.client.post(
        "/ogc/collections/school/items", query_string={"f": "html"},
        json={"op": "=", "args": [{"property": "code"}, "S1"]},
    )  # fmt: skip
    assert answer.status_code == 200
    assert "Văn Lăng" in answer.text
    assert _Page(answer.text).map == {}
