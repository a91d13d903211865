"""A client that asks for a list of paths once each, over so many kept-alive connections.

One process, plain sockets: about 30 microseconds a request, so it leaves the cores to the servers.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

_GRAIN = 1 << 20


@dataclass(slots=True)
class Seen:
    """What came back: seconds of each request, bytes of each body, and how many were no tile."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        """Answers a second that were no errors."""
        answered = len(self.latencies) - self.errors
        return answered / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return float(np.percentile(self.latencies, share)) * 1000 if self.latencies else 0.0


class _Line:
    """One connection: the request under way, and what has come of its answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.got = bytearray()

    def ask(self, path: str) -> None:
        self.got.clear()
        self.begun = time.perf_counter()
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
        self.socket.sendall(head.encode())

    def read(self) -> tuple[int, int] | None:
        """Take what is there; return status and length of the body when the answer is whole."""
        part = self.socket.recv(_GRAIN)
        if not part:
            return 0, 0
        self.got += part
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self.got[:end]).lower()
        status, body = int(head[9:12]), len(self.got) - end - 4
        if status in (204, 304):
            return status, 0
        at = head.find(b"content-length:")
        if at >= 0:
            return (status, body) if body >= int(head[at + 15 :].split(b"\r\n")[0]) else None
        return (status, body) if self.got.endswith(b"0\r\n\r\n") else None


def ask(port: int, paths: Sequence[str], *, clients: int, most_seconds: float) -> Seen:
    """Ask for every path once, from so many clients at a time; stop early after so many seconds.

    What is under way then has as long again; what has no answer after that is an error.
    """
    seen, waiting = Seen(), iter(paths)
    begun = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for path in [p for _, p in zip(range(clients), waiting, strict=False)]:
            _open(selector, port, path)
        while selector.get_map() and time.perf_counter() - begun < 2 * most_seconds:
            for key, _ in selector.select(timeout=most_seconds / 10):
                late = time.perf_counter() - begun > most_seconds
                _take(selector, key.data, port, None if late else waiting, seen)
        for key in list(selector.get_map().values()):
            _give_up(key.data, seen)
    seen.seconds = time.perf_counter() - begun
    return seen


def _open(selector: selectors.BaseSelector, port: int, path: str) -> None:
    line = _Line(port)
    selector.register(line.socket, selectors.EVENT_READ, line)
    line.ask(path)


def _give_up(line: _Line, seen: Seen) -> None:
    seen.latencies.append(time.perf_counter() - line.begun)
    seen.sizes.append(0)
    seen.errors += 1
    line.socket.close()


def _take(
    selector: selectors.BaseSelector, line: _Line, port: int, waiting: object, seen: Seen
) -> None:
    answer = line.read()
    if answer is None:
        return
    status, size = answer
    seen.latencies.append(time.perf_counter() - line.begun)
    seen.sizes.append(size)
    seen.errors += status not in (200, 204, 304)
    path = next(waiting, None) if waiting is not None else None  # type: ignore[call-overload]
    if path is not None and status:
        line.ask(path)
        return
    selector.unregister(line.socket)
    line.socket.close()
    if path is not None:
        _open(selector, port, path)
