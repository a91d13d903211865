"""The layers of the base map: province, communes, roads, water."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from etl.demo import plane
from etl.demo.grid import Shapes
from etl.demo.plane import DEGREES
from etl.demo.units import PROVINCE
from etl.demo.world import World


def province(world: World) -> gpd.GeoDataFrame:
    """Return the one province: exactly its communes together."""
    columns = {
        "code": [PROVINCE],
        "name": ["Thái Nguyên"],
        "full_name": ["Tỉnh Thái Nguyên"],
        "unit_type": ["province"],
        "area_km2": [round(sum(unit.area_km2 for unit in world.units), 2)],
        "population": [int(world.people.sum())],
    }
    return _frame(columns, np.array([shapely.coverage_union_all(world.outlines)]))


def commune(world: World) -> gpd.GeoDataFrame:
    """Return the communes with their official codes, names and areas."""
    names = ("code", "name", "full_name", "unit_type", "area_km2")
    columns: dict[str, Any] = {n: [getattr(unit, n) for unit in world.units] for n in names}
    columns |= {"province_code": PROVINCE, "population": world.people}
    return _frame(columns, world.outlines)


def road(world: World) -> gpd.GeoDataFrame:
    """Return roads and railways, those between towns first."""
    lines = _inside(world, np.array([road.line for road in world.roads]))
    columns = {
        "name": [road.name for road in world.roads],
        "ref": [road.ref for road in world.roads],
        "class": [road.rank for road in world.roads],
        "mode": [road.mode for road in world.roads],
    }
    frame = _frame(columns, plane.shapes_to_degrees(lines))
    return frame[~frame.geometry.is_empty].reset_index(drop=True)


def _inside(world: World, lines: Shapes) -> Shapes:
    """Cut off what leaves the province."""
    inside = shapely.coverage_union_all(world.communes)
    shapely.prepare(inside)
    leaving = np.flatnonzero(~shapely.contains(inside, lines))
    for number in leaving:
        parts = shapely.get_parts(shapely.intersection(lines[number], inside))
        # Where a road touches the border the intersection is a point.
        lines[number] = shapely.multilinestrings(parts[shapely.length(parts) > 0])
    return lines


def water(world: World) -> gpd.GeoDataFrame:
    """Return rivers and lakes."""
    columns = {"name": world.water.names, "kind": world.water.kinds}
    return _frame(columns, plane.shapes_to_degrees(world.water.shapes))


def _frame(columns: dict[str, Any], shapes: Shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=DEGREES.srid)
