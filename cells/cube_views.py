"""The views of a process: opened when they are asked for, taken further when a layer changed."""

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
class _Known:
    """A view of a layer, None where there is none; read when the layer had ``version``.

    ``name`` is that of its cube, ``snapshot`` the one up to which changes are read in the table
    ``identity``: a snapshot means nothing in another one, such as that of a restore.
    """

    layer: Layer
    version: int
    name: str
    form: str
    identity: str
    snapshot: str = ""
    view: View | None = None

    def goes_on_as(self, asked: "_Known") -> bool:
        """Tell whether what happened since makes this what is asked for."""
        own = (self.name, self.form, self.identity)
        return own == (asked.name, asked.form, asked.identity)


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

    def __init__(self, kept: Generations, connect: Connect) -> None:
        """Take what views are made from.

        Args:
            kept: the cubes.
            connect: lends a connection for what happened since.
        """
        self._kept, self._connect = kept, connect
        self._known: dict[tuple[str, Audience], _Known] = {}
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
        known = self._known.get(key)
        if known is not None and self._is_good(known, layer, version):
            return known.view
        with _held(self._locks.setdefault(key, threading.Lock())):
            known = self._known.get(key)
            if known is None or not self._is_good(known, layer, version):
                known = self._known[key] = self._renewed(layer, version, known)
            return known.view

    def _is_good(self, known: _Known, layer: Layer, version: int) -> bool:
        is_current = known.version >= version and known.name == self._kept.name(layer.id)
        return is_current and known.layer is layer

    def _renewed(self, layer: Layer, version: int, known: _Known | None) -> _Known:
        with self._connect() as conn:
            while True:
                identity = change_log.identity(conn, layer)
                name = self._kept.name(layer.id)
                asked = _Known(layer, version, name, columns.form(layer), identity)
                found = self._read(conn, asked, known)
                # A cube that was replaced while we read may have taken changes with it.
                if asked.name == self._kept.name(layer.id):
                    return found

    def _read(self, conn: Connection, asked: _Known, known: _Known | None) -> _Known:
        if known is None or not known.goes_on_as(asked):
            return self._opened(conn, asked)
        if known.view is None:
            return asked
        news = change_log.news(conn, asked.layer, known.snapshot)
        if news.is_rebuilt:
            return asked
        view = known.view
        if len(news.changes):
            view = view.with_more(news.changes)
        return replace(asked, snapshot=news.snapshot, view=view)

    def _opened(self, conn: Connection, asked: _Known) -> _Known:
        made = self._kept.current(asked.layer.id)
        if made is None or (made.seal.form, made.seal.identity) != (asked.form, asked.identity):
            return asked
        news = change_log.news(conn, asked.layer, made.seal.snapshot)
        if news.is_rebuilt:
            return asked
        is_mean = columns.declared(asked.layer).aggregate == "mean"
        view = View(made.load(), news.changes, is_mean=is_mean)
        return replace(asked, snapshot=news.snapshot, view=view)
