"""What a plan needs to know of a layer's table: if rows keep their text, and where they are."""

import hashlib
from typing import NamedTuple

import sql
from etl import ddl
from gis_server.db.pools import Pool
from layers.model import Layer
from layers.pixels import PixelBox
from sql.connection import Connection


class TableState(NamedTuple):
    """Facts of a table.

    ``keeps_text`` tells that its rows keep their GeoJSON as the layer is declared now: a table that
    was made for another declaration may show what must not be shown any more. ``extent`` is where
    the rows are, as the database estimates it, or None when it does not know. ``declared`` tells
    the declaration from any other.
    """

    keeps_text: bool = False
    extent: PixelBox | None = None
    declared: str = ""


class TableStates:
    """Facts of every table, asked anew when the layer's data or declaration change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Layer, int, TableState]] = {}

    def facts(self, pool: Pool, layer: Layer, version: int) -> TableState:
        """Return what is known of a layer's table in a version of its data."""
        known = self._known.get(layer.id)
        if known and known[0] is layer and known[1] == version:
            return known[2]
        with pool.connection() as conn:
            found = read(conn, layer)
        self._known[layer.id] = (layer, version, found)
        return found


def read(conn: Connection, layer: Layer) -> TableState:
    """Ask for the facts of a layer's table."""
    row = conn.execute(sql.query("table_extent"), {"layer": layer.id}).fetchone()
    extent = None if row is None or row[0] is None else PixelBox(*row)
    declared = hashlib.blake2b(repr(layer).encode(), digest_size=8).hexdigest()
    return TableState(ddl.keeps_geojson(conn, layer), extent, declared)
