"""Snapshots of events that a process serves: a cube with the delta since, taken further."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from cells import change_log, columns
from cells.generations import Generations
from cells.view import View
from layers.audience import Audience
from layers.errors import Busy
from layers.model import Layer
from sql.connection import Connection

Connect = Callable[[], AbstractContextManager[Connection]]

PATIENCE = 2.0
"""Seconds that a thread waits for another one that takes a layer's view further."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """Cache entry: a view of a layer as it was in ``version``, None where there is none.

    ``name`` is that of its cube, ``snapshot`` the one up to which changes are read in the table
    ``identity``: a snapshot means nothing in another one, such as that of a restore.
    """

    layer: Layer
    version: int
    name: str
    digest: str
    identity: str
    snapshot: str = ""
    view: View | None = None

    def goes_on_as(self, entry: "_Entry") -> bool:
        """Tell whether the delta since this one makes it the other one."""
        own = (self.name, self.digest, self.identity)
        return own == (entry.name, entry.digest, entry.identity)


class ViewBusy(Busy):
    """The events of this layer are being read; ask again shortly."""


@contextmanager
def _held(lock: threading.Lock) -> Iterator[None]:
    """Hold a lock, with a time limit: a database that hangs must not take every thread with it."""
    if not lock.acquire(timeout=PATIENCE):
        raise ViewBusy
    try:
        yield
    finally:
        lock.release()


class CubeViews:
    """Views by layer and audience; safe from many threads."""

    def __init__(self, generations: Generations, connect: Connect) -> None:
        """Take what views are made from.

        Args:
            generations: the cubes.
            connect: lends a connection for what happened since.
        """
        self._generations, self._connect = generations, connect
        self._entries: dict[tuple[str, Audience], _Entry] = {}
        self._locks: dict[tuple[str, Audience], threading.Lock] = {}

    def view(self, layer: Layer, version: int, audience: Audience) -> View | None:
        """Return what an audience can ask of a layer's events, no older than one of its versions.

        An audience has views of its own, so what is remembered of one never answers another.

        None where the rows have to be counted: there is no cube of this declaration yet, or it has
        to be made anew.

        Raises:
            ViewBusy: another thread has been asking the database for it too long.
        """
        key = layer.id, audience
        entry = self._entries.get(key)
        if entry is not None and self._is_good(entry, layer, version):
            return entry.view
        with _held(self._locks.setdefault(key, threading.Lock())):
            entry = self._entries.get(key)
            if entry is None or not self._is_good(entry, layer, version):
                entry = self._entries[key] = self._renewed(layer, version, entry)
            return entry.view

    def _is_good(self, entry: _Entry, layer: Layer, version: int) -> bool:
        is_current = entry.version >= version and entry.name == self._generations.name(layer.id)
        return is_current and entry.layer is layer

    def _renewed(self, layer: Layer, version: int, before: _Entry | None) -> _Entry:
        with self._connect() as conn:
            while True:
                identity = change_log.identity(conn, layer)
                name = self._generations.name(layer.id)
                entry = _Entry(layer, version, name, columns.digest(layer), identity)
                renewed = self._read(conn, entry, before)
                # A cube that was replaced while we read may have taken changes with it.
                if entry.name == self._generations.name(layer.id):
                    return renewed

    def _read(self, conn: Connection, entry: _Entry, before: _Entry | None) -> _Entry:
        if before is None or not before.goes_on_as(entry):
            return self._opened(conn, entry)
        if before.view is None:
            return entry
        delta = change_log.delta(conn, entry.layer, before.snapshot)
        if delta.is_rebuilt:
            return entry
        view = before.view
        if len(delta.changes):
            view = view.with_more(delta.changes)
        return replace(entry, snapshot=delta.snapshot, view=view)

    def _opened(self, conn: Connection, entry: _Entry) -> _Entry:
        generation = self._generations.current(entry.layer.id)
        expected = entry.digest, entry.identity
        if generation is None:
            return entry
        manifest = generation.manifest
        if (manifest.digest, manifest.identity) != expected:
            return entry
        delta = change_log.delta(conn, entry.layer, manifest.snapshot)
        if delta.is_rebuilt:
            return entry
        is_mean = columns.declared(entry.layer).aggregate == "mean"
        view = View(generation.load(), delta.changes, is_mean=is_mean)
        return replace(entry, snapshot=delta.snapshot, view=view)
