"""Where small things stand: beside a road of their commune, with an address."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from etl.demo import grid, plane
from etl.demo.anchors import Anchors
from etl.demo.noise import Floats, Ints
from etl.demo.plane import DEGREES
from etl.demo.world import World

_NEAR: Final = (16.0, 42.0)
"""How far from the middle of a road buildings stand, metres."""

Row = dict[str, Any]
"""Fields of one thing by name; ``commune`` is the index of its commune."""


def beside(
    world: World, anchors: Anchors, rows: list[Row], random: np.random.Generator
) -> gpd.GeoDataFrame:
    """Put each row beside a road of its commune; ``address`` and ``commune_code`` are added."""
    chosen = anchors.pick(np.array([row["commune"] for row in rows]), random)
    return at(world, rows, anchors.beside(chosen, _NEAR, random))


def at(world: World, rows: list[Row], points: Floats) -> gpd.GeoDataFrame:
    """Put each row at a point (n, 2) in the plane that lies in its commune."""
    frame = pd.DataFrame(rows)
    communes = frame.pop("commune").to_numpy(np.int64)
    frame["address"] = near(world, points, communes)
    frame["commune_code"] = [world.units[commune].code for commune in communes]
    geometry = grid.points(plane.to_degrees(points))
    return gpd.GeoDataFrame(frame.convert_dtypes(), geometry=geometry, crs=DEGREES.srid)


def near(world: World, points: Floats, communes: Ints) -> list[str]:
    """Return for each point (n, 2) its nearest hamlet in its commune, and the commune."""
    nearest = np.empty(len(points), dtype=np.int64)
    for commune in np.unique(communes):
        here, there = communes == commune, np.flatnonzero(world.hamlets.commune == commune)
        apart = points[here, None] - world.hamlets.points[there]
        nearest[here] = there[np.einsum("ijk,ijk->ij", apart, apart).argmin(axis=1)]
    return [
        f"{world.hamlets.names[hamlet]}, {world.units[commune].place}"
        for hamlet, commune in zip(nearest.tolist(), communes.tolist(), strict=True)
    ]
