"""Arrow record batches from the rows of a statement, read with a server-side cursor."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from psycopg.abc import Query

from sql.connection import Connection


def batches(
    conn: Connection,
    statement: Query,
    values: Mapping[str, Any],
    columns: pa.Schema,
    size: int,
) -> Generator[pa.RecordBatch]:
    """Yield the rows of a statement, ``size`` at a time, as they are read."""
    with conn.transaction(), conn.cursor("features") as cursor:
        cursor.execute(statement, values, binary=True)
        while rows := cursor.fetchmany(size):
            yield _batch(rows, columns)


def _batch(rows: Sequence[tuple[Any, ...]], columns: pa.Schema) -> pa.RecordBatch:
    arrays = [
        pa.array(values, column.type)
        for values, column in zip(zip(*rows, strict=True), columns, strict=True)
    ]
    return pa.record_batch(arrays, schema=columns)
