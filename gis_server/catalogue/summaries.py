"""What every layer holds at present: rows, extent, times, freshness."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from cachetools import LRUCache
from psycopg import sql as compose

import sql
from layers import units
from layers.geo import BBox
from layers.model import Layer
from layers.registry import Layers
from sql.connection import Connection
from sql.schemas import layer_table

VIET_NAM = BBox(102.0, 7.0, 118.0, 24.0)
"""Where a map opens that has no data yet."""

_LAYERS = 1000
"""Layers whose summaries are remembered."""

_PAUSE = 60.0
"""Seconds between two counts of a layer whose rows people edit; a load is counted at once."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A layer's data. ``bounds`` in degrees; ``times`` are the first and last instant."""

    rows: int
    bounds: BBox | None
    times: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class LayerState:
    """Freshness of a layer: when it was loaded and edited, and whether rows are made up.

    ``edited_at`` is the last change of rows that triggers saw, over HTTP or not; ``edition`` tells
    the rows from those before and after any change.
    """

    loaded_at: datetime | None = None
    is_demo: bool = False
    version: int = 0
    edited_at: datetime | None = None
    edition: str = ""

    @property
    def changed_at(self) -> datetime | None:
        """When the data last changed, by a load or by an edit."""
        return max(filter(None, (self.loaded_at, self.edited_at)), default=None)

    def is_stale(self, layer: Layer, now: datetime) -> bool:
        """Tell whether the promised interval has passed since the last change."""
        if layer.freshness is None or self.changed_at is None:
            return False
        return now - self.changed_at > layer.freshness


class _Counted(NamedTuple):
    """A summary, with what it was of and when it was made."""

    version: int
    edition: str
    at: float
    summary: Summary

    def holds(self, state: LayerState) -> bool:
        """Tell whether it says what is there, or was counted a moment ago."""
        if self.version != state.version:
            return False
        return self.edition == state.edition or time.monotonic() - self.at < _PAUSE


class Summaries:
    """Cache of summaries by layer: what has not changed is not counted again."""

    def __init__(self) -> None:
        self._summaries: LRUCache[str, _Counted] = LRUCache(_LAYERS)
        self._lock = threading.Lock()

    def get(self, conn: Connection, layer: Layer, state: LayerState) -> Summary:
        """Return a layer's summary.

        Args:
            conn: to count with.
            layer: which.
            state: that was read before; what is counted is no older.
        """
        with self._lock:
            known = self._summaries.get(layer.id)
        if known and known.holds(state):
            return known.summary
        summary = summarise(conn, layer)
        counted = _Counted(state.version, state.edition, time.monotonic(), summary)
        with self._lock:
            self._summaries[layer.id] = counted
        return summary


def states(conn: Connection) -> Mapping[str, LayerState]:
    """Read the journals: the state of every layer that was ever loaded or edited."""
    rows = conn.execute(sql.query("catalogue_loads"))
    return {layer_id: LayerState(*state) for layer_id, *state in rows}


def summarise(conn: Connection, layer: Layer) -> Summary:
    """Count a layer's rows; find their extent and times."""
    table = layer_table(layer.id)
    srid = compose.Literal(layer.geometry.crs.srid)
    row = conn.execute(sql.query("catalogue_rows").format(table=table, srid=srid)).fetchone()
    rows, *edges = row or (0, None, None, None, None)
    bounds = None if edges[0] is None else BBox(*edges)
    return Summary(rows, bounds, _times(conn, layer, table))


def _times(
    conn: Connection, layer: Layer, table: compose.Identifier
) -> tuple[datetime, datetime] | None:
    if layer.time is None:
        return None
    statement = sql.query("catalogue_times").format(
        table=table, time=compose.Identifier(layer.time)
    )
    first, last = conn.execute(statement).fetchone() or (None, None)
    if first is None or last is None:
        return None
    return first.astimezone(UTC), last.astimezone(UTC)


def home(layers: Layers, summaries: Mapping[str, Summary]) -> BBox:
    """Return where the map opens: the province, else the communes, else the country."""
    for layer_id in units.LAYERS:
        found = summaries.get(layer_id)
        if layer_id in layers.by_id and found and found.bounds:
            return found.bounds
    return VIET_NAM
