"""Where houses stand: the town of each commune, its hamlets, and the roads between."""

from typing import Final

import numpy as np
import shapely

from etl.demo.grid import Shapes
from etl.demo.noise import Floats, Warp, generator
from etl.demo.roads import Road
from etl.demo.settlements import Hamlets

_WARP: Final = ((1_100.0, 200.0), (450.0, 80.0), (200.0, 34.0))
_RIBBON: Final = 62.0
"""Houses stand along a road to this distance, metres."""

_LANE: Final = 480.0
"""And so far from either end of a way to a hamlet, metres."""

_HAMLET: Final = (90.0, 210.0)


def cores(towns: Floats, reach: Floats, main: list[Road], land: Shapes, seed: int) -> Shapes:
    """Draw the town of each commune: a ragged disc, longer along the main roads."""
    discs = _discs(towns, reach * 0.85, seed)
    lines = shapely.union_all([road.line for road in main])
    near = shapely.buffer(shapely.points(towns), reach * 1.7)
    ribbons = shapely.buffer(shapely.intersection(near, lines), _RIBBON + reach * 0.1)
    drawn: Shapes = shapely.intersection(shapely.union(discs, ribbons), shapely.buffer(land, -40))
    return drawn


def whole(cores: Shapes, hamlets: Hamlets, lanes: list[Road], land: Shapes, seed: int) -> Shapes:
    """Add the hamlets, and the houses along the ways near their ends."""
    random = generator(seed, "built")
    discs = _discs(hamlets.points, random.uniform(*_HAMLET, len(hamlets.points)), seed)
    lines = np.array([road.line for road in lanes])
    near = shapely.buffer(shapely.boundary(lines), _LANE)
    houses = np.concatenate([discs, shapely.buffer(shapely.intersection(lines, near), _RIBBON)])
    tree, drawn = shapely.STRtree(houses), cores.copy()
    for number, area in enumerate(shapely.buffer(land, -40)):
        here = shapely.union_all(houses[np.sort(tree.query(area))])
        drawn[number] = shapely.union(cores[number], shapely.intersection(here, area))
    return shapely.simplify(drawn, 3)


def _discs(points: Floats, radii: Floats, seed: int) -> Shapes:
    warp = Warp.of(generator(seed, "discs"), *_WARP)
    discs = shapely.segmentize(shapely.buffer(shapely.points(points), radii), 40)
    places, disc = shapely.get_coordinates(discs, return_index=True)
    back = points - warp.apply(points)
    bent: Shapes = shapely.set_coordinates(discs, warp.apply(places) + back[disc])
    return shapely.buffer(bent, 0)
