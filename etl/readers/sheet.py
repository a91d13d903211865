"""XLSX: the first sheet, read row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile

import pyproj
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from etl.errors import FileUnreadable
from etl.readers.table import Table, header, of_rows


@contextmanager
def read(file: Path, crs: pyproj.CRS | None) -> Iterator[Table]:
    """Open a workbook; the errors are those of ``etl.readers.read``."""
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        raise FileUnreadable(file, str(error)) from error
    try:
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(values_only=True)
        columns = header([_written(value) for value in next(rows, ())])
        if not columns:
            raise FileUnreadable(file, "the first row must name the columns")
        yield Table(
            columns=tuple(columns),
            crs=None,
            crs_given=crs,
            has_geometry=False,
            total=max((sheet.max_row or 1) - 1, 0) if sheet.max_row else None,
            first_row=2,
            batches=of_rows(columns, ([_written(value) for value in row] for row in rows)),
        )
    finally:
        book.close()


def _written(value: object) -> str | None:
    """Write a cell's value as text that the checks read back without loss."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
