"""OPTIONS of an address that names what there is not: 404. Flask answers it without the view."""

from flask import request

from gis_server.answers import current
from gis_server.http import params
from layers.model import Layer
from tiles import heatmap


def check() -> None:
    """Check the layer and the tile that an address names.

    Raises:
        LayerUnknown: there is no such layer.
        TileOutOfRange: there is no such tile.
    """
    _layer()


def check_counted() -> None:
    """Check the same, and that events of the layer are counted by cell.

    Raises:
        LayerUnknown: there is no such layer.
        NotAggregated: its features are not counted.
        TileOutOfRange: there is no such tile.
    """
    layer = _layer()
    if layer is not None:
        heatmap.checked(layer, (), current.layers().heatmaps)


def _layer() -> Layer | None:
    names = request.view_args or {}
    if request.method != "OPTIONS" or "layer_id" not in names:
        return None
    if "z" in names:
        params.tile(names["z"], names["x"], names["y"])
    return current.layers().get(names["layer_id"])
