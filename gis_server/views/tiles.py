"""Vector tiles of layers and their TileJSON."""

from flask import Blueprint, Response

from gis_server import params
from gis_server.state import about, gis
from gis_server.views import answers
from tiles import mvt, tilejson

MAX_AGE = 60
"""Seconds that a browser may keep a tile without asking."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("tiles", __name__, url_prefix="/tiles")
    routes.get("/<layer_id>.json")(describe)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the layer's TileJSON."""
    layer = gis().layers.get(layer_id)
    return answers.document(tilejson.vector(layer, about(layer)), max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a vector tile; 204 when it is empty, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    with gis().pool.connection() as conn:
        body = mvt.tile(conn, layer, at)
    return answers.tile(body, max_age=MAX_AGE)
