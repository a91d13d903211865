"""XLSX for people: headings in their language, numbers, dates and codes as what they are.

Times are those of the province's clocks, since a spreadsheet knows no time zones. Points are two
columns, other shapes well-known text, as in CSV.
"""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from psycopg.sql import SQL, Composable, Identifier

from cells.columns import ZONE
from gis_server.features.encodings import export_query, whole_file, workbook
from gis_server.features.encodings.export_query import ExportQuery
from gis_server.features.encodings.workbook import Book, Column
from layers.headings import heading
from layers.model import Field, Text, Type
from sql.connection import Connection

_BATCH = 2_000
"""Rows that are in memory at a time."""

_PLACES: Mapping[str, Text] = {
    "longitude": {"vi": "Kinh độ", "en": "Longitude"},
    "latitude": {"vi": "Vĩ độ", "en": "Latitude"},
    "x": {"vi": "Toạ độ đông", "en": "Easting"},
    "y": {"vi": "Toạ độ bắc", "en": "Northing"},
    "geometry": {"vi": "WKT", "en": "WKT"},
}


class _Selected(NamedTuple):
    """A column of the workbook, and the expression that gives its values."""

    column: Column
    value: Composable


def stream(conn: Connection, wanted: ExportQuery) -> Generator[bytes]:
    """Yield the workbook, which is written whole before: its table of contents is at its end."""
    yield from whole_file.pieces("features.xlsx", lambda file: _write(conn, wanted, file))


def _write(conn: Connection, wanted: ExportQuery, file: Path) -> None:
    chosen = [*_fields(wanted), *_places(wanted)]
    about = {
        "title": wanted.layer.title[wanted.language],
        "comments": f"EPSG:{wanted.query.crs.srid}, UTC+7",
    }
    columns = [selected.column for selected in chosen]
    made = Book(wanted.layer.id, columns, about, wanted.language)
    workbook.write(file, made, _rows(conn, wanted, [selected.value for selected in chosen]))


def _fields(wanted: ExportQuery) -> Iterator[_Selected]:
    for field in wanted.fields:
        column = Column(heading(field, wanted.language), field.type)
        yield _Selected(column, _value(field))


def _value(field: Field) -> Composable:
    column = Identifier("t", field.name)
    match field.type:
        case Type.DATETIME:
            return SQL("({} AT TIME ZONE {})::text").format(column, ZONE)
        case Type.DATE:
            return SQL("{}::text").format(column)
        case _:
            return column


def _places(wanted: ExportQuery) -> Iterator[_Selected]:
    if wanted.query.with_geometry:
        for value, name in export_query.places(wanted):
            kind = Type.TEXT if name == "geometry" else Type.NUMBER
            yield _Selected(Column(_PLACES[name][wanted.language], kind), value)


def _rows(
    conn: Connection, wanted: ExportQuery, values: list[Composable]
) -> Generator[tuple[Any, ...]]:
    made = export_query.plan(wanted, SQL(", ").join(values))
    with conn.transaction(), conn.cursor("features") as cursor:
        cursor.execute(made.statement, made.values, binary=True)
        while rows := cursor.fetchmany(_BATCH):
            yield from rows
