"""OGC API Features part 1 (17-069r4), class core: what the abstract tests A.1 to A.30 ask."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import shapely
from shapely.geometry import shape

GEOJSON = "application/geo+json"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"

Box = tuple[float, float, float, float]

LINK = {
    "type": "object",
    "required": ["href", "rel", "type"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
LINKS = {"type": "array", "minItems": 1, "items": LINK}
NUMBERS = {"type": "array", "items": {"type": "number"}}
MOMENT = {"type": ["string", "null"]}
COLLECTION = {
    "type": "object",
    "required": ["id", "links"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "links": LINKS,
        "itemType": {"const": "feature"},
        "crs": {"type": "array", "items": {"type": "string"}},
        "extent": {
            "type": "object",
            "properties": {
                "spatial": {
                    "type": "object",
                    "properties": {
                        "bbox": {
                            "type": "array",
                            "minItems": 1,
                            "items": {**NUMBERS, "minItems": 4, "maxItems": 4},
                        },
                        "crs": {"const": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
                    },
                },
                "temporal": {
                    "type": "object",
                    "properties": {
                        "interval": {
                            "type": "array",
                            "minItems": 1,
                            "items": {
                                "type": "array", "minItems": 2, "maxItems": 2, "items": MOMENT,
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


def _links(document: Any, rel: str) -> list[Any]:
    return [link for link in document["links"] if link["rel"] == rel]


def _both_forms(document: Any, media: str) -> None:
    """Check for a link to the document itself and to its form in HTML, with rel and type."""
    jsonschema.validate(document["links"], LINKS)
    assert [link["type"] for link in _links(document, "self")] == [media]
    assert "text/html" in [link["type"] for link in _links(document, "alternate")]


def test_what_is_advertised_answers_over_http_1_1(suite: Any) -> None:
    """/conf/core/http: methods and status codes mean what HTTP says they mean."""
    for path in ("/", "/conformance", "/collections", "/collections/school/items"):
        got = suite.get(path)
        head = suite.api.client.head(f"/ogc{path}")
        assert (got.status_code, head.status_code) == (200, 200)
        assert head.data == b""
        refused = suite.api.client.delete(f"/ogc{path}")
        assert refused.status_code == 405
        assert "GET" in refused.headers["Allow"]


def test_the_landing_page_is_where_it_should_be(suite: Any) -> None:
    """/conf/core/root-op, /conf/core/root-success: links to definition, conformance, data."""
    landing = suite.document("/")
    _both_forms(landing, "application/json")
    assert landing["title"]
    for rel in ("service-desc", "service-doc", "conformance", "data"):
        assert _links(landing, rel), rel


def test_every_link_to_the_definition_leads_to_it(suite: Any) -> None:
    """/conf/core/api-definition-op, /conf/core/api-definition-success: each link is answered."""
    for rel in ("service-desc", "service-doc"):
        for link in _links(suite.landing, rel):
            answer = suite.get(link["href"], link["type"])
            assert answer.status_code == 200
            assert answer.mimetype == link["type"].split(";")[0]
    assert suite.definition["openapi"].startswith("3.0")
    assert set(suite.definition) >= {"info", "paths"}


def test_the_conformance_declaration_lists_the_classes(suite: Any) -> None:
    """/conf/core/conformance-op, /conf/core/conformance-success: by link and by path."""
    (link,) = _links(suite.landing, "conformance")
    for href in (link["href"], "/conformance"):
        found = suite.document(href)["conformsTo"]
        assert all(isinstance(uri, str) for uri in found)
        assert f"{FEATURES}/core" in found
        assert len(found) == len(set(found))


def test_all_collections_are_described(suite: Any, layers: Any) -> None:
    """/conf/core/fc-md-op, /conf/core/fc-md-success, /conf/core/fc-md-links: one entry each.

    /conf/core/fc-md-items: each with an identifier, in accordance with the schema.
    """
    (link,) = _links(suite.landing, "data")
    found = suite.document(link["href"])
    _both_forms(found, "application/json")
    assert [one["id"] for one in found["collections"]] == [layer.id for layer in layers]
    for one in found["collections"]:
        jsonschema.validate(one, COLLECTION)


def test_all_collections_link_to_their_items(suite: Any) -> None:
    """/conf/core/fc-md-items-links: items in every encoding, each link with rel and type."""
    for one in suite.document("/collections")["collections"]:
        items = _links(one, "items")
        page = suite.items(one["id"], limit=1)
        forms = [link["type"] for rel in ("self", "alternate") for link in _links(page, rel)]
        assert [link["type"] for link in items] == forms
        assert {GEOJSON, "text/html"} <= set(forms)
        for link in items:
            answer = suite.get(link["href"], link["type"], limit=1)
            assert answer.status_code == 200, link
            assert answer.mimetype == link["type"].split(";")[0], link


def test_an_extent_holds_all_features(
    suite: Any, layers: Any, layer_id: str, every_feature: Any
) -> None:
    """/conf/core/fc-md-extent, /conf/core/fc-md-extent-multi: box and interval hold everything."""
    extent = suite.document(f"/collections/{layer_id}")["extent"]
    features = every_feature[layer_id]
    (box,) = extent["spatial"]["bbox"]
    # The box has seven decimals as coordinates have; a hair's breadth is for their rounding.
    around = shapely.box(*box).buffer(1e-7)
    assert all(around.covers(shape(feature["geometry"])) for feature in features)
    time = layers.get(layer_id).time
    if not time:
        assert "temporal" not in extent
        return
    first, last = (datetime.fromisoformat(text) for text in extent["temporal"]["interval"][0])
    moments = [datetime.fromisoformat(f["properties"][time]) for f in features]
    assert first <= min(moments) <= max(moments) <= last


def test_a_collection_says_what_the_list_says(suite: Any) -> None:
    """/conf/core/sfc-md-op, /conf/core/sfc-md-success: the same members and all its links."""
    for one in suite.document("/collections")["collections"]:
        found = suite.document(f"/collections/{one['id']}")
        jsonschema.validate(found, COLLECTION)
        for member in ("id", "title", "description", "extent", "itemType", "crs"):
            assert found.get(member) == one.get(member), member
        places = {(link["rel"], link["href"]) for link in found["links"]}
        assert {(link["rel"], link["href"]) for link in one["links"]} <= places


def test_items_are_a_feature_collection(suite: Any, layer_id: str) -> None:
    """/conf/core/fc-op, /conf/core/fc-response, /conf/core/fc-links: type, features, links."""
    found = suite.items(layer_id)
    assert found["type"] == "FeatureCollection"
    assert found["features"]
    _both_forms(found, GEOJSON)


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_pages_hold_every_feature_once(
    suite: Any, layer_id: str, every_feature: Any, limit: int
) -> None:
    """/conf/core/fc-response, /conf/core/fc-numberMatched, /conf/core/fc-numberReturned."""
    most = 20 if limit < 7 else 1000
    found = []
    for number, page in enumerate(suite.pages(layer_id, limit=limit)):
        assert page["numberReturned"] == len(page["features"]) <= limit
        assert page.get("numberMatched", len(every_feature[layer_id])) == len(
            every_feature[layer_id]
        )
        found += [feature["id"] for feature in page["features"]]
        if number == most:
            break
    wanted = [feature["id"] for feature in every_feature[layer_id]]
    assert found == wanted[: len(found)]
    assert len(found) == len(wanted) or len(found) == (most + 1) * limit
    assert len(set(wanted)) == len(wanted)


@pytest.mark.parametrize("name", ["limit", "bbox", "datetime"])
def test_standard_parameters_are_defined_as_the_standard_does(
    suite: Any, layers: Any, name: str
) -> None:
    """/conf/core/fc-limit-definition, /conf/core/fc-bbox-definition, fc-time-definition."""
    for layer in layers:
        found = suite.parameter(f"/collections/{layer.id}/items", name)
        assert found["in"] == "query"
        assert not found.get("required", False)
        assert (found["style"], found["explode"]) == ("form", False)
        schema = found["schema"]
        assert schema["type"] == {"limit": "integer", "bbox": "array", "datetime": "string"}[name]
        if name == "bbox":
            assert schema["items"] == {"type": "number"}
            assert (schema["minItems"], schema["maxItems"]) == (4, 6)
            assert [(one["minItems"], one["maxItems"]) for one in schema["oneOf"]] == [
                (4, 4), (6, 6),
            ]  # fmt: skip


def test_a_limit_is_never_passed(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/core/fc-limit-response: at most the limit, at most the maximum, no error above it."""
    schema = suite.parameter(f"/collections/{layer_id}/items", "limit")["schema"]
    for limit in (schema["minimum"], 100, schema["maximum"], schema["maximum"] + 1, 10**9):
        found = suite.items(layer_id, limit=limit)["features"]
        assert len(found) == min(limit, schema["maximum"], len(every_feature[layer_id]))
    assert len(suite.items(layer_id)["features"]) <= schema["default"]


def _boxes(features: list[Any]) -> list[Box]:
    """Boxes in the extent: all of it, each quarter, a very small one, one of no extent at all."""
    shapes = [shape(feature["geometry"]) for feature in features]
    west, south, east, north = shapely.union_all(shapes).bounds
    x, y = (west + east) / 2, (south + north) / 2
    point = shapes[len(shapes) // 2].representative_point()
    return [
        (west - 1, south - 1, east + 1, north + 1),
        (west, south, x, y), (x, y, east, north), (west, y, x, north), (x, south, east, y),
        (point.x - 1e-5, point.y - 1e-5, point.x + 1e-5, point.y + 1e-5),
        (point.x, point.y, point.x, point.y),
        (0.0, 0.0, 1.0, 1.0),
    ]  # fmt: skip


def test_a_box_chooses_what_shapely_chooses(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/core/fc-bbox-response: only and all features that meet the box; CRS84."""
    features = every_feature[layer_id]
    for box in _boxes(features):
        text = ",".join(map(repr, box))
        found = set(suite.ids(layer_id, bbox=text))
        assert _surely(features, box) <= found <= _perhaps(features, box), box
        west, south, east, north = map(repr, box)
        high = f"{west},{south},-100,{east},{north},100"
        assert set(suite.ids(layer_id, bbox=high)) == found


def _surely(features: list[Any], box: Box) -> set[Any]:
    """Ids that meet a box by more than coordinates are rounded."""
    near = 1e-6
    west, south, east, north = box
    inner = shapely.box(west + near, south + near, east - near, north - near)
    if east - west <= 2 * near:
        return set()
    return {f["id"] for f in features if shape(f["geometry"]).intersects(inner)}


def _perhaps(features: list[Any], box: Box) -> set[Any]:
    around = shapely.box(*box).buffer(1e-6)
    return {f["id"] for f in features if shape(f["geometry"]).intersects(around)}


def test_all_geometries_are_in_crs84(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/core/crs84: longitude, latitude unless something else is asked for."""
    answer = suite.get(f"/collections/{layer_id}/items", GEOJSON)
    assert answer.headers["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    province = shapely.box(105, 21, 107, 23)
    assert all(province.covers(shape(feature["geometry"])) for feature in every_feature[layer_id])


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_a_time_chooses_what_it_meets(suite: Any, rows: Any) -> None:
    """/conf/core/fc-time-response: an instant, and intervals closed, open at start or end."""
    moments = {row["id"]: row["occurred_at"] for row in rows.incidents}
    first, last = min(moments.values()), max(moments.values())
    early = first + (last - first) / 4
    late = early + timedelta(days=20)
    asked = [
        (f"{_written(first)}", first, first),
        (f"{_written(early)}/{_written(late)}", early, late),
        (f"../{_written(early)}", first, early),
        (f"/{_written(early)}", first, early),
        (f"{_written(late)}/..", late, last),
        (f"{_written(late)}/", late, last),
        (f"{_written(last + timedelta(days=1))}/..", last + timedelta(days=1), last),
    ]
    for text, start, end in asked:
        wanted = [key for key, moment in moments.items() if start <= moment <= end]
        assert sorted(suite.ids("incident", datetime=text)) == wanted, text


def test_a_time_leaves_features_without_one(suite: Any, layers: Any, every_feature: Any) -> None:
    """/conf/core/fc-time-response: features that have no time are in every answer."""
    for of, features in every_feature.items():
        if not layers.get(of).time:
            text = f"2020-01-01T00:00:00Z/{_written(datetime(2021, 1, 1, tzinfo=UTC))}"
            assert suite.ids(of, datetime=text) == [feature["id"] for feature in features]


def test_box_and_time_must_both_fit(suite: Any, rows: Any) -> None:
    """/conf/core/fc-op: combinations of bbox and datetime; numberMatched is theirs too."""
    box, start = (105.7, 21.4, 106.0, 21.8), datetime(2026, 2, 1, tzinfo=UTC)
    wanted = [
        row["id"] for row in rows.incidents
        if box[0] <= row["x"] <= box[2] and box[1] <= row["y"] <= box[3]
        and row["occurred_at"] >= start
    ]  # fmt: skip
    asked = {"bbox": ",".join(map(str, box)), "datetime": "2026-02-01T00:00:00Z/.."}
    found = []
    for page in suite.pages("incident", limit=10, **asked):
        assert page.get("numberMatched", len(wanted)) == len(wanted)
        assert page["numberReturned"] == len(page["features"])
        found += [feature["id"] for feature in page["features"]]
    assert sorted(found) == wanted
    assert len(wanted) > 10


def test_an_invalid_value_is_refused(suite: Any, layers: Any) -> None:
    """/conf/core/query-param-invalid: 400 for each parameter that the definition has."""
    wrong = {
        "limit": "unlimited", "bbox": "1,2,3", "datetime": "now and then", "crs": "somewhere",
        "f": "nothing", "lang": "??", "offset": "-1", "sortby": "no_such_property",
    }  # fmt: skip
    for layer in layers:
        for name, value in wrong.items():
            answer = suite.get(f"/collections/{layer.id}/items", GEOJSON, **{name: value})
            assert answer.status_code == 400, (layer.id, name)


def test_an_unknown_parameter_is_refused(suite: Any, layers: Any) -> None:
    """/conf/core/query-param-unknown: 400 on every resource."""
    paths = ["/", "/conformance", "/collections", "/openapi"]
    for layer in layers:
        base = f"/collections/{layer.id}"
        paths += [base, f"{base}/items", f"{base}/items/1", f"{base}/queryables"]
    for path in paths:
        assert suite.get(path, unknownQueryParameter17="1").status_code == 400, path


def test_a_time_stamp_is_now(suite: Any, layer_id: str) -> None:
    """/conf/core/fc-timeStamp: where there is one, it is the time of the answer."""
    before = datetime.now(UTC)
    found = suite.items(layer_id, limit=1)
    if "timeStamp" in found:
        assert before <= datetime.fromisoformat(found["timeStamp"]) <= datetime.now(UTC)


def test_every_feature_is_found_by_its_id(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/core/f-op, /conf/core/f-success, /conf/core/f-links: as in the list, with links."""
    features = every_feature[layer_id]
    for feature in features[:: max(1, len(features) // 25)]:
        place = f"/collections/{layer_id}/items/{quote(str(feature['id']), safe='')}"
        found = suite.document(place, GEOJSON)
        _both_forms(found, GEOJSON)
        (link,) = _links(found, "collection")
        assert suite.document(link["href"])["id"] == layer_id
        assert {**found, "links": None} == {**feature, "links": None}
    assert suite.get(f"/collections/{layer_id}/items/no-such-feature").status_code == 404
