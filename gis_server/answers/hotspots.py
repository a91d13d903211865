"""Hot-spot analysis of a layer's events, and its GeoJSON: for the map and for OGC API Processes."""

from collections.abc import Mapping
from typing import Any

from cells.analysis import COARSEST, FINEST, Hotspots
from gis_server.answers import current, event_filter
from gis_server.answers.current import services
from gis_server.events.analysis_cache import AnalysisQuestion, Areas, study_area
from gis_server.http import params
from layers import units
from layers.model import Layer
from tiles import hotspots

SLICES, FEWEST, MOST = "12", 3, 60
"""Slices of the time without the parameter, and how many there may be."""

_KNOWN = event_filter.KNOWN | {"slices", "resolution"}


def parse(layer: Layer, args: Mapping[str, str]) -> AnalysisQuestion:
    """Read what is analysed, and how.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
    """
    audience, wanted = current.audience(), event_filter.read(layer, args, _KNOWN)
    slices = params.only("slices", args.get("slices", SLICES), low=FEWEST, high=MOST)
    fineness = args.get("resolution")
    if fineness is None:
        return AnalysisQuestion(audience, wanted, slices, None)
    resolution = params.only("resolution", fineness, low=COARSEST, high=FINEST)
    return AnalysisQuestion(audience, wanted, slices, resolution)


def query(question: AnalysisQuestion) -> dict[str, str]:
    """Return a question as parameters, one spelling for one meaning."""
    pairs = {**event_filter.query(question.wanted), "slices": str(question.slices)}
    if question.resolution is None:
        return pairs
    return {**pairs, "resolution": str(question.resolution)}


def answer(layer: Layer, args: Mapping[str, str]) -> dict[str, Any]:
    """Return what a question is answered with, as a GeoJSON FeatureCollection.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
        Busy: the events are being counted.
        TooFewEvents: there is nothing to analyse.
    """
    return collection(find(layer, parse(layer, args)))


def find(layer: Layer, question: AnalysisQuestion) -> Hotspots:
    """Return an analysis of a layer's events.

    Raises:
        Busy: they are being counted.
        TooFewEvents: there is nothing to analyse.
    """
    view = event_filter.view(layer, event_filter.version(layer), question.audience)
    return services().analyses.hotspots(view, question, area_versions(), _area)


def area_versions() -> Areas:
    """Return the versions of the layers of study areas, which an analysis depends on, too."""
    return tuple(services().changes.versions.layer(name) for name in units.LAYERS)


def _area() -> list[bytes]:
    with services().pool.connection() as conn:
        return study_area(conn, current.layers())


def collection(found: Hotspots) -> dict[str, Any]:
    """Return an analysis as a GeoJSON FeatureCollection."""
    return {
        "type": "FeatureCollection",
        "resolution": found.resolution,
        "slices": [edge.isoformat().replace("+00:00", "Z") for edge in found.edges],
        "cells": len(found.cells),
        "sparse": found.is_sparse,
        "features": list(hotspots.features(found)),
    }
