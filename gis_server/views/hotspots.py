"""Hot spots: where events gather, since when, and where they are unusual; tiles and GeoJSON."""

from flask import Blueprint, Response, request

from gis_server.answers import current, event_filter, hotspots, named, replies
from gis_server.answers.replies import GEOJSON
from gis_server.answers.tile_metadata import about
from gis_server.http import etags, params
from gis_server.views.heatmap import MAX_AGE
from tiles import hotspots as drawn
from tiles import tilejson


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("hotspots", __name__, url_prefix="/hotspots")
    routes.get("/<layer_id>.json")(describe)
    routes.get("/<layer_id>.geojson")(features)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    routes.before_request(named.check_counted)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with TileJSON; its tile addresses repeat the question."""
    layer = current.layers().get(layer_id)
    query = event_filter.written(hotspots.query(hotspots.parse(layer, request.args)))
    return replies.document(tilejson.hotspots(layer, about(layer), query), max_age=MAX_AGE)


def features(layer_id: str) -> Response:
    """Answer with the cells of which there is something to say, and with how they were found."""
    layer = current.layers().get(layer_id)
    body = hotspots.answer(layer, request.args)
    return replies.document(body, max_age=MAX_AGE, mimetype=GEOJSON)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile; 204 when there is nothing to say, 404 outside the grid."""
    layer = current.layers().get(layer_id)
    at = params.tile(z, x, y)
    question = hotspots.parse(layer, request.args)
    version, areas = event_filter.version(layer), hotspots.area_versions()
    tag = etags.hexagons(version, question.audience, "hotspots", layer.heatmap, question, areas)
    return replies.hexagons(tag, lambda: drawn.tile(hotspots.find(layer, question), at))
