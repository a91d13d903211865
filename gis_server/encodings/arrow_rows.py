"""Features as Arrow record batches, for the encodings that are columns of values and shapes."""

import json
from collections.abc import Generator, Sequence
from typing import Any

import pyarrow as pa
from psycopg.sql import SQL, Identifier

from etl.arrow_types import ARROW
from gis_server.encodings import form
from gis_server.encodings.form import Connection, Wanted
from layers.model import Field

GEOMETRY = "geometry"
"""Name of the column of shapes: WKB, easting or longitude first."""


def schema(wanted: Wanted, metadata: dict[str, str] | None = None) -> pa.Schema:
    """Return the columns: the key, the other fields, the shape; fields with titles and units.

    Args:
        wanted: which features.
        metadata: of the whole.
    """
    columns = [_column(field) for field in wanted.fields]
    if wanted.query.with_geometry:
        columns.append(pa.field(GEOMETRY, pa.binary()))
    return pa.schema(columns, metadata)


def batches(
    conn: Connection, wanted: Wanted, columns: pa.Schema, size: int
) -> Generator[pa.RecordBatch]:
    """Yield the features, ``size`` at a time."""
    parts = [Identifier("t", field.name) for field in wanted.fields]
    chosen = SQL(", ").join(parts)
    if wanted.query.with_geometry:
        chosen += SQL(", public.ST_AsBinary({})").format(form.shape(wanted))
    made = form.plan(wanted, chosen)
    with conn.transaction(), conn.cursor("features") as cursor:
        cursor.execute(made.statement, made.values, binary=True)
        while rows := cursor.fetchmany(size):
            yield _batch(rows, columns)


def _batch(rows: Sequence[tuple[Any, ...]], columns: pa.Schema) -> pa.RecordBatch:
    arrays = [
        pa.array(values, column.type)
        for values, column in zip(zip(*rows, strict=True), columns, strict=True)
    ]
    return pa.record_batch(arrays, schema=columns)


def _column(field: Field) -> pa.Field:
    about = {"title": json.dumps(dict(field.title), ensure_ascii=False)}
    if field.unit:
        about["unit"] = field.unit
    return pa.field(field.name, ARROW[field.type], metadata=about)
