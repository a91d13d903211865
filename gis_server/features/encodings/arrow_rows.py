"""Features as Arrow record batches, for the encodings that are columns of values and shapes."""

from collections.abc import Generator

import pyarrow as pa
from psycopg.sql import SQL, Identifier

from etl import arrow_rows, arrow_types
from gis_server.features.encodings import export_query
from gis_server.features.encodings.export_query import ExportQuery
from sql.connection import Connection

GEOMETRY = "geometry"
"""Name of the column of shapes: WKB, easting or longitude first."""


def schema(wanted: ExportQuery, metadata: dict[str, str] | None = None) -> pa.Schema:
    """Return the columns: the key, the other fields, the shape; fields with titles and units.

    Args:
        wanted: which features.
        metadata: of the whole.
    """
    columns = [arrow_types.column(field) for field in wanted.fields]
    if wanted.query.with_geometry:
        columns.append(pa.field(GEOMETRY, pa.binary()))
    return pa.schema(columns, metadata)


def batches(
    conn: Connection, wanted: ExportQuery, columns: pa.Schema, size: int
) -> Generator[pa.RecordBatch]:
    """Yield the features, ``size`` at a time."""
    parts = [Identifier("t", field.name) for field in wanted.fields]
    chosen = SQL(", ").join(parts)
    if wanted.query.with_geometry:
        chosen += SQL(", public.ST_AsBinary({})").format(export_query.shape(wanted))
    made = export_query.plan(wanted, chosen)
    yield from arrow_rows.batches(conn, made.statement, made.values, columns, size)
