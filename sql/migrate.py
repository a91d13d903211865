"""Bring a database to the present form: numbered migrations once, functions every time."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import sql

_LOCK = 4711_2025
"""Advisory lock that keeps two migrations of one database apart."""

Connection = psycopg.Connection[Any]


def apply(conn: Connection) -> list[str]:
    """Apply what is pending, in one transaction; return the names of the new migrations."""
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        conn.execute("SELECT set_config('search_path', 'public', true)")
        conn.execute("CREATE SCHEMA IF NOT EXISTS ops")
        conn.execute(
            "CREATE TABLE IF NOT EXISTS ops.migration"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        names = list(pending(conn))
        for name in names:
            conn.execute(_file("migrations", name))
            conn.execute("INSERT INTO ops.migration (name) VALUES (%s)", (name,))
        for name in _names("functions"):
            conn.execute(_file("functions", name))
    return names


def pending(conn: Connection) -> Iterator[str]:
    """Yield the migrations that this database has not had, in order."""
    rows = conn.execute("SELECT name FROM ops.migration").fetchall()
    done = {row[0] for row in rows}
    yield from (name for name in _names("migrations") if name not in done)


def _names(folder: str) -> list[str]:
    places = files("sql").joinpath(folder).iterdir()
    return sorted(place.name for place in places if place.name.endswith(".sql"))


def _file(folder: str, name: str) -> sql.SQL:
    text = files("sql").joinpath(folder).joinpath(name).read_text("utf-8")
    return sql.SQL(text)
