"""Staging table: rows come here first, and go live by swap or upsert in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import sql as compose

import sql
from etl import cell_ddl, ddl, geojson
from etl.check import Fault
from etl.errors import LayerBusy
from etl.rows import ROW
from etl.takeover import take_over
from layers.model import Derive, Layer
from sql import locks
from sql.connection import Connection
from sql.schemas import STAGE

_LOCK_WAIT = "30s"
"""How long the swap waits for readers of the old table."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A staging table of one load.

    ``names`` are the columns that the source fills; ``replaces`` tells whether the table itself
    will be the new live one.
    """

    layer: Layer
    names: tuple[str, ...]
    replaces: bool

    @property
    def named(self) -> compose.Identifier:
        """The qualified name of the table."""
        return ddl.table(self.layer, STAGE if self.replaces else "pg_temp")

    @property
    def has_key(self) -> bool:
        """Tell whether the source brings the key."""
        return self.layer.key in self.names


def lock(conn: Connection, layer: Layer) -> None:
    """Keep other loads of this layer out until the transaction ends.

    Raises:
        LayerBusy: another one runs.
    """
    row = conn.execute(
        "SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (locks.LOAD, layer.id)
    ).fetchone()
    if not (row and row[0]):
        raise LayerBusy(f"Layer '{layer.id}': {LayerBusy.__doc__}")


def create(conn: Connection, stage: Stage) -> None:
    """Make the table: the future live one, or a temporary one of the columns that come."""
    columns: compose.Composable = ddl.columns(stage.layer)
    row = compose.SQL(", {} bigint NOT NULL").format(compose.Identifier(ROW))
    if stage.replaces:
        conn.execute(compose.SQL("CREATE TABLE {} ({}{})").format(stage.named, columns, row))
        return
    # Defaults and NOT NULL are the live table's matter; only names and types are wanted here.
    conn.execute(
        compose.SQL(
            "CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {}, 0::bigint AS {} FROM {} WHERE false"
        ).format(
            compose.Identifier(stage.layer.id),
            _list(n for n in stage.names if n != ROW),
            compose.Identifier(ROW),
            ddl.table(stage.layer),
        )
    )


def copy_statement(stage: Stage) -> compose.Composed:
    """Return the COPY that takes binary rows of ``names``."""
    return compose.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        stage.named, _list(stage.names)
    )


def duplicates(conn: Connection, stage: Stage) -> list[Fault]:
    """Take out rows whose key stood earlier in the source."""
    if not stage.has_key:
        return []
    key = compose.Identifier(stage.layer.key)
    rows = conn.execute(sql.query("stage_duplicates").format(stage=stage.named, key=key))
    return [
        Fault(row, stage.layer.key, value, f"the same key as in row {first}")
        for row, value, first in rows.fetchall()
    ]


def conflicts(conn: Connection, stage: Stage) -> list[Fault]:
    """Take out rows whose key the layer has."""
    if not stage.has_key or stage.replaces:
        return []
    statement = sql.query("stage_conflicts").format(
        stage=stage.named, table=ddl.table(stage.layer), key=compose.Identifier(stage.layer.key)
    )
    reason = "the layer has this key; --mode upsert would change that feature"
    return [Fault(row, stage.layer.key, key, reason) for row, key in conn.execute(statement)]


def extent(conn: Connection, stage: Stage) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of the staged rows in degrees; None when there are none."""
    statement = sql.query("stage_extent").format(
        stage=stage.named, srid=compose.Literal(stage.layer.geometry.crs.srid)
    )
    row = conn.execute(statement).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1], row[2], row[3])


def swap(conn: Connection, stage: Stage) -> None:
    """Order and index the new table and put it in the place of the live one."""
    layer = stage.layer
    _ordered(conn, stage)
    ddl.finish(conn, layer, schema=STAGE)
    if layer.fields[layer.key].derive is Derive.SERIAL:
        _continue_numbers(conn, stage.named, layer)
    conn.execute(compose.SQL("SET LOCAL lock_timeout = {}").format(_LOCK_WAIT))
    take_over(conn, layer)
    if layer.heatmap:
        cell_ddl.mark(conn, layer)


def _ordered(conn: Connection, stage: Stage) -> None:
    """Write the rows again with the columns for tiles, neighbours beside each other.

    PostGIS sorts geometries along a Hilbert curve, so a tile is read from few pages.
    """
    unordered = compose.Identifier(STAGE, f"{stage.layer.id}_unordered")
    conn.execute(
        compose.SQL("ALTER TABLE {} RENAME TO {}").format(
            stage.named, compose.Identifier(f"{stage.layer.id}_unordered")
        )
    )
    ddl.create_bare(conn, stage.layer, schema=STAGE)
    conn.execute(_in_order(stage, unordered))
    conn.execute(compose.SQL("DROP TABLE {}").format(unordered))


def _in_order(stage: Stage, unordered: compose.Identifier) -> compose.Composed:
    """Return the statement that writes the rows; numbers that nobody brought follow the order."""
    layer = stage.layer
    names = ddl.column_names(layer)
    is_numbered = layer.fields[layer.key].derive is Derive.SERIAL and not stage.has_key
    values = {name: compose.SQL("t.{}").format(compose.Identifier(name)) for name in names}
    if is_numbered:
        values[layer.key] = compose.SQL("row_number() OVER (ORDER BY kept.px, t.{})").format(
            compose.Identifier(ROW)
        )
    return sql.query("stage_ordered").format(
        table=stage.named,
        unordered=unordered,
        columns=_list((*names, *ddl.TILE_COLUMNS, *ddl.kept_columns(layer))),
        values=compose.SQL(", ").join(
            compose.SQL("{} AS {}").format(value, compose.Identifier(name))
            for name, value in values.items()
        ),
        tile_columns=ddl.tile_columns_of(layer, compose.Identifier("t", "geom")),
        row=compose.Identifier(ROW),
        text=compose.SQL(", {}").format(geojson.kept(layer, "t"))
        if geojson.is_kept(layer)
        else compose.SQL(""),
    )


def merge(conn: Connection, stage: Stage, *, update: bool) -> None:
    """Add the staged rows to the live table; with ``update`` change those that have the key."""
    layer = stage.layer
    names = [name for name in stage.names if name != ROW]
    statement = compose.SQL("INSERT INTO {} ({}) SELECT {} FROM {} ORDER BY {}").format(
        ddl.table(layer), _list(names), _list(names), stage.named, compose.Identifier(ROW)
    )
    if update:
        statement += _on_conflict(layer, names)
    conn.execute(statement)
    if stage.has_key and layer.fields[layer.key].derive is Derive.SERIAL:
        _continue_numbers(conn, ddl.table(layer), layer)
    conn.execute(compose.SQL("ANALYZE {}").format(ddl.table(layer)))


def _on_conflict(layer: Layer, names: Sequence[str]) -> compose.Composed:
    sets = [
        compose.SQL("{0} = EXCLUDED.{0}").format(compose.Identifier(name))
        for name in names
        if name != layer.key
    ]
    return compose.SQL(" ON CONFLICT ({}) DO UPDATE SET {}").format(
        compose.Identifier(layer.key), compose.SQL(", ").join(sets)
    )


def _continue_numbers(conn: Connection, named: compose.Identifier, layer: Layer) -> None:
    """Let the next number that the database gives lie above those that came."""
    conn.execute(
        compose.SQL("SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {}").format(
            compose.Literal(named.as_string(conn)),
            compose.Literal(layer.key),
            compose.Identifier(layer.key),
            named,
        )
    )


def _list(names: Iterable[str]) -> compose.Composed:
    return compose.SQL(", ").join(compose.Identifier(name) for name in names)
