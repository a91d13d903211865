"""GeoParquet 1.1: columns that DuckDB, pandas and QGIS read in parts, written group by group."""

import json
from collections.abc import Generator
from itertools import batched
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.geoparquet import GROUP, about
from gis_server.features.crs import CRS84
from gis_server.features.encodings import arrow_rows
from gis_server.features.encodings.export_query import ExportQuery
from layers.geo import definition
from sql.connection import Connection

_BATCH = 2_000
"""Rows that are values of Python at a time, which take several times the room."""


def stream(conn: Connection, wanted: ExportQuery) -> Generator[bytes]:
    """Yield the file; shapes are WKB with easting or longitude first, as the format wants it."""
    columns = arrow_rows.schema(wanted, {"geo": json.dumps(_about(wanted))})
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), columns, compression="zstd") as writer:
        rows = arrow_rows.batches(conn, wanted, columns, _BATCH)
        for group in batched(rows, GROUP // _BATCH):
            writer.write_table(pa.Table.from_batches(group), row_group_size=GROUP)
            yield sink.taken()
    yield sink.taken()


def _about(wanted: ExportQuery) -> dict[str, Any]:
    crs = wanted.query.crs
    made = about(
        arrow_rows.GEOMETRY,
        wanted.layer.geometry.type,
        None if crs == CRS84 else definition(crs.srid),
    )
    return made if wanted.query.with_geometry else made | {"columns": {}}


class _Sink:
    """A file that gives away what was written to it."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, data: Any) -> int:
        """Keep what is written until it is taken."""
        piece = bytes(data)
        self._parts.append(piece)
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Return how many bytes were written in all."""
        return self._length

    def flush(self) -> None:
        """Do nothing: whoever takes the bytes passes them on."""

    def close(self) -> None:
        """Do nothing: the last bytes are still to be taken."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece = b"".join(self._parts)
        self._parts.clear()
        return piece
