"""OGC API Features part 3 (19-079r2): queryables, query parameters of them, filter."""

import re
from typing import Any

import jsonschema
import pyproj
import pytest
import shapely
from shapely.geometry import shape

GEOJSON = "application/geo+json"
SCHEMA = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
FEATURES = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
KINDS = (
    "point", "multipoint", "linestring", "multilinestring", "polygon", "multipolygon",
    "geometrycollection", "any",
)  # fmt: skip


def _queryables(suite: Any, layer_id: str) -> Any:
    return suite.document(f"/collections/{layer_id}/queryables", SCHEMA)


def _plain(suite: Any, layer_id: str) -> dict[str, Any]:
    """Return the queryables that are no geometry."""
    found = _queryables(suite, layer_id)["properties"]
    return {name: part for name, part in found.items() if "type" in part}


@pytest.mark.parametrize(
    "name", ["queryables", "queryables-query-parameters", "filter", "features-filter"]
)
def test_the_class_is_declared(suite: Any, name: str) -> None:
    """/conf/{queryables,queryables-query-parameters,filter,features-filter}/get-conformance."""
    assert f"{FEATURES}/{name}" in suite.document("/conformance")["conformsTo"]


def test_items_link_to_the_queryables(suite: Any, layers: Any) -> None:
    """/conf/queryables/get-queryables-uris: a Link header, with HEAD and with GET."""
    for layer in layers:
        path = f"/collections/{layer.id}/items"
        for answer in (suite.api.client.head(f"/ogc{path}"), suite.get(path)):
            assert answer.status_code == 200
            header = answer.headers["Link"]
            found = re.search(r'<([^>]*)>; *rel="' + re.escape(QUERYABLES) + '"', header)
            assert found, header
            assert suite.document(found[1], SCHEMA)["$id"] == found[1]


def test_queryables_are_a_json_schema(suite: Any, layers: Any) -> None:
    """/conf/queryables/get-queryables: dialect, id, type, and what each queryable is."""
    for layer in layers:
        found = _queryables(suite, layer.id)
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert found["$id"].endswith(f"/ogc/collections/{layer.id}/queryables")
        assert found["type"] == "object"
        assert found["properties"]
        for part in found["properties"].values():
            kind = part.get("format", "")
            assert "type" in part or kind.removeprefix("geometry-") in KINDS, part


def test_a_collection_links_to_its_queryables(suite: Any, layers: Any) -> None:
    """/conf/features-filter/get-collections, /conf/features-filter/get-collection."""
    assert len(suite.document("/collections")["collections"]) == len(list(layers))
    for layer in layers:
        found = suite.document(f"/collections/{layer.id}")
        links = [link["href"] for link in found["links"] if link["rel"] == QUERYABLES]
        wanted = f"/ogc/collections/{layer.id}/queryables"
        assert any(href.partition("?")[0].endswith(wanted) for href in links)


_WRONG = {"integer": "1.5", "number": "much", "boolean": "perhaps"}


def test_each_queryable_is_a_parameter(suite: Any, layer_id: str, every_feature: Any) -> None:
    """/conf/queryables-query-parameters/query-param: valid values choose, invalid give 400."""
    features = every_feature[layer_id]
    for name, part in _plain(suite, layer_id).items():
        values = [f["properties"][name] for f in features if f["properties"][name] is not None]
        if values:
            asked = {name: str(values[0])}
            wanted = [f["id"] for f in features if f["properties"][name] == values[0]]
            assert suite.ids(layer_id, **asked) == wanted, (name, values[0])
        timed = part.get("format") in ("date", "date-time")
        wrong = "someday" if timed else _WRONG.get(part["type"])
        if wrong:
            answer = suite.get(f"/collections/{layer_id}/items", GEOJSON, **{name: wrong})
            assert answer.status_code == 400, name
        defined = suite.parameter(f"/collections/{layer_id}/items", name)
        assert defined["in"] == "query"


@pytest.mark.parametrize("lang", [{}, {"filter__lang": "cql2-text"}])
def test_a_filter_chooses(suite: Any, layer_id: str, every_feature: Any, lang: Any) -> None:
    """/conf/filter/filter-param, /conf/filter/filter-lang-default, filter-on-items.

    /conf/features-filter/filter-on-items: with and without the language named.
    """
    features = every_feature[layer_id]
    for name in _plain(suite, layer_id):
        wanted = [f["id"] for f in features if f["properties"][name] is None]
        assert suite.ids(layer_id, filter=f"{name} IS NULL", **lang) == wanted
    answer = suite.get(f"/collections/{layer_id}/items", filter="THIS IS NOT A FILTER", **lang)
    assert answer.status_code == 400


def test_a_filter_language_is_one_of_those_defined(suite: Any, layers: Any) -> None:
    """/conf/filter/filter-param: filter, filter-lang, filter-crs stand in the definition."""
    for layer in layers:
        path = f"/collections/{layer.id}/items"
        assert suite.parameter(path, "filter")["schema"]["type"] == "string"
        assert suite.parameter(path, "filter-crs")["schema"]["format"] == "uri"
        languages = suite.parameter(path, "filter-lang")["schema"]
        assert languages["enum"] == ["cql2-text", "cql2-json"]
        assert languages["default"] == "cql2-text"
    answer = suite.get("/collections/school/items", filter="TRUE", filter__lang="cql")
    assert answer.status_code == 400


def test_an_unknown_queryable_is_refused_as_declared(suite: Any, layers: Any, refused: Any) -> None:
    """/conf/filter/expression-construction: no other queryables are promised or taken."""
    for layer in layers:
        assert _queryables(suite, layer.id)["additionalProperties"] is False
        assert refused(layer.id, "this_is_not_a_queryable IS NULL")


def _corners(box: list[float], uri: str) -> str:
    """Write a box that holds another one, in some CRS with the axis order of its register."""
    name = "OGC:CRS84" if uri == CRS84 else f"EPSG:{uri.removeprefix(EPSG)}"
    west, south, east, north = box
    if uri in (CRS84, f"{EPSG}4326"):
        return ",".join(map(repr, box if uri == CRS84 else [south, west, north, east]))
    transformer = pyproj.Transformer.from_crs("OGC:CRS84", name)
    low_x, low_y, high_x, high_y = transformer.transform_bounds(west, south, east, north)
    return f"{low_x - 1},{low_y - 1},{high_x + 1},{high_y + 1}"


def test_a_filter_is_in_crs84_by_default(
    suite: Any, layer_id: str, every_feature: Any, refused: Any
) -> None:
    """/conf/filter/filter-crs-wgs84: the extent holds all; metres for degrees are refused."""
    (box,) = suite.document(f"/collections/{layer_id}")["extent"]["spatial"]["bbox"]
    west, south, east, north = box
    near = 1e-7
    wide = f"BBOX({west - near},{south - near},{east + near},{north + near})"
    wanted = [feature["id"] for feature in every_feature[layer_id]]
    assert suite.ids(layer_id, filter=f"S_INTERSECTS(geometry,{wide})") == wanted
    assert refused(layer_id, "S_INTERSECTS(geometry,BBOX(1000000,1000000,2000000,2000000))")


def test_a_filter_can_come_in_every_crs(
    suite: Any, layer_id: str, every_feature: Any, refused: Any
) -> None:
    """/conf/filter/filter-crs-param: the extent in each CRS holds all; an unknown one is 400."""
    described = suite.document(f"/collections/{layer_id}")
    (box,) = described["extent"]["spatial"]["bbox"]
    wide = shapely.box(*box).buffer(1e-6, join_style="mitre").bounds
    wanted = [feature["id"] for feature in every_feature[layer_id]]
    for uri in described["crs"]:
        text = f"S_INTERSECTS(geometry,BBOX({_corners(list(wide), uri)}))"
        assert suite.ids(layer_id, filter=text, filter__crs=uri) == wanted, uri
    unknown = "http://www.opengis.net/def/crs/OGC/0/does_not_exist"
    assert refused(
        layer_id, f"S_INTERSECTS(geometry,BBOX({_corners(box, CRS84)}))", filter__crs=unknown
    )


def test_a_filter_and_other_parameters_must_all_fit(
    suite: Any, layer_id: str, every_feature: Any
) -> None:
    """/conf/features-filter/mixing-expression: filter, bbox and others are joined by AND."""
    (box,) = suite.document(f"/collections/{layer_id}")["extent"]["spatial"]["bbox"]
    wide = shapely.box(*box).buffer(1e-6, join_style="mitre").bounds
    inside, text = ",".join(map(repr, wide)), f"BBOX({','.join(map(repr, wide))})"
    asked = {"filter": f"S_INTERSECTS(geometry,{text})"}
    features = every_feature[layer_id]
    assert suite.ids(layer_id, bbox=inside, **asked) == [f["id"] for f in features]
    assert suite.ids(layer_id, bbox="0,0,1,1", **asked) == []
    west, south, east, north = wide
    half = f"{west!r},{south!r},{(west + east) / 2!r},{north!r}"
    left = shapely.box(west, south, (west + east) / 2, north)
    wanted = [f["id"] for f in features if shape(f["geometry"]).intersects(left)]
    assert suite.ids(layer_id, bbox=half, **asked) == wanted
