"""Global tile pixel coordinates: the numbers in which tables keep shapes for vector tiles.

EPSG:3857 scaled so that the world is ``WORLD`` units wide; x goes east, y south. The database makes
them (sql/functions/gis_pixels.sql); here is what both sides have to know.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from layers.geo import MAX_ZOOM, BBox, TileId
from layers.model import Layer

EXTENT = 4096
"""Units to a tile side."""

WORLD = EXTENT << MAX_ZOOM
"""Global pixels around the world: units of tiles of the deepest zoom."""

BANDS = (4, 8, 12)
"""Zooms that shapes are generalised for; a band serves the zooms down from the one before it."""

STEPS = (2, 4, 6, 8, 10, 12)
"""Zooms of the bands for which the rows that are shown are indexed apart."""

COLUMNS = ("px", "px_size", "tile_from", "px12", "px8", "px4", "anchor")
"""Columns that every layer's table has for its tiles (sql/functions/gis_tile_columns.sql)."""

WHOLE = 0
"""The code of the tile of zoom 0: the place that stands for all of a layer."""

SHAPE_MARGIN, POINT_MARGIN = 64, 128
"""Units around a tile in which features belong to it too; for points, a cell of their grid."""


_ROUNDED = 4
"""Units by which a corner may lie off its true place, with some to spare."""


class PixelBox(NamedTuple):
    """A box in global tile pixels; y grows to the south."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Square pixels; 0 when it is empty."""
        return max(self.right - self.left, 0) * max(self.bottom - self.top, 0)

    def meet(self, other: "PixelBox") -> "PixelBox":
        """Return what two boxes share."""
        low = (max(self.left, other.left), max(self.top, other.top))
        return PixelBox(*low, min(self.right, other.right), min(self.bottom, other.bottom))


def inside(box: BBox) -> PixelBox | None:
    """Return the pixels that certainly lie in a box of degrees; None when there are none.

    Args:
        box: west below east.
    """
    west, east = (WORLD * (lon + 180) / 360 for lon in (box.west, box.east))
    bottom, top = (_row(min(max(lat, -85.05), 85.05)) for lat in (box.south, box.north))
    pixels = PixelBox(west + _ROUNDED, top + _ROUNDED, east - _ROUNDED, bottom - _ROUNDED)
    return pixels if pixels.left < pixels.right and pixels.top < pixels.bottom else None


def _row(lat: float) -> float:
    return WORLD * (0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau)


def side(zoom: int) -> int:
    """Return the width of a tile in global pixels."""
    return WORLD >> zoom


def band(layer: Layer, zoom: int) -> int | None:
    """Return the band whose shapes a zoom is drawn from; None when from the full ones."""
    if layer.geometry.dimension == 0:
        return None
    return next((band for band in BANDS if zoom <= band), None)


def column(layer: Layer, zoom: int) -> str:
    """Return the column whose shapes a zoom is drawn from."""
    zoom_band = band(layer, zoom)
    return "px" if zoom_band is None else f"px{zoom_band}"


def margin(layer: Layer) -> int:
    """Return the units around a tile in which a layer's features belong to it too."""
    return POINT_MARGIN if layer.geometry.dimension == 0 else SHAPE_MARGIN


def code(tile: TileId) -> int:
    """Write a tile as one number, as ops.dirty has it."""
    return tile.z << 58 | tile.x << 29 | tile.y


def decode(number: int) -> TileId:
    """Read a tile from its number."""
    return TileId(number >> 58, number >> 29 & 0x1FFF_FFFF, number & 0x1FFF_FFFF)


def touching(at: TileId, deepest: int) -> Iterator[TileId]:
    """Yield the tiles of zooms 0 to ``deepest`` that touch a tile with their margin."""
    edge = POINT_MARGIN / EXTENT
    for zoom in range(deepest + 1):
        factor = 2.0 ** (zoom - at.z)
        for x in _span(at.x * factor - edge, (at.x + 1) * factor + edge, zoom):
            for y in _span(at.y * factor - edge, (at.y + 1) * factor + edge, zoom):
                yield TileId(zoom, x, y)


def around(at: TileId, zoom: int) -> Iterator[TileId]:
    """Yield the tiles of a zoom above that a tile with its margin touches."""
    factor, edge = 2.0 ** (zoom - at.z), POINT_MARGIN / EXTENT
    for x in _span((at.x - edge) * factor, (at.x + 1 + edge) * factor, zoom):
        for y in _span((at.y - edge) * factor, (at.y + 1 + edge) * factor, zoom):
            yield TileId(zoom, x, y)


def _span(low: float, high: float, zoom: int) -> range:
    """Return the columns or rows that touch a span of tile coordinates, inside the grid."""
    return range(max(math.ceil(low) - 1, 0), min(math.floor(high), (1 << zoom) - 1) + 1)
