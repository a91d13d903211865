"""The list of layers for the map: what they are, how they look, how fresh they are."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response

from gis_server.answers import current, replies
from gis_server.answers.current import services
from gis_server.catalogue import summaries as catalogue
from gis_server.catalogue.summaries import LayerState, Summary
from layers.model import Field, Layer
from styles import legend
from tiles import tilejson

TITLE = {"vi": "Trung tâm điều hành không gian tỉnh", "en": "Provincial spatial operations centre"}

MAX_AGE = 15
"""Seconds; the badge of freshness depends on it."""


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("catalogue", __name__)
    routes.get("/catalogue.json")(show)
    return routes


def show() -> Response:
    """Answer with groups of layers and the state of their data."""
    layers, now = current.layers(), datetime.now(UTC)
    with services().pool.connection() as conn:
        states = catalogue.states(conn)
        summaries = {
            layer.id: services().summaries.get(conn, layer, states.get(layer.id, LayerState()))
            for layer in layers
        }
    groups = [
        {
            "id": group,
            "title": title,
            "layers": [
                _layer(layer, states.get(layer.id, LayerState()), summaries[layer.id], now)
                for layer in layers
                if layer.group == group
            ],
        }
        for group, title in layers.groups.items()
    ]
    body = {
        "title": TITLE,
        "declared": layers.digest,
        "demo": any(state.is_demo for state in states.values()),
        "bounds": list(catalogue.home(layers, summaries)),
        "groups": [group for group in groups if group["layers"]],
    }
    return replies.document(body, max_age=MAX_AGE)


def _layer(layer: Layer, state: LayerState, summary: Summary, now: datetime) -> dict[str, Any]:
    return {
        "id": layer.id,
        "title": layer.title,
        "description": layer.description,
        "owner": layer.owner,
        "licence": layer.licence,
        "lifecycle": layer.lifecycle.value,
        "freshness_s": layer.freshness.total_seconds() if layer.freshness else None,
        "loaded_at": state.loaded_at.isoformat() if state.loaded_at else None,
        "changed_at": state.changed_at.isoformat() if state.changed_at else None,
        "stale": state.is_stale(layer, now),
        "demo": state.is_demo,
        "rows": summary.rows,
        "bounds": list(summary.bounds) if summary.bounds else None,
        "time": layer.time,
        "time_range": [instant.isoformat() for instant in summary.times] if summary.times else None,
        "key": layer.key,
        "label": layer.label,
        "geometry": layer.geometry.type,
        "fields": [_field(field) for field in layer.visible_to(current.audience()).values()],
        "legend": legend.legend(layer, "light"),
        "heatmap": _heatmap(layer),
        "always_visible": layer.always_visible,
        "visible": layer.visible,
        "minzoom": layer.tiles.minzoom,
    }


def _field(field: Field) -> dict[str, Any]:
    codes: Mapping[str, Any] | None = None
    if field.codes:
        codes = {c.code: {**c.title, "color": c.color} for c in field.codes.codes.values()}
    return {
        "name": field.name,
        "title": field.title,
        "type": field.type.value,
        "unit": field.unit,
        "codes": codes,
    }


def _heatmap(layer: Layer) -> dict[str, Any] | None:
    if layer.heatmap is None:
        return None
    return {
        "category": layer.heatmap.category,
        "value": tilejson.value_of(layer),
        "tilejson": f"/heatmap/{layer.id}.json",
        "hotspots": f"/hotspots/{layer.id}.json",
        "usual": f"/usual/{layer.id}.json",
    }
