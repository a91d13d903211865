"""Vector tiles of layers and their TileJSON."""

from flask import Blueprint, Response

from gis_server import params
from gis_server.language import language
from gis_server.state import base_url, gis, present
from gis_server.views import answers
from tiles import mvt, tilejson

MAX_AGE = 60
"""Seconds that a browser may keep a tile without asking."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("tiles", __name__, url_prefix="/tiles")
    routes.get("/<layer_id>.json")(describe)
    # Signed numbers, so that a negative address is told what is wrong with it.
    routes.get("/<layer_id>/<int(signed=True):z>/<int(signed=True):x>/<int(signed=True):y>.mvt")(
        tile
    )
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the layer's TileJSON."""
    layer = gis().layers.get(layer_id)
    state, box = present(layer)
    about = tilejson.About(base_url(), language(), box, is_demo=state.is_demo)
    return answers.document(tilejson.vector(layer, about), max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a vector tile; 204 when it is empty, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    with gis().pool.connection() as conn:
        body = mvt.tile(conn, layer, at)
    return answers.tile(body, max_age=MAX_AGE)
