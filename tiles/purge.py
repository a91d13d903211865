"""Cache invalidation on demand: written like a change, so every server takes it up."""

from collections.abc import Iterable, Iterator

import sql
from layers import pixels
from layers.geo import MAX_ZOOM, BBox, TileId
from layers.pixels import WHOLE
from sql.connection import Connection

_MOST = 64
"""Places that a box is written as, at most."""


def purge(conn: Connection, layer_id: str, cells: Iterable[int] | None = None) -> None:
    """Take places of a layer as changed, all of it when none are named."""
    values = {"layer": layer_id, "cells": [WHOLE] if cells is None else list(cells)}
    conn.execute(sql.query("change_record"), values)


def tiles(found: Iterable[TileId]) -> list[int]:
    """Return the places of a list of tiles."""
    return [pixels.code(at) for at in found]


def box(found: BBox) -> list[int]:
    """Return places that cover a box: tiles of the deepest zoom of which it needs few."""
    return [pixels.code(at) for part in found.parts() for at in _covering(part)]


def _covering(part: BBox) -> list[TileId]:
    for zoom in range(MAX_ZOOM, 0, -1):
        low, high = _corner(part.west, part.north, zoom), _corner(part.east, part.south, zoom)
        if (high.x - low.x + 1) * (high.y - low.y + 1) <= _MOST:
            return list(_between(low, high))
    return [TileId(0, 0, 0)]


def _between(low: TileId, high: TileId) -> Iterator[TileId]:
    for x in range(low.x, high.x + 1):
        for y in range(low.y, high.y + 1):
            yield TileId(low.z, x, y)


def _corner(lon: float, lat: float, zoom: int) -> TileId:
    return TileId.at(lon, lat, zoom)
