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


class _Page(HTMLParser):
    """Elements of a page, and what they load or link to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif "src" in given or "href" in given:
            self.loaded.append(given.get("src") or given.get("href") or "")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_loads_nothing_and_its_links_lead_somewhere(api: Any, path: str, lang: str) -> None:
    text = api.page(path, lang=lang)
    assert f'<html lang="{lang}">' in text
    page = _Page(text)
    assert "script" not in page.tags
    # An empty icon, or a browser would ask for one that is not there.
    assert page.loaded == ["data:,"]
    assert "url(" not in text
    assert "@import" not in text
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
    assert "<script" not in text
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
