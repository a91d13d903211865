"""Coordinate reference systems that a layer is offered in, by their OGC identifiers."""

from functools import lru_cache
from typing import NamedTuple

import pyproj

from gis_server.http.params import ParameterInvalid
from layers.errors import Undeclared
from layers.geo import Crs, definition
from layers.model import Layer


class Reference(NamedTuple):
    """A CRS as the OGC interface names it.

    ``is_northing_first`` tells that the register puts latitude or northing before longitude or
    easting; the house itself never does.
    """

    uri: str
    srid: int
    is_northing_first: bool

    @property
    def digits(self) -> int:
        """Decimals of a coordinate: 7 in degrees, 3 in metres; 1 cm and 1 mm."""
        return 7 if definition(self.srid).is_geographic else 3


class CrsNotOffered(ParameterInvalid, Undeclared):
    """A layer is not offered in the CRS that a parameter names."""


CRS84 = Reference("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, False)
"""Longitude, latitude of WGS 84: what is meant when a request names no CRS."""

_EVERYWHERE = (4326, 3857, 3405)
"""WGS 84 with latitude first, Web Mercator, and VN-2000 UTM 48N for the whole north and south."""

_MARGIN = 10.0
"""Degrees around a projection's area of use in which its formulas still hold to the millimetre."""

_POLE = 85.0
"""Degrees of latitude that every projection offered here reaches."""


@lru_cache(maxsize=64)
def epsg(srid: int) -> Reference:
    """Return a CRS of the EPSG register with the register's axis order."""
    first = definition(srid).axis_info[0].direction
    return Reference(f"http://www.opengis.net/def/crs/EPSG/0/{srid}", srid, first == "north")


def offered(layer: Layer) -> dict[str, Reference]:
    """Return what a layer can be asked in, by identifier; the default comes first."""
    own = layer.geometry.crs.srid
    srids = dict.fromkeys((*_EVERYWHERE, own))
    return {CRS84.uri: CRS84} | {found.uri: found for found in map(epsg, srids)}


def choose(layer: Layer, name: str, text: str | None) -> Reference:
    """Return the CRS that a parameter names, CRS84 when it is absent.

    Raises:
        ParameterInvalid: the layer is not offered in it.
    """
    if text is None:
        return CRS84
    known = offered(layer)
    if text not in known:
        raise CrsNotOffered(name, f"'{text[:100]}' is not one of {', '.join(known)}")
    return known[text]


Domain = tuple[float, float, float, float]
"""West, south, east, north in the units of some CRS, easting or longitude first."""


@lru_cache(maxsize=256)
def domain(source: int, storage: int) -> Domain | None:
    """Return the part of one CRS, in its own coordinates, that can be transformed to another.

    None stands for no limit. Beyond it PROJ gives infinities or an error; no feature is there.
    """
    limits = [_limits(srid) for srid in (source, storage) if not Crs(srid).is_geographic]
    if source == storage or not limits:
        return None
    wests, souths, easts, norths = zip(*limits, strict=True)
    west, south, east, north = max(wests), max(souths), min(easts), min(norths)
    if Crs(source).is_geographic:
        return west, south, east, north
    transformer = pyproj.Transformer.from_crs(4326, source, always_xy=True)
    found = transformer.transform_bounds(west, south, east, north)
    return found[0], found[1], found[2], found[3]


def _limits(srid: int) -> Domain:
    area = definition(srid).area_of_use
    if area is None:
        return -180.0, -_POLE, 180.0, _POLE
    west, south, east, north = area.bounds
    return (
        max(west - _MARGIN, -180.0),
        max(south - _MARGIN, -_POLE),
        min(east + _MARGIN, 180.0),
        min(north + _MARGIN, _POLE),
    )
