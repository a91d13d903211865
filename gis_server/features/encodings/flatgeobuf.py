"""FlatGeobuf: written by GDAL from Arrow batches into a file that is then passed on.

PostGIS has ST_AsFlatGeobuf, but what 3.3 makes of dates, and of a value after a missing one, no
program can read.
"""

from collections.abc import Generator
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyogrio

from gis_server.features.encodings import arrow_rows, whole_file
from gis_server.features.encodings.export_query import ExportQuery
from sql.connection import Connection

_BATCH = 5_000
"""Rows that are in memory at a time."""


def stream(conn: Connection, wanted: ExportQuery) -> Generator[bytes]:
    """Yield the file; easting or longitude first. Without an index, which would need memory."""
    yield from whole_file.pieces(f"{wanted.layer.id}.fgb", lambda file: _write(conn, wanted, file))


def _write(conn: Connection, wanted: ExportQuery, file: Path) -> None:
    columns = arrow_rows.schema(wanted)
    rows = arrow_rows.batches(conn, wanted, columns, _BATCH)
    # Here the database can say what is wrong; from within GDAL it cannot.
    first = list(islice(rows, 1))
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(columns, chain(first, rows)),
        file,
        driver="FlatGeobuf",
        layer=wanted.layer.id,
        geometry_name=arrow_rows.GEOMETRY if wanted.query.with_geometry else None,
        geometry_type=wanted.layer.geometry.type if wanted.query.with_geometry else None,
        crs=f"EPSG:{wanted.query.crs.srid}",
        SPATIAL_INDEX="NO",
        TITLE=wanted.layer.title["vi"],
    )
