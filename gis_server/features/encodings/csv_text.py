"""CSV (RFC 4180) in UTF-8: written by PostgreSQL's own COPY.

For programs: every value is exact, and nothing keeps a spreadsheet from taking a text that begins
with = for a formula (xlsx.py is for people). A byte order mark stands in front, by which readers
know UTF-8. Points are two columns, other shapes well-known text.
"""

from collections.abc import Generator

from psycopg.sql import SQL, Composable, Composed, Identifier

from gis_server.features.encodings import export_query
from gis_server.features.encodings.export_query import ExportQuery
from layers.model import Field, Type
from sql.connection import Connection

_MARK = b"\xef\xbb\xbf"
_PIECE = 1 << 16
"""Bytes that are passed on together; COPY gives a row at a time."""

_TIME = SQL("replace(({} AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z'")


def stream(conn: Connection, wanted: ExportQuery) -> Generator[bytes]:
    """Yield a header and a line a feature; the key comes first, coordinates easting first."""
    made = export_query.plan(wanted, _columns(wanted))
    statement = SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(made.statement)
    piece = bytearray(_MARK)
    with conn.cursor() as cursor, cursor.copy(statement, made.values) as copy:
        for row in copy:
            piece += row
            if len(piece) >= _PIECE:
                yield bytes(piece)
                piece.clear()
    yield bytes(piece)


def _columns(wanted: ExportQuery) -> Composed:
    named = [(_value(field), field.name) for field in wanted.fields]
    if wanted.query.with_geometry:
        named += export_query.places(wanted)
    return SQL(", ").join(SQL("{} AS {}").format(value, Identifier(name)) for value, name in named)


def _value(field: Field) -> Composable:
    column = Identifier("t", field.name)
    match field.type:
        case Type.DATETIME:
            return _TIME.format(column)
        case Type.BOOLEAN:
            return SQL("{}::text").format(column)
        case _:
            return column
