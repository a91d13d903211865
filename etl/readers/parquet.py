"""GeoParquet by pyarrow, row group by row group; also plain Parquet with coordinate columns."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from etl import crs as crs_of
from etl.errors import FileUnreadable
from etl.readers.table import BATCH_ROWS, DEGREES, GEOMETRY, Table


@contextmanager
def read(file: Path, crs: pyproj.CRS | None) -> Iterator[Table]:
    """Open a Parquet file; the errors are those of ``etl.readers.read``."""
    try:
        opened = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileUnreadable(file, str(error)) from error
    with opened:
        geo = json.loads((opened.metadata.metadata or {}).get(b"geo", b"{}"))
        name = geo.get("primary_column")
        yield Table(
            columns=tuple(n for n in opened.schema_arrow.names if n != name),
            crs=(crs or _crs(file, geo["columns"][name])) if name else None,
            crs_given=crs,
            has_geometry=name is not None,
            total=opened.metadata.num_rows,
            first_row=1,
            batches=_batches(file, opened, name),
        )


def _crs(file: Path, column: dict[str, Any]) -> pyproj.CRS:
    if column.get("encoding", "WKB") != "WKB":
        raise FileUnreadable(file, f"geometry encoding {column['encoding']}: only WKB is read")
    # The format's default, where the member is absent or null, is longitude, latitude in WGS 84.
    declared = column.get("crs")
    return pyproj.CRS.from_json_dict(declared) if declared else crs_of.parse(DEGREES)


def _batches(file: Path, opened: pq.ParquetFile, geometry: str | None) -> Iterator[pa.RecordBatch]:
    try:
        for batch in opened.iter_batches(BATCH_ROWS):
            names = [GEOMETRY if name == geometry else name for name in batch.schema.names]
            yield pa.RecordBatch.from_arrays(batch.columns, names=names)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileUnreadable(file, str(error)) from error
