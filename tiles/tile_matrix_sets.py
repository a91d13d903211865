"""Tile matrix sets (OGC 17-083r4) as data, and where their tiles are. Pure.

Coordinates are easting or longitude first, in the units of a set's CRS; rows count from the north.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pyproj

from layers.geo import MAX_ZOOM, WEB_MERCATOR_HALF, BBox, Crs, TileId, definition
from layers.model import Layer, Text
from layers.pixels import WORLD

CELLS = 256
"""Cells to a tile side."""

STANDARD_CELL = 0.00028
"""Metres that a cell is wide on the screen that scale denominators are reckoned for."""

METRES_PER_DEGREE = math.pi * 6_378_137 / 180
"""Of longitude on the equator."""

_WORLD_SCALE = 2 * WEB_MERCATOR_HALF / CELLS / STANDARD_CELL
"""Scale denominator of zoom 0 of WebMercatorQuad."""

_REGISTER = "http://www.opengis.net/def/tilematrixset/OGC/1.0"
_SCALES = "http://www.opengis.net/def/wkss/OGC/1.0"

_VN_ORIGIN = (-500_000.0, 3_000_000.0)
_VN_CELL, _VN_LEVELS = 16_384.0, 19
"""Metres: in every zone all of Viet Nam with its islands lies in the one tile of level 0, and its
mainland in the first tile of level 1. Cells of level 14 are 1 m."""

_PIECES = 32
"""Pieces that a tile's edge is cut into before it is transformed: it is bent in another CRS."""

_SLACK = 10 / (2 * WEB_MERCATOR_HALF) * WORLD
"""Global pixels: 10 m, more than two libraries can differ in a datum shift."""

_STEEPEST = 85.06
"""Degrees of latitude where global tile pixels end."""


class Bounds(NamedTuple):
    """A box in the units of some CRS or in global tile pixels, easting, longitude or x first.

    In global pixels, where y goes south, ``south`` is the larger number.
    """

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class TileMatrix:
    """One level: ``cell_size`` in units of the CRS; ``width`` and ``height`` in tiles."""

    id: str
    scale_denominator: float
    cell_size: float
    width: int
    height: int

    @property
    def side(self) -> float:
        """Width and height of a tile, in units of the CRS."""
        return self.cell_size * CELLS

    @property
    def zoom(self) -> int:
        """The zoom of WebMercatorQuad with the nearest scale."""
        return round(math.log2(_WORLD_SCALE / self.scale_denominator))


@dataclass(frozen=True, slots=True, eq=False)
class TileMatrixSet:
    """A tiling of a CRS; there is one object of each.

    ``uri`` is its name in the register of the OGC, None where it has none; ``axes`` are the names
    of the CRS's axes; ``origin`` is the top left corner of every matrix.
    """

    id: str
    title: Text
    uri: str | None
    crs: Crs
    axes: tuple[str, str]
    scale_set: str | None
    origin: tuple[float, float]
    matrices: tuple[TileMatrix, ...]

    @property
    def available(self) -> tuple[TileMatrix, ...]:
        """The matrices that tiles are drawn for."""
        return tuple(matrix for matrix in self.matrices if matrix.zoom <= MAX_ZOOM)

    def matrix(self, text: str) -> TileMatrix | None:
        """Return a matrix that tiles are drawn for; None when there is none of that id."""
        return next((matrix for matrix in self.available if matrix.id == text), None)

    @property
    def is_pyramid(self) -> bool:
        """Tell whether tiles are those that are kept ready."""
        return self.id == WEB_MERCATOR.id


class Tile(NamedTuple):
    """A tile of a set; rows from the north, columns from the west."""

    tms: TileMatrixSet
    matrix: TileMatrix
    row: int
    col: int

    def exists(self) -> bool:
        """Tell whether the address is inside the matrix."""
        return 0 <= self.row < self.matrix.height and 0 <= self.col < self.matrix.width

    def bounds(self, margin: float = 0.0) -> Bounds:
        """Return the tile's box in its CRS; ``margin`` is a part of its side."""
        (west, north), side = self.tms.origin, self.matrix.side
        return Bounds(
            west + (self.col - margin) * side,
            north - (self.row + 1 + margin) * side,
            west + (self.col + 1 + margin) * side,
            north - (self.row - margin) * side,
        )

    def web_mercator(self) -> TileId:
        """Return the address of a tile of WebMercatorQuad."""
        return TileId(int(self.matrix.id), self.col, self.row)


def _halving(cell: float, metres: float, count: int, columns: int) -> tuple[TileMatrix, ...]:
    """Return matrices of which each has cells of half the size of those before.

    Args:
        cell: side of a cell of the first, in units of the CRS.
        metres: to a unit of the CRS.
        count: of matrices.
        columns: of the first, which has one row.
    """
    return tuple(
        TileMatrix(
            id=str(level),
            scale_denominator=cell * metres / STANDARD_CELL / 2**level,
            cell_size=cell / 2**level,
            width=columns << level,
            height=1 << level,
        )
        for level in range(count)
    )


WEB_MERCATOR = TileMatrixSet(
    id="WebMercatorQuad",
    title={"vi": "Lưới Web Mercator, như các bản đồ trên mạng", "en": "Web Mercator, as web maps"},
    uri=f"{_REGISTER}/WebMercatorQuad",
    crs=Crs(3857),
    axes=("X", "Y"),
    scale_set=f"{_SCALES}/GoogleMapsCompatible",
    origin=(-WEB_MERCATOR_HALF, WEB_MERCATOR_HALF),
    matrices=_halving(2 * WEB_MERCATOR_HALF / CELLS, 1.0, 25, 1),
)

WORLD_CRS84 = TileMatrixSet(
    id="WorldCRS84Quad",
    title={"vi": "Lưới kinh vĩ độ WGS 84", "en": "Longitude and latitude of WGS 84"},
    uri=f"{_REGISTER}/WorldCRS84Quad",
    crs=Crs(4326),
    axes=("Lon", "Lat"),
    scale_set=f"{_SCALES}/GoogleCRS84Quad",
    origin=(-180.0, 90.0),
    matrices=_halving(180 / CELLS, METRES_PER_DEGREE, 24, 2),
)


@lru_cache(maxsize=32)
def vn2000(srid: int) -> TileMatrixSet:
    """Return the set of a VN-2000 zone. All zones have the same numbers, each on its own metres."""
    name = definition(srid).name
    return TileMatrixSet(
        id=f"VN2000-{srid}",
        title={"vi": f"Lưới địa chính {name}", "en": f"Cadastral grid {name}"},
        uri=None,
        crs=Crs(srid),
        axes=("E", "N"),
        scale_set=None,
        origin=_VN_ORIGIN,
        matrices=_halving(_VN_CELL, 1.0, _VN_LEVELS, 1),
    )


@lru_cache(maxsize=64)
def is_cadastral(srid: int) -> bool:
    """Tell whether a CRS is a VN-2000 zone of 3 degrees."""
    return definition(srid).name.startswith("VN-2000 / TM-3")


def known(layers: Iterable[Layer]) -> Mapping[str, TileMatrixSet]:
    """Return the sets that every layer is offered in: two of the world, and the zones in use."""
    zones = sorted({layer.geometry.crs.srid for layer in layers} - {3857, 4326})
    found = (WEB_MERCATOR, WORLD_CRS84, *(vn2000(srid) for srid in zones if is_cadastral(srid)))
    return {tms.id: tms for tms in found}


@lru_cache(maxsize=64)
def _transformer(source: int, target: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def pixel_box(tile: Tile, margin: float) -> Bounds:
    """Return a box around a tile with its margin in global tile pixels, a little wider.

    Args:
        tile: of any set.
        margin: a part of its side.
    """
    box = tile.bounds(margin)
    steps = [piece / _PIECES for piece in range(_PIECES + 1)]
    along = [box.west + (box.east - box.west) * step for step in steps]
    up = [box.south + (box.north - box.south) * step for step in steps]
    xs = [*along, *along, *([box.west] * len(up)), *([box.east] * len(up))]
    ys = [*([box.south] * len(along)), *([box.north] * len(along)), *up, *up]
    if not tile.tms.crs.is_geographic:
        xs, ys = _transformer(tile.tms.crs.srid, 4326).transform(xs, ys)
    if not all(map(math.isfinite, (*xs, *ys))):
        return Bounds(0.0, float(WORLD), float(WORLD), 0.0)
    return Bounds(
        _x(min(xs)) - _SLACK, _y(min(ys)) + _SLACK, _x(max(xs)) + _SLACK, _y(max(ys)) - _SLACK
    )


def _x(lon: float) -> float:
    return (lon + 180) / 360 * WORLD


def _y(lat: float) -> float:
    held = math.radians(max(min(lat, _STEEPEST), -_STEEPEST))
    return (1 - math.asinh(math.tan(held)) / math.pi) / 2 * WORLD


def over(box: Bounds) -> tuple[TileId, ...]:
    """Return the tiles of WebMercatorQuad that cover a box in global pixels: one to four."""
    longest = max(box.east - box.west, box.south - box.north, 1.0)
    zoom = max(0, min(MAX_ZOOM, math.floor(math.log2(WORLD / longest))))
    side, last = WORLD >> zoom, (1 << zoom) - 1

    def span(low: float, high: float) -> range:
        first, final = (min(max(math.floor(edge / side), 0), last) for edge in (low, high))
        return range(first, final + 1)

    columns, rows = span(box.west, box.east), span(box.north, box.south)
    return tuple(TileId(zoom, x, y) for x in columns for y in rows)


class Limits(NamedTuple):
    """First and last row and column of a matrix in which something can be."""

    matrix: TileMatrix
    rows: tuple[int, int]
    cols: tuple[int, int]

    def holds(self, tile: Tile) -> bool:
        """Tell whether a tile of the matrix is inside."""
        return self.rows[0] <= tile.row <= self.rows[1] and self.cols[0] <= tile.col <= self.cols[1]


def first(tms: TileMatrixSet, minzoom: int) -> int:
    """Return the index of the first matrix at which a layer has tiles."""
    found = (index for index, matrix in enumerate(tms.available) if matrix.zoom >= minzoom)
    return next(found, len(tms.available) - 1)


def limits(tms: TileMatrixSet, box: BBox, minzoom: int) -> list[Limits]:
    """Return the limits of all matrices from the first one on, for data in a box in degrees."""
    inside = in_crs(tms, box)
    return [_limits(tms, matrix, inside) for matrix in tms.available[first(tms, minzoom) :]]


def in_crs(tms: TileMatrixSet, box: BBox) -> Bounds:
    """Return a box in degrees as a box in the CRS of a set, cut to where the set has tiles."""
    (west, north), side = tms.origin, tms.matrices[0].side
    edges = (west, north - side * tms.matrices[0].height, west + side * tms.matrices[0].width)
    south, north_held = max(box.south, -_STEEPEST), min(box.north, _STEEPEST)
    found = Bounds(box.west, box.south, box.east, box.north)
    if not tms.crs.is_geographic:
        transformer = _transformer(4326, tms.crs.srid)
        found = Bounds(*transformer.transform_bounds(box.west, south, box.east, north_held, 32))
    return Bounds(
        max(found.west, edges[0]),
        max(found.south, edges[1]),
        min(found.east, edges[2]),
        min(found.north, north),
    )


def _limits(tms: TileMatrixSet, matrix: TileMatrix, box: Bounds) -> Limits:
    (west, north), side = tms.origin, matrix.side

    def held(number: float, count: int) -> int:
        return min(max(math.floor(number), 0), count - 1)

    return Limits(
        matrix,
        (
            held((north - box.north) / side, matrix.height),
            held((north - box.south) / side, matrix.height),
        ),
        (
            held((box.west - west) / side, matrix.width),
            held((box.east - west) / side, matrix.width),
        ),
    )
