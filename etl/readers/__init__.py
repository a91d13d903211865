"""One module a format; each opens a file as a Table of record batches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pyproj

from etl.errors import FileMissing, FormatUnknown
from etl.readers import ogr, parquet, sheet, text
from etl.readers.table import Table

Opener = Callable[[Path, pyproj.CRS | None], AbstractContextManager[Table]]

FORMATS: dict[str, Opener] = {
    ".geojson": ogr.read,
    ".json": ogr.read,
    ".gpkg": ogr.read,
    ".shp": ogr.read,
    ".zip": ogr.read,
    ".fgb": ogr.read,
    ".parquet": parquet.read,
    ".geoparquet": parquet.read,
    ".csv": text.read,
    ".tsv": text.read,
    ".txt": text.read,
    ".xlsx": sheet.read,
}
"""Ending of a file name to its reader."""


def read(file: Path, crs: pyproj.CRS | None = None) -> AbstractContextManager[Table]:
    """Open a file as a table.

    Args:
        file: the file; its ending names the format.
        crs: what the coordinates are in, in place of what the file says.

    Raises:
        FileMissing: there is no such file.
        FormatUnknown: no reader for this ending.
        FileUnreadable: damaged, empty, or not what the ending says.
        CrsMissing: the file does not say its CRS and its numbers are not degrees.
    """
    if not file.exists():
        raise FileMissing(file)
    opener = FORMATS.get(file.suffix.lower())
    if opener is None:
        raise FormatUnknown(file, tuple(FORMATS))
    return opener(file, crs)
