"""Queries of archiving: a month's events of a layer's table are read, counted and deleted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
from psycopg.sql import SQL, Composable, Composed, Identifier

import sql
from cells import columns
from cells.months import Month
from etl import arrow_rows, ddl
from layers.model import Layer, Type
from sql.connection import Connection

BATCH = 2_000
"""Rows that are values of Python at a time, which take several times the room."""


class Tally(NamedTuple):
    """What tells whether events are all there.

    Their number, the sum of their cells modulo 2^64, and how many have a value, by column of a
    file without the cell.
    """

    rows: int
    cells: int
    filled: tuple[int, ...]

    def plus(self, other: "Tally") -> "Tally":
        """Return that of both together."""
        filled = tuple(a + b for a, b in zip(self.filled, other.filled, strict=True))
        return Tally(self.rows + other.rows, (self.cells + other.cells) % 2**64, filled)


@dataclass(frozen=True)
class Old:
    """The events of a layer from ``start`` to before ``end`` that a file can hold."""

    layer: Layer
    start: datetime
    end: datetime

    def batches(self, conn: Connection, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Yield the events in the columns of a file, those of a cell together."""
        statement = self._statement("archive_rows", columns=SQL(", ").join(_columns(self.layer)))
        return arrow_rows.batches(conn, statement, self._values, schema, BATCH)

    def tally(self, conn: Connection) -> Tally:
        """Count the events."""
        counts = [SQL("count({})").format(column) for column in _columns(self.layer)[:-1]]
        statement = self._statement("archive_tally", counts=SQL(", ").join(counts))
        (row,) = conn.execute(statement, self._values).fetchall()
        return Tally(row[0], int(row[1]), tuple(row[2:]))

    def taken(self, conn: Connection, keys: Sequence[Any]) -> str | None:
        """Return one of some keys that an event has."""
        rows = conn.execute(self._statement("archive_taken"), {**self._values, "keys": keys})
        row = rows.fetchone()
        return None if row is None else str(row[0])

    def delete(self, conn: Connection) -> int:
        """Delete the events; return how many there were."""
        return conn.execute(self._statement("archive_delete"), self._values).rowcount

    @property
    def _values(self) -> Mapping[str, Any]:
        return {"start": self.start, "end": self.end}

    def _statement(self, name: str, **parts: Composable) -> Composed:
        time = columns.time(self.layer, "t")
        chosen = SQL("{0} >= %(start)s AND {0} < %(end)s AND {1}").format(time, _held(self.layer))
        return sql.query(name).format(
            table=ddl.table(self.layer),
            time=time,
            key=Identifier("t", self.layer.key),
            chosen=chosen,
            **parts,
        )


def months(conn: Connection, layer: Layer, end: datetime) -> list[Month]:
    """Return the months in which a layer has events of before a time that a file can hold."""
    statement = sql.query("archive_months").format(
        time=columns.time(layer, "t"),
        zone=columns.ZONE,
        table=ddl.table(layer),
        held=_held(layer),
    )
    return [month for (month,) in conn.execute(statement, {"end": end})]


def _columns(layer: Layer) -> list[Composable]:
    """Return what is read for the columns of a file: fields, shape, cell."""
    fields: list[Composable] = [Identifier("t", name) for name in layer.fields]
    return [*fields, SQL("public.ST_AsBinary(t.geom)"), Identifier("t", "h3")]


def _held(layer: Layer) -> Composed:
    """Return the condition that every time is one that files have: not infinite, of four digits."""
    held = [
        SQL("({0} IS NULL OR {0} BETWEEN '0001-01-02' AND '9999-12-30')").format(
            Identifier("t", field.name)
        )
        for field in layer.fields.values()
        if field.type in (Type.DATE, Type.DATETIME)
    ]
    return SQL(" AND ").join([SQL("true"), *held])
