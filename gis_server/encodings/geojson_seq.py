"""GeoJSON text sequences (RFC 8142): a feature a line, each after a record separator."""

from collections.abc import Generator

from psycopg.sql import SQL

from gis_server import feature_pages
from gis_server.encodings import form
from gis_server.encodings.form import Connection, Wanted

_BATCH = 1000
"""Features in a piece of the stream."""

_START, _END = b"\x1e", b"\n"


def stream(conn: Connection, wanted: Wanted) -> Generator[bytes]:
    """Yield the features as the database wrote them, in the CRS that is asked for."""
    feature = feature_pages.feature(wanted.layer, wanted.query, wanted.facts)
    made = form.plan(wanted, SQL("textsend({})").format(feature))
    with conn.transaction(), conn.cursor("features") as cursor:
        cursor.execute(made.statement, made.values, binary=True)
        while rows := cursor.fetchmany(_BATCH):
            yield b"".join(part for (text,) in rows for part in (_START, text, _END))
