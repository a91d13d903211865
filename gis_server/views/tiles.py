"""Vector tiles of layers and their TileJSON."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.exceptions import UnsupportedMediaType

from gis_server.access import bearer
from gis_server.answers import current, named, replies
from gis_server.answers.current import services
from gis_server.answers.tile_metadata import about
from gis_server.features import pages, tile_filter
from gis_server.features.tile_filter import TileFilter
from gis_server.http import json_body, params
from layers.geo import TileId
from layers.model import Layer
from tiles import purge, tilejson
from tiles.store import StoredTile

MAX_AGE = 60
"""Seconds that a browser may keep a description without asking."""

MOST_BYTES = 2_000_000
"""Longest list of tiles to draw anew that is taken."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("tiles", __name__, url_prefix="/tiles")
    routes.get("/<layer_id>.json")(describe)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    routes.post("/purge")(anew)
    routes.before_request(named.check)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the layer's TileJSON; its tile addresses repeat the filter."""
    layer = current.layers().get(layer_id)
    tile_filter.parse(layer, request.args, current.audience())
    kept = {name: request.args[name] for name in tile_filter.NAMES if name in request.args}
    document = tilejson.vector(layer, about(layer), urlencode(kept))
    return replies.document(document, max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a vector tile; 204 when it is empty, 404 outside the grid."""
    layer = current.layers().get(layer_id)
    at = params.tile(z, x, y)
    services().changes.ensure()
    choice = tile_filter.parse(layer, request.args, current.audience()) if request.args else None
    try:
        return replies.tile(_found(layer, at, choice))
    except FileNotFoundError:
        # Something changed between the look at the file and the reading.
        return replies.tile(_found(layer, at, choice))


def _found(layer: Layer, at: TileId, choice: TileFilter | None) -> StoredTile | None:
    if choice is None:
        return services().tiles.tile(layer, current.audience(), at)
    audience = current.audience()
    with pages.refusing():
        return services().tiles.chosen(layer, audience, at, choice.key, choice.wanted)


def anew() -> Response:
    """Have tiles drawn anew; answer with what was taken.

    The body is JSON: ``layers`` (none means all), ``bbox`` [west, south, east, north] in degrees,
    ``tiles`` ["z/x/y"]; without the last two it is everything of the layers.
    """
    bearer.check(request.headers.get("Authorization", ""), services().settings.admin_token)
    if not request.is_json:
        raise UnsupportedMediaType("Tiles to draw anew are named in JSON: application/json.")
    request.max_content_length = MOST_BYTES
    asked = params.purge(json_body.document(request.get_data()))
    layers = [current.layers().get(layer_id) for layer_id in asked.layers] or list(current.layers())
    with services().pool.connection() as conn:
        for layer in layers:
            purge.purge(conn, layer.id, asked.cells)
    places = None if asked.cells is None else len(asked.cells)
    return replies.uncached({"layers": [layer.id for layer in layers], "places": places})
