"""Workbooks as openpyxl and GDAL read them: a value is itself, a text is no more than a text."""

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from gis_server.features.encodings import workbook
from gis_server.features.encodings.workbook import CAPACITY, LONGEST, Book, Column, fitting
from layers.model import Type

HOSTILE = [
    "=1+1", "=HYPERLINK(\"https://evil.example\")", "+84 912", "-5", "@SUM(A1)", "\t=1", "\r=1",
    "{=1+1}", "https://gis.example", "mailto:a@b.example", "internal:Sheet1!A1",
    "<r><t>bold</t></r>", "<r></t></is></c><c r=\"Z9\"><f>1+1</f><v>2</v></c></r>", "a & b < c",
    "0123", "1e5", "TRUE", "2026-01-01", " padded ", "two\nlines", "Đường 30/4", "e\u0301", "😀",
    "\x01\x1f\x0b", "_x0041_", "\ufffe", "#N/A", "'quoted",
]  # fmt: skip


def _written(
    folder: Path, kind: Type, values: Iterable[Any], language: str = "vi", capacity: int = CAPACITY
) -> Path:
    file = folder / "x.xlsx"
    made = Book("school", [Column("Giá trị", kind)], {"title": "Trường"}, language, capacity)
    workbook.write(file, made, ((value,) for value in values))
    return file


def _read(file: Path) -> list[Any]:
    (sheet,) = load_workbook(file).worksheets
    return [cell.value for cell in sheet["A"][1:]]


def test_a_text_is_a_text_whatever_it_says(tmp_path: Path) -> None:
    file = _written(tmp_path, Type.TEXT, HOSTILE)
    (sheet,) = load_workbook(file).worksheets
    cells = sheet["A"][1:]
    # openpyxl leaves the escapes of ECMA-376 for control characters to whoever reads.
    assert [unescape(cell.value) for cell in cells] == HOSTILE
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert not any(cell.hyperlink for cell in cells)
    assert (sheet.max_column, sheet.max_row) == (1, len(HOSTILE) + 1)
    with zipfile.ZipFile(file) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "rels" in name and "sheet" in name]


def test_gdal_reads_texts_as_texts(tmp_path: Path) -> None:
    plain = [text for text in HOSTILE if "\n" not in text and unescape(text) == text]
    plain = [text for text in plain if min(map(ord, text)) >= 32 and "\ufffe" not in text]
    file = _written(tmp_path, Type.TEXT, plain)
    _, table = pyogrio.read_arrow(file, HEADERS="FORCE")
    (column,) = (table.column(name) for name in table.column_names if name != "wkb_geometry")
    assert column.to_pylist() == plain


_clock = datetime.fromisoformat
"""What a spreadsheet has for a time: no zone."""


@pytest.mark.parametrize(
    ("kind", "values", "found"),
    [
        (Type.INTEGER, [0, -7, 2**53, 2**53 + 1, -(2**63)],
         [0, -7, 2**53, "9007199254740993", "-9223372036854775808"]),
        (Type.NUMBER, [0.1 + 0.2, -1e-300, 1.7976931348623157e308, Decimal("105.8412345"), 1e25],
         [0.1 + 0.2, -1e-300, 1.7976931348623157e308, 105.8412345, 1e25]),
        (Type.NUMBER, [float("nan"), float("-inf")], ["nan", "-inf"]),
        (Type.BOOLEAN, [True, False], [True, False]),
        (Type.DATE, ["1900-03-01", "2026-12-31", "9999-12-31"],
         [_clock("1900-03-01"), _clock("2026-12-31"), _clock("9999-12-31")]),
        (Type.DATE, ["1899-12-31", "1900-02-28", "0044-03-15 BC", "10000-01-01", "infinity"],
         ["1899-12-31", "1900-02-28", "0044-03-15 BC", "10000-01-01", "infinity"]),
        (Type.DATETIME, ["2026-06-30 23:59:59", "1954-07-20 00:00:00.125", "1899-01-01 07:00:00"],
         [_clock("2026-06-30 23:59:59"), _clock("1954-07-20 00:00:00.125"),
          "1899-01-01 07:00:00"]),
        (Type.TEXT, [None, "x", None], [None, "x"]),
    ],
)  # fmt: skip
def test_a_value_is_of_its_type(
    tmp_path: Path, kind: Type, values: Sequence[Any], found: Sequence[Any]
) -> None:
    read = _read(_written(tmp_path, kind, values))
    assert read == found
    assert [type(value) for value in read] == [type(value) for value in found]


@pytest.mark.parametrize(("language", "shown"), [("vi", "dd/mm/yyyy"), ("en", "yyyy-mm-dd")])
def test_a_date_looks_as_its_reader_writes_it(tmp_path: Path, language: str, shown: str) -> None:
    file = _written(tmp_path, Type.DATE, ["2026-12-31"], language)
    assert load_workbook(file).worksheets[0]["A2"].number_format == shown
    _, table = pyogrio.read_arrow(file)
    assert date(2026, 12, 31) in table.to_pylist()[0].values()


@pytest.mark.parametrize("text", ["x" * 40_000, "😀" * 20_000, "=" + "\x01" * 40_000])
def test_a_text_that_no_cell_holds_is_cut_and_says_so(tmp_path: Path, text: str) -> None:
    for language, word in (("vi", "Đã cắt"), ("en", "Cut")):
        cut = fitting(text, language)
        told, _, rest = cut.partition("] ")
        assert word in told
        assert f"{len(text)}" in told
        assert text.startswith(rest)
        assert LONGEST - 1 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST
    assert unescape(_read(_written(tmp_path, Type.TEXT, [text]))[0]) == fitting(text, "vi")


def test_the_longest_text_of_a_cell_is_whole(tmp_path: Path) -> None:
    for text in ("x" * LONGEST, "😀" * (LONGEST // 2)):
        assert _read(_written(tmp_path, Type.TEXT, [text])) == [text]


def test_rows_that_no_sheet_holds_go_to_another(tmp_path: Path) -> None:
    book = load_workbook(_written(tmp_path, Type.INTEGER, range(7), capacity=3))
    assert book.sheetnames == ["school", "school 2", "school 3"]
    found = [[cell.value for cell in sheet["A"]] for sheet in book.worksheets]
    assert found == [["Giá trị", 0, 1, 2], ["Giá trị", 3, 4, 5], ["Giá trị", 6]]
    full = load_workbook(_written(tmp_path, Type.INTEGER, range(3), capacity=3))
    assert full.sheetnames == ["school"]


def test_headings_stay_in_sight_and_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    file = _written(tmp_path, Type.TEXT, ["x"])
    first = file.read_bytes()
    (sheet,) = load_workbook(file).worksheets
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert load_workbook(file).properties.title == "Trường"
    assert _written(tmp_path, Type.TEXT, ["x"]).read_bytes() == first


@pytest.mark.deep
def test_a_sheet_is_full_when_excel_says_so(tmp_path: Path) -> None:
    file = _written(tmp_path, Type.INTEGER, range(CAPACITY + 1))
    sheets = load_workbook(file, read_only=True).worksheets
    assert [sheet.max_row for sheet in sheets] == [1_048_576, 2]
