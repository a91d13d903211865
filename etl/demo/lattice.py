"""The bent grid of blocks round a town: streets run on its lines, lots lie between them."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo.grid import Bounds, Shape
from etl.demo.noise import Floats, Ints, Mask, Warp, generator

LENGTH: Final = 156.0
"""Metres from street to street along a block."""

DEPTH: Final = 58.0
"""Metres from street to street across a block: two lots back to back."""


_SLACK: Final = 300.0
"""No point is moved farther than this by the warp, metres."""

_WARP: Final = ((2_100.0, 190.0), (800.0, 55.0))


class Lattice(NamedTuple):
    """Blocks (i, j) of a commune; (0, 0) begins at its town.

    All lattices are bent by one warp of the province, which keeps what did not overlap apart.
    """

    origin: Floats
    angle: float
    warp: Warp

    def place(self, along: Floats, across: Floats) -> Floats:
        """Return easting, northing (..., 2) of metres from the town, before bending."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        moved = np.stack([along * cos - across * sin, along * sin + across * cos], axis=-1)
        return self.warp.apply(self.origin + moved)

    def blocks(self, bounds: Bounds) -> Ints:
        """Return the blocks (n, 2) that can touch a box."""
        west, south, east, north = bounds
        corners = np.array([(west, south), (west, north), (east, south), (east, north)])
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        turned = (corners - self.origin) @ np.array([(cos, -sin), (sin, cos)])
        low = np.floor((turned.min(axis=0) - _SLACK) / (LENGTH, DEPTH)).astype(np.int64)
        high = np.ceil((turned.max(axis=0) + _SLACK) / (LENGTH, DEPTH)).astype(np.int64)
        along, across = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
        return np.column_stack([along.ravel(), across.ravel()])

    def middles(self, blocks: Ints) -> Floats:
        """Return the middles of blocks (n, 2)."""
        along, across = np.asarray(blocks + 0.5, dtype=np.float64).T
        return self.place(along * LENGTH, across * DEPTH)


def lattice(town: Floats, angle: float, seed: int) -> Lattice:
    """Lay a lattice on a town, turned by an angle in radians."""
    warp = Warp.of(generator(seed, "lattice"), *_WARP)
    shift = town - warp.apply(town)
    return Lattice(town + shift, angle, warp)


def streets(found: Lattice, inside: Shape) -> list[tuple[int, Floats]]:
    """Return the number and the line of each street inside an area.

    Streets along blocks have the even numbers, streets across the odd ones, from the town outwards.
    """
    blocks = found.blocks(shapely.bounds(inside).tolist())
    low, high = blocks.min(axis=0), blocks.max(axis=0) + 1
    shapely.prepare(inside)
    lines = []
    for axis, (step, other) in enumerate(((DEPTH, LENGTH), (LENGTH, DEPTH))):
        at = np.arange(low[axis] * other, high[axis] * other + 1, other / 4)
        numbers = np.arange(low[1 - axis], high[1 - axis] + 1)
        sides = [np.asarray(side, np.float64) for side in np.meshgrid(at, numbers * step)]
        places = found.place(*(sides if axis == 0 else sides[::-1]))
        kept = shapely.contains_xy(inside, places[..., 0], places[..., 1])
        for number, line, stays in zip(numbers.tolist(), places, kept, strict=True):
            lines += [(2 * number + axis, part) for part in _runs(line, stays)]
    return lines


def _runs(line: Floats, stays: Mask) -> list[Floats]:
    """Return the stretches of a line that stay inside, if longer than a block."""
    edges = np.flatnonzero(np.diff(np.r_[False, stays, False]))
    return [line[a:b] for a, b in edges.reshape(-1, 2).tolist() if b - a > 4]
