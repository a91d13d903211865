"""Databases of tests: cloned from a template, lent to one test after the other, cleaned in between.

To clean a database takes a third of the time that it takes to clone and drop one. It is given back
as it was lent: no rows but those of the template, sequences at their start, no statistics. A test
that changed the schema costs its database, and the next test gets a new clone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

Connection = psycopg.Connection[Any]

_FINGERPRINT = sql.SQL(Path(__file__).with_name("fingerprint.sql").read_text("utf-8"))

_TABLES = """
SELECT c.oid, n.nspname, c.relname
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relname <> 'spatial_ref_sys'
  AND n.nspname IN ('layer', 'ops', 'private', 'stage', 'public')
ORDER BY 2, 3
"""
"""Tables that a test may write to."""

_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

_SEQUENCES = """
SELECT schemaname, sequencename, coalesce(last_value, start_value), last_value IS NOT NULL
FROM pg_sequences
"""


@dataclass(frozen=True)
class Pristine:
    """What a database of the template holds: its schema, rows by table, and sequences."""

    fingerprint: str
    rows: dict[tuple[str, str], tuple[str, bytes]]
    sequences: list[tuple[str, str, int, bool]]


def create(admin_url: str, name: str, template: str) -> str:
    """Clone a database; give its address. Copying files is quick where nothing is synced."""
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return make_conninfo(admin_url, dbname=name)


def drop(admin_url: str, name: str) -> None:
    """Drop a database of tests, whoever is connected."""
    assert "test" in name
    with psycopg.connect(admin_url, autocommit=True) as conn:
        conn.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@contextmanager
def cloned(admin_url: str, template: str) -> Iterator[str]:
    """Give the address of a new database, which is dropped in the end."""
    name = f"gis_test_{uuid4().hex[:16]}"
    url = create(admin_url, name, template)
    try:
        yield url
    finally:
        drop(admin_url, name)


class Lender:
    """The databases of a test process, one at a time in use or more."""

    def __init__(self, admin_url: str, template: str) -> None:
        self._admin_url, self._template = admin_url, template
        self._clean: list[str] = []
        self._pristine: Pristine | None = None

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give the address of a database as the template is."""
        url = self._clean.pop() if self._clean else self._new()
        try:
            yield url
        finally:
            if self._pristine is not None and cleaned(url, self._pristine):
                self._clean.append(url)
            else:
                drop(self._admin_url, str(conninfo_to_dict(url)["dbname"]))

    def close(self) -> None:
        """Drop all databases."""
        while self._clean:
            drop(self._admin_url, str(conninfo_to_dict(self._clean.pop())["dbname"]))

    def _new(self) -> str:
        url = create(self._admin_url, f"gis_test_{uuid4().hex[:16]}", self._template)
        if self._pristine is None:
            with psycopg.connect(url, autocommit=True) as conn:
                self._pristine = pristine(conn)
        return url


def pristine(conn: Connection) -> Pristine:
    """Read what a database holds that nobody has used."""
    rows = {}
    for _, *name in conn.execute(_TABLES).fetchall():
        table = sql.Identifier(*name)
        if conn.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(table)).fetchone() == (
            True,
        ):
            rows[name[0], name[1]] = _digest(conn, table), _copied(conn, table)
    return Pristine(_fingerprint(conn), rows, conn.execute(_SEQUENCES).fetchall())


def cleaned(url: str, known: Pristine) -> bool:
    """Make a database what it was; return false where that cannot be done by removing rows."""
    try:
        with psycopg.connect(url, autocommit=True) as conn:
            conn.execute(_OTHERS)
            if _fingerprint(conn) != known.fingerprint:
                return False
            conn.execute("SET session_replication_role = replica")
            changed = _changed(conn, known)
            if changed:
                _empty(conn, changed)
            for name in changed:
                if name in known.rows:
                    _fill(conn, name, known.rows[name][1])
            _restart(conn, known)
    except psycopg.Error:
        return False
    return True


def _changed(conn: Connection, known: Pristine) -> dict[tuple[str, str], int]:
    """Return the tables whose rows are not those of the template, with their oids."""
    tables = {(schema, name): oid for oid, schema, name in conn.execute(_TABLES).fetchall()}
    empty = [name for name in tables if name not in known.rows]
    checks = sql.SQL(", ").join(
        sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(*name)) for name in empty
    )
    has_rows = conn.execute(sql.SQL("SELECT {}").format(checks)).fetchone() or ()
    changed = [name for name, has_any in zip(empty, has_rows, strict=True) if has_any]
    changed += [
        name for name, (digest, _) in known.rows.items()
        if _digest(conn, sql.Identifier(*name)) != digest
    ]  # fmt: skip
    return {name: tables[name] for name in changed}


def _empty(conn: Connection, changed: dict[tuple[str, str], int]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(*name) for name in changed)
    conn.execute(sql.SQL("TRUNCATE {}").format(names))
    conn.execute("DELETE FROM pg_statistic WHERE starelid = ANY(%s)", (list(changed.values()),))


def _restart(conn: Connection, known: Pristine) -> None:
    calls = sql.SQL(", ").join(
        sql.SQL("setval({}, {}, {})").format(
            sql.Literal(sql.Identifier(schema, name).as_string(conn)), value, is_called
        )
        for schema, name, value, is_called in known.sequences
    )
    conn.execute(sql.SQL("SELECT {}").format(calls))


def _fingerprint(conn: Connection) -> str:
    row = conn.execute(_FINGERPRINT).fetchone()
    return str(row[0]) if row else ""


def _digest(conn: Connection, table: sql.Identifier) -> str:
    statement = sql.SQL("SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {} AS t")
    row = conn.execute(statement.format(table)).fetchone()
    return str(row[0]) if row else ""


def _copied(conn: Connection, table: sql.Identifier) -> bytes:
    with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copy:
        return b"".join(bytes(part) for part in copy)


def _fill(conn: Connection, name: tuple[str, str], rows: bytes) -> None:
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(*name))
    with conn.cursor().copy(statement) as copy:
        copy.write(rows)
