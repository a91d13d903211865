"""H3 heatmaps: tiles of hexagons and their TileJSON, by time and category."""

import hashlib

from flask import Blueprint, Response

from gis_server import event_request, params
from gis_server.state import about, gis
from gis_server.views import answers
from tiles import heatmap, tilejson

MAX_AGE = 30
"""Seconds that a browser may keep a description without asking."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("heatmap", __name__, url_prefix="/heatmap")
    routes.get("/<layer_id>.json")(describe)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the heatmap's TileJSON; its tile addresses repeat the filter."""
    layer = gis().layers.get(layer_id)
    query = event_request.written(event_request.query(event_request.wanted(layer)))
    return answers.document(tilejson.heatmap(layer, about(layer), query), max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile of hexagons; 204 when no event is there, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    wanted = event_request.wanted(layer)
    version = event_request.version(layer)
    view = gis().events.view(layer, version)

    def draw() -> bytes:
        if view:
            return heatmap.tile(view, at, wanted)
        with gis().pool.connection() as conn:
            return heatmap.tile_of_rows(conn, layer, at, wanted)

    return answers.hexagons(tag(version, layer.heatmap, wanted), draw)


def tag(version: int, *shown: object) -> str:
    """Return what tells a version of the data and what is shown of it from any other."""
    digest = hashlib.blake2b(repr(shown).encode(), digest_size=8).hexdigest()
    return f"{version:x}-{digest}"
