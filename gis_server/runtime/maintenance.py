"""Supervisor process beside the server: loops of tables and cubes, tiles of new data, tidying."""

import logging
import os
import time
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from functools import partial

import psycopg

from cells.generations import Generations
from gis_server.db import pools
from gis_server.runtime import memory
from gis_server.runtime.cube_sync import CubeSync
from gis_server.runtime.table_sync import TableSync
from gis_server.settings import Settings
from layers.audience import PUBLIC
from layers.declared import Declared
from layers.model import Layer
from layers.registry import Layers
from sql.connection import Connection
from tiles import changes, pyramid
from tiles.store import Store

log = logging.getLogger("gis")

TICK = 0.5
"""Seconds between two looks for layers that were loaded."""

_TIDY = 60.0
"""Seconds between two looks at the size of the store."""

_NICENESS = 10
"""Whoever waits for an answer goes first."""


_TROUBLES = (psycopg.Error, pools.DatabaseUnreachable, OSError, BrokenExecutor)
"""What passes: a database that is away, a full disk, a worker that was killed for its memory."""


def run(settings: Settings, declared: Declared, database_url: str, parent: int) -> None:
    """Run until the process ``parent`` is gone; trouble that may pass is waited out."""
    tables = TableSync(declared, database_url, settings.var / "reports")
    # First: a new layer does not wait until the tiles of others are drawn.
    tables.watch()
    cubes = CubeSync(lambda: tables.ready, database_url, Generations(settings.var / "cells"))
    os.nice(_NICENESS)
    cubes.watch()
    memory.watch()
    tidied_at = 0.0
    store = Store(settings.var / "tiles")
    while os.getppid() == parent:
        try:
            with pools.connect(database_url) as conn:
                store.claim(changes.database_id(conn))
                if tables.ready is not None:
                    renew(conn, tables.ready, store, database_url, processes=settings.workers)
            if time.monotonic() - tidied_at > _TIDY:
                store.sweep(settings.tile_cache_mb * 2**20)
                tidied_at = time.monotonic()
        except _TROUBLES as error:
            log.warning("tiles could not be drawn ahead: %s", error)
            time.sleep(_TIDY / 10)
        time.sleep(TICK)
    cubes.stop()
    tables.stop()


def renew(
    conn: Connection,
    layers: Layers,
    store: Store,
    database_url: str,
    *,
    processes: int,
) -> list[str]:
    """Draw the tiles of every layer of which they are missing or all old; return the layers."""
    changes.publish(conn)
    whole = changes.whole(conn)
    due = [layer for layer in layers if is_due(layer, store, whole)]
    for layer in due:
        pyramid.build(
            layer, store, partial(pools.connect, database_url), _unwatched, processes=processes
        )
    return [layer.id for layer in due]


def is_due(layer: Layer, store: Store, whole: Mapping[str, int]) -> bool:
    """Tell whether a layer's tiles have to be drawn ahead."""
    ready = store.ready(layer.id)
    if ready is None or ready.digest != pyramid.digest(layer, PUBLIC):
        return True
    return ready.version < whole.get(layer.id, 0)


def _unwatched(_done: int, _total: int | None) -> None:
    """Tell nobody."""
