"""Audit log of loads: one row each, also of those that failed."""

from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg

import sql
from sql.connection import Connection


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of ops.load; ``duration_s`` in seconds, ``checksum`` is SHA-256 of the file."""

    layer: str
    file: str
    checksum: str | None
    mode: str
    status: str
    rows_in: int
    rows_loaded: int
    rows_refused: int
    started_at: datetime
    duration_s: float
    who: str
    report: str | None
    reason: str | None
    is_demo: bool


def record(conn: Connection, entry: Entry) -> int:
    """Write the row; return its id."""
    row = conn.execute(sql.query("load_record"), asdict(entry)).fetchone()
    if row is None:
        raise psycopg.DataError("the journal gave no id")
    return int(row[0])
