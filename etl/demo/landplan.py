"""Land use as it is planned round each town: it grows, and gets parks, schools and wider roads."""

from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from etl.demo.grid import Grid, Shape, Shapes, sieve, smooth
from etl.demo.ground import COVER
from etl.demo.landuse import CODES, features, parks, today
from etl.demo.noise import Ints, Terrain, generator
from etl.demo.plane import PLANE
from etl.demo.roads import HALF_WIDTH
from etl.demo.world import World

_CELL: Final = 40.0
_FROM, _TO = date(2021, 1, 1), date(2030, 12, 31)

_GROWTH: Final = 1.45
"""A town is planned to reach so much farther."""

_WISHES: Final = (("DKV", 0.34, 0.46), ("TMD", 0.46, 0.9), ("DGD", -0.46, -0.36))
"""What is planned in a town where a random field lies between two values."""


def land_plan(world: World) -> gpd.GeoDataFrame:
    """Return the zones of the plan of each commune."""
    wish = Terrain.of(generator(world.seed, "plan"), 600.0, 3)
    roads = [road for road in world.roads if road.ref]
    widths = [2.5 * HALF_WIDTH[road.rank] for road in roads]
    ribbons = shapely.buffer([road.line for road in roads], widths, cap_style="flat")
    industry = parks(world, 11, 20)
    laid = [*features(world), (industry, np.full(len(industry), CODES.index("SKK")))]
    frames = []
    for number, commune in enumerate(world.communes):
        grid = _window(world, number)
        classes = _planned(world, number, grid, today(world, laid, grid), wish)
        frames.append(_frame(world, number, *_zones(grid, classes, commune, ribbons)))
    return pd.concat(frames, ignore_index=True)


def _window(world: World, number: int) -> Grid:
    """Return cells over all of a ward, or over what is planned of a commune."""
    if world.wards[number]:
        return Grid.over(tuple(shapely.bounds(world.communes[number])), _CELL)
    east, north = world.towns[number]
    reach = 1.3 * _reach(world, number) + 500
    return Grid.over((east - reach, north - reach, east + reach, north + reach), _CELL)


def _planned(world: World, number: int, grid: Grid, classes: Ints, wish: Terrain) -> Ints:
    """Turn what the cells are into what is planned; -1 where nothing is."""
    middles = grid.middles()
    wanted, reach = wish.at(middles), _reach(world, number)
    apart = np.hypot(*np.moveaxis(middles - world.towns[number], -1, 0))
    grows = (apart < reach * (1 + 0.5 * wanted)) & (classes < len(COVER))
    classes[grows] = CODES.index("ODT" if world.wards[number] else "ONT")
    housing = (CODES.index("ODT"), CODES.index("ONT"))
    for code, low, high in _WISHES:
        chosen = (wanted > low) & (wanted < high) & np.isin(classes, housing)
        classes[chosen] = CODES.index(code)
    classes = sieve(classes, 6)
    if not world.wards[number]:
        classes[apart > (reach + 350) * (1 + 0.3 * wanted)] = -1
    return classes


def _reach(world: World, number: int) -> float:
    """Return how far a town is planned to reach, metres."""
    return _GROWTH * float(np.sqrt(world.cores[number].area / np.pi))


def _zones(grid: Grid, classes: Ints, commune: Shape, ribbons: Shapes) -> tuple[Shapes, Ints]:
    """Trace the zones of a commune and cut the planned roads out of them."""
    areas, found = grid.trace(classes + 1)
    near = shapely.clip_by_rect(ribbons, *grid.bounds)
    zones = shapely.intersection(smooth(areas, rounds=3, tolerance=20), commune)
    roads = shapely.intersection(shapely.union_all(near), shapely.union_all(zones))
    zones = np.array([*shapely.difference(zones, roads), roads])
    codes = np.append(found - 1, CODES.index("DGT"))
    kept = shapely.area(zones) > 100
    return zones[kept], codes[kept]


def _frame(world: World, number: int, shapes: Shapes, codes: Ints) -> gpd.GeoDataFrame:
    unit = world.units[number]
    columns = {
        "land_code": np.array(CODES)[codes],
        "plan_name": f"Quy hoạch sử dụng đất đến năm 2030, {unit.place} (trình diễn)",
        "decision": f"{1000 + number}/QĐ-UBND (trình diễn)",
        "valid_from": _FROM,
        "valid_to": _TO,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=PLANE.srid)
