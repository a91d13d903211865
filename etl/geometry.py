"""Geometry cleaning: shapes of a source are transformed, repaired, promoted and measured."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from cells.index import cells_of
from etl import crs as crs_of
from etl.check import Fault
from layers.model import Layer

Array = npt.NDArray[Any]

H3_RESOLUTION = 10
"""Resolution of the stored cell: about 66 m across an edge."""

FIELD = "geometry"

_REPAIR_SHARE, _REPAIR_AREA = 0.001, 0.5
"""A repair may change an area by a thousandth, or by the half square metre that offices allow."""

_ELLIPSOID = pyproj.Geod(ellps="WGS84")
"""Also the ellipsoid of VN-2000."""

_MILLIMETRE_DEGREES = 1e-8

_TYPES = {
    "Point": ((0,), None),
    "MultiPoint": ((0, 4), shapely.multipoints),
    "LineString": ((1,), None),
    "MultiLineString": ((1, 5), shapely.multilinestrings),
    "Polygon": ((3,), None),
    "MultiPolygon": ((3, 6), shapely.multipolygons),
}
"""OGC name to the type numbers of shapely that are taken, and what makes a multi of a single."""


class Located(NamedTuple):
    """Geometries of a batch in the layer's CRS.

    ``shapes`` holds None where a row is refused; ``measured`` are areas (square metres) or lengths
    (metres), NaN where there is nothing to measure.
    """

    shapes: Array
    measured: npt.NDArray[np.float64]
    faults: list[Fault]
    warnings: list[Fault]


@dataclass(frozen=True)
class Place:
    """Brings the geometries of one source into one layer."""

    layer: Layer
    crs: pyproj.CRS
    transformer: pyproj.Transformer | None

    @classmethod
    def between(cls, layer: Layer, crs: pyproj.CRS) -> "Place":
        """Prepare the transformation from the source's CRS to the layer's."""
        return cls(layer, crs, crs_of.transformer(crs, layer.geometry.crs))

    def locate(self, shapes: Array) -> Located:
        """Transform, repair, promote and measure one batch of shapely geometries."""
        faults: list[Fault] = []
        warnings: list[Fault] = []
        kept = shapely.force_2d(shapes)
        self._refuse(kept, shapely.is_missing(kept) | shapely.is_empty(kept), "missing", faults)
        self._refuse(kept, ~_fits(kept, self.layer.geometry.type), self._wanted(), faults)
        self._refuse(kept, self._swapped(kept), "latitude stands where longitude belongs", faults)
        self._refuse(kept, self._outside(kept), self._outside_reason(), faults)
        self._repair(kept, faults, warnings)
        legal = crs_of.measures_area(self.crs)
        measured = self._measure(kept, geographic=False) if legal else None
        kept = _promoted(self._moved(kept), self.layer.geometry.type)
        self._refuse(kept, self._speck(kept), "smaller than a millimetre", faults)
        if measured is None:
            measured = self._measure(kept, geographic=self.layer.geometry.crs.is_geographic)
        return Located(kept, measured, faults, warnings)

    def _refuse(self, shapes: Array, where: Array, reason: str, faults: list[Fault]) -> None:
        rows = np.flatnonzero(where)
        done = {fault.row for fault in faults}
        faults += [Fault(int(r), FIELD, _shown(shapes[r]), reason) for r in rows if r not in done]
        shapes[where] = None

    def _speck(self, shapes: Array) -> Array:
        """Mark lines and areas that no encoding has digits enough to show as such."""
        if self.layer.geometry.dimension == 0:
            return np.zeros(len(shapes), dtype=np.bool_)
        west, south, east, north = shapely.bounds(shapes).T
        smallest = _MILLIMETRE_DEGREES if self.layer.geometry.crs.is_geographic else 0.001
        with np.errstate(invalid="ignore"):
            found: Array = np.maximum(east - west, north - south) < smallest
        return found & ~shapely.is_missing(shapes)

    def _wanted(self) -> str:
        return f"not a {self.layer.geometry.type}"

    def _swapped(self, shapes: Array) -> Array:
        """Mark places of Viet Nam whose two degrees changed places; the ranges never overlap."""
        west, south, _, _ = shapely.bounds(shapes).T
        with np.errstate(invalid="ignore"):
            swapped: Array = (west >= 6) & (west <= 24) & (south >= 102) & (south <= 118)
        return swapped & self.crs.is_geographic

    def _outside(self, shapes: Array) -> Array:
        """Mark what cannot be a place in the source's CRS."""
        west, south, east, north = shapely.bounds(shapes).T
        with np.errstate(invalid="ignore"):
            outside: Array = ~np.isfinite(west + south + east + north)
            if self.crs.is_geographic:
                outside |= (west < -180) | (east > 180) | (south < -90) | (north > 90)
        return outside & ~shapely.is_missing(shapes)

    def _outside_reason(self) -> str:
        if self.crs.is_geographic:
            return (
                "not degrees of longitude and latitude; if metres, name the zone with --crs EPSG:n"
            )
        return "has a coordinate that is not a number"

    def _repair(self, shapes: Array, faults: list[Fault], warnings: list[Fault]) -> None:
        """Make invalid areas valid where this hardly changes them; refuse the others."""
        if self.layer.geometry.dimension != 2:
            return
        for row in np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)):
            broken = shapes[row]
            reason, where = _reason(broken)
            repaired = _areas_of(
                shapely.make_valid(broken, method="structure", keep_collapsed=False)
            )
            if repaired is not None and self._hardly_changed(broken, repaired):
                shapes[row] = repaired
                warnings.append(Fault(int(row), FIELD, where, f"repaired: {reason}"))
            else:
                faults.append(Fault(int(row), FIELD, where, f"invalid: {reason}"))
                shapes[row] = None

    def _hardly_changed(self, before: Any, after: Any) -> bool:
        allowed = _REPAIR_SHARE * after.area
        if not self.crs.is_geographic:
            allowed = max(allowed, _REPAIR_AREA)
        return bool(abs(before.area - after.area) <= allowed)

    def _measure(self, shapes: Array, *, geographic: bool) -> npt.NDArray[np.float64]:
        """Measure areas or lengths, on the ellipsoid where coordinates are degrees."""
        dimension = self.layer.geometry.dimension
        if dimension == 0:
            return np.full(len(shapes), np.nan)
        if not geographic:
            plane = shapely.area(shapes) if dimension == 2 else shapely.length(shapes)
            return np.asarray(plane, dtype=np.float64)
        measure = _ellipsoid_area if dimension == 2 else _ELLIPSOID.geometry_length
        return np.array([np.nan if s is None else measure(s) for s in shapes], dtype=np.float64)

    def _moved(self, shapes: Array) -> Array:
        if self.transformer is None:
            return shapes
        transform = self.transformer.transform

        def move(xy: Array) -> Array:
            return np.column_stack(transform(xy[:, 0], xy[:, 1]))

        moved: Array = shapely.transform(shapes, move)
        return moved


def cells(shapes: Array) -> pa.Array:
    """Return the H3 cell (resolution 10, bigint) of points in degrees; null where there is none."""
    is_there = ~shapely.is_missing(shapes)
    cell_ids = np.zeros(len(shapes), dtype=np.int64)
    points = shapes[is_there]
    indexed = cells_of(shapely.get_x(points), shapely.get_y(points), H3_RESOLUTION)
    cell_ids[is_there] = np.asarray(indexed).astype(np.int64)
    return pa.array(cell_ids, mask=~is_there)


def _fits(shapes: Array, type_name: str) -> Array:
    type_ids = _TYPES[type_name][0]
    numbers = shapely.get_type_id(shapes)
    # A multi of one part is a single, in many files.
    single = np.isin(numbers, [4, 5, 6]) & (shapely.get_num_geometries(shapes) == 1)
    if not type_name.startswith("Multi"):
        parts = shapely.get_geometry(shapes, 0)
        is_lone_part = single & np.isin(shapely.get_type_id(parts), type_ids)
        shapes[is_lone_part] = parts[is_lone_part]
        numbers = shapely.get_type_id(shapes)
    fits: Array = np.isin(numbers, type_ids) | shapely.is_missing(shapes)
    return fits


def _promoted(shapes: Array, type_name: str) -> Array:
    (single, *_), make = _TYPES[type_name]
    if make is None:
        return shapes
    where = np.flatnonzero(shapely.get_type_id(shapes) == single)
    if len(where):
        shapes[where] = make(shapes[where], indices=np.arange(len(where)))
    return shapes


def _areas_of(shape: Any) -> Any:
    """Keep the areas of what a repair gives; None where none is left."""
    parts = [p for p in shapely.get_parts(shape, return_index=False) if p.geom_type == "Polygon"]
    parts += [
        inner
        for p in shapely.get_parts(shape)
        if p.geom_type == "MultiPolygon"
        for inner in p.geoms
    ]
    return shapely.multipolygons(parts) if parts else None


def _reason(shape: Any) -> tuple[str, str]:
    """Return what makes a geometry invalid, and where (the source's coordinates)."""
    reason, _, where = str(shapely.is_valid_reason(shape)).partition("[")
    return reason.lower(), where.rstrip("]") or _shown(shape)


def _ellipsoid_area(shape: Any) -> float:
    return abs(float(_ELLIPSOID.geometry_area_perimeter(shape)[0]))


def _shown(shape: Any) -> str:
    if shape is None:
        return ""
    place = shapely.get_coordinates(shape)[:1]
    return (
        f"{shape.geom_type} at {place[0][0]:.6g} {place[0][1]:.6g}"
        if len(place)
        else shape.geom_type
    )
