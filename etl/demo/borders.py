"""Generated borders: a clean partition of a generated outline around the real centres.

Not real borders: each commune has about its official area and holds its official centre, and
nothing else is taken from reality.
"""

from typing import Final

import numpy as np
import shapely

from etl.demo.grid import Grid, Shapes, smooth
from etl.demo.noise import Floats, Ints, Warp, generator

_CELL: Final = 100.0
_MARGIN: Final = 12_000.0
_CHUNK: Final = 1_024
_RIVALS: Final = 14
"""So many of the nearest centres can own a point."""

_FILLET: Final = 4_000.0
"""How far the outline bridges the notch between two neighbours, metres."""

_WARP: Final = (
    (18_000.0, 3_300.0), (9_000.0, 1_700.0), (5_000.0, 950.0), (2_700.0, 510.0), (1_500.0, 280.0),
    (900.0, 165.0),
)  # fmt: skip


def partition(centres: Floats, areas: Floats, seed: int) -> Shapes:
    """Draw one polygon a centre; together a clean coverage.

    Args:
        centres: easting, northing (n, 2), metres.
        areas: wanted areas (n), square metres.
        seed: of the province.
    """
    (west, south), (east, north) = centres.min(axis=0) - _MARGIN, centres.max(axis=0) + _MARGIN
    grid = Grid.over((west, south, east, north), _CELL)
    warp = Warp.of(generator(seed, "borders"), *_WARP)
    points, bent = warp.apply(grid.middles()).reshape(-1, 2), warp.apply(centres)
    inside = _outline(points, bent, areas)
    owners = np.zeros(len(points), dtype=np.int64)
    owners[inside] = 1 + _nearest(points[inside], bent, _balance(points[inside], bent, areas))
    whole = _whole(*grid.trace(1 + owners.reshape(grid.shape)))
    return smooth(shapely.segmentize(whole, _CELL), rounds=4, tolerance=60)


def _outline(points: Floats, centres: Floats, areas: Floats) -> Ints:
    """Return the points of the province: as many as the communes' areas need, round the centres."""
    radii = np.sqrt(areas / np.pi)
    near = np.empty(len(points))
    for start in range(0, len(points), _CHUNK):
        part = slice(start, start + _CHUNK)
        beyond = np.sqrt(_squared(points[part], centres)) - radii
        near[part] = np.exp(beyond.astype(np.float32) / -_FILLET).sum(axis=1)
    wanted = int(areas.sum() / _CELL**2)
    return np.sort(np.argpartition(-near, wanted)[:wanted])


def _balance(points: Floats, centres: Floats, areas: Floats) -> Floats:
    """Find the weights of a power diagram whose cells have about the wanted areas.

    No weight may grow so far above another that a centre would lie in its neighbour's cell.
    """
    sample, apart = points[::24], 0.95 * _squared(centres, centres)
    squared = _squared(sample, centres)
    near = np.argpartition(squared, _RIVALS, axis=1)[:, :_RIVALS]
    squared = np.take_along_axis(squared, near, axis=1)
    wanted, weights = areas * len(sample) / areas.sum(), areas / np.pi
    for _ in range(80):
        first = (squared - weights[near]).argmin(axis=1)[:, None]
        counted = np.bincount(np.take_along_axis(near, first, 1).ravel(), minlength=len(areas))
        weights = weights + 0.06 * (wanted - counted) * 24 * _CELL**2
        weights = np.maximum(weights, (weights - apart).max(axis=1))
    return weights


def _nearest(points: Floats, centres: Floats, weights: Floats) -> Ints:
    """Return the number of the centre with the least power: squared distance less weight."""
    owners = np.empty(len(points), dtype=np.int64)
    for start in range(0, len(points), _CHUNK):
        part = slice(start, start + _CHUNK)
        owners[part] = (_squared(points[part], centres) - weights).argmin(axis=1)
    return owners


def _squared(points: Floats, centres: Floats) -> Floats:
    """Return the squared distances, shape (points, centres)."""
    east, north = (np.subtract.outer(points[:, axis], centres[:, axis]) for axis in (0, 1))
    squared: Floats = np.square(east, out=east) + np.square(north, out=north)
    return squared


def _whole(parts: Shapes, classes: Ints) -> Shapes:
    """Give each part that is cut off from its commune to the neighbour that it leans on most.

    Class 1 is what lies outside: a part of it that is cut off is a hole and is filled.
    """
    order = np.lexsort((-shapely.area(parts), classes))
    parts, classes = parts[order], classes[order]
    largest = np.r_[True, classes[1:] != classes[:-1]]
    communes = parts[largest][1:]
    for orphan in parts[~largest]:
        shared = shapely.length(shapely.intersection(communes, orphan))
        if shared.max() > 0:
            communes[shared.argmax()] = shapely.union(communes[shared.argmax()], orphan)
    return communes
