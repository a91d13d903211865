"""A time against what is usual at its hours and weekdays: traffic that stands still, and more."""

from flask import Blueprint, Response, request

from gis_server.answers import current, event_filter, named, replies, usual
from gis_server.answers.replies import GEOJSON
from gis_server.answers.tile_metadata import about
from gis_server.http import etags, params
from gis_server.views.heatmap import MAX_AGE
from tiles import heatmap, tilejson
from tiles import usual as drawn


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("usual", __name__, url_prefix="/usual")
    routes.get("/<layer_id>.json")(describe)
    routes.get("/<layer_id>.geojson")(features)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    routes.before_request(named.check_counted)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with TileJSON; its tile addresses repeat the question."""
    layer = current.layers().get(layer_id)
    query = event_filter.written(event_filter.query(event_filter.parse_filter(layer)))
    return replies.document(tilejson.usual(layer, about(layer), query), max_age=MAX_AGE)


def features(layer_id: str) -> Response:
    """Answer with the cells in which anything was counted, and what is usual there."""
    layer = current.layers().get(layer_id)
    body = usual.answer(layer, request.args)
    return replies.document(body, max_age=MAX_AGE, mimetype=GEOJSON)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile; 204 when there is nothing to compare, 404 outside the grid."""
    layer = current.layers().get(layer_id)
    at = params.tile(z, x, y)
    wanted, version = event_filter.parse_filter(layer), event_filter.version(layer)
    resolution = min(heatmap.resolution(at.z), usual.FINEST)
    tag = etags.hexagons(version, current.audience(), "usual", layer.heatmap, wanted)
    return replies.hexagons(tag, lambda: drawn.tile(usual.compare(layer, wanted, resolution), at))
