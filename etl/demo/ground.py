"""The lie of the land: how high it is and what grows on it where nobody lives."""

from typing import Final, NamedTuple

import numpy as np
import shapely

from etl.demo.grid import Bounds, Grid, Shapes, points
from etl.demo.noise import Floats, Ints, Terrain, generator

COVER: Final = ("LUC", "LUK", "HNK", "CLN", "RSX", "RPH", "RDD", "NCS")
"""Land codes of open land, from the valley to the ridge."""

_STEPS: Final = (-0.20, -0.13, -0.06, 0.03, 0.40, 0.56)
"""Heights at which one cover gives way to the next, up to special-use forest."""

_SOUTH, _LENGTH = 2_360_000.0, 150_000.0

_CELL: Final = 500.0
_VALLEY: Final = 2_500.0
"""How wide the lowland round towns and along rivers is, metres."""


class Ground(NamedTuple):
    """Random heights, about -1 to 1, that rise to the north and sink to the valleys, and soil."""

    relief: Terrain
    soil: Terrain
    grid: Grid
    lowland: Floats
    """1 in the middle of a valley, 0 far from one, by cell of the grid."""

    @classmethod
    def of(cls, bounds: Bounds, towns: Floats, rivers: Shapes, seed: int) -> "Ground":
        """Draw the ground of a province."""
        random, grid = generator(seed, "ground"), Grid.over(bounds, _CELL)
        beds = shapely.get_coordinates(rivers)[::4]
        low = shapely.STRtree(points(np.vstack([towns, beds])))
        cells = points(grid.middles().reshape(-1, 2))
        _, near = low.query_nearest(cells, return_distance=True, all_matches=False)
        lowland = np.exp(-np.square(near.reshape(grid.shape) / _VALLEY) / 2)
        return cls(Terrain.of(random, 9_000.0, 5), Terrain.of(random, 1_800.0, 3), grid, lowland)

    def height(self, points: Floats) -> Floats:
        """Return the height at points (..., 2) in the plane."""
        north = (points[..., 1] - _SOUTH) / _LENGTH
        valley = self.grid.sample(self.lowland, points)
        height: Floats = self.relief.at(points) + 0.4 * north - 0.34 * valley + 0.06
        return height

    def cover(self, points: Floats) -> Ints:
        """Return the number in ``COVER`` of what grows at points (..., 2)."""
        height, soil = self.height(points), self.soil.at(points)
        cover = np.digitize(height + 0.2 * soil, _STEPS).astype(np.int64)
        cover[(cover < COVER.index("HNK")) & (soil > 0.33)] = COVER.index("HNK")
        cover[(cover >= COVER.index("RPH")) & (soil > 0.4)] = COVER.index("NCS")
        return cover
