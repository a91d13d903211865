"""Tiles in the OpenAPI definition; pure.

The ends of operation ids are those by which OGC API Tiles tells what a path is.
"""

from gis_server.answers.replies import MVT
from gis_server.ogc import openapi_parts as parts
from gis_server.ogc.documents import JSON
from gis_server.ogc.openapi_parts import Part
from gis_server.ogc.tiles.documents import TILEJSON
from layers.registry import Layers
from tiles import tile_matrix_sets

_SET = "/{tileMatrixSetId}"
_TILE = f"{_SET}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
_ADDRESS = ("tileMatrixSetId", "tileMatrix", "tileRow", "tileCol")
_CHOOSING = ("datetime", "subset", "filter", "filter-lang", "filter-crs")


def paths(layers: Layers, lang: str) -> dict[str, Part]:
    """Return the paths of tile matrix sets, tilesets and tiles."""
    what = {"vi": "Lưới ô", "en": "Tile matrix sets"}[lang]
    anything = {JSON: {"type": "object"}}
    one = parts.get("getTileMatrixSet", what, [parts.ref("tileMatrixSetId")], anything)
    found = {
        "/tileMatrixSets": {"get": parts.get("getTileMatrixSetsList", what, [], anything)},
        f"/tileMatrixSets{_SET}": {"get": one},
    }
    every = {"vi": "Tất cả các lớp", "en": "All collections"}[lang]
    found |= _of("/tiles", "all.dataset", every, ("collections", *_CHOOSING), [])
    for layer in layers:
        name, path = f"{layer.id}.collection", f"/collections/{layer.id}/tiles"
        found |= _of(path, name, layer.title[lang], _CHOOSING, [layer.id])
    return found


def _of(
    path: str, name: str, title: str, choosing: tuple[str, ...], tags: list[str]
) -> dict[str, Part]:
    """Return the paths of one origin.

    Args:
        path: of its tilesets.
        name: that operation ids begin with.
        title: for people.
        choosing: parameters that choose what is in a tile.
        tags: of its operations.
    """
    anything: Part = {"type": "object"}
    chosen = [parts.ref(each) for each in choosing]
    tileset = parts.get(
        f"{name}.vector.getTileSet",
        title,
        [parts.ref("tileMatrixSetId"), *chosen],
        {JSON: anything, TILEJSON: anything},
    )
    tileset["parameters"][0] = _media_format("json", "html", "tilejson")
    operations = {
        path: parts.get(f"{name}.vector.getTileSetsList", title, [], {JSON: anything}),
        path + _SET: tileset,
        path + _TILE: _tile(f"{name}.vector.getTile", title, chosen),
    }
    return {place: {"get": {**made, "tags": tags}} for place, made in operations.items()}


def _tile(name: str, title: str, chosen: list[Part]) -> Part:
    return {
        "operationId": name,
        "summary": title,
        "parameters": [*(parts.ref(each) for each in _ADDRESS), _media_format("mvt"), *chosen],
        "responses": {
            "200": parts.response("A tile", {MVT: {"type": "string", "format": "binary"}}),
            "204": {"description": "An empty tile"},
            "304": {"description": "The client has it"},
            **parts.refused(*parts.OF_READING),
        },
    }


def _media_format(*known: str) -> Part:
    return parts.query("f", {"type": "string", "enum": list(known)}, "Format of the answer")


def parameters(layers: Layers) -> dict[str, Part]:
    """Return the parameters of tiles that are referred to by name."""
    text, index = {"type": "string"}, {"type": "integer", "minimum": 0}
    sets = {**text, "enum": list(tile_matrix_sets.known(layers))}
    ids = {"type": "array", "items": text}
    found = [
        parts.path("tileMatrixSetId", sets, "Tile matrix set"),
        parts.path("tileMatrix", text, "Id of a matrix of the set: its scale"),
        parts.path("tileRow", index, "Row, from the north"),
        parts.path("tileCol", index, "Column, from the west"),
        parts.query("collections", ids, "Collections in the tile, in this order"),
        parts.query("subset", text, 'datetime("start":"end"), with * for an open end'),
    ]
    return {part["name"]: part for part in found}
