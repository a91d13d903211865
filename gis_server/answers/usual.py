"""A time against what is usual, and its GeoJSON: for the map and for OGC API Processes."""

from collections.abc import Mapping
from typing import Any

from cells import usual
from cells.question import Filter
from cells.usual import Comparison
from gis_server.answers import current, event_filter
from gis_server.http import params
from layers.model import Layer
from tiles import usual as drawn

COARSEST, FINEST = 1, 9
"""Resolutions of a comparison; from zoom 12 on the finest is drawn."""

_LISTED = event_filter.KNOWN | {"resolution"}


def answer(layer: Layer, args: Mapping[str, str]) -> dict[str, Any]:
    """Return what a question is answered with, as a GeoJSON FeatureCollection.

    Raises:
        ParameterInvalid: a parameter that is not known, or cannot be read.
        NotAggregated: the layer's events are not counted by cell.
        CategoryUnknown: a category is not in its code list.
        Busy: the events are being counted.
        NoTime: there is no start, or no end.
    """
    wanted = event_filter.read(layer, args, _LISTED)
    fineness = args.get("resolution", str(FINEST))
    resolution = params.only("resolution", fineness, low=COARSEST, high=FINEST)
    return {
        "type": "FeatureCollection",
        "resolution": resolution,
        "features": list(drawn.features(compare(layer, wanted, resolution))),
    }


def compare(layer: Layer, wanted: Filter, resolution: int) -> Comparison:
    """Compare a time of a layer's events with what is usual.

    Raises:
        Busy: the events are being counted.
        NoTime: there is no start, or no end.
    """
    view = event_filter.view(layer, event_filter.version(layer), current.audience())
    is_low = layer.heatmap is not None and layer.heatmap.worse == "low"
    return usual.compare(view, wanted, resolution, is_low_worse=is_low)
