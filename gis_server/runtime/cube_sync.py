"""Reconciliation loop of cubes: makes those that are due, in a thread beside the server."""

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
    """Reconciliation loop: compares each layer with its cube, and makes what is due."""

    def __init__(
        self, layers: Callable[[], Layers | None], database_url: str, generations: Generations
    ) -> None:
        """Take what cubes are made of.

        Args:
            layers: gives those that have their tables, None before anyone has looked.
            database_url: where the tables are.
            generations: where the cubes go.
        """
        self._layers, self._database_url, self._generations = layers, database_url, generations
        self._rests: dict[str, float] = {}
        self._seen: tuple[int, tuple[str, ...], Layers] | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cube-sync", daemon=True)

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
                log.warning("cubes of events could not be made: %s", error)
                self._stopped.wait(_PAUSE)

    def _look(self, conn: Connection) -> None:
        layers = self._layers()
        if layers is None:
            return
        # A restore sets the number of changes back; it may be the same as before.
        tables = tuple(change_log.identity(conn, layer) for layer in layers.heatmaps)
        state = (change_log.last_change(conn), tables, layers)
        if state == self._seen:
            return
        for layer_id in set(self._generations.layers()) - set(layers.by_id):
            self._generations.clear(layer_id)
            change_log.forget_all(conn, layer_id)
        now = time.monotonic()
        resting = [layer for layer in layers.heatmaps if self._rests.get(layer.id, 0) > now]
        for layer in layers.heatmaps:
            if layer not in resting:
                self._renew(conn, layer)
        # What rested is looked at again, even if nothing more happens.
        self._seen = None if resting else state

    def _renew(self, conn: Connection, layer: Layer) -> None:
        if not checkpoint.is_due(conn, layer, self._generations):
            return
        begun = time.monotonic()
        checkpoint.checkpoint(conn, layer, self._generations)
        self._rests[layer.id] = time.monotonic() + _REST * (time.monotonic() - begun)
