"""A time against what is usual at its hours and weekdays: traffic that stands still, and more."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from cells import usual
from cells.question import Filter
from cells.usual import Comparison
from gis_server import event_request, params
from gis_server.state import about, gis
from gis_server.views import answers
from gis_server.views.heatmap import MAX_AGE, tag
from gis_server.views.hotspots import GEOJSON
from layers.model import Layer
from tiles import heatmap, tilejson
from tiles import usual as drawn

COARSEST, FINEST = 1, 9
"""Resolutions of a comparison; from zoom 12 on the finest is drawn."""

_LISTED = event_request.KNOWN | {"resolution"}


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("usual", __name__, url_prefix="/usual")
    routes.get("/<layer_id>.json")(describe)
    routes.get("/<layer_id>.geojson")(features)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with TileJSON; its tile addresses repeat the question."""
    layer = gis().layers.get(layer_id)
    query = event_request.written(event_request.query(event_request.wanted(layer)))
    return answers.document(tilejson.usual(layer, about(layer), query), max_age=MAX_AGE)


def features(layer_id: str) -> Response:
    """Answer with the cells in which anything was counted, and what is usual there."""
    layer = gis().layers.get(layer_id)
    return answers.document(answer(layer, request.args), max_age=MAX_AGE, mimetype=GEOJSON)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile; 204 when there is nothing to compare, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    asked, version = event_request.wanted(layer), event_request.version(layer)
    resolution = min(heatmap.resolution(at.z), FINEST)
    named = tag(version, "usual", layer.heatmap, asked)
    return answers.hexagons(named, lambda: drawn.tile(_compare(layer, asked, resolution), at))


def answer(layer: Layer, args: Mapping[str, str]) -> dict[str, Any]:
    """Return what a question is answered with, as a GeoJSON FeatureCollection.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
        Busy: the events are being counted.
        NoTime: there is no start, or no end.
    """
    asked = event_request.read(layer, args, _LISTED)
    fineness = args.get("resolution", str(FINEST))
    resolution = params.only("resolution", fineness, low=COARSEST, high=FINEST)
    return {
        "type": "FeatureCollection",
        "resolution": resolution,
        "features": list(drawn.features(_compare(layer, asked, resolution))),
    }


def _compare(layer: Layer, asked: Filter, resolution: int) -> Comparison:
    view = event_request.view(layer, event_request.version(layer))
    is_low = layer.heatmap is not None and layer.heatmap.worse == "low"
    return usual.compare(view, asked, resolution, is_low_worse=is_low)
