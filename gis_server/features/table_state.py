"""What a plan needs to know of a layer's table: if rows keep their text, and where they are."""

import hashlib
import threading
from typing import NamedTuple

from cachetools import FIFOCache

import sql
from etl import table_facts
from gis_server.db.pools import Pool
from layers.model import Layer
from layers.pixels import PixelBox
from sql.connection import Connection


class TableState(NamedTuple):
    """State of a table.

    ``keeps_text`` tells that its rows keep their GeoJSON as the layer is declared now: a table that
    was made for another declaration may show what must not be shown any more. ``extent`` is where
    the rows are, as the database estimates it, or None when it does not know. ``declared`` tells
    the declaration from any other.
    """

    keeps_text: bool = False
    extent: PixelBox | None = None
    declared: str = ""


_LAYERS = 1000
"""Layers whose tables are remembered."""


class TableStates:
    """Cache of the state of every table, asked anew when the layer's data or declaration change."""

    def __init__(self) -> None:
        self._states: FIFOCache[str, tuple[Layer, int, TableState]] = FIFOCache(_LAYERS)
        self._lock = threading.Lock()

    def state(self, pool: Pool, layer: Layer, version: int) -> TableState:
        """Return what is known of a layer's table in a version of its data."""
        try:
            # To read a FIFO cache does not change it, so it takes no lock.
            declared, known_version, state = self._states[layer.id]
        except KeyError:
            declared = None
        if declared is layer and known_version == version:
            return state
        with pool.connection() as conn:
            state = read(conn, layer)
        with self._lock:
            self._states[layer.id] = (layer, version, state)
        return state


def read(conn: Connection, layer: Layer) -> TableState:
    """Ask for the state of a layer's table."""
    row = conn.execute(sql.query("table_extent"), {"layer": layer.id}).fetchone()
    extent = None if row is None or row[0] is None else PixelBox(*row)
    declared = hashlib.blake2b(repr(layer).encode(), digest_size=8).hexdigest()
    facts = table_facts.of(conn, layer)
    return TableState(facts is not None and facts.keeps_text(layer), extent, declared)
