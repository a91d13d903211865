"""Vector tiles of a layer, encoded by PostGIS from shapes in global tile pixels."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import mapbox_vector_tile

from layers import pixels
from layers.geo import MAX_ZOOM, TileId
from layers.model import Layer
from layers.pixels import EXTENT
from sql.connection import Connection
from tiles import statements
from tiles.statements import ALL, PIXELS, Frame, RowFilter

MOST_BYTES, MOST_POINTS = 500_000, 200_000
"""What a tile may hold before it is compressed."""

_NOTE = 200
"""Bytes of the layer that says what was left out."""

_SURE = 2 * MOST_POINTS
"""Bytes below which a tile cannot have too many corners: each takes two bytes at least."""

_REACH = 1024
"""Units around a tile up to which a shape is left whole: cutting costs more than it saves."""

_CROWDED = 13
"""Deepest zoom at which lines and areas are drawn within the budget at once: above, a tile that has
too many was better not drawn whole first."""

_TRIES = 6
"""Times that a crowded tile is drawn at most before it fits."""

_GUESS = 0.8
"""Bytes of a tile by what they were reckoned at, before any was drawn."""

_CORNER, _ALONE = 2.4, 0.75
"""Bytes of a corner, about, and the part of a tile's corners that one feature may have."""

_bytes_by_cost: dict[tuple[str, int], float] = {}
"""The same as it came out last, by layer and zoom: neighbours are alike."""


class View(NamedTuple):
    """What of a layer a tile shows: its frame, the zoom of its scale, a choice of rows.

    ``values`` are those of all placeholders of statements.
    """

    zoom: int
    frame: Frame
    wanted: RowFilter
    values: Mapping[str, Any]


class RenderedTile(NamedTuple):
    """A tile layer, the number of features in it, and of those that could be in it.

    ``is_reduced`` tells that a feature was drawn with fewer corners than it has.
    """

    body: bytes
    shown: int
    total: int
    is_reduced: bool = False


def tile(conn: Connection, layer: Layer, at: TileId, wanted: RowFilter = ALL) -> bytes:
    """Return one tile, never above the budget; empty bytes when nothing is there.

    A tile that leaves features out has a layer ``<id>_left_out`` with one point that says so:
    ``shown`` and ``total`` where the budget chose by rank, ``thinned`` where features are smaller
    than a screen pixel and some stand for all, or where one is drawn without its smallest parts.

    Args:
        conn: to a database with the layer's table.
        layer: what the tile shows; only fields that its declaration lists are in it.
        at: an address that exists; above the layer's first zoom nothing is there.
        wanted: a choice of rows.
    """
    return draw(conn, layer, View(at.z, PIXELS, wanted, _values(layer, at, wanted)))


def draw(conn: Connection, layer: Layer, view: View) -> bytes:
    """Draw a tile of any frame; empty bytes when nothing is there."""
    if view.zoom < layer.tiles.minzoom:
        return b""
    if _is_gathered(layer, view.zoom):
        return _run(conn, statements.points(layer, view.wanted, view.frame), view.values)
    crowded = layer.geometry.dimension > 0 and view.zoom <= _CROWDED
    names = _labels(conn, layer, view)
    room = MOST_BYTES - len(names) - _NOTE
    body, facts = (_budgeted if crowded else _whole)(conn, layer, view, room)
    if body and pixels.band(layer, view.zoom) is not None and _is_thinned(conn, layer, view):
        facts["thinned"] = True
    return body + names + _left_out(layer, facts)


def _is_gathered(layer: Layer, zoom: int) -> bool:
    """Tell whether one point stands for others; never for what has to be on every map."""
    above = zoom < layer.tiles.maxzoom
    return layer.geometry.dimension == 0 and above and not layer.always_visible


def _whole(conn: Connection, layer: Layer, view: View, room: int) -> tuple[bytes, dict[str, Any]]:
    """Draw everything; if that is too much, what the budget allows."""
    body = _run(conn, statements.shapes(layer, view.zoom, view.wanted, view.frame), view.values)
    if len(body) <= min(_SURE, room):
        return body, {}
    counted = statements.corners(layer, view.zoom, view.wanted)
    row = conn.execute(counted, view.values).fetchone()
    if len(body) <= room and row and row[0] <= MOST_POINTS:
        return body, {}
    return _budgeted(conn, layer, view, room)


def _budgeted(
    conn: Connection, layer: Layer, view: View, room: int
) -> tuple[bytes, dict[str, Any]]:
    """Draw the best by rank, as many as fit; the guess is put right by what came out."""
    best, reckoned = RenderedTile(b"", 0, 0), _bytes_by_cost.get((layer.id, view.zoom), _GUESS)
    for _ in range(_TRIES):
        cost = 0.93 * room / reckoned
        drawn = _draw(conn, layer, view, cost)
        size = len(drawn.body)
        if size <= room and drawn.shown >= best.shown:
            best = drawn
        is_full = size > 0.75 * room or drawn.shown == layer.tiles.limit
        if size <= room and (is_full or drawn.shown == drawn.total):
            break
        reckoned = _bytes_by_cost[layer.id, view.zoom] = max(size, 1) / cost
    facts: dict[str, Any] = {}
    if best.shown < drawn.total:
        facts |= {"shown": best.shown, "total": drawn.total}
    if best.is_reduced:
        facts["thinned"] = True
    return best.body, facts


def _draw(conn: Connection, layer: Layer, view: View, cost: float) -> RenderedTile:
    budget = {
        "cost": cost,
        "points": MOST_POINTS,
        "alone": int(min(MOST_POINTS, cost / _CORNER) * _ALONE),
        "limit": layer.tiles.limit,
        "header": 12.0 + 8 * len(statements.names(layer)),
    }
    statement = statements.budget(layer, view.zoom, view.wanted, view.frame)
    row = conn.execute(statement, {**view.values, **budget}, binary=True).fetchone()
    return RenderedTile(bytes(row[0] or b""), *row[1:]) if row else RenderedTile(b"", 0, 0)


def _is_thinned(conn: Connection, layer: Layer, view: View) -> bool:
    row = conn.execute(statements.thinned(layer, view.wanted), view.values).fetchone()
    return bool(row and row[0])


def _labels(conn: Connection, layer: Layer, view: View) -> bytes:
    """Draw a layer of label points, which takes half of a tile at most.

    Layers of a tile may simply stand one after the other.
    """
    if layer.tiles.labels is None or view.zoom < layer.tiles.labels:
        return b""
    statement = statements.labels(layer, view.zoom, view.wanted, view.frame)
    most, body = layer.tiles.limit, b""
    for _ in range(_TRIES):
        values = {**view.values, "name": layer.label_layer, "most": most}
        row = conn.execute(statement, values, binary=True).fetchone()
        body, shown = (bytes(row[0] or b""), row[1]) if row else (b"", 0)
        if len(body) <= MOST_BYTES // 2:
            return body
        most = int(shown * 0.9 * (MOST_BYTES // 2) / len(body))
    return b""


def _run(conn: Connection, statement: bytes, values: Mapping[str, Any]) -> bytes:
    row = conn.execute(statement, values, binary=True).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _left_out(layer: Layer, facts: Mapping[str, Any]) -> bytes:
    if not facts:
        return b""
    feature = {"geometry": f"POINT({EXTENT // 2} {EXTENT // 2})", "properties": dict(facts)}
    made: bytes = mapbox_vector_tile.encode(
        [{"name": f"{layer.id}_left_out", "features": [feature]}],
        default_options={"extents": EXTENT, "y_coord_down": True},
    )
    return made


def box(west: float, north: float, east: float, south: float) -> str:
    """Write a box as text, which the database reads once; a call in the statement is made a row."""
    corners = ((west, north), (east, north), (east, south), (west, south), (west, north))
    return f"POLYGON(({','.join(f'{x} {y}' for x, y in corners)}))"


def _values(layer: Layer, at: TileId, wanted: RowFilter) -> dict[str, Any]:
    """Return the numbers of a tile: edges with its margin, in global pixels, y down."""
    scale = 2.0 ** (at.z - MAX_ZOOM)
    side = float(pixels.side(at.z))
    margin, reach = pixels.margin(layer) / scale, _REACH / scale
    west, north = at.x * side, at.y * side
    east, south = west + side, north + side
    return {
        "name": layer.id,
        "zoom": at.z,
        "scale": scale,
        "x": -float(at.x * EXTENT),
        "y": -float(at.y * EXTENT),
        "west": west - margin,
        "north": north - margin,
        "east": east + margin,
        "south": south + margin,
        "box": box(west - margin, north - margin, east + margin, south + margin),
        "far": box(west - reach, north - reach, east + reach, south + reach),
        **wanted.values,
    }
