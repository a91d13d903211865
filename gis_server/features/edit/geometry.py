"""The geometry of a feature that is sent: read strictly, brought to the layer's CRS. Pure."""

import json
import math
from typing import Any, NamedTuple

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from etl.check import Fault
from etl.geometry import FIELD, Place
from gis_server.features.crs import Reference
from gis_server.features.edit.values import is_number
from layers.geo import BBox, Crs, definition
from layers.model import Layer

_DEPTHS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
"""GeoJSON type to how many lists lie around a position."""

_MEMBERS = {"type", "coordinates", "bbox"}

_MARGIN = 0.1
"""Degrees around a CRS's area of use, which the register rounds and whose edges parcels cross."""


class ShapeInvalid(ValueError):
    """A geometry cannot be taken; the text is the reason."""


class Placed(NamedTuple):
    """A geometry in the layer's CRS, with its area (square metres) or length (metres) if any."""

    shape: BaseGeometry
    measured: float | None


def read(document: Any, crs: Reference) -> BaseGeometry:
    """Read a GeoJSON geometry with the axis order of its CRS; heights are dropped.

    Returns:
        The shape, easting or longitude first.

    Raises:
        ShapeInvalid: with the reason.
    """
    if document is None:
        raise ShapeInvalid("missing")
    # Compared, for a list or an object cannot be looked up.
    if not isinstance(document, dict) or document.get("type") not in tuple(_DEPTHS):
        raise ShapeInvalid(f"not a GeoJSON geometry ({', '.join(_DEPTHS)})")
    if "crs" in document:
        raise ShapeInvalid("has a member 'crs'; name the CRS in the header Content-Crs")
    unknown = sorted(document.keys() - _MEMBERS)
    if unknown:
        raise ShapeInvalid(f"has a member '{unknown[0][:100]}', which GeoJSON does not know")
    places = _places(document.get("coordinates"), _DEPTHS[document["type"]])
    plain = {"type": document["type"], "coordinates": places}
    try:
        shape = shapely.from_geojson(json.dumps(plain))
    except shapely.errors.GEOSException as error:
        raise ShapeInvalid(f"invalid: {str(error).partition(': ')[2].lower() or error}") from None
    return _turned(shape) if crs.is_northing_first else shape


def place(layer: Layer, shape: BaseGeometry, crs: Reference) -> Placed:
    """Bring a shape to the layer's CRS and type, and measure it, as a load does.

    Raises:
        ShapeInvalid: with the reason.
    """
    if not definition(crs.srid).is_geographic:
        _check_place(layer, shape, crs)
    prepared = Place.between(layer, definition(crs.srid))
    located = prepared.locate(np.array([shape], dtype=object))
    _check(located.faults)
    # A load repairs what hardly changes by it; whoever edits gets back what they sent.
    _check([fault._replace(reason=f"invalid, {fault.reason}") for fault in located.warnings])
    if not shape.is_valid:
        raise ShapeInvalid(f"invalid: {shapely.is_valid_reason(shape).lower()}")
    _check_place(layer, shape, crs)
    measured = float(located.measured[0])
    return Placed(located.shapes[0], round(measured, 2) if math.isfinite(measured) else None)


def _check(faults: list[Fault]) -> None:
    for fault in faults:
        raise ShapeInvalid(fault.reason + (f" ({fault.value})" if fault.value else ""))


def _check_place(layer: Layer, shape: BaseGeometry, crs: Reference) -> None:
    """Refuse what lies where no feature of the layer can be, in a wrong zone for example."""
    if shape.is_empty:
        raise ShapeInvalid("missing")
    west, south, east, north = bounds = _degrees(shape, crs).bounds
    for area, name in _areas(layer, crs):
        inside = west >= area.west and east <= area.east
        if not (inside and south >= area.south and north <= area.north):
            where = ", ".join(f"{side:.4f}" for side in bounds[:2])
            limits = ", ".join(f"{side:g}" for side in area)
            raise ShapeInvalid(
                f"lies at longitude, latitude {where}, outside {name} ({limits});"
                " look at axis order, zone and Content-Crs"
            )


def _areas(layer: Layer, crs: Reference) -> list[tuple[BBox, str]]:
    found = []
    for srid in dict.fromkeys((crs.srid, layer.geometry.crs.srid)):
        area = definition(srid).area_of_use
        if area is not None:
            west, south, east, north = area.bounds
            grown = BBox(west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
            found.append((grown, f"the area of use of {Crs(srid)}"))
    if layer.expect.bbox:
        found.append((layer.expect.bbox, "where the layer's features are expected"))
    return found


def _degrees(shape: BaseGeometry, crs: Reference) -> BaseGeometry:
    if definition(crs.srid).is_geographic:
        return shape
    transform = pyproj.Transformer.from_crs(crs.srid, 4326, always_xy=True).transform
    moved: BaseGeometry = shapely.transform(
        shape, lambda places: np.column_stack(transform(places[:, 0], places[:, 1]))
    )
    return moved


def _places(node: Any, depth: int) -> Any:
    """Check the lists of a geometry's coordinates; give them without heights."""
    if not isinstance(node, list):
        raise ShapeInvalid("its coordinates are not lists as deep as its type wants them")
    if depth:
        return [_places(inner, depth - 1) for inner in node]
    if len(node) not in (2, 3) or not all(map(is_number, node)):
        raise ShapeInvalid(f"a position is not two or three finite numbers ({str(node)[:100]})")
    return node[:2]


def _turned(shape: BaseGeometry) -> BaseGeometry:
    turned: BaseGeometry = shapely.transform(shape, lambda places: places[:, ::-1])
    return turned


def fault(error: ShapeInvalid) -> Fault:
    """Return a refusal as a fault of a feature."""
    return Fault(0, FIELD, "", str(error))
