"""Geometry decoding: shapes of a batch from well-known binary, text, or two columns of numbers."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyproj
import shapely

from etl import crs as crs_of
from etl import values
from etl.errors import CrsMissing
from etl.mapping import Plan
from etl.readers.table import DEGREES, GEOMETRY, Table

Array = npt.NDArray[Any]

_EASTING, _NORTHING = (354_000, 725_000), (921_000, 2_590_000)
"""Metres that the VN-2000 zones give anywhere in Viet Nam; the two never overlap."""


def shapes(batch: pa.RecordBatch, plan: Plan) -> Array:
    """Return shapely geometries of a batch; None where there is none or it cannot be read."""
    if plan.coordinates:
        return _points(*(_numbers(batch.column(name)) for name in plan.coordinates))
    if plan.wkt:
        return _parsed(batch.column(plan.wkt))
    return _parsed(batch.column(GEOMETRY))


def _parsed(column: pa.Array) -> Array:
    """Read well-known binary, or text where the column is text."""
    binary = pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
    raw = (column if binary else values.text(column).column).to_numpy(zero_copy_only=False)
    read = shapely.from_wkb if binary else shapely.from_wkt
    shapes: Array = read(np.asarray(raw, dtype=object), on_invalid="ignore")
    return shapes


def _points(x: Array, y: Array) -> Array:
    points: Array = np.full(len(x), None, dtype=object)
    is_known = np.isfinite(x) & np.isfinite(y)
    points[is_known] = shapely.points(x[is_known], y[is_known])
    return points


def _numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    read = values.numbers(column).column.to_numpy(zero_copy_only=False)
    return np.asarray(read, dtype=np.float64)


def crs(table: Table, first: pa.RecordBatch, plan: Plan) -> pyproj.CRS:
    """Return the CRS of a source whose coordinates stand in columns.

    Raises:
        CrsMissing: nobody said it and the numbers are not degrees.
    """
    known = table.crs or table.crs_given
    if known is not None:
        return known
    bounds = shapely.total_bounds(shapes(first, plan))
    if np.isnan(bounds).all():
        return crs_of.parse(DEGREES)
    west, south, east, north = bounds
    if west >= -180 and east <= 180 and south >= -180 and north <= 180:
        return crs_of.parse(DEGREES)
    raise CrsMissing(f"The coordinates are metres ({west:.0f}, {south:.0f}). {CrsMissing.__doc__}")


def is_swapped(first: pa.RecordBatch, plan: Plan) -> bool:
    """Tell whether the two columns stand the Vietnamese way: X is northing, Y is easting.

    Also degrees are recognised: in Viet Nam longitudes (102 to 118) and latitudes (6 to 24)
    never overlap.
    """
    if plan.coordinates is None:
        return False
    x, y = (_numbers(first.column(name)) for name in plan.coordinates)
    x, y = (a[np.isfinite(a)] for a in (x, y))
    if not len(x) or not len(y):
        return False
    metres = _all_in(x, _NORTHING) and _all_in(y, _EASTING)
    return metres or (_all_in(x, (6, 24)) and _all_in(y, (102, 118)))


def _all_in(numbers: Array, between: tuple[float, float]) -> bool:
    return bool((numbers >= between[0]).all() and (numbers <= between[1]).all())
