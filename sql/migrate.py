"""Schema migrations: numbered files once, in order; functions again at every start.

A release that is older than the database changes nothing in it: the functions of the newer one,
which its tables and processes depend on, would be replaced by what they were before.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from psycopg import sql

from sql import locks, preflight
from sql.connection import Connection

FUNCTIONS = 2
"""Number of the functions that come with this release; whoever changes one raises it."""


_NUMBERED = "0010_function_release.sql"
"""The migration since which functions have a number."""


class SchemaNewer(Exception):
    """The database was brought to its form by a newer release than this one."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The database was brought to its form by a newer release ({what})."
            " Install that release or a later one here, or bring back a dump from before it."
        )


def apply(conn: Connection) -> list[str]:
    """Apply what is pending, in one transaction; return the names of the new migrations.

    Raises:
        SchemaNewer: a newer release has been here; nothing was changed.
        Unfit: the database cannot be ours as it is; nothing was changed.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (locks.MIGRATION,))
        conn.execute("SELECT set_config('search_path', 'public', true)")
        check(conn)
        refuse_newer(conn)
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
        conn.execute("UPDATE ops.function_release SET number = %s", (FUNCTIONS,))
    return names


def check(conn: Connection) -> None:
    """Look for what stands in the way of a migration.

    Raises:
        Unfit: the database cannot be ours as it is.
    """
    texts = (_text("functions", name) for name in _names("functions"))
    functions = {name for text in texts for name in _PUBLIC_FUNCTION.findall(text)}
    preflight.check(conn, functions, _names("migrations"))


_PUBLIC_FUNCTION = re.compile(r"^CREATE OR REPLACE FUNCTION public\.(\w+)", re.MULTILINE)


def refuse_newer(conn: Connection) -> None:
    """Compare the database with this release.

    Raises:
        SchemaNewer: it has migrations, or a number of functions, that this release does not know.
    """
    applied = _applied(conn) if _exists(conn, "ops.migration") else set()
    unknown = sorted(applied - set(_names("migrations")))
    if unknown:
        raise SchemaNewer(f"it has {unknown[-1]}, which is not known here")
    # A dump of a release without the table may have been restored over a newer database's.
    if _NUMBERED in applied:
        row = conn.execute("SELECT number FROM ops.function_release").fetchone()
        if row and row[0] > FUNCTIONS:
            raise SchemaNewer(f"its functions have number {row[0]}, those here {FUNCTIONS}")


def pending(conn: Connection) -> Iterator[str]:
    """Yield the migrations that this database has not had, in order."""
    applied = _applied(conn)
    yield from (name for name in _names("migrations") if name not in applied)


def _applied(conn: Connection) -> set[str]:
    return {row[0] for row in conn.execute("SELECT name FROM ops.migration")}


def _exists(conn: Connection, table: str) -> bool:
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    return bool(row and row[0])


def _names(folder: str) -> list[str]:
    places = files("sql").joinpath(folder).iterdir()
    return sorted(place.name for place in places if place.name.endswith(".sql"))


def _file(folder: str, name: str) -> sql.SQL:
    return sql.SQL(_text(folder, name))


def _text(folder: str, name: str) -> str:
    return files("sql").joinpath(folder).joinpath(name).read_text("utf-8")
