"""One module a format; each opens a file as a Table of record batches."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path

import pyproj

from etl.errors import FileMissing, FormatUnknown
from etl.readers.table import Table

Opener = Callable[[Path, pyproj.CRS | None], AbstractContextManager[Table]]

FORMATS: dict[str, str] = {
    ".geojson": "ogr",
    ".json": "ogr",
    ".gpkg": "ogr",
    ".shp": "ogr",
    ".zip": "ogr",
    ".fgb": "ogr",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
    ".xlsx": "sheet",
}
"""Ending of a file name to its reader, a module that is imported for the first file of its kind:
pyogrio brings geopandas along, which a process that reads CSV alone does without."""


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
    name = FORMATS.get(file.suffix.lower())
    if name is None:
        raise FormatUnknown(file, tuple(FORMATS))
    opener: Opener = import_module(f"etl.readers.{name}").read
    return opener(file, crs)
