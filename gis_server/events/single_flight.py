"""Request coalescing ("single flight") with a bulkhead: each answer is computed once, few at once.

A lock around a computation would do the first, but every thread of a worker would soon wait for it.
"""

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from cachetools import LRUCache

from layers.errors import Busy

AT_ONCE = 2
"""Answers that a process computes at a time."""

OCCUPIED = 3
"""Threads that compute or wait for an answer; a worker has more, so one is free for the rest."""

_computing = threading.BoundedSemaphore(AT_ONCE)
_occupied = threading.BoundedSemaphore(OCCUPIED)


class ComputationsBusy(Busy):
    """Other answers are being computed at the moment; ask again shortly."""


class SingleFlight[Key: Hashable, Answer]:
    """The latest answers by key, each computed once however many ask; safe from many threads."""

    def __init__(self, size: int) -> None:
        """Remember so many answers."""
        self._answers: LRUCache[Key, Answer] = LRUCache(size)
        self._flights: dict[Key, Future[Answer]] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, compute: Callable[[], Answer]) -> Answer:
        """Return the answer of a key: the one that is remembered, or under way, or a new one.

        An error reaches all who wait and is not remembered.

        Raises:
            ComputationsBusy: too many are computed, or waited for.
        """
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        with _slot(_occupied):
            flight = self._joined(key)
            return self._computed(key, compute) if flight is None else flight.result()

    def _joined(self, key: Key) -> Future[Answer] | None:
        """Return what answers a key; None for the one who has to compute it, and has a slot."""
        with self._lock:
            if key in self._answers:
                ready: Future[Answer] = Future()
                ready.set_result(self._answers[key])
                return ready
            if key in self._flights:
                return self._flights[key]
            if not _computing.acquire(blocking=False):
                raise ComputationsBusy
            self._flights[key] = Future()
            return None

    def _computed(self, key: Key, compute: Callable[[], Answer]) -> Answer:
        try:
            answer = compute()
        except BaseException as error:
            self._landed(key).set_exception(error)
            raise
        else:
            with self._lock:
                self._answers[key] = answer
            self._landed(key).set_result(answer)
            return answer
        finally:
            _computing.release()

    def _landed(self, key: Key) -> Future[Answer]:
        with self._lock:
            return self._flights.pop(key)


@contextmanager
def _slot(semaphore: threading.BoundedSemaphore) -> Iterator[None]:
    if not semaphore.acquire(blocking=False):
        raise ComputationsBusy
    try:
        yield
    finally:
        semaphore.release()
