"""Shapes of a request, made ready for a spatial condition in the layer's CRS."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_server.features.crs import Reference, domain
from gis_server.features.query import Area
from gis_server.http import params
from gis_server.http.params import ParameterInvalid
from layers import pixels
from layers.geo import BBox, Crs

_PARTS = 128
"""Pieces that the longer side of a shape is cut into before it is transformed.

A straight side in one CRS is a curve in another. For a side of 10 km between degrees and a TM-3
zone the rest of the bend is below a micrometre, for 100 km below a tenth of a millimetre.
"""

_POLE = 90.0

_GLOBE = shapely.box(-180, -_POLE, 180, _POLE)


def box(text: str, crs: Reference, storage: Crs, name: str = "bbox") -> Area:
    """Read a box in the axis order of its CRS; six numbers have heights, which are dropped.

    Raises:
        ParameterInvalid: not four or six finite numbers, or upside down, or off the globe.
    """
    if crs.srid == 4326:
        found = params.bbox(text, name, is_latitude_first=crs.is_northing_first)
        if found.south > _POLE or found.north < -_POLE:
            return Area(shapely.to_wkb(shapely.Polygon()), crs.srid)
        found = found._replace(south=max(found.south, -_POLE), north=min(found.north, _POLE))
        first, *others = (_rectangle(part) for part in found.parts())
        shape = shapely.union_all([first, *others]) if others else first
        made = ready(shape, crs, storage)
        return made._replace(inside=pixels.inside(found)) if found.west < found.east else made
    return ready(_rectangle(_metres(text, name)), crs, storage)


def literal(geojson: Mapping[str, Any], crs: Reference, storage: Crs) -> Area:
    """Take a GeoJSON geometry of a filter, with the axis order of its CRS.

    Raises:
        ParameterInvalid: not a geometry, empty, infinite, off the globe, or crossing itself.
    """
    try:
        shape = shapely.from_geojson(json.dumps(geojson))
    except (shapely.errors.GEOSException, ValueError) as error:
        raise ParameterInvalid("filter", "a geometry in it is not GeoJSON") from error
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ParameterInvalid("filter", "a geometry in it is empty or infinite")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise ParameterInvalid("filter", f"a geometry in it is not valid: {reason}")
    flat = shapely.force_2d(shape)
    turned = _turned(flat) if crs.is_northing_first else flat
    if crs.srid == 4326:
        _check_degrees(turned, crs)
    return ready(turned, crs, storage)


def _check_degrees(shape: BaseGeometry, crs: Reference) -> None:
    """Nothing lies beyond a pole, where the register's order takes who sends longitude first."""
    west, south, east, north = shape.bounds
    if crs.is_northing_first:
        south = north = 0.0
    if not _GLOBE.covers(shapely.box(west, south, east, north)):
        first = "latitude" if crs.is_northing_first else "longitude"
        said = f"a geometry in it is beyond 180 or 90 degrees; the order is {first} first"
        raise ParameterInvalid("filter", said)


def corners(numbers: list[float], crs: Reference, storage: Crs) -> Area:
    """Take the box of a filter, with the axis order of its CRS."""
    return box(",".join(map(repr, numbers)), crs, storage, "filter")


def ready(shape: BaseGeometry, crs: Reference, storage: Crs) -> Area:
    """Cut a shape to where both CRS hold and add the vertices that a transformation needs."""
    limits = domain(crs.srid, storage.srid)
    if limits is not None and not shapely.box(*limits).contains(shape):
        shape = shapely.clip_by_rect(shape, *limits)
    if crs.srid != storage.srid and not shape.is_empty:
        west, south, east, north = shape.bounds
        side = max(east - west, north - south)
        shape = shapely.segmentize(shape, side / _PARTS) if side > 0 else shape
    return Area(shapely.to_wkb(shape), crs.srid)


def _rectangle(found: BBox) -> BaseGeometry:
    """A box without width or height is a point or a line: a flat polygon meets nothing."""
    if found.west == found.east and found.south == found.north:
        return shapely.Point(found.west, found.south)
    if found.west == found.east or found.south == found.north:
        return shapely.LineString([found[:2], found[2:]])
    return shapely.box(*found)


def _metres(text: str, name: str) -> BBox:
    """Read a box in a projected CRS; it cannot cross the antimeridian."""
    found = params.corners(text, name)
    if found.west > found.east or found.south > found.north:
        raise ParameterInvalid(name, "the first corner must be below and left of the second")
    return found


def _turned(shape: BaseGeometry) -> BaseGeometry:
    turned: BaseGeometry = shapely.transform(shape, lambda places: places[:, ::-1])
    return turned
