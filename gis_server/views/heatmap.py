"""H3 heatmaps: tiles of hexagons and their TileJSON, by time and category."""

import hashlib
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from cells.question import Filter
from gis_server import params
from gis_server.state import about, gis
from gis_server.views import answers
from layers.model import Layer
from tiles import heatmap, tilejson

MAX_AGE = 30
"""Seconds that a browser may keep a description without asking."""

_KNOWN = {"datetime", "category", "hour", "weekday", "lang"}


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("heatmap", __name__, url_prefix="/heatmap")
    routes.get("/<layer_id>.json")(describe)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with the heatmap's TileJSON; its tile addresses repeat the filter."""
    layer = gis().layers.get(layer_id)
    wanted = _filter(layer)
    return answers.document(tilejson.heatmap(layer, about(layer), _query(wanted)), max_age=MAX_AGE)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile of hexagons; 204 when no event is there, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    wanted = _filter(layer)
    gis().freshness.ensure()
    # Hexagons count events beyond the margin of tiles, so the version is that of the layer.
    version = gis().freshness.versions.layer(layer.id)
    view = gis().events.view(layer, version)
    shown = repr((layer.heatmap, wanted))
    digest = hashlib.blake2b(shown.encode(), digest_size=8).hexdigest()

    def draw() -> bytes:
        if view:
            return heatmap.tile(view, at, wanted)
        with gis().pool.connection() as conn:
            return heatmap.tile_of_rows(conn, layer, at, wanted)

    return answers.hexagons(f"{version:x}-{digest}", draw)


def _filter(layer: Layer) -> Filter:
    unknown = sorted(set(request.args) - _KNOWN)
    if unknown:
        raise params.ParameterInvalid(
            unknown[0], f"not known here; known: {', '.join(sorted(_KNOWN))}"
        )
    start, end = (
        params.interval(request.args["datetime"]) if "datetime" in request.args else (None, None)
    )
    categories = params.names(request.args.get("category", ""))
    heatmap.checked(layer, categories, gis().layers.heatmaps)
    hours = params.numbers(request.args.get("hour", ""), "hour", low=0, high=23)
    weekdays = params.numbers(request.args.get("weekday", ""), "weekday", low=1, high=7)
    return Filter(start, end, categories, hours, weekdays)


def _query(wanted: Filter) -> str:
    """Write a filter as a query string, one spelling for one meaning."""
    pairs = {}
    if wanted.start or wanted.end:
        pairs["datetime"] = str(params.Interval(wanted.start, wanted.end))
    if wanted.categories:
        pairs["category"] = ",".join(wanted.categories)
    for name, numbers in (("hour", wanted.hours), ("weekday", wanted.weekdays)):
        if numbers:
            pairs[name] = ",".join(map(str, numbers))
    return urlencode(pairs, safe=":/,")
