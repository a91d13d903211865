"""OGC API Features part 1 (17-069r4), classes geojson, html and oas30."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from shapely.geometry import shape

GEOJSON = "application/geo+json"

POSITION = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}


def _lists(of: Any, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "minItems": least, "items": of}


RING = _lists(POSITION, 4)
COORDINATES = {
    "Point": POSITION, "MultiPoint": _lists(POSITION),
    "LineString": _lists(POSITION, 2), "MultiLineString": _lists(_lists(POSITION, 2)),
    "Polygon": _lists(RING), "MultiPolygon": _lists(_lists(RING)),
}  # fmt: skip
GEOMETRY = {
    "oneOf": [
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "additionalProperties": False,
            "properties": {"type": {"const": name}, "coordinates": form},
        }
        for name, form in COORDINATES.items()
    ]
}
FEATURE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": ["string", "integer"]},
        "geometry": GEOMETRY,
        "properties": {"type": "object"},
    },
    "not": {"anyOf": [{"required": ["crs"]}, {"required": ["coordinates"]}]},
}
FEATURES = {
    "type": "object",
    "required": ["type", "features", "links"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {"type": "array", "items": FEATURE},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
    },
}
"""GeoJSON by RFC 7946, in two dimensions."""


def _resources(layer_id: str, key: Any) -> dict[str, str]:
    """Return paths with the media type of their JSON form."""
    base = f"/collections/{layer_id}"
    return {
        "/": "application/json",
        "/conformance": "application/json",
        "/collections": "application/json",
        base: "application/json",
        f"{base}/queryables": "application/schema+json",
        f"{base}/items": GEOJSON,
        f"{base}/items/{quote(str(key), safe='')}": GEOJSON,
    }


def test_resources_come_in_json_and_geojson(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/geojson/definition: features as application/geo+json, all else as JSON."""
    for path, media in _resources(layer_id, every_feature[layer_id][0]["id"]).items():
        for accept in (GEOJSON, f"{GEOJSON}, application/json;q=0.9", "*/*", "application/json"):
            if accept != GEOJSON or media == GEOJSON:
                answer = suite.get(path, accept)
                assert (answer.status_code, answer.mimetype) == (200, media), (path, accept)


def test_features_are_geojson(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/geojson/content: valid by RFC 7946; the id is that of the path."""
    jsonschema.validate(suite.items(layer_id, limit=1000), FEATURES)
    for feature in every_feature[layer_id][:5]:
        place = f"/collections/{layer_id}/items/{quote(str(feature['id']), safe='')}"
        found = suite.document(place, GEOJSON)
        jsonschema.validate(found, FEATURE)
        assert found["id"] == feature["id"]


def test_rings_turn_as_geojson_wants(layer_id: str, every_feature: Any) -> None:
    """/conf/geojson/content: outer rings run against the clock and are closed."""
    for feature in every_feature[layer_id]:
        found = shape(feature["geometry"])
        assert found.is_valid
        for part in getattr(found, "geoms", [found]):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)


def test_resources_come_in_html(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/html/definition: every 200 to a client that wants HTML is text/html."""
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for path in [*_resources(layer_id, every_feature[layer_id][0]["id"]), "/openapi"]:
        for accept in ("text/html", browser):
            answer = suite.get(path, accept)
            assert (answer.status_code, answer.mimetype) == (200, "text/html"), path
        named = suite.get(path, GEOJSON, f="html")
        assert (named.status_code, named.mimetype) == (200, "text/html"), path


class _Page(HTMLParser):
    """Counts what a document of HTML 5 must have, and collects its text."""

    EMPTY = frozenset({"meta", "link", "br", "img", "input", "hr", "wbr", "col", "area", "base"})

    def __init__(self) -> None:
        super().__init__()
        self.kind, self.texts = "", ""
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_decl(self, decl: str) -> None:
        self.kind = decl.lower()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        # Ends of paragraphs, items and cells may be left out in HTML 5.
        while self.open and self.open[-1] != tag and self.open[-1] in {"p", "li", "td", "th", "tr"}:
            self.open.pop()
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts += data


def test_pages_are_html_5_with_the_content(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/html/content: an HTML 5 document that says what the JSON says."""
    feature = every_feature[layer_id][0]
    for path in _resources(layer_id, feature["id"]):
        page = _Page()
        page.feed(suite.get(path, "text/html").text)
        page.close()
        assert page.kind == "doctype html"
        assert page.open == []
        for tag in ("html", "head", "title", "body"):
            assert page.seen.count(tag) == 1, (path, tag)
        if path.endswith(f"/{quote(str(feature['id']), safe='')}"):
            assert str(feature["id"]) in page.texts


def test_the_definition_comes_in_json_and_html(suite: Any) -> None:
    """/conf/oas30/oas-definition-1: service-desc in JSON with its version, service-doc in HTML."""
    (described,) = [link for link in suite.landing["links"] if link["rel"] == "service-desc"]
    assert described["type"] == "application/vnd.oai.openapi+json;version=3.0"
    answer = suite.get(described["href"], described["type"])
    assert answer.content_type == described["type"]
    (shown,) = [link for link in suite.landing["links"] if link["rel"] == "service-doc"]
    assert shown["type"] == "text/html"
    assert suite.get(shown["href"], "text/html").mimetype == "text/html"


def test_the_definition_is_openapi_3_0(suite: Any) -> None:
    """/conf/oas30/oas-definition-2: references resolve, ids are single, placeholders are named."""
    found = suite.definition
    assert found["openapi"].startswith("3.0.")
    assert {"title", "version"} <= set(found["info"])
    names = []
    for path, methods in found["paths"].items():
        for method in methods:
            operation = suite.operation(path, method)
            names.append(operation["operationId"])
            places = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert places == {part[1:-1] for part in path.split("/") if part.startswith("{")}
            for response in operation["responses"].values():
                assert response["description"]
            asked = [(p["name"], p["in"]) for p in operation["parameters"]]
            assert len(asked) == len(set(asked)), (path, method)
    assert len(names) == len(set(names))


def test_every_path_of_the_definition_is_there(suite: Any, every_feature: Any) -> None:
    """/conf/oas30/oas-impl, /conf/oas30/completeness: each path answers as it says."""
    for path in suite.definition["paths"]:
        if "{tile" in path or "get" not in suite.definition["paths"][path]:
            continue
        of = path.split("/")[2] if path.count("/") > 1 else ""
        if "{featureId}" in path:
            if of not in every_feature:
                continue
            key = quote(str(every_feature[of][0]["id"]), safe="")
            answer = suite.get(path.replace("{featureId}", key), "*/*")
        else:
            filled = path.replace("{dggrsId}", "H3").replace("{zoneId}", "85415c3bfffffff")
            answer = suite.get(filled, "*/*")
        responses = suite.operation(path)["responses"]
        assert str(answer.status_code) in responses, path
        known = {media.split(";")[0] for media in responses["200"]["content"]}
        assert answer.mimetype in known, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/collections/school/items?nothing=1", "400"),
        ("/collections/school/items/none", "404"),
        ("/?f=none", "400"),
    ],
)
def test_what_may_go_wrong_is_described(suite: Any, path: str, status: str) -> None:
    """/conf/oas30/exceptions-codes: the codes that an operation can give are in the document."""
    answer = suite.get(path)
    assert str(answer.status_code) == status
    asked = path.partition("?")[0].replace("/none", "/{featureId}")
    responses = suite.operation(asked)["responses"]
    described = responses[status] if status in responses else responses["default"]
    assert answer.mimetype in described["content"]


def test_reading_needs_no_token_and_what_does_says_so(suite: Any) -> None:
    """/conf/oas30/security: reading is open; each scheme that is named is described."""
    schemes = suite.definition["components"].get("securitySchemes", {})
    for methods in suite.definition["paths"].values():
        assert not methods.get("get", {}).get("security")
        for operation in methods.values():
            assert {name for one in operation.get("security", []) for name in one} <= set(schemes)
    assert suite.get("/collections/school/items").status_code == 200
