"""Where things happen: a few places again and again, the rest anywhere."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from etl.demo import plane
from etl.demo.anchors import Anchors
from etl.demo.grid import Grid, points
from etl.demo.ground import COVER
from etl.demo.noise import Floats, Ints
from etl.demo.world import World

_METRE: Final = 1 / 111_200
"""Degrees of latitude in a metre."""

_CLUSTERS: Final = 64

_APART: Final = 700.0
"""Metres between the middles of two clusters, at least."""

_RADIUS: Final = (120.0, 480.0)
"""Metres from the middle of a cluster to its edge, from and to."""

_BACKGROUND: Final = 0.24
"""Share of what happens outside the clusters."""

_RISING: Final = 6
"""Clusters that get worse."""

_GROWTH: Final = (1.0, 2.0, 3.5, 7.0, 10.0, 14.0)
"""How many times their weight those have, by phase."""

_CELL: Final = 300.0
"""Side of the ground that a place in the forest stands for, metres."""


@dataclass(frozen=True)
class Sites:
    """Places where something can happen; each stands for the ground around it."""

    degrees: Floats
    """Longitude, latitude (n, 2)."""
    commune: Ints
    spread: float
    """A thing happens at most so many metres east or north of its site; that is in the commune."""

    def scatter(self, sites: Ints, random: np.random.Generator) -> Floats:
        """Return places (n, 2) in degrees near sites (n)."""
        middle = self.degrees[sites]
        away = random.uniform(-self.spread, self.spread, middle.shape) * _METRE
        away[:, 0] /= np.cos(np.radians(middle[:, 1]))
        places: Floats = np.round(middle + away, 6)
        return places


def roadside(anchors: Anchors) -> Sites:
    """Return places along roads."""
    return Sites(plane.to_degrees(anchors.points), anchors.commune, 40.0)


def wild(world: World) -> Sites:
    """Return places in the forests, away from borders."""
    bounds = tuple(shapely.total_bounds(world.communes))
    grid = Grid.over(bounds, _CELL)
    inner = shapely.buffer(world.dry, -_CELL)
    commune = grid.burn(inner, np.arange(len(inner)) + 1)
    middles = grid.middles()
    wooded = (commune > 0) & (world.ground.cover(middles) >= COVER.index("CLN"))
    return Sites(plane.to_degrees(middles[wooded]), commune[wooded] - 1, _CELL / 2.5)


@dataclass(frozen=True)
class Hotspots:
    """Clusters of sites with Zipf's weights, some of which rise late, over a background."""

    sites: Sites
    first: Ints
    """Where the sites of each cluster begin in ``members``, and the end (n + 1)."""
    members: Ints
    weights: Floats
    """Cumulative weight of the clusters by phase (phases, n)."""

    @classmethod
    def of(cls, sites: Sites, weight: Floats, random: np.random.Generator) -> "Hotspots":
        """Draw clusters round sites, chosen by weight (n)."""
        centres = _apart(sites.degrees, _drawn(weight, random))
        metres = random.uniform(*_RADIUS, len(centres))
        tree = shapely.STRtree(points(sites.degrees))
        cluster, member = tree.query(
            points(sites.degrees[centres]), "dwithin", distance=metres * _METRE
        )
        away = np.hypot(*(sites.degrees[member] - sites.degrees[centres[cluster]]).T)
        order = np.lexsort((member, away, cluster))
        first = np.searchsorted(cluster[order], np.arange(len(centres) + 1))
        return cls(sites, first, member[order], _zipf(len(centres), random))

    def draw(self, phase: Ints, random: np.random.Generator) -> Ints:
        """Return a site for each time, whose phase is given."""
        count = len(phase)
        chance, cluster = random.random(count), np.empty(count, dtype=np.int64)
        for number in np.unique(phase):
            now = phase == number
            cluster[now] = np.searchsorted(self.weights[number], chance[now])
        size = self.first[cluster + 1] - self.first[cluster]
        inner = (random.random(count) ** 1.6 * size).astype(np.int64)
        anywhere = random.integers(0, len(self.sites.commune), count)
        elsewhere = random.random(count) < _BACKGROUND
        return np.where(elsewhere, anywhere, self.members[self.first[cluster] + inner])


def _drawn(weight: Floats, random: np.random.Generator) -> Ints:
    """Return more sites than there will be clusters, drawn by weight."""
    chances = weight / weight.sum()
    drawn: Ints = random.choice(len(weight), 6 * _CLUSTERS, replace=False, p=chances)
    return drawn


def _apart(degrees: Floats, drawn: Ints) -> Ints:
    """Keep one after the other what is apart from all before."""
    kept = list[int]()
    for site in drawn.tolist():
        near = np.hypot(*(degrees[kept] - degrees[site]).T) < _APART * _METRE
        if not near.any():
            kept.append(site)
    return np.array(kept[:_CLUSTERS], dtype=np.int64)


def _zipf(count: int, random: np.random.Generator) -> Floats:
    """Return the cumulative weights by phase and rank (phases, n)."""
    weight = np.tile(1 / np.arange(1, count + 1) ** 0.9, (len(_GROWTH), 1))
    rising = random.choice(np.arange(count // 5, count), _RISING, replace=False)
    weight[:, rising] *= np.array(_GROWTH)[:, None]
    weights = np.cumsum(weight, axis=1)
    shares: Floats = weights / weights[:, -1:]
    return shares
