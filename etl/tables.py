"""Keep every declared layer's table there, and in the form that the declaration gives."""

from typing import Any

import psycopg
from psycopg import sql

from etl import ddl
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
        return [layer.id for layer in layers if _prepare(conn, layer)]


def _prepare(conn: Connection, layer: Layer) -> bool:
    if ddl.missing(conn, layer):
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    if not ddl.difference(conn, layer):
        return False
    if _is_empty(conn, layer):
        conn.execute(sql.SQL("DROP TABLE {}").format(ddl.table(layer)))
        ddl.create(conn, layer)
        ddl.comment(conn, layer)
        return True
    return _add_columns(conn, layer)


def _is_empty(conn: Connection, layer: Layer) -> bool:
    statement = sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(ddl.table(layer))
    row = conn.execute(statement).fetchone()
    return bool(row and row[0])


def _add_columns(conn: Connection, layer: Layer) -> bool:
    lacking = [name for name in ddl.difference(conn, layer) if name in layer.fields]
    required = [name for name in lacking if layer.fields[name].required or name == layer.key]
    if required:
        raise TableDiffers(layer.id, required)
    for name in lacking:
        conn.execute(
            sql.SQL("ALTER TABLE {} ADD COLUMN {} {}").format(
                ddl.table(layer),
                sql.Identifier(name),
                sql.SQL(layer.fields[name].type.postgres),
            )
        )
    return bool(lacking)
