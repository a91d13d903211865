"""OWSLib, the client of scientists and of pycsw, reads us from a real server."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from owslib.ogcapi.features import Features  # type: ignore[import-untyped]

pytestmark = pytest.mark.deep

BOX = (105.6, 21.4, 105.8, 21.7)


@pytest.fixture
def client(filled: Any, live: str) -> Any:
    """OWSLib's client of a real server with the rows of this module."""
    return Features(f"{live}/ogc/")


def _ids(found: Any) -> list[Any]:
    return [feature["id"] for feature in found["features"]]


def _all(client: Any, layer_id: str, **query: Any) -> list[Any]:
    """Follow the links ``next``, with the parameters that each of them names."""
    page = client.collection_items(layer_id, **query)
    found = _ids(page)
    for _ in range(100):
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            return found
        page = client.collection_items(layer_id, **dict(parse_qsl(urlsplit(following[0]).query)))
        found += _ids(page)
    raise AssertionError("the pages do not end")


def test_owslib_describes_us(client: Any, layers: Any) -> None:
    assert {link["rel"] for link in client.links} >= {"self", "service-desc", "conformance", "data"}
    assert client.api()["openapi"].startswith("3.0")
    classes = client.conformance()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
    known = [layer.id for layer in layers]
    assert [one["id"] for one in client.collections()["collections"]] == known
    assert client.feature_collections() == known
    assert client.collection("incident")["id"] == "incident"
    for document in (client.collection_queryables("school"), client.collection_schema("school")):
        assert list(document["properties"]) == [*layers.get("school").public, "geometry"]


def test_owslib_asks_by_place_time_value_and_words(client: Any, rows: Any) -> None:
    inside = [
        row["id"] for row in rows.incidents
        if BOX[0] <= row["x"] <= BOX[2] and BOX[1] <= row["y"] <= BOX[3]
    ]  # fmt: skip
    assert _ids(client.collection_items("incident", bbox=list(BOX), limit=1000)) == inside
    march = client.collection_items("incident", datetime_="2026-03-01/2026-03-31", limit=1000)
    wanted = [row["id"] for row in rows.incidents if row["occurred_at"].month == 3]
    assert _ids(march) == wanted
    thefts = [
        row["id"] for row in rows.incidents
        if row["category"] == "theft" and (row["severity"] or 0) > 3
    ]  # fmt: skip
    text = "category = 'theft' AND severity > 3"
    assert _ids(client.collection_items("incident", filter=text, limit=1000)) == thefts
    node = {"op": "and", "args": [
        {"op": "=", "args": [{"property": "category"}, "theft"]},
        {"op": ">", "args": [{"property": "severity"}, 3]},
    ]}  # fmt: skip
    assert _ids(client.collection_items("incident", cql=node, limit=1000)) == thefts
    assert _ids(client.collection_items("school", q="hoa sen")) == ["S3"]
    ordered = client.collection_items("incident", sortby=("occurred_at", "desc"), limit=3)
    assert _ids(ordered) == [300, 299, 298]


def test_owslib_turns_pages_and_opens_a_feature(client: Any, rows: Any) -> None:
    assert _all(client, "incident", limit=70) == [row["id"] for row in rows.incidents]
    found = client.collection_item("school", "S1")
    assert (found["type"], found["id"]) == ("Feature", "S1")
    assert found["geometry"] == {"type": "Point", "coordinates": [105.85, 21.55]}
    assert found["properties"]["name"] == "Trường THCS Văn Lăng"
