"""The plane of the province, EPSG:9213 (metres, easting first), and degrees (EPSG:4326)."""

from functools import cache
from typing import Final

import numpy as np
import pyproj
import shapely

from etl import crs
from etl.demo.grid import Shapes
from etl.demo.noise import Floats
from layers.geo import Crs, definition

PLANE: Final = Crs(9213)
"""The legal zone of the province: VN-2000, meridian 106°30'."""

DEGREES: Final = Crs(4326)

_DECIMALS: Final = 7


def to_plane(degrees: Floats) -> Floats:
    """Turn longitude, latitude (n, 2) into easting, northing."""
    return _turn(DEGREES, PLANE, degrees)


def to_degrees(points: Floats) -> Floats:
    """Turn easting, northing (n, 2) into longitude, latitude, rounded to a centimetre."""
    return np.round(_turn(PLANE, DEGREES, points), _DECIMALS)


def shapes_to_degrees(shapes: Shapes) -> Shapes:
    """Turn geometries of the plane into degrees; equal vertices stay equal."""
    turned: Shapes = shapely.transform(shapes, to_degrees)
    return turned


def _turn(source: Crs, target: Crs, points: Floats) -> Floats:
    return np.column_stack(_transformer(source, target).transform(points[:, 0], points[:, 1]))


@cache
def _transformer(source: Crs, target: Crs) -> pyproj.Transformer:
    found = crs.transformer(definition(source.srid), target)
    if found is None:
        raise ValueError(f"{source} and {target} are the same")
    return found
