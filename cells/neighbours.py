"""Which cells of a study area touch which, made once and used for every count over them."""

from typing import Any, NamedTuple, Self

import h3ronpy
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.number[Any]]
"""Counts or other finite numbers, whole or not."""

Floats = npt.NDArray[np.float64]

RING = 7
"""Cells in a ring with its middle; a pentagon has one fewer."""


class Neighbours(NamedTuple):
    """The ring of each of n cells: itself and those cells of the study area that touch it.

    What touches a cell but lies outside of the study area is no neighbour: nothing is known of it.
    """

    members: npt.NDArray[np.int32]
    """Where each cell's ring stands in the list of cells (n, 7); free places hold n."""
    sizes: npt.NDArray[np.int32]
    """How many cells are in each ring (n,), 1 to 7."""

    @classmethod
    def within(cls, cells: npt.NDArray[np.uint64]) -> Self:
        """Find the rings of cells (n,).

        Raises:
            ValueError: the cells do not ascend, are of several resolutions, or are none of H3.
        """
        _check(cells)
        disks = h3ronpy.grid_disk_distances(cells, 1, flatten=True)
        ring = np.asarray(disks["cell"])
        # Each disk begins with its own cell, the only one at no distance.
        owner = np.cumsum(np.asarray(disks["k"]) == 0) - 1
        places = np.searchsorted(cells, ring)
        is_inside = np.take(cells, places, mode="clip") == ring if cells.size else places > 0
        owner, places = owner[is_inside], places[is_inside]
        sizes = np.bincount(owner, minlength=cells.size)
        members = np.full((cells.size, RING), cells.size, np.int32)
        members[owner, np.arange(owner.size) - (np.cumsum(sizes) - sizes)[owner]] = places
        return cls(members, sizes.astype(np.int32))

    def sums(self, values: Numbers) -> Floats:
        """Add up values over rings.

        Args:
            values: of the cells, (n,) or (slices, n).

        Returns:
            Sums of the same shape; those of whole numbers are exact up to 2^53.

        Raises:
            ValueError: there are not as many values as cells.
        """
        count = self.sizes.size
        if values.shape[-1] != count:
            raise ValueError(f"{values.shape[-1]} values for {count} cells")
        padded = np.zeros((*values.shape[:-1], count + 1))
        padded[..., :count] = values
        total = np.zeros(values.shape)
        # Ring place by ring place: all at once would hold seven times the values.
        for places in self.members.T:
            total += np.take(padded, places, axis=-1)
        return total


def _check(cells: npt.NDArray[np.uint64]) -> None:
    if (cells[1:] <= cells[:-1]).any():
        raise ValueError("Cells must ascend, each of them once")
    # Sorted cells have their resolutions, the highest bits that differ, sorted too.
    if cells.size and cells[0] >> 52 != cells[-1] >> 52:
        raise ValueError("Cells must be of one resolution")
