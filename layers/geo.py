"""Coordinates as named tuples: what the numbers are, in which order and unit."""

from functools import lru_cache
from math import asinh, atan, degrees, floor, pi, radians, sinh, tan
from typing import NamedTuple

import pyproj
from pyproj.exceptions import CRSError

from layers.errors import CrsUnknown

WEB_MERCATOR_HALF = 20037508.342789244
"""Half the side of the EPSG:3857 square, metres."""

MAX_ZOOM = 22
"""Deepest zoom of a tile address."""


class BBox(NamedTuple):
    """A box in longitude, latitude order (CRS84), degrees.

    ``west > east`` means that the box crosses the antimeridian.
    """

    west: float
    south: float
    east: float
    north: float

    def parts(self) -> tuple["BBox", ...]:
        """Return one box, or two when this one crosses the antimeridian."""
        if self.west <= self.east:
            return (self,)
        return (self._replace(east=180.0), self._replace(west=-180.0))


class TileId(NamedTuple):
    """A WebMercatorQuad tile: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @classmethod
    def at(cls, lon: float, lat: float, zoom: int) -> "TileId":
        """Return the tile of a place in degrees; beyond the grid, the nearest."""
        side = 1 << zoom
        south = (1 - asinh(tan(radians(max(min(lat, 85.05), -85.05)))) / pi) / 2
        column, row = floor((lon + 180) / 360 * side), floor(south * side)
        return cls(zoom, min(max(column, 0), side - 1), min(max(row, 0), side - 1))

    def exists(self) -> bool:
        """Tell whether the address is inside the grid, zoom 0 to 22."""
        if not 0 <= self.z <= MAX_ZOOM:
            return False
        side = 1 << self.z
        return 0 <= self.x < side and 0 <= self.y < side

    def bbox(self) -> BBox:
        """Return the tile's box in degrees."""
        side = 1 << self.z

        def latitude(row: int) -> float:
            return degrees(atan(sinh(pi * (1 - 2 * row / side))))

        return BBox(
            self.x / side * 360 - 180,
            latitude(self.y + 1),
            (self.x + 1) / side * 360 - 180,
            latitude(self.y),
        )


class Crs(NamedTuple):
    """A coordinate reference system by its EPSG number.

    Coordinates in the house are always easting/longitude first, whatever order the register
    gives; only the OGC interface turns them to the register's order.
    """

    srid: int

    @property
    def uri(self) -> str:
        """The OGC identifier; storage in 4326 is longitude first, so it is CRS84."""
        if self.srid == 4326:
            return "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
        return f"http://www.opengis.net/def/crs/EPSG/0/{self.srid}"

    @property
    def is_geographic(self) -> bool:
        """Tell whether coordinates are degrees."""
        return definition(self.srid).is_geographic

    def __str__(self) -> str:
        return f"EPSG:{self.srid}"


@lru_cache(maxsize=64)
def definition(srid: int) -> pyproj.CRS:
    """Return PROJ's definition of an EPSG number.

    Raises:
        CrsUnknown: PROJ has no such number.
    """
    try:
        return pyproj.CRS.from_epsg(srid)
    except CRSError as error:
        raise CrsUnknown(f"EPSG:{srid} is not a coordinate reference system.") from error
