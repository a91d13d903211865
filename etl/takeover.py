"""Table swap: a staged table takes the place of the live one and what others put on it.

Readers wait only for the swap itself: rows and indexes are complete before the table is locked.
To PostgreSQL the new table is another object. So what others put on the old one, grants and
policies and views, is read from the catalogue and given to the new one in the same transaction.
"""

from collections.abc import Iterable

import psycopg
from psycopg import sql as compose

import sql
from etl import ddl, search_ddl
from etl.errors import TableHeld
from layers.model import Layer
from sql.connection import Connection
from sql.schemas import LAYER, REPLACED, STAGE

_HELD = (
    psycopg.errors.DependentObjectsStillExist,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InvalidTableDefinition,
)
"""What PostgreSQL says where a dependent cannot be given to the new table as it is."""


def take_over(conn: Connection, layer: Layer) -> None:
    """Put the staged table in the place of the live one, inside the caller's transaction.

    The caller says with ``lock_timeout`` how long it waits for readers of the old table.

    Raises:
        TableHeld: something depends on the live table that cannot be given to another.
    """
    try:
        _swap(conn, layer)
    except _HELD as error:
        reason = error.diag.message_detail or error.diag.message_primary or str(error)
        raise TableHeld(layer.id, reason.replace(f"{REPLACED}.", f"{LAYER}.")) from error
    ddl.comment(conn, layer)


def _swap(conn: Connection, layer: Layer) -> None:
    live = ddl.table(layer)
    _run(conn, _statements(conn, "table_constraints", layer))
    _run(conn, _statements(conn, "table_views", layer))
    conn.execute(compose.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(live))
    attachments = _statements(conn, "table_attachments", layer)
    _move(conn, live, REPLACED)
    _move(conn, ddl.table(layer, STAGE), LAYER)
    # Counted before policies are there that could hide rows from their owner.
    ddl.record_whole(conn, layer)
    if layer.search:
        search_ddl.fill(conn, layer, live)
    _run(conn, attachments)
    conn.execute(compose.SQL("DROP TABLE {}").format(ddl.table(layer, REPLACED)))


def _run(conn: Connection, statements: Iterable[compose.SQL]) -> None:
    for statement in statements:
        conn.execute(statement)


def _statements(conn: Connection, name: str, layer: Layer) -> list[compose.SQL]:
    rows = conn.execute(sql.query(name), {"layer": layer.id}).fetchall()
    return [compose.SQL(statement) for (statement,) in rows]


def _move(conn: Connection, table: compose.Identifier, schema: str) -> None:
    conn.execute(
        compose.SQL("ALTER TABLE {} SET SCHEMA {}").format(table, compose.Identifier(schema))
    )
