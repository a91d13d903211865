"""Land parcels: lots of the blocks round each town, as far as the cadastral map reaches."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely

from etl.demo import lattice, lots, register
from etl.demo.geoparquet import Rows
from etl.demo.grid import Shapes
from etl.demo.ground import COVER
from etl.demo.lattice import Lattice
from etl.demo.lots import SETTINGS, Lots, Obstacles
from etl.demo.noise import Floats, Ints, generator
from etl.demo.roads import HALF_WIDTH
from etl.demo.world import World

_TRACK: Final = 8.0
"""Metres from the middle of the railway to the lots beside it."""

_VERGE: Final = 8.0
"""Lots keep so many metres from borders and water."""

_FOREST: Final = COVER.index("RSX")


def parcels(world: World, count: int) -> Iterator[Rows]:
    """Yield the parcels of the province commune by commune, ``count`` in all.

    What does not fit into a commune is left to the next.
    """
    obstacles, owed = _obstacles(world), 0
    for number, quota in enumerate(_quotas(world.people, count)):
        random = generator(world.seed, "parcels", world.units[number].code)
        found = _lots(world, number, quota + owed, obstacles, random)
        owed += quota - len(found.shapes)
        yield Rows(register.describe(world, number, found, random), found.shapes)


def _quotas(people: Ints, count: int) -> list[int]:
    share = 0.65 * people / people.sum() + 0.35 / len(people)
    quotas: list[int] = np.diff(np.round(share.cumsum() * count).astype(int), prepend=0).tolist()
    return quotas


def _obstacles(world: World) -> Obstacles:
    """Return all roads but streets, which already run between the blocks."""
    roads = [road for road in world.roads if road.rank != "street"]
    widths = [_TRACK if road.mode == "railway" else HALF_WIDTH[road.rank] for road in roads]
    return Obstacles(np.array([road.line for road in roads]), np.array(widths))


def _lots(
    world: World, number: int, wanted: int, obstacles: Obstacles, random: np.random.Generator
) -> Lots:
    """Cut block after block, outwards from the edge of the town, until there are enough lots."""
    found, inside = world.lattices[number], world.dry[number].buffer(-_VERGE)
    shapely.prepare(inside)
    order = _outwards(found, world, number, random)
    parts, have, step = list[Lots](), 0, wanted // 6 + 20
    for start in range(0, len(order), step):
        blocks = order[start : start + step]
        blocks = blocks[shapely.covers(inside, _outlines(found, blocks))]
        cut = lots.cut(found, blocks, _settings(world, number, found.middles(blocks)), random)
        parts.append(obstacles.clip(cut))
        have += len(parts[-1].shapes)
        if have >= wanted:
            break
    return Lots.join(parts).take(np.arange(min(have, wanted)))


def _outwards(found: Lattice, world: World, number: int, random: np.random.Generator) -> Ints:
    """Return the blocks of a commune by their distance from where its map begins.

    In a ward that is the middle of the town, in a commune the edge, where houses meet fields.
    """
    blocks = found.blocks(shapely.bounds(world.communes[number]).tolist())
    edge = 0.0 if world.wards[number] else 0.45 * np.sqrt(world.cores[number].area / np.pi)
    along = (blocks[:, 0] + 0.5) * lattice.LENGTH
    across = (blocks[:, 1] + 0.5) * lattice.DEPTH - edge
    return blocks[np.argsort(np.hypot(along, across) + random.uniform(0, 45, len(blocks)))]


def _outlines(found: Lattice, blocks: Ints) -> Shapes:
    ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)])
    corners = (blocks[:, None] + ring) * (lattice.LENGTH, lattice.DEPTH)
    return np.asarray(shapely.polygons(found.place(corners[..., 0], corners[..., 1])))


def _settings(world: World, number: int, middles: Floats) -> Ints:
    """Return the index in ``SETTINGS`` of each block."""
    shapely.prepare([world.cores[number], world.built[number]])
    in_town = shapely.contains_xy(world.cores[number], *middles.T) & bool(world.wards[number])
    lived_in = shapely.contains_xy(world.built[number], *middles.T)
    wooded = world.ground.cover(middles) >= _FOREST
    names = np.select([in_town, lived_in, wooded], ["town", "village", "forest"], "field")
    return np.array([SETTINGS.index(name) for name in names], dtype=np.int64)
