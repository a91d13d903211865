"""The only place that opens a connection for HTTP."""

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from layers.errors import Busy
from sql.connection import Connection

Pool = ConnectionPool[Connection]

STATEMENT_TIMEOUT = 30_000
"""Milliseconds after which a request's statement is cancelled."""


SIZE = 8
"""Connections of a pool: those of all threads of a server process, and of its background work."""

TILE_SIZE = 4
"""Connections for what clients wait for; each of the threads that answer takes one at a time."""


class DatabaseUnreachable(Busy):
    """The database does not answer; start it with 'make up' or check GIS_DATABASE_URL."""


def pool(
    database_url: str, *, size: int = SIZE, parallel: bool = True, checked: bool = True
) -> Pool:
    """Make a pool; it connects at first use, so a process without requests holds no connection.

    Every statement is a transaction of its own, which saves two journeys to the database. Without
    ``parallel`` a statement keeps to one core, which is better where many run at once. A connection
    that is not ``checked`` may turn out to be lost when it is used.
    """
    return ConnectionPool(
        database_url,
        min_size=0,
        max_size=size,
        open=True,
        kwargs={"autocommit": True},
        timeout=10,
        configure=_configure if parallel else _configure_single,
        check=ConnectionPool.check_connection if checked else None,
        name="gis",
    )


def _configure(conn: Connection) -> None:
    conn.execute(
        sql.SQL("SET statement_timeout = {}; SET jit = off; {}").format(
            sql.Literal(STATEMENT_TIMEOUT), _SESSION
        )
    )


def _configure_single(conn: Connection) -> None:
    _configure(conn)
    conn.execute("SET max_parallel_workers_per_gather = 0")


def connect(database_url: str) -> Connection:
    """Open one connection for a command.

    Raises:
        DatabaseUnreachable: with the reason that libpq gives.
    """
    try:
        conn = psycopg.connect(database_url, autocommit=True)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise DatabaseUnreachable(f"{DatabaseUnreachable.__doc__} ({reason})") from error
    conn.execute(_SESSION)
    return conn


_SESSION = sql.SQL(
    "SET TIME ZONE 'UTC'; SET search_path = public; SET client_encoding = 'UTF8';"
    " SET DateStyle = 'ISO'; SET extra_float_digits = 1"
)
"""What answers depend on, whatever a role or a database sets: its bytes are passed on as they are.
Operators of PostGIS are found by the path alone."""
