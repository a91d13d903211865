"""Polling of the change log, a few times a second, in a thread of each process."""

import logging
import threading
import time
from collections.abc import Callable, Iterable

import psycopg
import psycopg_pool

from gis_server.db.pools import Pool
from layers import pixels
from layers.audience import PUBLIC
from layers.geo import TileId
from layers.pixels import WHOLE
from layers.registry import Layers
from sql.connection import Connection
from tiles import changes, epoch, pyramid
from tiles.changes import Change
from tiles.store import Store, name_of
from tiles.versions import Versions

log = logging.getLogger("gis")

TICK = 0.2
"""Seconds between two questions for changes."""

OLDEST = 0.8
"""Seconds after which a request asks by itself, because the thread is held up."""

_TROUBLES = (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.TooManyRequests, OSError)


class ChangePoller:
    """Polling of the change log: keeps versions up to date, and stale tiles out of the store."""

    def __init__(
        self, layers: Callable[[], Layers], pool: Pool, store: Store, others: Iterable[Pool] = ()
    ) -> None:
        """Take what changes are asked with.

        Args:
            layers: gives those that are served at the moment.
            pool: lends connections.
            store: the one that stale tiles are thrown out of.
            others: pools whose connections, too, are closed when the database was restored.
        """
        self.versions = Versions()
        self._layers, self._pool, self._store = layers, pool, store
        self._pools, self._identity = (pool, *others), ""
        self._asked_at = float("-inf")
        self._synced = self._given = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def ensure(self) -> None:
        """Make sure that what is known is no older than a moment.

        Raises:
            psycopg.Error: at the very first question; later a database that is away means that
                nothing can have been committed, and what is known stands.
        """
        if time.monotonic() - self._asked_at < OLDEST:
            return
        with self._lock:
            if self._thread is None:
                self._begin()
            elif time.monotonic() - self._asked_at >= OLDEST:
                self._try()

    def renew(self) -> None:
        """Take over what has just been committed, so that its writer is told of it.

        Another process may be folding that has not seen it, so what waits is waited for. The thread
        comes to it anyway when the database is away at this moment.
        """
        with self._lock:
            self._try(changes.drain)

    def watch(self) -> None:
        """Begin before the first request, which a web server in front may keep from coming here."""
        threading.Thread(target=self._begin_soon, name="change-poller-start", daemon=True).start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread:
            self._thread.join()

    def ask(self, fold: Callable[[Connection, int], object] = changes.publish) -> None:
        """Fold what changed and take it over."""
        before = time.monotonic()
        with self._pool.connection() as conn:
            self._drain_after_restore(conn)
            fold(conn, max(self._given, self.versions.seen))
            new = changes.since(conn, self.versions.seen)
        # Before anybody here can throw a tile away because of them, which others have not heard of.
        self._announce(new)
        self.versions.apply(new)
        self._asked_at = before
        if new:
            self._throw_away(new)

    def _begin_soon(self) -> None:
        """Begin; a database that is away is waited for."""
        while not self._stopped.wait(TICK) and self._thread is None:
            try:
                self.ensure()
            except _TROUBLES as error:
                log.warning("changes could not be asked for: %s", error)

    def _begin(self) -> None:
        # In the process that serves, not in the one that forked it.
        with self._pool.connection() as conn:
            self._store.claim(changes.database_id(conn))
        for layer_id in self._store.layers():
            layer, ready = self._layers().by_id.get(layer_id), self._store.ready(layer_id)
            if layer is None or (
                ready is not None and ready.digest != pyramid.digest(layer, PUBLIC)
            ):
                self._store.clear(layer_id)
        self._synced, self._given = self._store.synced(), self._store.latest()
        self.ask()
        self._thread = threading.Thread(target=self._run, name="change-poller", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.wait(TICK) and not self._pool.closed:
            with self._lock:
                self._try()

    def _try(self, fold: Callable[[Connection, int], object] = changes.publish) -> None:
        try:
            self.ask(fold)
        except _TROUBLES as error:
            self._asked_at = time.monotonic()
            log.warning("changes could not be asked for: %s", error)

    def _drain_after_restore(self, conn: Connection) -> None:
        """Have connections of before a restore closed, each when it comes back to its pool.

        PostGIS remembers in each connection the object identifiers of its types and operators,
        and a restore that makes the extension anew gives it others: joins by place would fail.
        """
        state = epoch.state(conn)
        if not state.is_whole or state.identity == self._identity:
            return
        if self._identity:
            for pool in self._pools:
                pool.drain()
        self._identity = state.identity

    def _announce(self, new: Iterable[Change]) -> None:
        latest = {change.layer: change.version for change in new}
        for layer_id, version in latest.items():
            self._store.announce(layer_id, version)

    def _throw_away(self, new: Iterable[Change]) -> None:
        """Take stale tiles out of the store: a web server may answer from it without asking us.

        Every process does, at every change: a tile that it has just put there may be older than
        what another process has heard of.
        """
        fresh = [change for change in new if change.version > self._synced]
        for layer_id in {change.layer for change in fresh}:
            layer = self._layers().by_id.get(layer_id)
            if layer is None:
                self._store.clear(layer_id)
                continue
            cells = [change.cell for change in fresh if change.layer == layer_id]
            for at in self._touched(layer_id, cells, layer.tiles.maxzoom):
                version = self.versions.tile(layer_id, at)
                self._store.drop_older(name_of(layer_id, at, PUBLIC), version)
        self._store.set_synced(self.versions.seen)

    def _touched(self, layer_id: str, cells: list[int], maxzoom: int) -> Iterable[TileId]:
        """Return the tiles that may be touched by places; of large ones all tiles of the layer."""
        tiles = [pixels.decode(cell) for cell in cells if cell != WHOLE]
        inside = sum(4 ** max(maxzoom - at.z, 0) for at in tiles)
        if len(tiles) < len(cells) or inside > _MANY:
            return self._store.tiles(layer_id)
        return {touched for at in tiles for touched in pixels.touching(at, maxzoom)}


_MANY = 5_000
"""Tiles in a changed place above which the folder of the layer is gone through instead."""
