"""Reconciliation loop of tables: brings them to what is declared, in a thread beside the server."""

import logging
import threading
import time
from pathlib import Path

import psycopg

from etl import seed, tables
from etl.errors import LayerBusy, LoadError
from gis_server.db import pools
from layers.declared import Declared
from layers.model import Layer
from layers.registry import Layers
from sql import migrate
from sql.connection import Connection
from sql.migrate import SchemaNewer

log = logging.getLogger("gis")

TICK = 0.25
"""Seconds between two looks at the folders."""

_PAUSE = 5.0
"""Seconds to wait for a database that is away."""

_TAKEN_OVER = 2.0
"""Seconds in which every process has taken over what was declared."""

_PATIENCE = 100
"""How often a table is tried that others use."""

_TROUBLES = (psycopg.Error, pools.DatabaseUnreachable, LoadError, OSError, SchemaNewer)


class TableSync:
    """Reconciliation loop; ``ready`` are layers that have their tables, None until a first look."""

    def __init__(self, declared: Declared, database_url: str, reports: Path) -> None:
        self.ready: Layers | None = None
        self._declared, self._database_url, self._reports = declared, database_url, reports
        self._prepared: Layers | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="table-sync", daemon=True)

    def watch(self) -> None:
        """Begin; the thread has the priority that its starter has now."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread as soon as it waits."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(TICK):
            try:
                self._reconcile()
            except _TROUBLES as error:
                log.warning("tables could not be looked at: %s", error)
                self._stopped.wait(_PAUSE)

    def _reconcile(self) -> None:
        self._declared.look()
        declared = self._declared.layers
        if self._prepared is declared:
            return
        with pools.connect(self._database_url) as conn:
            migrate.refuse_newer(conn)
            self.ready = prepare(conn, declared, self._reports)
        self._prepared = declared


def prepare(conn: Connection, layers: Layers, reports: Path) -> Layers:
    """Bring the tables to what was declared anew; return the layers that have theirs.

    A layer whose table cannot be brought there is left out, and the log says why. Rows are written
    anew in the end, when every process serves what was declared.
    """
    due = {layer.id for layer in tables.unsettled(conn, layers)}
    fitting = [layer for layer in layers if layer.id not in due or _shape(conn, layer)]
    ready = Layers({layer.id: layer for layer in fitting}, layers.groups)
    seed.plant(conn, ready, reports)
    time.sleep(_TAKEN_OVER)
    tables.rewrite(conn, ready)
    return ready


def _shape(conn: Connection, layer: Layer) -> bool:
    """Shape a table; whoever reads it goes first, so that nobody queues behind us."""
    for _ in range(_PATIENCE):
        try:
            with conn.transaction():
                conn.execute("SET LOCAL lock_timeout = '1s'")
                tables.shape(conn, layer)
            return True
        except (psycopg.errors.LockNotAvailable, LayerBusy):
            time.sleep(_TAKEN_OVER)
        except LoadError as error:
            log.warning("layer %s stays as it was: %s", layer.id, error)
            return False
    log.warning("layer %s stays as it was: its table is in use all the time", layer.id)
    return False
