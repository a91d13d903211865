"""Tiles of other tile matrix sets than WebMercatorQuad, drawn from the stored geometry.

Which rows are looked at, in which order, and how many fit is found out as for the pyramid: by
global pixels, at the zoom of the nearest scale. Only the shapes are others: a row is brought from
its storage CRS into that of the set, so land in its own VN-2000 zone is not transformed at all.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg.sql import SQL, Composable, Literal

from layers import pixels
from layers.geo import MAX_ZOOM, WEB_MERCATOR_HALF, TileId
from layers.model import Layer
from layers.pixels import EXTENT
from sql.connection import Connection
from tiles import mvt, tile_matrix_sets
from tiles.mvt import View
from tiles.statements import ALL, SPECK, SQUARE, RowFilter
from tiles.tile_matrix_sets import Tile

_GRID = 4
"""Units of a tile that corners are moved to where shapes are generalised: half a screen pixel."""

_BEND = 8000.0
"""Metres that an edge may be long when half a metre may be lost: so much does a parallel at 24
degrees of latitude leave a straight line of 8 km, and with the square of the length."""

_DOMAIN = (78.0, -20.0, 135.0, 40.0)
"""Degrees: where every VN-2000 zone can be computed; wider than level 0 of its set."""


def tile(conn: Connection, layer: Layer, at: Tile, wanted: RowFilter = ALL) -> bytes:
    """Return one tile, never above the budget; empty bytes when nothing is there.

    Args:
        conn: to a database with the layer's table.
        layer: what the tile shows.
        at: an address that exists, of a set that is not the pyramid's.
        wanted: a choice of rows.
    """
    frame = _Frame(layer.geometry.crs.srid, at.tms.crs.srid)
    view = View(at.matrix.zoom, frame, wanted, _values(layer, at, wanted))
    return mvt.draw(conn, layer, view)


def places(layer: Layer, at: Tile) -> tuple[TileId, ...]:
    """Return the tiles of the pyramid in which all is that a tile can show."""
    return tile_matrix_sets.over(_around(at, pixels.margin(layer)))


@lru_cache(maxsize=4096)
def _around(at: Tile, margin: int) -> tile_matrix_sets.Bounds:
    """Return a box in global pixels around a tile with a margin in its units."""
    return tile_matrix_sets.pixel_box(at, margin / EXTENT)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A tile in a CRS: EPSG numbers of what is stored and of what is drawn."""

    stored: int
    drawn: int

    @property
    def key(self) -> Hashable:
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        return ("geom",)

    @property
    def is_valid(self) -> bool:
        """ST_AsMVTGeom gives only such areas."""
        return True

    def shape(self, layer: Layer, zoom: int) -> Composable:
        if layer.geometry.dimension == 0:
            return _cut(self._placed(SQL("t.geom")), pixels.POINT_MARGIN)
        placed = self._placed(self._held(), bent=True)
        cut = _cut(placed, pixels.SHAPE_MARGIN)
        if pixels.band(layer, zoom) is not None:
            # What the grid swallows is drawn as it is.
            cut = SQL("coalesce({}, {})").format(_cut(_on_grid(placed), pixels.SHAPE_MARGIN), cut)
        if layer.geometry.dimension == 1:
            return cut
        return SQL("CASE WHEN t.px_size * %(scale)s * %(scale)s < {} THEN {} ELSE {} END").format(
            Literal(SPECK), self._speck(), cut
        )

    def anchor(self) -> Composable:
        metres = 2 * WEB_MERCATOR_HALF / pixels.WORLD
        mercator = SQL(
            "public.ST_SetSRID(public.ST_Affine(t.anchor, {0}, 0, 0, -{0}, -{1}, {1}), 3857)"
        ).format(Literal(metres), Literal(WEB_MERCATOR_HALF))
        return _cut(_transformed(mercator, self.drawn), pixels.SHAPE_MARGIN)

    def points(self) -> tuple[str, Mapping[str, Composable]]:
        return "tile_reprojected", {"place": _in_units(self._placed(SQL("t.geom")))}

    def _placed(self, shape: Composable, *, bent: bool = False) -> Composable:
        if self.stored == self.drawn:
            return shape
        if bent:
            # A straight edge of one CRS is a curve in the other.
            shape = SQL("public.ST_Segmentize({}, %(longest)s)").format(shape)
        return _transformed(shape, self.drawn)

    def _held(self) -> Composable:
        """Return the stored shape, without what no projection could be computed for."""
        if self.stored != 4326 or self.drawn == 4326:
            return SQL("t.geom")
        return SQL(
            "CASE WHEN t.geom OPERATOR(public.@) {0} THEN t.geom"
            " ELSE public.ST_ClipByBox2D(t.geom, {0}) END"
        ).format(SQL("public.ST_MakeEnvelope({}, 4326)").format(_listed(*_DOMAIN)))

    def _speck(self) -> Composable:
        """Return a square of a screen pixel around the middle of a shape's box."""
        middle = self._placed(SQL("public.ST_Centroid(public.ST_Envelope(t.geom))"))
        return SQL(
            "public.ST_Translate({}::public.geometry,"
            " round(public.ST_X({middle})), round(public.ST_Y({middle})))"
        ).format(Literal(SQUARE), middle=_in_units(middle))


def _listed(*numbers: float) -> Composable:
    return SQL(", ").join(Literal(number) for number in numbers)


def _transformed(shape: Composable, srid: int) -> Composable:
    return SQL("public.ST_Transform({}, {})").format(shape, Literal(srid))


def _in_units(place: Composable) -> Composable:
    """Return a shape of the set's CRS in tile units, y down."""
    return SQL("public.ST_Affine({}, %(per)s, 0, 0, -%(per)s, %(x)s, %(y)s)").format(place)


def _on_grid(shape: Composable) -> Composable:
    """Move corners to a grid, the same for all tiles of a level: shared edges stay shared."""
    return SQL("public.ST_SnapToGrid({0}, %(left)s, %(top)s, {1} / %(per)s, {1} / %(per)s)").format(
        shape, Literal(_GRID)
    )


def _cut(shape: Composable, margin: int) -> Composable:
    return SQL(
        "public.ST_AsMVTGeom({}, public.ST_MakeBox2D(public.ST_MakePoint(%(left)s, %(bottom)s),"
        " public.ST_MakePoint(%(right)s, %(top)s)), {}, {}, true)"
    ).format(shape, Literal(EXTENT), Literal(margin))


def _values(layer: Layer, at: Tile, wanted: RowFilter) -> dict[str, Any]:
    """Return the numbers of a tile: its edges in the set's CRS, a box around it in global pixels.

    ``per`` is units of the tile to a unit of the CRS; ``scale`` units to a global pixel, about.
    """
    edges, around = at.bounds(), _around(at, pixels.margin(layer))
    per = EXTENT / at.matrix.side
    return {
        "name": layer.id,
        "zoom": at.matrix.zoom,
        "scale": 2.0 ** (at.matrix.zoom - MAX_ZOOM),
        "left": edges.west,
        "bottom": edges.south,
        "right": edges.east,
        "top": edges.north,
        "per": per,
        "longest": _longest(layer, at),
        "x": -edges.west * per,
        "y": edges.north * per,
        **around._asdict(),
        "box": mvt.box(around.west, around.north, around.east, around.south),
        **wanted.values,
    }


def _longest(layer: Layer, at: Tile) -> float:
    """Return the longest edge that stays straight to half a unit, in units of the storage CRS."""
    unit = (
        at.matrix.scale_denominator
        * tile_matrix_sets.STANDARD_CELL
        * tile_matrix_sets.CELLS
        / EXTENT
    )
    metres = _BEND * math.sqrt(unit)
    return (
        metres / tile_matrix_sets.METRES_PER_DEGREE if layer.geometry.crs.is_geographic else metres
    )
