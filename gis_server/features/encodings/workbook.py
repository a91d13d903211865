"""Workbooks (Office Open XML, ECMA-376): rows as typed cells, in flat memory. Pure.

Whatever a text says, it is a text: neither a formula nor a link nor markup. What a cell cannot hold
exactly is a text as well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from layers.model import Text, Type

CAPACITY = 1_048_575
"""Rows of a sheet below its headings; further ones go to another sheet."""

LONGEST = 32_767
"""UTF-16 code units that a cell holds."""

_EXACT = 2**53
"""Whole numbers up to here are exact as the doubles that spreadsheets count with."""

_FIRST = date(1900, 3, 1)
"""Spreadsheets have no earlier dates, or do not agree about them: some know a 29 February 1900."""

_CREATED = datetime(1980, 1, 1, tzinfo=UTC)
"""Always the same, as the times in a zip are: the same rows are the same bytes (strong ETag)."""

_FORMATS: Mapping[str, Mapping[Type, str]] = {
    # As a text it also stays one when somebody edits the cell.
    "vi": {Type.TEXT: "@", Type.DATE: "dd/mm/yyyy", Type.DATETIME: "dd/mm/yyyy hh:mm:ss"},
    "en": {Type.TEXT: "@", Type.DATE: "yyyy-mm-dd", Type.DATETIME: "yyyy-mm-dd hh:mm:ss"},
}

_WIDTHS: Mapping[Type, int] = {Type.TEXT: 20, Type.DATE: 12, Type.DATETIME: 20}
_WIDEST = 50
"""Characters that a column is wide: by its type, by its heading, and at most."""

_NAME = 25
"""Characters of a sheet's name that are a layer's; with a number it may have 31."""

_CUT: Text = {
    "vi": "[Đã cắt: có {length} ký tự, một ô chỉ chứa {most}; f=csv có đủ] ",
    "en": "[Cut: there are {length} letters, a cell holds {most}; f=csv has them all] ",
}


class Column(NamedTuple):
    """A column: its heading, and the type of its values; dates and times come in ISO 8601."""

    heading: str
    type: Type


class Book(NamedTuple):
    """What a workbook is, beside its rows.

    ``name`` is that of the first sheet, ``about`` the properties of the document. In ``language``
    (``vi`` or ``en``) dates are shown, and cut texts say so. ``capacity`` is the rows of a sheet.
    """

    name: str
    columns: Sequence[Column]
    about: Mapping[str, str]
    language: str
    capacity: int = CAPACITY


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes no text for markup."""

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[Any] = ()) -> None:
        """Escape a text between ``<r>`` and ``</r>``, which XlsxWriter would write as it is."""
        self._xml_inline_string(string, False, attributes)


class _Double(float):
    """A number with all its digits: XlsxWriter asks for 16, and a double may need 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


def write(file: Path, made: Book, rows: Iterable[Sequence[Any]]) -> None:
    """Write a workbook.

    Args:
        file: where; temporary files go beside it.
        made: what it is.
        rows: values of its columns.
    """
    options = {"constant_memory": True, "tmpdir": str(file.parent), "use_zip64": True}
    with Workbook(str(file), options) as book:
        book.set_properties({**made.about, "created": _CREATED})
        formats = _FORMATS[made.language].items()
        styles = {of: book.add_format({"num_format": text}) for of, text in formats}
        bold = book.add_format({"bold": True, "num_format": "@"})
        sheet = _begun(book, made, styles, bold)
        for number, row in enumerate(rows):
            if number and number % made.capacity == 0:
                sheet = _begun(book, made, styles, bold)
            for at, (column, value) in enumerate(zip(made.columns, row, strict=True)):
                if value is not None:
                    cell = (number % made.capacity + 1, at)
                    _WRITERS[column.type](sheet, cell, value, made.language)


def _begun(book: Workbook, made: Book, styles: Mapping[Type, Format], bold: Format) -> Worksheet:
    """Return one more sheet, with its headings."""
    number = len(book.worksheets()) + 1
    name = made.name[:_NAME] if number == 1 else f"{made.name[:_NAME]} {number}"
    sheet = book.add_worksheet(name, worksheet_class=_Sheet)
    # No green corner at codes that are digits: they are texts on purpose.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(made.columns):
        width = max(len(column.heading) + 2, _WIDTHS.get(column.type, 10))
        sheet.set_column(at, at, min(width, _WIDEST), styles.get(column.type))
        sheet.write_string(0, at, column.heading, bold)
    return sheet


Cell = tuple[int, int]
"""Row and column, from 0."""


def _text(sheet: Worksheet, cell: Cell, value: str, language: str) -> None:
    sheet.write_string(*cell, fitting(value, language))


def _integer(sheet: Worksheet, cell: Cell, value: int, _: str) -> None:
    if abs(value) <= _EXACT:
        sheet.write_number(*cell, value)
    else:
        sheet.write_string(*cell, str(value))


def _number(sheet: Worksheet, cell: Cell, value: float | Decimal, _: str) -> None:
    if isfinite(value):
        sheet.write_number(*cell, _Double(value))
    else:
        sheet.write_string(*cell, str(value))


def _boolean(sheet: Worksheet, cell: Cell, value: bool, _: str) -> None:
    sheet.write_boolean(*cell, value)


def _time(sheet: Worksheet, cell: Cell, value: str, _: str) -> None:
    """PostgreSQL has dates that Python has not either: infinity, years before 1 and after 9999."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.date() < _FIRST:
        sheet.write_string(*cell, value)
    else:
        sheet.write_datetime(*cell, read)


_WRITERS: Mapping[Type, Callable[[Worksheet, Cell, Any, str], None]] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.NUMBER: _number,
    Type.BOOLEAN: _boolean,
    Type.DATE: _time,
    Type.DATETIME: _time,
}


def fitting(text: str, language: str) -> str:
    """Return a text that a cell holds; what is longer is cut and begins with saying so."""
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    told = _CUT[language].format(length=len(text), most=LONGEST)
    return told + units[: 2 * (LONGEST - len(told))].decode("utf-16-le", "ignore")
