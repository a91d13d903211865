"""Tile matrix sets and tilesets, by the abstract tests of OGC 17-083r4 and 20-057."""

import json
import math
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pyproj
import pytest

from layers.registry import Layers

REL = "http://www.opengis.net/def/rel/ogc/1.0"
SETS = ("WebMercatorQuad", "WorldCRS84Quad", "VN2000-9213")
TILES1 = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"


def _links(document: Any, rel: str) -> list[dict[str, Any]]:
    return [link for link in document["links"] if link["rel"] == rel]


@pytest.mark.parametrize("name", ["WebMercatorQuad", "WorldCRS84Quad"])
def test_a_registered_set_is_as_the_register_has_it(api: Any, name: str) -> None:
    answer = api.get(f"/tileMatrixSets/{name}")
    assert answer.content_type == "application/json"
    found = answer.get_json(force=True)
    place = files("pygeoapi").joinpath(f"resources/definitions/tiles/{name}.json")
    known = json.loads(place.read_text("utf-8"))
    for member in ("id", "uri", "crs", "wellKnownScaleSet", "orderedAxes"):
        assert found[member] == known[member], member
    assert len(found["tileMatrices"]) == len(known["tileMatrices"])
    for ours, theirs in zip(found["tileMatrices"], known["tileMatrices"], strict=True):
        assert ours.pop("cornerOfOrigin") == "topLeft"
        assert ours.pop("pointOfOrigin") == pytest.approx(theirs.pop("pointOfOrigin"))
        assert ours.pop("id") == theirs.pop("id")
        assert ours == pytest.approx(theirs, rel=1e-9)


def test_the_cadastral_set_is_our_own_and_in_metres(api: Any) -> None:
    found = api.json("/tileMatrixSets/VN2000-9213")
    assert found["uri"] == "http://localhost/ogc/tileMatrixSets/VN2000-9213"
    assert api.client.get(found["uri"].removeprefix("http://localhost")).status_code == 200
    assert found["crs"] == "http://www.opengis.net/def/crs/EPSG/0/9213"
    assert found["orderedAxes"] == ["E", "N"]
    assert "wellKnownScaleSet" not in found
    for level, matrix in enumerate(found["tileMatrices"]):
        assert matrix["id"] == str(level)
        assert matrix["cellSize"] == 16384 / 2**level
        assert matrix["scaleDenominator"] == pytest.approx(matrix["cellSize"] / 0.00028)
        assert matrix["pointOfOrigin"] == [-500_000, 3_000_000]
        assert matrix["matrixWidth"] == matrix["matrixHeight"] == 2**level
        assert matrix["tileWidth"] == matrix["tileHeight"] == 256


def test_sets_are_listed_with_a_link_to_each(api: Any) -> None:
    found = api.json("/tileMatrixSets")["tileMatrixSets"]
    assert tuple(one["id"] for one in found) == SETS
    for one in found:
        (link,) = _links(one, "self")
        assert api.client.get(link["href"].removeprefix("http://localhost")).get_json()["id"]
        assert one["title"]
        assert one["uri"]


def test_the_landing_page_and_collections_lead_to_tilesets(api: Any) -> None:
    for document in (api.json(), api.json("/collections/school")):
        (link,) = _links(document, f"{REL}/tilesets-vector")
        assert link["type"] == "application/json"
        assert link["href"].endswith("/tiles?f=json")
    assert len(_links(api.json(), f"{REL}/tiling-schemes")) == 1
    for collection in api.json("/collections")["collections"]:
        assert _links(collection, f"{REL}/tilesets-vector"), collection["id"]


@pytest.mark.parametrize("origin", ["", "/collections/land_parcel"])
def test_a_list_of_tilesets_has_what_the_standard_wants(api: Any, origin: str) -> None:
    document = api.json(f"{origin}/tiles")
    assert {link["rel"] for link in document["links"]} == {"self", "alternate"}
    assert tuple(one["tileMatrixSetId"] for one in document["tilesets"]) == SETS
    for one in document["tilesets"]:
        assert one["dataType"] == "vector"
        assert one["tileMatrixSetLimits"][0]["tileMatrix"]
        assert one["crs"].startswith("http://www.opengis.net/def/crs/")
        assert (
            one["tileMatrixSetURI"] == api.json(f"/tileMatrixSets/{one['tileMatrixSetId']}")["uri"]
        )
        (own,) = _links(one, "self")
        assert f"{origin}/tiles/{one['tileMatrixSetId']}?" in own["href"]
        (scheme,) = _links(one, f"{REL}/tiling-scheme")
        for link in (own, scheme):
            answer = api.client.get(link["href"].removeprefix("http://localhost"))
            assert answer.status_code == 200
            assert answer.content_type == link["type"]


def _tilesets() -> Iterator[tuple[str, str]]:
    for origin in ("", "/collections/land_parcel", "/collections/school"):
        for name in SETS:
            yield origin, name


@pytest.mark.parametrize(("origin", "name"), list(_tilesets()))
def test_a_tileset_describes_its_tiles(api: Any, layers: Layers, origin: str, name: str) -> None:
    answer = api.get(f"{origin}/tiles/{name}")
    assert answer.content_type == "application/json"
    found = answer.get_json(force=True)
    described = api.json(f"/tileMatrixSets/{name}")
    assert (found["tileMatrixSetId"], found["dataType"]) == (name, "vector")
    assert (found["crs"], found["tileMatrixSetURI"]) == (described["crs"], described["uri"])
    (item,) = _links(found, "item")
    assert item["templated"] is True
    assert item["type"] == "application/vnd.mapbox-vector-tile"
    assert item["href"].endswith(f"{origin}/tiles/{name}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}")
    assert f'<{item["href"]}>; rel="item"' in answer.headers["Link-Template"]
    assert _links(found, "self")
    assert _links(found, f"{REL}/tiling-scheme")
    assert _links(found, f"{REL}/geodata" if origin else f"{REL}/dataset")
    wanted = [origin.rsplit("/", maxsplit=1)[-1]] if origin else [layer.id for layer in layers]
    assert [layer["id"] for layer in found["layers"]] == wanted
    matrices = {matrix["id"]: matrix for matrix in described["tileMatrices"]}
    for layer in found["layers"]:
        _check_layer(layer, layers, matrices)
    _check_place(found, matrices)


def _check_layer(found: Any, layers: Layers, matrices: Any) -> None:
    layer = layers.get(found["id"])
    assert found["dataType"] == "vector"
    assert found["geometryDimension"] == layer.geometry.dimension
    properties = found["propertiesSchema"]["properties"]
    assert {layer.key, *layer.tiles.fields} <= set(properties)
    assert all(properties[name]["type"] for name in properties)
    assert not any(word.startswith("x-") for part in properties.values() for word in part)
    assert _links(found, f"{REL}/geodata")
    first, last = (matrices[found[f"{end}TileMatrix"]] for end in ("min", "max"))
    assert found["maxScaleDenominator"] == first["scaleDenominator"]
    assert found["minScaleDenominator"] == last["scaleDenominator"]


def _check_place(found: Any, matrices: Any) -> None:
    """Limits hold the corners of the data; the centre is in a matrix that there is."""
    box, limits = found["boundingBox"], found["tileMatrixSetLimits"]
    assert box["crs"] == found["crs"]
    turn = pyproj.Transformer.from_crs(found["crs"], "OGC:CRS84", always_xy=True)
    west, south = turn.transform(*box["lowerLeft"])
    inner = [layer["boundingBox"] for layer in found["layers"]]
    assert all(one["crs"].endswith("CRS84") for one in inner)
    assert west == pytest.approx(min(one["lowerLeft"][0] for one in inner), abs=0.2)
    assert south == pytest.approx(min(one["lowerLeft"][1] for one in inner), abs=0.2)
    assert limits[0]["tileMatrix"] == min((la["minTileMatrix"] for la in found["layers"]), key=int)
    for one in limits:
        matrix = matrices[one["tileMatrix"]]
        side = matrix["cellSize"] * 256
        west, north = matrix["pointOfOrigin"]
        for corner in (box["lowerLeft"], box["upperRight"]):
            x, y = corner
            col, row = math.floor((x - west) / side), math.floor((north - y) / side)
            assert one["minTileCol"] - 1e-6 <= col <= one["maxTileCol"], one
            assert one["minTileRow"] - 1e-6 <= row <= one["maxTileRow"], one
    centre = found["centerPoint"]
    assert centre["crs"] == found["crs"]
    assert centre["tileMatrix"] in {one["tileMatrix"] for one in limits}


def test_a_tileset_has_only_the_collections_that_are_chosen(api: Any) -> None:
    found = api.json("/tiles/WebMercatorQuad", collections="school,incident")
    assert [layer["id"] for layer in found["layers"]] == ["school", "incident"]
    (item,) = _links(found, "item")
    assert item["href"].endswith("{tileCol}?collections=school%2Cincident")
    named = "http://localhost/ogc/collections/school"
    found = api.json("/tiles/WebMercatorQuad", collections=named)
    assert [layer["id"] for layer in found["layers"]] == ["school"]


def test_tilejson_describes_tiles_of_web_mercator(api: Any) -> None:
    answer = api.get("/collections/school/tiles/WebMercatorQuad", f="tilejson")
    assert answer.content_type == "application/vnd.mapbox.tile+json"
    found = answer.get_json(force=True)
    assert found["tilejson"] == "3.0.0"
    assert found["tiles"] == [
        "http://localhost/ogc/collections/school/tiles/WebMercatorQuad/{z}/{y}/{x}"
    ]
    assert [layer["id"] for layer in found["vector_layers"]] == ["school"]
    several = api.json(
        "/tiles/WebMercatorQuad",
        f="tilejson",
        collections="commune,school",
        datetime="2026-01-01/..",
    )
    assert [la["id"] for la in several["vector_layers"]] == ["commune", "commune_label", "school"]
    assert "collections=commune%2Cschool" in several["tiles"][0]
    assert "datetime=2026-01-01" in several["tiles"][0]
    assert several["minzoom"] == 5
    tileset = api.json("/collections/school/tiles/WebMercatorQuad")
    assert "application/vnd.mapbox.tile+json" in {li["type"] for li in _links(tileset, "alternate")}


def test_a_tilejson_of_another_grid_cannot_be_had(api: Any) -> None:
    assert "json, html" in api.refusal("/tiles/VN2000-9213", f="tilejson")["detail"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/tileMatrixSets", {"x": "1"}),
        ("/tileMatrixSets/WebMercatorQuad", {"f": "xml"}),
        ("/tiles", {"collections": "school"}),
        ("/tiles/WebMercatorQuad", {"x": "1"}),
        ("/tiles/WebMercatorQuad", {"collections": ""}),
        ("/tiles/WebMercatorQuad", {"collections": "school,nowhere"}),
        ("/tiles/WebMercatorQuad", {"collections": "school,school"}),
        ("/tiles/WebMercatorQuad", {"filter": "pupils > 3"}),
        ("/collections/school/tiles/WebMercatorQuad", {"collections": "school"}),
        ("/collections/school/tiles/WebMercatorQuad", {"datetime": "x"}),
    ],
)
def test_what_cannot_be_read_is_refused(api: Any, path: str, query: dict[str, str]) -> None:
    api.refusal(path, **query)


@pytest.mark.parametrize(
    "path",
    ["/tileMatrixSets/x", "/tiles/x", "/collections/school/tiles/x", "/collections/x/tiles"],
)
def test_what_is_not_there_is_not_found(api: Any, path: str) -> None:
    api.refusal(path, status=404)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "path", ["/tileMatrixSets", "/tileMatrixSets/VN2000-9213", "/tiles", "/tiles/VN2000-9213",
             "/collections/school/tiles", "/collections/school/tiles/WebMercatorQuad"],
)  # fmt: skip
def test_every_document_is_a_page_too(api: Any, path: str, lang: str) -> None:
    text = api.page(path, lang=lang)
    assert f'<html lang="{lang}">' in text
    assert "None" not in text


def test_conformance_classes_are_those_of_tiles(api: Any) -> None:
    found = set(api.json("/conformance")["conformsTo"])
    for name in (
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
        "collections-selection", "datetime", "mvt", "oas30",
    ):  # fmt: skip
        assert f"{TILES1}/{name}" in found
    assert not any("tiles-1/1.0/conf/xml" in uri or "conf/jpeg" in uri for uri in found)
    for name in ("tilematrixset", "tilematrixsetlimits", "tilesetmetadata"):
        assert f"http://www.opengis.net/spec/tms/2.0/conf/json-{name}" in found


def test_operations_end_as_the_standard_says(api: Any, layers: Layers) -> None:
    paths = api.json("/openapi")["paths"]
    for origin, kind in (("", "dataset"), ("/collections/school", "collection")):
        base = f"{origin}/tiles"
        for path, name in (
            (base, "getTileSetsList"),
            (f"{base}/{{tileMatrixSetId}}", "getTileSet"),
            (f"{base}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "getTile"),
        ):
            assert paths[path]["get"]["operationId"].endswith(f".{kind}.vector.{name}")
    for layer in layers:
        assert f"/collections/{layer.id}/tiles" in paths
    parameters = api.json("/openapi")["components"]["parameters"]
    assert parameters["tileMatrix"]["schema"] == {"type": "string"}
    assert parameters["tileRow"]["schema"] == {"type": "integer", "minimum": 0}
    assert parameters["tileCol"]["required"] is True
    collections = parameters["collections"]
    assert collections["schema"] == {"type": "array", "items": {"type": "string"}}
    assert (collections["style"], collections["explode"]) == ("form", False)
