"""Preflight check: whether a database can take our schema, and what of our names in it is ours.

It only reads. What others have under a name of ours is theirs: it is neither adopted nor replaced.
"""

from collections.abc import Collection, Mapping
from typing import Final, LiteralString

import sql
from sql.connection import Connection

EXTENSIONS: Final[tuple[LiteralString, ...]] = ("postgis", "unaccent", "pg_trgm")
"""Extensions that statements and functions name in the schema public."""


class Unfit(Exception):
    """The database cannot be ours as it is."""


def check(conn: Connection, functions: Collection[str], migrations: Collection[str]) -> None:
    """Look for what stands in our way.

    Args:
        conn: to the database, in any transaction or none.
        functions: names of our functions in the schema public.
        migrations: names of our migrations.

    Raises:
        Unfit: saying what is wrong and what to do.
    """
    is_ours, applied = _journal(conn, migrations)
    facts = {
        "is_ours": is_ours,
        "applied": applied,
        "functions": list(functions),
        "extensions": list(EXTENSIONS),
    }
    row = conn.execute(sql.query("preflight"), facts).fetchone()
    if row is not None:
        what, about, whose, role, database = row
        sentence = _SENTENCES[what]
        raise Unfit(sentence.format(about=about, whose=whose, role=role, database=database))


def _journal(conn: Connection, migrations: Collection[str]) -> tuple[bool, list[str]]:
    """Tell whether the journal of migrations is ours, and what is in it.

    One that we may not read is taken for complete: that we do not own it is what has to be said.
    """
    row = conn.execute(sql.query("preflight_ours")).fetchone()
    is_ours, is_readable = row or (False, False)
    if not is_ours:
        return False, []
    if not is_readable:
        return True, list(migrations)
    return True, [name for (name,) in conn.execute("SELECT name FROM ops.migration")]


_SENTENCES: Mapping[str, str] = {
    "encoding": "The database keeps its text in {about}: name another one in GIS_DATABASE_URL,"
    " made with ENCODING 'UTF8'.",
    "standby": "The database is a standby, which can only be read: name its primary server in"
    " GIS_DATABASE_URL.",
    "read-only": "The database can only be read: let its administrator run ALTER DATABASE"
    " {database} SET default_transaction_read_only = off, or the same for ROLE {role}.",
    "elsewhere": "The extension {about} is in the schema {whose}, and is needed in public: let the"
    " administrator run ALTER EXTENSION {about} SET SCHEMA public.",
    "immovable": "The extension {about} is in the schema {whose}, and is needed in public: name"
    " another database in GIS_DATABASE_URL, where its administrator has run CREATE EXTENSION"
    " {about} SCHEMA public.",
    "foreign": "The database has a {about} that is not ours: rename it, as we need the name, or"
    " name another database in GIS_DATABASE_URL.",
    "owner": "What we have made in the database belongs to {whose} ({about}): name that role in"
    " GIS_DATABASE_URL, or let the administrator run GRANT {whose} TO {role}.",
    "right": "The role {role} lacks a right in the database: let its administrator run"
    " GRANT {about} TO {role}.",
}
"""What is said of each word of preflight.sql."""
