"""How many people live in a cell: those of a commune are shared out evenly over its cells. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

import h3ronpy.vector
import numpy as np
import shapely

from cells import index
from cells.cube import BASE
from cells.index import Cells
from cells.neighbours import Floats


class People(NamedTuple):
    """People (n,) in sorted cells of resolution 9 (n,)."""

    cells: Cells
    number: Floats

    def by_cell(self, cells: Cells) -> Floats:
        """Return the people in sorted cells of a resolution up to 10, (m,)."""
        if not len(cells) or not len(self.cells):
            return np.zeros(len(cells))
        resolution = index.resolution(int(cells[0]))
        if resolution > BASE:
            # A cell of resolution 10 has a seventh of what is in its parent.
            return self.by_cell(index.parents(cells, BASE)) / 7
        found, at = np.unique(index.parents(self.cells, resolution), return_inverse=True)
        sums = np.bincount(at, self.number, minlength=len(found))
        places = np.minimum(np.searchsorted(found, cells), len(found) - 1)
        return np.where(found[places] == cells, sums[places], 0.0)


def shared_out(shapes: Sequence[bytes], numbers: Sequence[float]) -> People:
    """Share people out.

    Args:
        shapes: areas in degrees, as WKB.
        numbers: people in each.
    """
    if not shapes:
        return People(np.zeros(0, np.uint64), np.zeros(0))
    inside = h3ronpy.vector.wkb_to_cells(list(shapes), BASE).to_pylist()
    parts = [
        np.array(cells, np.uint64) if cells else _middle(shape)
        for cells, shape in zip(inside, shapes, strict=True)
    ]
    shares = [
        np.full(len(part), number / len(part)) for part, number in zip(parts, numbers, strict=True)
    ]
    cells, at = np.unique(np.concatenate(parts), return_inverse=True)
    return People(cells, np.bincount(at, np.concatenate(shares), minlength=len(cells)))


def _middle(shape: bytes) -> Cells:
    """An area that has the middle of no cell is in the one around a point of it."""
    point = shapely.from_wkb(shape).representative_point()
    return index.cells_of([point.x], [point.y], BASE)
