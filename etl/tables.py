"""Keep every declared layer's table there, and in the form that the declaration gives."""

from typing import Any

import psycopg
from psycopg import sql

from etl import ddl, geojson
from etl.errors import LoadError
from layers.model import Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]


class TableDiffers(LoadError):
    """A table with rows lacks a required field of its declaration."""

    def __init__(self, layer_id: str, columns: list[str]) -> None:
        super().__init__(
            f"Table layer.{layer_id} has rows but no {', '.join(columns)}, which layer.yaml"
            f" requires. Load it again with 'gis load {layer_id} FILE --mode replace',"
            " or make the field optional."
        )
        self.layer_id, self.columns = layer_id, columns


def prepare(conn: Connection, layers: Layers) -> list[str]:
    """Create missing tables and add missing columns, in one transaction; return what was touched.

    Raises:
        TableDiffers: rows are there and a required column cannot be filled.
    """
    with conn.transaction():
        return [layer.id for layer in layers if _prepare(conn, layer) | _count(conn, layer)]


def _count(conn: Connection, layer: Layer) -> bool:
    if ddl.is_counted(conn, layer):
        return False
    ddl.count(conn, layer)
    return True


def _prepare(conn: Connection, layer: Layer) -> bool:
    if ddl.missing(conn, layer):
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    if ddl.difference(conn, layer) and is_empty(conn, layer):
        conn.execute(sql.SQL("DROP TABLE {}").format(ddl.table(layer)))
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    added = _add_columns(conn, layer)
    if geojson.is_kept(layer) and not ddl.keeps_geojson(conn, layer):
        ddl.renew_geojson(conn, layer)
        added = True
    return _keep_tile_columns(conn, layer) or added


def is_empty(conn: Connection, layer: Layer) -> bool:
    """Tell whether a layer's table has no rows."""
    statement = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(ddl.table(layer))
    row = conn.execute(statement).fetchone()
    return bool(row and row[0])


def _add_columns(conn: Connection, layer: Layer) -> bool:
    lacking = {name for name in ddl.difference(conn, layer) if name in ddl.names(layer)}
    lacking -= {*ddl.TILE_COLUMNS, *ddl.kept_columns(layer)}
    addable = {n: d for n, d in _addable(layer).items() if n in lacking}
    if lacking - set(addable):
        raise TableDiffers(layer.id, sorted(lacking - set(addable)))
    for definition in addable.values():
        conn.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {}").format(ddl.table(layer), definition))
    return bool(addable)


def _addable(layer: Layer) -> dict[str, sql.Composed]:
    """Return definitions of the columns that rows can be without."""
    return {
        name: sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(field.type.postgres))
        for name, field in layer.fields.items()
        if not field.required and name != layer.key
    }


def _keep_tile_columns(conn: Connection, layer: Layer) -> bool:
    """Give a table its columns for tiles and its triggers; fill them when they differ."""
    lacks = set(ddl.difference(conn, layer)) & set(ddl.TILE_COLUMNS)
    if not lacks and ddl.is_watched(conn, layer):
        return False
    ddl.renew_tile_columns(conn, layer)
    ddl.watch(conn, layer)
    conn.execute(sql.SQL("UPDATE {} SET geom = geom").format(ddl.table(layer)))
    ddl.index_places(conn, layer)
    conn.execute(sql.SQL("ANALYZE {}").format(ddl.table(layer)))
    return True
