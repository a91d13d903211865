"""Backfill in batches: rows are written anew after their layer was declared in another way.

What a row keeps for tiles and pages is filled by triggers when the row is written. When the
declaration changes, all rows have to be written once more. That takes minutes for a large table,
so it goes in pieces, each a transaction of its own; until the end the table is marked, and whoever
reads does without what is not filled yet.
"""

from psycopg import sql as compose

import sql
from etl import ddl
from layers.model import Layer
from layers.pixels import WHOLE
from sql import locks
from sql.connection import Connection

_PAGES = 1_000
"""Pages of a piece: some 20,000 parcels, which an edit may have to wait for, two seconds or so."""


def mark(conn: Connection, layer: Layer) -> None:
    """Write down that the rows of a layer are to be written anew."""
    conn.execute("INSERT INTO ops.rewrite (layer) VALUES (%s) ON CONFLICT DO NOTHING", (layer.id,))


def is_marked(conn: Connection, layer: Layer) -> bool:
    """Tell whether the rows of a layer are still to be written anew."""
    row = conn.execute("SELECT FROM ops.rewrite WHERE layer = %s", (layer.id,)).fetchone()
    return row is not None


def marked(conn: Connection) -> list[str]:
    """Name the layers whose rows are still to be written anew."""
    return [layer_id for (layer_id,) in conn.execute("SELECT layer FROM ops.rewrite ORDER BY 1")]


def run(conn: Connection, layer: Layer) -> None:
    """Write the rows of a marked layer anew; one that was cut off is done from the start.

    Safe from several processes: the others wait until one has done it.
    """
    lock = {"kind": locks.REWRITE, "layer": layer.id}
    conn.execute("SELECT pg_advisory_lock(%(kind)s, hashtext(%(layer)s))", lock)
    try:
        if is_marked(conn, layer):
            _write(conn, layer)
    finally:
        conn.execute("SELECT pg_advisory_unlock(%(kind)s, hashtext(%(layer)s))", lock)


def _write(conn: Connection, layer: Layer) -> None:
    """A row goes to the end of the table or to a free place; to meet one twice does no harm."""
    table = ddl.table(layer)
    row = conn.execute(sql.query("table_pages"), {"layer": layer.id}).fetchone()
    statement = sql.query("table_rewrite").format(table=table)
    for first in range(0, row[0] if row else 0, _PAGES):
        with conn.transaction():
            conn.execute(sql.query("change_upkeep"))
            conn.execute(statement, {"first": f"({first},0)", "end": f"({first + _PAGES},0)"})
    ddl.index_places(conn, layer)
    conn.execute(compose.SQL("ANALYZE {}").format(table))
    with conn.transaction():
        conn.execute("DELETE FROM ops.rewrite WHERE layer = %s", (layer.id,))
        # Whoever knows the layer looks again at what its rows keep.
        conn.execute(sql.query("change_record"), {"layer": layer.id, "cells": [WHOLE]})
