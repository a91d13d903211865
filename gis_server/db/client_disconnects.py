"""Stops questions to the database whose client has gone away.

A WSGI server does not tell whether a client still waits. The kernel does: of every connection of
this process it knows how long ago a request came and whether anything was sent since. A question
that has no connection waiting for so long is nobody's.
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
"""Seconds that a question runs before anyone asks whether its client still waits."""

_TICK = 0.5
_ROUNDING = 0.1
"""Seconds by which the kernel's clock of a connection and ours may differ."""

_QUEUE = 1.0
"""Seconds that a request may have waited for a thread of ours before it was begun."""

_ESTABLISHED = 1
_INFO = struct.Struct("=B43xI4xI")
"""Of Linux's tcp_info: state; milliseconds since data were sent; since data were received."""


class ClientWait(NamedTuple):
    """How long a client has waited for an answer, in seconds.

    ``is_sure`` is false where it may as well have had one: the kernel's clock goes by milliseconds.
    """

    seconds: float
    is_sure: bool = True


@dataclass(eq=False, slots=True)
class _RunningQuery:
    conn: Connection
    started: float


@dataclass(slots=True)
class ClientDisconnects:
    """The questions that are being asked in this process."""

    _running: set[_RunningQuery] = field(default_factory=set)
    _stopped: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def during(self, conn: Connection, begun: float) -> Iterator[None]:
        """Let the question that is asked on a connection be stopped.

        Args:
            conn: the connection.
            begun: monotonic time at which its request was begun.
        """
        question = _RunningQuery(conn, begun)
        self._running.add(question)
        try:
            yield
        finally:
            self._running.discard(question)

    def watch(self, port: int) -> None:
        """Look after the questions from now on, in a thread.

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
            slow = [q for q in self._running.copy() if now - q.started > PATIENCE]
            if slow:
                self._stop_left(slow, list(waiting(port)), now)

    def _stop_left(self, slow: list[_RunningQuery], waits: list[ClientWait], now: float) -> None:
        slow.sort(key=lambda question: question.started)
        for place in abandoned([now - question.started for question in slow], waits):
            question = slow[place]
            if question in self._running:
                log.info("a client went away; its question is stopped")
                with suppress(psycopg.Error):
                    question.conn.cancel_safe(timeout=5)


def abandoned(ages: Sequence[float], waits: Iterable[ClientWait]) -> list[int]:
    """Return which questions have no client.

    Args:
        ages: seconds that the questions have run, longest first.
        waits: of the clients of this process.
    """
    free, found = sorted(waits, reverse=True), []
    for place, age in enumerate(ages):
        client = next((wait for wait in free if _may_ask(wait, age)), None)
        if client is None:
            found.append(place)
        else:
            free.remove(client)
    return found


def _may_ask(wait: ClientWait, age: float) -> bool:
    """Whoever asked has waited at least as long as the question runs."""
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
