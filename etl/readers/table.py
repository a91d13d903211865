"""What a reader gives: a stream of record batches, with what is known beforehand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyproj

GEOMETRY = "geometry"
"""Name of the column of well-known binary that readers give."""

BATCH_ROWS = 20_000
"""Rows in a batch: large enough for vectorised work, small enough for big polygons."""

DEGREES = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class Table:
    """A source that is open.

    Attributes:
        columns: attribute columns, without the geometry column.
        crs: of the geometry column, longitude or easting first; None when the geometry is in
            two columns of numbers or in text, whose names the mapping finds.
        crs_given: the user's word on the CRS, for coordinates in columns.
        has_geometry: a column ``geometry`` of well-known binary is in each batch.
        total: rows, when the format says it.
        first_row: number of the first row as a person counts: 2 below a header line, else 1.
        batches: the rows; they can be taken once.
        is_old_text: the file did not say its encoding; text was read as Latin-1.
    """

    columns: tuple[str, ...]
    crs: pyproj.CRS | None
    crs_given: pyproj.CRS | None
    has_geometry: bool
    total: int | None
    first_row: int
    batches: Iterator[pa.RecordBatch]
    is_old_text: bool = False


def of_rows(columns: list[str], rows: Iterable[list[str | None]]) -> Iterator[pa.RecordBatch]:
    """Make batches of text columns from rows of values; a short row is filled with nulls."""
    width = len(columns)
    pending: list[list[str | None]] = []
    for row in rows:
        pending.append((row + [None] * width)[:width])
        if len(pending) == BATCH_ROWS:
            yield _batch(columns, pending)
            pending = []
    if pending:
        yield _batch(columns, pending)


def _batch(columns: list[str], rows: list[list[str | None]]) -> pa.RecordBatch:
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=columns)


def header(names: list[str | None]) -> list[str]:
    """Give every column a name of its own, without blanks around it."""
    seen: dict[str, int] = {}
    unique_names = []
    for place, given in enumerate(names, 1):
        name = (given or "").strip().lstrip("\ufeff") or f"column_{place}"
        seen[name] = seen.get(name, 0) + 1
        unique_names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique_names
