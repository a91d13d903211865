"""SQL files: one statement each, loaded by name."""

from functools import cache
from importlib.resources import files

from psycopg import sql


@cache
def query(name: str) -> sql.SQL:
    """Return the statement of ``sql/queries/<name>.sql``.

    Placeholders in braces are filled with ``.format(table=sql.Identifier(...))``.
    """
    return sql.SQL(files("sql").joinpath("queries", f"{name}.sql").read_text("utf-8"))
