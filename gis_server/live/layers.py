"""Hot reload: the layers that this process serves, taken over from their folders meanwhile.

A layer that was declared anew is served when its table can carry it. Until then the former
declaration holds, or there is no such layer yet. A thread beside the server (runtime/table_sync.py)
brings the tables to the declarations; every process takes over by itself.
"""

import logging
import threading
import time
from collections.abc import Collection, Mapping

import psycopg
import psycopg_pool

from etl import table_facts
from gis_server.db.pools import Pool
from layers.audience import PUBLIC
from layers.declared import Declared
from layers.model import Layer
from layers.registry import Layers
from tiles import purge, pyramid

log = logging.getLogger("gis")

TICK = 0.25
"""Seconds between two looks at the folders."""

LOOK_PAUSE = 1.0
"""Seconds between two looks on behalf of requests, however many name a layer that nobody knows."""

_TROUBLES = (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests, OSError)


class LiveLayers:
    """The layers at present.

    ``now`` is replaced as a whole: who has taken it goes on with one set of layers. ``waiting``
    names the layers whose tables do not carry what is declared.
    """

    def __init__(self, declared: Declared, pool: Pool) -> None:
        self.now: Layers = declared.layers
        self.waiting: Collection[str] = ()
        self._declared, self._pool = declared, pool
        self._taken = declared.layers
        self._stale: set[str] = set()
        self._lock = threading.Lock()
        self._seeking = threading.Lock()
        self._sought_at = float("-inf")
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """What is wrong with the folders as they are; None when they can be read."""
        return self._declared.problem

    def is_serving(self, layer: Layer) -> bool:
        """Tell whether a layer is served as it is declared by this object."""
        return self.now.by_id.get(layer.id) is layer

    def renew(self) -> None:
        """Look at the folders and take over what is ready.

        Raises:
            psycopg.Error: the tables cannot be asked for; what is served stays.
        """
        with self._lock:
            self._declared.look()
            if self._taken is not self._declared.layers:
                self._take(self._declared.layers)
            self._redraw()

    def _look(self) -> None:
        try:
            self.renew()
        except _TROUBLES as error:
            log.warning("layers could not be looked at: %s", error)

    def seek(self, since: Layers) -> bool:
        """Look for what a request names and nobody knows; tell whether others are served now.

        Rate limiting: one look a second for all requests of this process, and the thread looks
        anyway, so whoever asks for names that there are not costs no more than that.
        """
        if self.now is not since:
            return True
        with self._seeking:
            if time.monotonic() - self._sought_at >= LOOK_PAUSE:
                self._look()
                self._sought_at = time.monotonic()
        return self.now is not since

    def watch(self) -> None:
        """Look at the folders from now on, in a thread of its own."""
        try:
            self._leave_out()
        except _TROUBLES as error:
            log.warning("tables could not be looked at: %s", error)
        self._thread = threading.Thread(target=self._run, name="layers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(TICK) and not self._pool.closed:
            self._look()

    def _leave_out(self) -> None:
        """Serve nothing without a table: a folder may have come while this process started."""
        with self._pool.connection() as conn:
            fitting = table_facts.fitting(conn, self.now)
        if len(fitting) < len(self.now):
            there = {layer.id: layer for layer in self.now if layer.id in fitting}
            self.now = self._taken = Layers(there, self.now.groups)

    def _take(self, declared: Layers) -> None:
        fitting = self._fitting(declared)
        served = merge(self.now, declared, fitting)
        self.waiting = tuple(layer.id for layer in declared if layer.id not in fitting)
        if not self.waiting:
            self._taken = declared
        if served.by_id != self.now.by_id or served.groups != self.now.groups:
            self._stale |= redrawn(self.now, served)
            log.info("layers: %s", ", ".join(served.by_id))
            self.now = served

    def _fitting(self, declared: Layers) -> set[str]:
        served = {layer.id for layer in declared if self.is_serving(layer)}
        new = [layer for layer in declared if layer.id not in served]
        with self._pool.connection() as conn:
            return served | table_facts.fitting(conn, new)

    def _redraw(self) -> None:
        """Take all of a layer that looks another way as changed, after it is served that way.

        Whatever was drawn for the former declaration is older than that.
        """
        if not self._stale:
            return
        with self._pool.connection() as conn:
            for layer_id in sorted(self._stale):
                purge.purge(conn, layer_id)
        self._stale.clear()


def merge(now: Layers, declared: Layers, fitting: Collection[str]) -> Layers:
    """Return what to serve: what is declared and fits, else what is served now. Pure."""
    served: dict[str, Layer] = {}
    for layer in declared:
        if layer.id in fitting:
            served[layer.id] = layer
        elif layer.id in now.by_id:
            served[layer.id] = now.by_id[layer.id]
    groups = dict(declared.groups)
    for layer in served.values():
        groups.setdefault(layer.group, now.groups.get(layer.group, {}))
    return Layers(served, groups)


def redrawn(former: Layers, served: Layers) -> set[str]:
    """Name the layers that came, went, or look another way in tiles. Pure."""
    names = former.by_id.keys() | served.by_id.keys()
    return {name for name in names if _look(former.by_id, name) != _look(served.by_id, name)}


def _look(layers: Mapping[str, Layer], name: str) -> object:
    layer = layers.get(name)
    return layer and (pyramid.digest(layer, PUBLIC), layer.heatmap)
