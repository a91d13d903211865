"""Shapes of zones in degrees of WGS 84, cut at the antimeridian, and which meet an area. Pure."""

from typing import Any

import h3ronpy.vector
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from cells import index
from cells.index import Cells
from gis_server.ogc.dggs import zones
from layers.geo import BBox

_DECIMALS = 7
"""Of a coordinate: a centimetre."""

_PIECES = (16, 8, 4, 2)
"""Pieces of an edge by level: edges are arcs of great circles, and those of fine zones short."""

_REACH = 12.7
"""Degrees from the middle of a zone of level 0 to its farthest corner, rounded up; a level
finer it is less by the square root of 7."""

_WORLD = shapely.box(-180, -90, 180, 90)

Shapes = NDArray[np.object_]


def shapes(cells: Cells) -> Shapes:
    """Return the polygons of zones of any levels, counter-clockwise; several parts where cut."""
    made = np.empty(len(cells), object)
    levels = zones.levels(cells)
    for level in np.unique(levels).tolist():
        which = np.flatnonzero(levels == level)
        made[which] = _of_level(cells[which], _PIECES[level] if level < len(_PIECES) else 1)
    return made


def points(cells: Cells) -> Shapes:
    """Return the middles of zones."""
    made: Any = shapely.points(np.round(index.centres(cells), _DECIMALS))
    return np.asarray(made, object)


def box(shape: BaseGeometry) -> BBox:
    """Return the box of a zone's shape; its west is above its east over the antimeridian."""
    west, south, east, north = shape.bounds
    parts = shapely.bounds(shapely.get_parts(shape))
    if len(parts) > 1 and (west, east) == (-180, 180):
        west, east = parts[parts[:, 2] == 180, 0].min(), parts[parts[:, 0] == -180, 2].max()
    return BBox(float(west), south, float(east), north)


def meeting(cells: Cells, area: BaseGeometry) -> NDArray[np.intp]:
    """Return the places of those of cells of one level whose zones meet an area in degrees."""
    if not len(cells) or area.is_empty:
        return np.empty(0, np.intp)
    middles = index.centres(cells)
    shapely.prepare(area)
    meets: NDArray[np.bool_] = shapely.contains_xy(area, middles)
    reach = _REACH / 7 ** (index.resolution(int(cells[0])) / 2)
    near = np.flatnonzero(_near(middles, area, reach) & ~meets)
    meets[near] = shapely.intersects(shapes(cells[near]), area)
    return np.flatnonzero(meets)


def _near(middles: Any, area: BaseGeometry, reach: float) -> NDArray[np.bool_]:
    """Tell which middles are no farther from the boxes of an area's parts than a distance."""
    longitude, latitude = middles.T
    # Degrees of longitude shrink towards the poles.
    edge = np.cos(np.radians(np.minimum(np.abs(latitude) + reach, 89.9)))
    wide = np.minimum(reach / edge, 360)
    found = np.zeros(len(middles), bool)
    for west, south, east, north in shapely.bounds(shapely.get_parts(area)):
        beside = np.zeros(len(middles), bool)
        for turn in (-360, 0, 360):
            beside |= (longitude + turn >= west - wide) & (longitude + turn <= east + wide)
        found |= beside & (latitude >= south - reach) & (latitude <= north + reach)
    return found


def _of_level(cells: Cells, pieces: int) -> Shapes:
    written = h3ronpy.vector.cells_to_wkb_polygons(cells).to_pylist()
    corners, of = shapely.get_coordinates(shapely.from_wkb(written), return_index=True)
    if pieces > 1:
        corners, of = _bent(corners, of, pieces)
    corners = np.round(corners, _DECIMALS)
    made: Any = shapely.polygons(shapely.linearrings(corners, indices=of))
    jumps = (np.abs(np.diff(corners[:, 0])) > 180) & (of[1:] == of[:-1])
    for place in np.unique(of[1:][jumps]).tolist():
        made[place] = _cut(corners[of == place])
    return np.asarray(made, object)


def _bent(corners: Any, of: Any, pieces: int) -> tuple[Any, Any]:
    """Put corners on the edges of closed rings, along great circles."""
    longitude, latitude = np.radians(corners.T)
    at = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude),
         np.sin(latitude)]
    )  # fmt: skip
    is_edge = of[1:] == of[:-1]
    begins, ends = at[:-1][is_edge], at[1:][is_edge]
    step = (np.arange(pieces + 1) / pieces)[:, None]
    x, y, z = np.moveaxis(begins[:, None] * (1 - step) + ends[:, None] * step, -1, 0)
    made = np.degrees(np.stack([np.arctan2(y, x), np.arctan2(z, np.hypot(x, y))], axis=-1))
    # The end of an edge is the beginning of the next one, but for the last of a ring.
    edges = of[1:][is_edge]
    kept = np.ones(made.shape[:2], bool)
    kept[:-1, -1] = edges[1:] != edges[:-1]
    return made[kept], np.repeat(edges, kept.sum(axis=1))


def _cut(ring: Any) -> BaseGeometry:
    """Return the shape of a closed ring over the antimeridian or around a pole, in parts."""
    steps = (np.diff(ring[:, 0], prepend=ring[0, 0]) + 180) % 360 - 180
    longitude = ring[0, 0] + np.cumsum(steps)
    line = np.column_stack([longitude, ring[:, 1]])
    if abs(longitude[-1] - longitude[0]) > 180:
        pole = float(np.copysign(90, ring[0, 1]))
        line = np.vstack([line, [longitude[-1], pole], [longitude[0], pole]])
    # Rounded, or the end would not meet the beginning, nor one part the other.
    turned = [
        shapely.Polygon(np.round(line + np.array([turn, 0]), _DECIMALS)) for turn in (-360, 0, 360)
    ]
    found: BaseGeometry = shapely.union_all(shapely.intersection(turned, _WORLD))
    return shapely.orient_polygons(found)
