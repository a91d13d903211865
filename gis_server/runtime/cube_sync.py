"""Cubes of events kept close to their layers, in a thread beside the server."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg

from cells import change_log, checkpoint
from cells.generations import Generations
from gis_server.db import pools
from layers.model import Layer
from layers.registry import Layers
from sql.connection import Connection

log = logging.getLogger("gis")

TICK = 0.5
"""Seconds between two looks."""

_REST = 4.0
"""A layer rests so many times as long as its cube took, so that the machine is there for others."""

_PAUSE = 5.0
"""Seconds to wait for a database that is away, or a disk that is full."""

_TROUBLES = (psycopg.Error, pools.DatabaseUnreachable, OSError)


class CubeSync:
    """Makes cubes that are due."""

    def __init__(
        self, layers: Callable[[], Layers | None], database_url: str, kept: Generations
    ) -> None:
        """Take what cubes are made of.

        Args:
            layers: gives those that have their tables, None before anyone has looked.
            database_url: where the tables are.
            kept: where the cubes go.
        """
        self._layers, self._database_url, self._kept = layers, database_url, kept
        self._rests: dict[str, float] = {}
        self._seen: tuple[int, tuple[str, ...], Layers] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def watch(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread as soon as it waits."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(TICK):
            try:
                with pools.connect(self._database_url) as conn:
                    while not self._stopped.wait(TICK):
                        self._look(conn)
            except _TROUBLES as error:
                log.warning("cubes of events could not be kept: %s", error)
                self._stopped.wait(_PAUSE)

    def _look(self, conn: Connection) -> None:
        layers = self._layers()
        if layers is None:
            return
        # A restore sets the number of changes back; it may be the same as before.
        tables = tuple(change_log.identity(conn, layer) for layer in layers.heatmaps)
        now = (change_log.last_change(conn), tables, layers)
        if now == self._seen:
            return
        for left in set(self._kept.layers()) - set(layers.by_id):
            self._kept.clear(left)
            change_log.forget_all(conn, left)
        resting = [one for one in layers.heatmaps if self._rests.get(one.id, 0) > time.monotonic()]
        for layer in layers.heatmaps:
            if layer not in resting:
                self._keep(conn, layer)
        # What rested is looked at again, even if nothing more happens.
        self._seen = None if resting else now

    def _keep(self, conn: Connection, layer: Layer) -> None:
        if not checkpoint.is_due(conn, layer, self._kept):
            return
        begun = time.monotonic()
        checkpoint.checkpoint(conn, layer, self._kept)
        self._rests[layer.id] = time.monotonic() + _REST * (time.monotonic() - begun)
