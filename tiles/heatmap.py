"""Events as H3 hexagons: counted in PostGIS by the stored cell, drawn into a vector tile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg import sql as compose

import sql
from layers.geo import BBox, TileId
from layers.model import Heatmap, Layer
from tiles import hexagons
from tiles.errors import CategoryUnknown, NotAggregated
from tiles.hexagons import Hexagon
from tiles.tilejson import MVT_LAYER

_RESOLUTION_BY_ZOOM = (1, 2, 2, 3, 4, 4, 5, 6, 7, 7, 8, 8, 9)
"""H3 resolution at zoom 0, 1, 2 ...; deeper zooms have the stored resolution 10.

A hexagon is 8 to 28 pixels wide at every zoom: smaller ones would fall into one point.
"""

_FINEST = 10

_EDGE_DEGREES = {
    1: 6,
    2: 2.2,
    3: 0.85,
    4: 0.32,
    5: 0.12,
    6: 0.045,
    7: 0.017,
    8: 0.0065,
    9: 0.0025,
    10: 0.00095,
}
"""Longest edge of a cell anywhere, in degrees of latitude, rounded up, by resolution."""

_MARGIN_EDGES = 3
"""Edges between a tile and the farthest event of a cell that touches it: two to the far corner,
and less than one more by which small cells lie outside their parent."""


class Filter(NamedTuple):
    """Which events count: a closed interval (None is open) and categories (none is all)."""

    start: datetime | None = None
    end: datetime | None = None
    categories: tuple[str, ...] = ()


def resolution(zoom: int) -> int:
    """Return the H3 resolution that is drawn at a zoom."""
    return _RESOLUTION_BY_ZOOM[zoom] if zoom < len(_RESOLUTION_BY_ZOOM) else _FINEST


def checked(layer: Layer, categories: Sequence[str], known: Sequence[Layer]) -> None:
    """Refuse what a layer cannot be asked.

    Raises:
        NotAggregated: the layer has no heatmap.
        CategoryUnknown: a category is not in its code list.
    """
    if layer.heatmap is None:
        raise NotAggregated(layer.id, tuple(other.id for other in known))
    field = layer.fields[layer.heatmap.category] if layer.heatmap.category else None
    codes = tuple(field.codes.codes) if field and field.codes else ()
    unknown = tuple(name for name in categories if name not in codes)
    if unknown and not (field and (field.codes is None or field.codes.is_open)):
        raise CategoryUnknown(layer.id, unknown, codes)


def tile(conn: psycopg.Connection[Any], layer: Layer, at: TileId, wanted: Filter) -> bytes:
    """Return a vector tile of hexagons; empty bytes when no event is there."""
    found = count(conn, layer, at, wanted)
    shapes = _shapes.of(at, [hexagon.cell for hexagon in found])
    seen = [(hexagon, shape) for hexagon, shape in zip(found, shapes, strict=True) if shape]
    return hexagons.encode(MVT_LAYER, *zip(*seen, strict=True)) if seen else b""


_shapes = hexagons.Shapes()


def count(conn: psycopg.Connection[Any], layer: Layer, at: TileId, wanted: Filter) -> list[Hexagon]:
    """Count events of the cells around a tile; every cell that touches the tile is complete."""
    res = resolution(at.z)
    values = {
        "resolution": res,
        **_around(at.bbox(), res)._asdict(),
        "start": wanted.start,
        "end": wanted.end,
        "categories": list(wanted.categories),
    }
    rows = conn.execute(_statement(layer, wanted), values)
    return [Hexagon(*row) for row in rows]


def _aggregation(layer: Layer) -> Heatmap:
    if layer.heatmap is None:
        raise NotAggregated(layer.id, ())
    return layer.heatmap


def _statement(layer: Layer, wanted: Filter) -> compose.Composed:
    heatmap = _aggregation(layer)
    filters = []
    time = compose.Identifier(layer.time or layer.key)
    if wanted.start:
        filters.append(compose.SQL("AND {} >= %(start)s").format(time))
    if wanted.end:
        filters.append(compose.SQL("AND {} <= %(end)s").format(time))
    if wanted.categories and heatmap.category:
        named = compose.Identifier(heatmap.category)
        filters.append(compose.SQL("AND {} = ANY(%(categories)s)").format(named))
    value: compose.Composable = compose.SQL("NULL::double precision")
    if heatmap.weight:
        function = {"sum": compose.SQL("sum"), "mean": compose.SQL("avg")}[heatmap.aggregate]
        value = compose.SQL("{}({})::double precision").format(
            function, compose.Identifier(heatmap.weight)
        )
    return sql.query("heatmap").format(
        table=compose.Identifier("layer", layer.id),
        value=value,
        filters=compose.SQL(" ").join(filters),
    )


def _around(box: BBox, res: int) -> BBox:
    """Widen a tile so far that the events of every cell that touches it are inside."""
    margin = _EDGE_DEGREES[res] * _MARGIN_EDGES
    north, south = min(box.north + margin, 90.0), max(box.south - margin, -90.0)
    # Degrees of longitude shrink towards the poles; a tile never reaches them (85 degrees).
    wide = margin / max(np.cos(np.radians(max(abs(north), abs(south)))), 0.01)
    return BBox(max(box.west - wide, -180.0), south, min(box.east + wide, 180.0), north)
