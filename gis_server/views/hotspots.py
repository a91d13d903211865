"""Hot spots: where events gather, since when, and where they are unusual; tiles and GeoJSON."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from cells.analysis import COARSEST, FINEST, Findings
from gis_server import event_request, params
from gis_server.findings import AREAS, Areas, Asked, study_area
from gis_server.state import about, gis
from gis_server.views import answers
from gis_server.views.heatmap import MAX_AGE, tag
from layers.model import Layer
from tiles import hotspots, tilejson

SLICES, FEWEST, MOST = "12", 3, 60
"""Slices of the time without the parameter, and how many there may be."""

GEOJSON = "application/geo+json"

_KNOWN = event_request.KNOWN | {"slices", "resolution"}


def blueprint() -> Blueprint:
    """Return the routes."""
    routes = Blueprint("hotspots", __name__, url_prefix="/hotspots")
    routes.get("/<layer_id>.json")(describe)
    routes.get("/<layer_id>.geojson")(features)
    routes.get(f"/<layer_id>/{params.TILE}.mvt")(tile)
    return routes


def describe(layer_id: str) -> Response:
    """Answer with TileJSON; its tile addresses repeat the question."""
    layer = gis().layers.get(layer_id)
    query = event_request.written(_query(_asked(layer, request.args)))
    return answers.document(tilejson.hotspots(layer, about(layer), query), max_age=MAX_AGE)


def features(layer_id: str) -> Response:
    """Answer with the cells of which there is something to say, and with how they were found."""
    layer = gis().layers.get(layer_id)
    return answers.document(answer(layer, request.args), max_age=MAX_AGE, mimetype=GEOJSON)


def tile(layer_id: str, z: int, x: int, y: int) -> Response:
    """Answer with a tile; 204 when there is nothing to say, 404 outside the grid."""
    layer = gis().layers.get(layer_id)
    at = params.tile(z, x, y)
    asked, version = _asked(layer, request.args), event_request.version(layer)
    named = tag(version, "hotspots", layer.heatmap, asked, _versions())
    return answers.hexagons(named, lambda: hotspots.tile(find(layer, asked), at))


def answer(layer: Layer, args: Mapping[str, str]) -> dict[str, Any]:
    """Return what a question is answered with, as a GeoJSON FeatureCollection.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
        Busy: the events are being counted.
        TooFewEvents: there is nothing to analyse.
    """
    return collection(find(layer, _asked(layer, args)))


def find(layer: Layer, asked: Asked) -> Findings:
    """Return an analysis of a layer's events.

    Raises:
        Busy: they are being counted.
        TooFewEvents: there is nothing to analyse.
    """
    view = event_request.view(layer, event_request.version(layer))
    return gis().analyses.of(view, asked, _versions(), _area)


def _versions() -> Areas:
    return tuple(gis().freshness.versions.layer(name) for name in AREAS)


def _area() -> list[bytes]:
    with gis().pool.connection() as conn:
        return study_area(conn, gis().layers)


def collection(found: Findings) -> dict[str, Any]:
    """Return an analysis as a GeoJSON FeatureCollection."""
    return {
        "type": "FeatureCollection",
        "resolution": found.resolution,
        "slices": [edge.isoformat().replace("+00:00", "Z") for edge in found.edges],
        "cells": len(found.cells),
        "sparse": found.is_sparse,
        "features": list(hotspots.features(found)),
    }


def _asked(layer: Layer, args: Mapping[str, str]) -> Asked:
    wanted = event_request.read(layer, args, _KNOWN)
    slices = params.only("slices", args.get("slices", SLICES), low=FEWEST, high=MOST)
    fineness = args.get("resolution")
    if fineness is None:
        return Asked(wanted, slices, None)
    return Asked(wanted, slices, params.only("resolution", fineness, low=COARSEST, high=FINEST))


def _query(asked: Asked) -> dict[str, str]:
    pairs = {**event_request.query(asked.wanted), "slices": str(asked.slices)}
    return pairs if asked.resolution is None else {**pairs, "resolution": str(asked.resolution)}
