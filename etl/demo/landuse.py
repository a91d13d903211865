"""Land use as it is: classes of cells over the whole province, traced to smooth areas."""

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from etl.demo import lattice
from etl.demo.grid import Grid, Shapes, sieve, smooth
from etl.demo.ground import COVER
from etl.demo.noise import Ints
from etl.demo.plane import PLANE
from etl.demo.world import World

CODES: Final = (*COVER, "ODT", "ONT", "SKK", "SON", "MNC", "TMD", "DGD", "DKV", "DGT")
"""Land codes; classes of cells are their numbers."""

_CELL: Final = 100.0

_YEAR: Final = 2024
"""Of the inventory."""

_PARKS: Final = {
    "05528": (7, -12),
    "05860": (-15, 6),
    "05890": (7, -16),
    "05941": (4, 4),
    "02107": (4, 6),
}
"""Industrial parks: the commune, and the first block in its lattice."""

_RESERVES: Final = {"01906": 9_000.0, "05725": 8_000.0, "05818": 5_000.0}
"""Nature reserves: the commune, and how far round its town the forest is protected, metres."""


def land_use(world: World) -> gpd.GeoDataFrame:
    """Return the areas of the inventory, each in one commune."""
    grid = Grid.over(tuple(shapely.total_bounds(world.communes)), _CELL)
    commune = grid.burn(world.communes, np.arange(len(world.communes)) + 1)
    classes = sieve(today(world, features(world), grid), 8)
    areas, labels = grid.trace(np.where(commune > 0, commune * len(CODES) + classes, 0))
    number, found = np.divmod(labels, len(CODES))
    columns = {
        "land_code": np.array(CODES)[found],
        "year": _YEAR,
        "commune_code": np.array([unit.code for unit in world.units])[number - 1],
    }
    shapes = smooth(areas, rounds=3, tolerance=45)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=PLANE.srid)


def features(world: World) -> list[tuple[Shapes, Ints]]:
    """Return what covers the open land, the uppermost last: shapes and their classes."""
    housing = np.where(world.wards == 1, CODES.index("ODT"), CODES.index("ONT"))
    found: list[tuple[Shapes, Ints | int]] = [
        (shapely.simplify(shapely.buffer(world.water.rivers, 30), 10), CODES.index("SON")),
        (shapely.simplify(world.built, 10), housing),
        (parks(world, 8, 14), CODES.index("SKK")),
        (world.water.lakes, CODES.index("MNC")),
    ]
    return [(shapes, np.broadcast_to(code, len(shapes))) for shapes, code in found]


def today(world: World, laid: list[tuple[Shapes, Ints]], grid: Grid) -> Ints:
    """Return the class of each cell under ``features``."""
    middles = grid.middles()
    classes = world.ground.cover(middles)
    for code, reach in _RESERVES.items():
        apart = np.hypot(*np.moveaxis(middles - world.towns[world.index(code)], -1, 0))
        wooded = (apart < reach * 1.6) & (classes >= COVER.index("RSX"))
        ragged = reach * (1 + 0.6 * world.ground.soil.at(middles[wooded]))
        wooded[wooded] = apart[wooded] < ragged
        classes[wooded] = COVER.index("RDD")
    for shapes, values in laid:
        burnt = grid.burn(shapes, values + 1)
        classes[burnt > 0] = burnt[burnt > 0] - 1
    return classes


def parks(world: World, length: int, depth: int) -> Shapes:
    """Return the industrial parks, so many blocks long and deep."""
    drawn = []
    for code, first in _PARKS.items():
        number = world.index(code)
        blocks = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (length, depth) + first
        along, across = (blocks * (lattice.LENGTH, lattice.DEPTH)).T
        outline = shapely.Polygon(world.lattices[number].place(along, across))
        drawn.append(shapely.intersection(outline, world.dry[number]))
    return np.array(drawn)
