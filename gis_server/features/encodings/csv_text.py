"""CSV (RFC 4180) in UTF-8: written by PostgreSQL's own COPY.

A byte order mark stands in front, or Excel takes Vietnamese letters for something else. Points are
two columns, other shapes well-known text.
"""

from collections.abc import Generator

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from etl.geojson import MORE_DIGITS
from gis_server.features.encodings import export_query
from gis_server.features.encodings.export_query import ExportQuery
from layers.geo import definition
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
        named += _places(wanted)
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


def _places(wanted: ExportQuery) -> list[tuple[Composable, str]]:
    shape, digits = export_query.transformed(wanted), wanted.query.crs.digits
    if wanted.layer.geometry.type != "Point":
        rounded = SQL("public.gis_rounded({}, {})").format(shape, digits)
        text = SQL("public.ST_AsText({}, {})").format(rounded, digits + MORE_DIGITS)
        return [(text, "geometry")]
    is_geographic = definition(wanted.query.crs.srid).is_geographic
    names = ("longitude", "latitude") if is_geographic else ("x", "y")
    edge = SQL("trim_scale(round(public.{}({})::numeric, {}))")
    functions = (SQL("ST_X"), SQL("ST_Y"))
    return [
        (edge.format(function, shape, Literal(digits)), name)
        for function, name in zip(functions, names, strict=True)
    ]
