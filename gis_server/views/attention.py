"""The leader's panel: figures, and the places behind each."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from shapely.geometry import shape

from gis_server.answers import current, replies
from gis_server.answers.current import services
from gis_server.http import params
from gis_server.indicators import conditions
from gis_server.indicators.conditions import Item, Period
from layers.errors import Missing, Undeclared
from layers.model import Layer

MAX_AGE = 15
"""Seconds; an alarm may not wait longer in a browser's cache."""


class AttentionUnknown(Missing, Undeclared):
    """A layer declares nothing of what needs attention."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("attention", __name__, url_prefix="/attention")
    routes.get("")(figures)
    routes.get("/<layer_id>")(places)
    routes.before_request(_check_named)
    return routes


def _check_named() -> None:
    """Flask answers OPTIONS without the view, which is what knows that there is nothing."""
    names = request.view_args or {}
    if request.method == "OPTIONS" and "layer_id" in names:
        _declaring(names["layer_id"])


def figures() -> Response:
    """Answer with what needs attention in ``datetime``."""
    chosen = _period()
    with services().pool.connection() as conn:
        found = conditions.items(conn, current.layers(), chosen)
    body = {"datetime": _written(chosen), "items": [_item(item, chosen) for item in found]}
    return replies.document(body, max_age=MAX_AGE)


def places(layer_id: str) -> Response:
    """Answer with the places behind a figure, as GeoJSON."""
    layer, chosen = _declaring(layer_id), _period()
    with services().pool.connection() as conn:
        features = conditions.places(conn, layer, chosen)
    body: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    boxes = [shape(feature["geometry"]).bounds for feature in features]
    if boxes:
        west, south, east, north = zip(*boxes, strict=True)
        body["bbox"] = [min(west), min(south), max(east), max(north)]
    return replies.document(body, max_age=MAX_AGE, mimetype="application/geo+json")


def _declaring(layer_id: str) -> Layer:
    layer = current.layers().get(layer_id)
    if layer.attention is None:
        raise AttentionUnknown(f"Layer '{layer_id}' says nothing of what needs attention.")
    return layer


def _period() -> Period:
    text = request.args.get("datetime", "../..")
    return conditions.period(params.interval(text), datetime.now(UTC))


def _written(chosen: Period) -> str:
    return str(params.Interval(chosen.start, chosen.end))


def _item(item: Item, chosen: Period) -> dict[str, Any]:
    return {
        **asdict(item),
        "places": f"/attention/{item.layer}?datetime={_written(chosen)}",
    }
