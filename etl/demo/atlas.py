"""The layers of the base map: province, communes, islands, roads, water."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from etl.demo import plane
from etl.demo.grid import Shapes, points
from etl.demo.plane import DEGREES
from etl.demo.units import PROVINCE
from etl.demo.world import World

_ISLANDS: Final = (
    ("HS", "Quần đảo Hoàng Sa", "Hoang Sa Archipelago", "archipelago",
     "thành phố Đà Nẵng", 111.9, 16.5),
    ("TS", "Quần đảo Trường Sa", "Truong Sa Archipelago", "archipelago",
     "tỉnh Khánh Hòa", 114.0, 9.8),
    ("PQ", "Đặc khu Phú Quốc", "Phu Quoc", "special_zone", "tỉnh An Giang", 103.98, 10.23),
    ("CD", "Đặc khu Côn Đảo", "Con Dao", "special_zone", "Thành phố Hồ Chí Minh", 106.61, 8.69),
    ("LS", "Đặc khu Lý Sơn", "Ly Son", "special_zone", "tỉnh Quảng Ngãi", 109.11, 15.38),
    ("PQY", "Đặc khu Phú Quý", "Phu Quy", "special_zone", "tỉnh Lâm Đồng", 108.94, 10.52),
    ("CT", "Đặc khu Cô Tô", "Co To", "special_zone", "tỉnh Quảng Ninh", 107.76, 20.98),
    ("VD", "Đặc khu Vân Đồn", "Van Don", "special_zone", "tỉnh Quảng Ninh", 107.42, 21.07),
    ("CH", "Đặc khu Cát Hải", "Cat Hai", "special_zone", "thành phố Hải Phòng", 107.0, 20.8),
    ("BLV", "Đặc khu Bạch Long Vĩ", "Bach Long Vi", "special_zone",
     "thành phố Hải Phòng", 107.73, 20.13),
    ("CC", "Đặc khu Cồn Cỏ", "Con Co", "special_zone", "tỉnh Quảng Trị", 107.34, 17.16),
    ("KH", "Đặc khu Kiên Hải", "Kien Hai", "special_zone", "tỉnh An Giang", 104.32, 9.81),
    ("TC", "Đặc khu Thổ Châu", "Tho Chau", "special_zone", "tỉnh An Giang", 103.48, 9.3),
    ("CLC", "Cù Lao Chàm", "Cham Islands", "island", "thành phố Đà Nẵng", 108.51, 15.95),
)  # fmt: skip
"""Code, name, English name, kind, province, longitude and latitude in degrees of the label."""


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


def islands() -> gpd.GeoDataFrame:
    """Return the archipelagos and the better known islands, where their labels stand."""
    names = ("code", "name", "name_en", "kind", "province_name")
    columns = {name: [island[n] for island in _ISLANDS] for n, name in enumerate(names)}
    return _frame(columns, points(np.array([island[5:] for island in _ISLANDS])))


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
