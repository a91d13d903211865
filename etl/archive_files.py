"""GeoParquet files of archived events, with all fields of a layer, and the H3 cell."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cells.errors import ArchiveUnreadable
from cells.parquet import CELL
from etl import arrow_types, geoparquet
from etl.archive_rows import Tally
from etl.errors import ArchiveUnfit
from etl.readers.table import GEOMETRY
from layers.geo import definition
from layers.model import Layer

_ID = b"gis_archive"
_DEGREES = 4326


def schema(layer: Layer, number: UUID | None = None) -> pa.Schema:
    """Return the columns of a layer's files: its fields, the shape, the cell.

    Args:
        layer: whose events.
        number: of the file, by which the database knows what became of it.
    """
    srid = layer.geometry.crs.srid
    crs = None if srid == _DEGREES else definition(srid)
    geo = geoparquet.about(GEOMETRY, layer.geometry.type, crs)
    fields = [arrow_types.column(field) for field in layer.fields.values()]
    shape, cell = pa.field(GEOMETRY, pa.binary()), pa.field(CELL, pa.int64())
    about = {b"geo": json.dumps(geo).encode(), _ID: str(number or "").encode()}
    return pa.schema([*fields, shape, cell], about)


def write(file: Path, columns: pa.Schema, groups: Iterable[pa.Table]) -> None:
    """Write a file that is not there, for its owner alone, through to the disk."""
    with (
        open(file, "xb", opener=_private) as out,
        pq.ParquetWriter(out, columns, compression="zstd", write_page_checksum=True) as writer,
    ):
        for group in groups:
            writer.write_table(group.cast(columns), row_group_size=geoparquet.GROUP)
    with file.open("rb") as written:
        os.fsync(written.fileno())
    for folder in list(file.parents)[:4]:
        sync(folder)


def _private(path: str, flags: int) -> int:
    # Fields that nobody may see over HTTP are in the file.
    return os.open(path, flags, 0o600)


def sync(folder: Path) -> None:
    """Write the names of a folder through to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def number(file: Path) -> UUID | None:
    """Return the number of a file; None of one that was not archived by us.

    Raises:
        ArchiveUnreadable: no Parquet file.
    """
    with _opened(file) as opened:
        text = (opened.schema_arrow.metadata or {}).get(_ID)
    return UUID(text.decode()) if text else None


def groups(file: Path, columns: pa.Schema) -> Iterator[pa.Table]:
    """Yield the groups of rows of a file, each in the columns that the layer has today.

    Raises:
        ArchiveUnreadable: the file is damaged.
        ArchiveUnfit: it has what the layer does not have any more.
    """
    with _opened(file) as opened:
        undeclared = set(opened.schema_arrow.names) - set(columns.names)
        if undeclared:
            raise ArchiveUnfit(
                f"{file} has {', '.join(sorted(undeclared))},"
                " which the layer does not have any more."
            )
        for place in range(opened.num_row_groups):
            yield _fitting(file, opened.read_row_group(place), columns)


def _fitting(file: Path, group: pa.Table, columns: pa.Schema) -> pa.Table:
    lacking = [name for name in columns.names if name not in group.column_names]
    for name in lacking:
        group = group.append_column(name, pa.nulls(len(group), columns.field(name).type))
    try:
        return group.select(columns.names).cast(columns)
    except pa.ArrowException as error:
        reason = " ".join(str(error).split())
        raise ArchiveUnfit(f"{file} does not fit the layer of today ({reason}).") from error


def tally(file: Path, columns: pa.Schema) -> Tally:
    """Count what is in a file, reading all of it.

    Raises:
        ArchiveUnreadable: the file is damaged.
        ArchiveUnfit: it has what the layer does not have any more.
    """
    total = Tally(0, 0, (0,) * (len(columns.names) - 1))
    for group in groups(file, columns):
        cells = np.asarray(pc.fill_null(group[CELL], 0)).astype(np.uint64)
        filled = tuple(len(group) - group[name].null_count for name in columns.names[:-1])
        # Numbers of this type are added modulo 2^64.
        total = total.plus(Tally(len(group), int(cells.sum(dtype=np.uint64)), filled))
    return total


@contextmanager
def _opened(file: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:
            yield opened
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise ArchiveUnreadable(f"{file}: cannot be read ({reason}).") from error
