"""Roads inside a commune: ways to its hamlets, and the streets of its town."""

from typing import Final

import numpy as np
import shapely

from etl.demo import names
from etl.demo.grid import Shape, Shapes, points
from etl.demo.lattice import Lattice
from etl.demo.lattice import streets as lattice_streets
from etl.demo.noise import Floats, Ints, Warp, generator
from etl.demo.roads import Road, winding
from etl.demo.settlements import Hamlets

_WARP: Final = ((1_300.0, 230.0), (500.0, 80.0))
_DETOUR: Final = 20.0
"""A way over a lake counts so many times."""


def ways(
    main: list[Road], hamlets: Hamlets, communes: Shapes, lakes: Shapes, seed: int
) -> list[Road]:
    """Join each hamlet outside a town to the nearest road or hamlet that is already joined."""
    warp = Warp.of(generator(seed, "lanes"), *_WARP)
    vertices = shapely.get_coordinates([road.line for road in main])[::4]
    tree, bed = shapely.STRtree(points(vertices)), shapely.union_all(lakes)
    roads = []
    for number, commune in enumerate(communes):
        here = np.flatnonzero(hamlets.commune == number)
        joined = vertices[np.sort(tree.query(commune, "intersects"))]
        targets = np.vstack([joined, hamlets.points[here]])
        named = [None] * len(joined) + [hamlets.names[hamlet] for hamlet in here]
        for place, target in _tree(targets, len(joined), bed):
            line = winding(targets[[target, place]], warp, 250)
            roads.append(Road(line, _name(named[place], named[target]), None, "commune"))
    return roads


def _tree(places: Floats, joined: int, bed: Shape) -> list[tuple[int, int]]:
    """Return the least tree that joins all points to the first ``joined`` (Prim)."""
    cost = _cost(places, joined, bed)
    reached = np.arange(len(places)) < joined
    pairs = []
    while not reached.all():
        open_ = np.where(reached, cost, np.inf)
        open_[reached[joined:]] = np.inf
        place, target = np.unravel_index(open_.argmin(), cost.shape)
        pairs.append((joined + int(place), int(target)))
        reached[joined + place] = True
    return pairs


def _cost(places: Floats, joined: int, bed: Shape) -> Floats:
    """Return what a way from each place (rows) to each point costs, metres."""
    starts = np.repeat(places[joined:], len(places), axis=0)
    ends = np.tile(places, (len(places) - joined, 1))
    cost: Floats = np.hypot(*(starts - ends).T)
    if shapely.intersects(bed, shapely.envelope(shapely.LineString(places))):
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        shapely.prepare(bed)
        cost[shapely.intersects(bed, lines)] *= _DETOUR
    return cost.reshape(-1, len(places))


def _name(place: str | None, target: str | None) -> str | None:
    if place is None or place.startswith("Tổ"):
        return None
    return f"Đường {target} - {place}" if target else f"Đường vào {place}"


def streets(lattices: list[Lattice], cores: Shapes, wards: Ints) -> list[Road]:
    """Draw the streets of the towns; those of wards have names."""
    roads = []
    for lattice, core, ward in zip(lattices, cores, wards, strict=True):
        for number, line in lattice_streets(lattice, core):
            name = names.street(number) if ward else None
            roads.append(Road(shapely.LineString(line), name, None, "street"))
    return roads
