"""Places beside roads, commune by commune: where buildings, devices and events are put."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from etl.demo.grid import Shapes, points
from etl.demo.noise import Floats, Ints
from etl.demo.world import World

_EVERY: Final = 45.0
"""Metres from one anchor to the next."""

_VERGE: Final = 70.0
"""Anchors keep so many metres from the border of their commune."""

MAIN: Final = ("national", "provincial", "district")
"""Classes of the roads between towns."""

ALL: Final = (*MAIN, "commune", "street")
"""Classes of all roads."""


@dataclass(frozen=True)
class Anchors:
    """Points on roads, sorted by commune."""

    points: Floats
    """Easting, northing (n, 2)."""
    across: Floats
    """Unit vectors (n, 2) to the left of the road."""
    commune: Ints
    road: Ints
    """Index of the road in the world."""

    @classmethod
    def of(cls, world: World, classes: tuple[str, ...]) -> "Anchors":
        """Return points about every 45 metres on the roads of some classes."""
        chosen = [n for n, r in enumerate(world.roads) if r.rank in classes and r.mode == "road"]
        lines = np.array([world.roads[number].line for number in chosen])
        here, across, line = _spaced(lines)
        tree = shapely.STRtree(points(here))
        commune, anchor = tree.query(shapely.buffer(world.communes, -_VERGE), "contains")
        order = np.lexsort((anchor, commune))
        anchor, commune = anchor[order], commune[order]
        return cls(here[anchor], across[anchor], commune, np.array(chosen)[line[anchor]])

    def pick(self, communes: Ints, random: np.random.Generator) -> Ints:
        """Draw an anchor in each of the communes (n), which may repeat."""
        first = np.searchsorted(self.commune, communes)
        last = np.searchsorted(self.commune, communes, side="right")
        drawn = first + (random.random(len(communes)) * (last - first)).astype(np.int64)
        return np.minimum(drawn, len(self.points) - 1)

    def beside(
        self, anchors: Ints, away: tuple[float, float], random: np.random.Generator
    ) -> Floats:
        """Return points (n, 2) so many metres from the road, on one side or the other."""
        side = random.choice([-1, 1], len(anchors)) * random.uniform(*away, len(anchors))
        return self.points[anchors] + self.across[anchors] * side[:, None]

    def bearing(self, anchors: Ints) -> Floats:
        """Return the direction of the road, degrees clockwise from north, 0 to 360."""
        along = np.stack([self.across[anchors, 1], -self.across[anchors, 0]], axis=1)
        bearing: Floats = np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360
        return bearing


def _spaced(lines: Shapes) -> tuple[Floats, Floats, Ints]:
    """Return points along lines, unit vectors to their left, and the index of the line of each."""
    counts = np.maximum(shapely.length(lines) / _EVERY, 1).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), counts)
    number = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    metres = np.asarray((number + 0.5) * _EVERY, dtype=np.float64)
    here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(lines[line], metres + step))
        for step in (0, 5)
    )
    along = (ahead - here) / np.maximum(np.hypot(*(ahead - here).T), 1e-9)[:, None]
    return here, np.stack([-along[:, 1], along[:, 0]], axis=1), line


class Census:
    """Says in which commune a point in degrees lies."""

    def __init__(self, world: World) -> None:
        self._tree = shapely.STRtree(world.outlines)

    def commune(self, degrees: Floats) -> Ints:
        """Return the index of the commune of each point (n, 2), -1 outside the province."""
        found = np.full(len(degrees), -1, dtype=np.int64)
        point, commune = self._tree.query(points(degrees), "intersects")
        found[point[::-1]] = commune[::-1]
        return found
