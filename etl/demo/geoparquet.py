"""GeoParquet files written batch by batch, for layers too large to hold in memory."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from etl.arrow_types import ARROW
from etl.demo.grid import Shapes
from etl.demo.noise import Floats
from layers.geo import definition
from layers.model import Layer

GEOMETRY: Final = "geometry"

_NAMES: Final = {0: "Point", 1: "LineString", 3: "Polygon", 5: "MultiLineString", 6: "MultiPolygon"}

_POINT: Final = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as little-endian WKB."""

_GROUP: Final = 50_000
"""Rows of a row group, at least."""


class Rows(NamedTuple):
    """A batch of rows."""

    columns: Mapping[str, Any]
    """Fields by name."""
    where: Floats | Shapes
    """Points as numbers (n, 2), longitude or easting first, or shapely geometries (n)."""

    def wkb(self) -> pa.Array:
        """Return the geometries as WKB."""
        if self.where.ndim == 2:
            return _points(self.where)
        return pa.array(shapely.to_wkb(self.where), pa.binary())

    def types(self) -> set[str]:
        """Return the names of the geometry types."""
        if self.where.ndim == 2:
            return {"Point"}
        return {_NAMES[number] for number in np.unique(shapely.get_type_id(self.where))}

    def bounds(self) -> Floats:
        """Return west, south, east, north."""
        if self.where.ndim == 2:
            return np.concatenate([self.where.min(axis=0), self.where.max(axis=0)])
        return np.asarray(shapely.total_bounds(self.where))


class Writer:
    """Writes one file of one layer: fields by name, geometries in the layer's CRS."""

    def __init__(self, path: Path, layer: Layer, *fields: str) -> None:
        columns = [pa.field(name, ARROW[layer.field(name).type]) for name in fields]
        self._schema = pa.schema([*columns, pa.field(GEOMETRY, pa.binary())])
        self._layer, self._bounds = layer, np.array([np.inf, np.inf, -np.inf, -np.inf])
        self._types, self._waiting = set[str](), list[pa.Table]()
        self._path, self.rows = path, 0

    def __enter__(self) -> Self:
        self._file = pq.ParquetWriter(self._path, self._schema, compression="zstd")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._flush()
            self._file.add_key_value_metadata({"geo": json.dumps(self._geo())})
        self._file.close()

    def add(self, rows: Rows) -> None:
        """Add a batch."""
        if not len(rows.where):
            return
        types = [self._schema.field(name).type for name in rows.columns]
        arrays = [pa.array(c, t) for c, t in zip(rows.columns.values(), types, strict=True)]
        table = pa.table([*arrays, rows.wkb()], names=[*rows.columns, GEOMETRY])
        self._waiting.append(table.select(self._schema.names))
        self._types |= rows.types()
        west, south, east, north = rows.bounds()
        self._bounds[:2] = np.minimum(self._bounds[:2], (west, south))
        self._bounds[2:] = np.maximum(self._bounds[2:], (east, north))
        self.rows += len(table)
        if sum(map(len, self._waiting)) >= _GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.concat_tables(self._waiting).combine_chunks()
            self._file.write_table(table, row_group_size=len(table))
            self._waiting = []

    def _geo(self) -> dict[str, Any]:
        """Return the metadata of GeoParquet 1.1."""
        column = {
            "encoding": "WKB",
            "geometry_types": sorted(self._types),
            "crs": definition(self._layer.geometry.crs.srid).to_json_dict(),
            "bbox": [float(side) for side in self._bounds],
        }
        if not self.rows:
            del column["bbox"]
        return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _points(places: Floats) -> pa.Array:
    """Return points as little-endian WKB."""
    wkb = np.empty(len(places), dtype=_POINT)
    wkb["order"], wkb["type"], wkb["x"], wkb["y"] = 1, 1, places[:, 0], places[:, 1]
    offsets = np.arange(len(places) + 1, dtype=np.int32) * _POINT.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(wkb)]
    return pa.Array.from_buffers(pa.binary(), len(places), buffers)
