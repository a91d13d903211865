"""CSV with coordinates: any usual separator, UTF-8 or UTF-16."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pyproj

from etl.errors import FileUnreadable
from etl.readers.table import Table, header, of_rows

_SAMPLE = 65_536
_NOT_UTF8 = "the text is not UTF-8; save it as CSV UTF-8"
_FIELD_LIMIT = 64 * 1024 * 1024
"""Longest text of one field, characters: a polygon in WKT is long."""


@contextmanager
def read(file: Path, crs: pyproj.CRS | None) -> Iterator[Table]:
    """Open a text table; the errors are those of ``etl.readers.read``."""
    csv.field_size_limit(_FIELD_LIMIT)
    with file.open(encoding=_encoding(file), newline="") as stream:
        rows = csv.reader(stream, _dialect(file, stream))
        columns = header(list(next(rows, [])))
        if not columns:
            raise FileUnreadable(file, "the first line must name the columns")
        yield Table(
            columns=tuple(columns),
            crs=None,
            crs_given=crs,
            has_geometry=False,
            total=None,
            first_row=2,
            batches=of_rows(columns, _values(file, rows)),
        )


def _encoding(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(4)
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _dialect(file: Path, stream: TextIO) -> type[csv.Dialect]:
    try:
        line = stream.read(_SAMPLE).split("\n", 1)[0]
    except UnicodeDecodeError as error:
        raise FileUnreadable(file, _NOT_UTF8) from error
    stream.seek(0)
    if not line.strip():
        raise FileUnreadable(file, "the first line must name the columns")

    class Found(csv.excel):
        delimiter = max(",;\t|", key=line.count)

    return Found


def _values(file: Path, rows: Iterator[list[str]]) -> Iterator[list[str | None]]:
    try:
        for row in rows:
            yield [value or None for value in row]
    except UnicodeDecodeError as error:
        raise FileUnreadable(file, _NOT_UTF8) from error
    except csv.Error as error:
        raise FileUnreadable(file, str(error)) from error
