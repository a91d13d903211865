"""GeoJSON text sequences (RFC 8142): a feature a line, each after a record separator."""

from collections.abc import Generator

from psycopg.sql import SQL

from gis_server.features import pages
from gis_server.features.encodings import export_query
from gis_server.features.encodings.export_query import ExportQuery
from sql.connection import Connection

_BATCH = 1000
"""Features in a piece of the stream."""

_START, _END = b"\x1e", b"\n"


def stream(conn: Connection, wanted: ExportQuery) -> Generator[bytes]:
    """Yield the features as the database wrote them, in the CRS that is asked for."""
    feature = pages.feature(wanted.layer, wanted.query, wanted.state)
    made = export_query.plan(wanted, SQL("textsend({})").format(feature))
    with conn.transaction(), conn.cursor("features") as cursor:
        cursor.execute(made.statement, made.values, binary=True)
        while rows := cursor.fetchmany(_BATCH):
            yield b"".join(part for (text,) in rows for part in (_START, text, _END))
