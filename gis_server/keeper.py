"""A process beside the server: makes tables of new layers, draws tiles of new data, tidies up."""

import logging
import os
import time
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from etl import seed, tables
from etl.errors import LoadError
from gis_server import db
from gis_server.settings import Settings
from layers.declared import Declared
from layers.model import Layer
from layers.registry import Layers
from tiles import changes, pyramid
from tiles.store import Store

log = logging.getLogger("gis")

TICK = 0.5
"""Seconds between two looks for layers that were loaded."""

_TIDY = 60.0
"""Seconds between two looks at the size of the store."""

_NICENESS = 10
"""Whoever waits for an answer goes first."""


_TAKEN_OVER = 2.0
"""Seconds in which every process has taken over what was declared."""

_PATIENCE = 100
"""How often a table is tried that others use."""

_TROUBLES = (psycopg.Error, db.DatabaseUnreachable, OSError, BrokenExecutor)
"""What passes: a database that is away, a full disk, a worker that was killed for its memory."""


def keep(settings: Settings, declared: Declared, database_url: str, parent: int) -> None:
    """Run until the process ``parent`` is gone; trouble that may pass is waited out."""
    os.nice(_NICENESS)
    tidied_at = 0.0
    kept = Store(settings.var / "tiles")
    ready = prepared = None
    while os.getppid() == parent:
        declared.look()
        try:
            with db.connect(database_url) as conn:
                kept.claim(changes.database_id(conn))
                if ready is None or prepared is not declared.layers:
                    ready = prepare(conn, declared.layers, settings.var / "reports")
                    prepared = declared.layers
                renew(conn, ready, kept, database_url, processes=settings.workers)
            if time.monotonic() - tidied_at > _TIDY:
                kept.sweep(settings.tile_cache_mb * 2**20)
                tidied_at = time.monotonic()
        except _TROUBLES as error:
            log.warning("tiles could not be drawn ahead: %s", error)
            time.sleep(_TIDY / 10)
        time.sleep(TICK)


def prepare(conn: psycopg.Connection[Any], layers: Layers, reports: Path) -> Layers:
    """Bring the tables to what was declared anew; return the layers that have theirs.

    A layer whose table cannot be brought there is left out, and the log says why. Rows are written
    anew in the end, when every process serves what was declared.
    """
    fitting = [layer for layer in layers if _shape(conn, layer)]
    ready = Layers({layer.id: layer for layer in fitting}, layers.groups)
    seed.plant(conn, ready, reports)
    time.sleep(_TAKEN_OVER)
    tables.prepare(conn, ready)
    return ready


def _shape(conn: psycopg.Connection[Any], layer: Layer) -> bool:
    """Shape a table; whoever reads it goes first, so that nobody queues behind us."""
    for _ in range(_PATIENCE):
        try:
            with conn.transaction():
                conn.execute("SET LOCAL lock_timeout = '1s'")
                tables.shape(conn, layer)
            return True
        except psycopg.errors.LockNotAvailable:
            time.sleep(_TAKEN_OVER)
        except LoadError as error:
            log.warning("layer %s stays as it was: %s", layer.id, error)
            return False
    log.warning("layer %s stays as it was: its table is in use all the time", layer.id)
    return False


def renew(
    conn: psycopg.Connection[Any], layers: Layers, kept: Store, database_url: str, *, processes: int
) -> list[str]:
    """Draw the tiles of every layer of which they are missing or all old; return the layers."""
    changes.fold(conn)
    whole = changes.whole(conn)
    due = [layer for layer in layers if is_due(layer, kept, whole)]
    for layer in due:
        pyramid.build(
            layer, kept, partial(db.connect, database_url), _unwatched, processes=processes
        )
    return [layer.id for layer in due]


def is_due(layer: Layer, kept: Store, whole: Mapping[str, int]) -> bool:
    """Tell whether a layer's tiles have to be drawn ahead."""
    ready = kept.ready(layer.id)
    if ready is None or ready.form != pyramid.form(layer):
        return True
    return ready.version < whole.get(layer.id, 0)


def _unwatched(_done: int, _total: int | None) -> None:
    """Tell nobody."""
