"""Query cancellation: stops a query whose client has disconnected.

A WSGI server does not tell whether a client still waits. The kernel does: of every connection of
this process it knows how long ago a request came and whether anything was sent since. A query
that no connection has waited for as long as it runs has no client any more.
"""

import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg

from sql.connection import Connection

log = logging.getLogger("gis")

PATIENCE = 1.0
"""Seconds that a query runs before anyone asks whether its client still waits."""

_TICK = 0.5
_ROUNDING = 0.1
"""Seconds by which the kernel's clock of a connection and ours may differ."""

_CANCEL_TIMEOUT = 5.0
"""Seconds that a cancel request may take, and so may keep a connection from the next request."""

_QUEUE = 1.0
"""Seconds that a request may have waited for a thread of ours before it was begun."""

_ESTABLISHED = 1
_INFO = struct.Struct("=B43xI4xI")
"""Of Linux's tcp_info: state; milliseconds since data were sent; since data were received."""


class ClientWait(NamedTuple):
    """Response wait of a client: how long it has waited for an answer, in seconds.

    ``is_sure`` is false where it may as well have had one: the kernel's clock goes by milliseconds.
    """

    seconds: float
    is_sure: bool = True


@dataclass(eq=False, slots=True)
class _RunningQuery:
    """A query under way; ``lock`` is held while it is cancelled, and to end it.

    A cancel request names a connection, not a query. Sent after the query has ended, it would stop
    whatever the connection is lent for next.
    """

    conn: Connection
    started: float
    has_ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def cancel(self) -> None:
        """Send a cancel request unless the query has ended."""
        with self.lock:
            if self.has_ended:
                return
            log.info("a client went away; its query is cancelled")
            with suppress(psycopg.Error):
                self.conn.cancel_safe(timeout=_CANCEL_TIMEOUT)

    def end(self) -> None:
        """Note that the query has ended, once no cancel request is under way."""
        with self.lock:
            self.has_ended = True


@dataclass(slots=True)
class ClientDisconnects:
    """The queries that run in this process."""

    _running: set[_RunningQuery] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def during(self, conn: Connection, begun: float) -> Iterator[None]:
        """Let the query that runs on a connection be cancelled; never one that comes after it.

        Args:
            conn: the connection; to be given back after this context, not within.
            begun: monotonic time at which its request was begun.
        """
        query = _RunningQuery(conn, begun)
        self._running.add(query)
        try:
            yield
        finally:
            self._running.discard(query)
            query.end()

    def watch(self, port: int) -> None:
        """Look after the queries from now on, in a thread.

        Args:
            port: where clients connect to this process.
        """
        threading.Thread(target=self._run, args=(port,), name="disconnects", daemon=True).start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _run(self, port: int) -> None:
        while not self._stopped.wait(_TICK):
            now = time.monotonic()
            slow = [query for query in self._running.copy() if now - query.started > PATIENCE]
            if slow:
                _cancel_abandoned(slow, list(waiting(port)), now)


def _cancel_abandoned(slow: list[_RunningQuery], waits: list[ClientWait], now: float) -> None:
    slow.sort(key=lambda query: query.started)
    for place in abandoned([now - query.started for query in slow], waits):
        slow[place].cancel()


def abandoned(ages: Sequence[float], waits: Iterable[ClientWait]) -> list[int]:
    """Return the places of the queries that have no client.

    Args:
        ages: seconds that the queries have run, longest first.
        waits: of the clients of this process.
    """
    free, orphans = sorted(waits, reverse=True), []
    for place, age in enumerate(ages):
        client = next((wait for wait in free if _may_ask(wait, age)), None)
        if client is None:
            orphans.append(place)
        else:
            free.remove(client)
    return orphans


def _may_ask(wait: ClientWait, age: float) -> bool:
    """Whoever asked has waited at least as long as the query runs."""
    longer = wait.seconds - age
    return longer > -_ROUNDING and (wait.is_sure or longer < _QUEUE)


def waiting(port: int) -> Iterator[ClientWait]:
    """Yield the waits of the connected clients of this process."""
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if str(entry.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(entry.name))) as connection:
                    yield from _wait(connection, port)


def _wait(connection: socket.socket, port: int) -> Iterator[ClientWait]:
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    # The listening socket has no peer, which is an error.
    if connection.getsockname()[1] != port or not connection.getpeername():
        return
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size)
    state, sent, received = _INFO.unpack(info)
    if state == _ESTABLISHED and received <= sent:
        yield ClientWait(received / 1000, is_sure=received < sent)
