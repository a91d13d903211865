"""H3 indexes as numbers: what arithmetic on their bits gives, of whole arrays. Pure.

An index is an unsigned 64-bit number: resolution in bits 52 to 55, base cell in 45 to 51, then
three bits a digit, the coarsest first; digits that a resolution does not use are 7. So the
descendants of a cell follow each other among the sorted cells of any one resolution.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import h3ronpy
import h3ronpy.vector
import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.uint64]
"""H3 indexes, (n,)."""

_MANY = 50_000
"""Places from which on their cells are looked for by several threads; h3ronpy lets others run."""

FINEST = 15
"""The finest resolution of H3."""


def resolution(cell: int) -> int:
    """Return the resolution of a cell."""
    return cell >> 52 & 15


def parents(cells: Cells, coarser: int) -> Cells:
    """Return the ancestors of cells at a resolution that is not finer than theirs."""
    unused = np.uint64((1 << 3 * (FINEST - coarser)) - 1)
    kept = cells & np.uint64(~(15 << 52) & 2**64 - 1)
    return kept | np.uint64(coarser << 52) | unused


def small_ids(cells: Cells) -> Cells:
    """Return the ids of cells among those of their resolution, below 2^52 for JavaScript.

    Base cell and digits without the unused ones.
    """
    if not len(cells):
        return cells
    unused = np.uint64(3 * (FINEST - resolution(int(cells[0]))))
    return (cells & np.uint64((1 << 52) - 1)) >> unused


def descendants(cell: int, finer: int) -> tuple[int, int]:
    """Return the least and a greatest index between which a cell's descendants are.

    Args:
        cell: one cell.
        finer: resolution of the descendants, not coarser than the cell.
    """
    unused = (1 << 3 * (FINEST - resolution(cell))) - 1
    last = cell & ~(15 << 52) | finer << 52
    tail = (1 << 3 * (FINEST - finer)) - 1
    return last & ~unused | tail, last


def within(cells: Cells, ancestor: int) -> slice:
    """Return where the descendants of a cell are among sorted cells of one resolution."""
    if not len(cells) or resolution(int(cells[0])) < resolution(ancestor):
        return slice(0, 0)
    low, high = descendants(ancestor, resolution(int(cells[0])))
    first, end = np.searchsorted(cells, np.array([low, high + 1], np.uint64))
    return slice(int(first), int(end))


def centres(cells: Cells) -> NDArray[np.float64]:
    """Return (n, 2) longitudes and latitudes of the middles of cells, in degrees of WGS 84."""
    if not len(cells):
        return np.empty((0, 2))
    found = h3ronpy.vector.cells_to_coordinates(cells)
    return np.column_stack([_column(found, "lng"), _column(found, "lat")])


def areas(cells: Cells) -> NDArray[np.float64]:
    """Return the areas of cells in square kilometres."""
    return np.asarray(h3ronpy.cells_area_km2(cells), float) if len(cells) else np.empty(0)


def cells_of(longitude: Any, latitude: Any, fineness: int) -> Cells:
    """Return the cells of places.

    Args:
        longitude: degrees of WGS 84, (n,).
        latitude: degrees of WGS 84, (n,).
        fineness: resolution of the cells.
    """
    east, north = np.asarray(longitude, float), np.asarray(latitude, float)

    def some(part: slice) -> Cells:
        found = h3ronpy.vector.coordinates_to_cells(north[part], east[part], fineness)
        return np.asarray(found, np.uint64)

    if len(east) < _MANY:
        return some(slice(None))
    threads = len(os.sched_getaffinity(0))
    ends = np.linspace(0, len(east), threads + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        return np.concatenate(list(pool.map(some, map(slice, ends[:-1], ends[1:]))))


def _column(batch: Any, name: str) -> NDArray[np.float64]:
    return np.asarray(batch.column(name), float)
