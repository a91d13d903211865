"""Executors that count archived events: threads of this process, or a Dask cluster."""

import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from cells.parallel import Pool
from layers.errors import GisError

_CONNECT = 5
"""Seconds in which a scheduler has to answer."""

_WORKERS = 10
"""Seconds in which it has to have a worker."""


class SchedulerUnreachable(GisError):
    """The Dask scheduler of --scheduler does not answer; start it, or correct the address."""


class NoWorkers(GisError):
    """The Dask scheduler of --scheduler has no workers; start one with 'dask worker ADDRESS'."""


class ClusterFailed(GisError):
    """The Dask cluster did not finish what it was given."""


def pool(scheduler: str | None, threads: int) -> AbstractContextManager[Pool]:
    """Return the executor, open while it is used.

    Args:
        scheduler: address of a Dask scheduler; None for threads of this process.
        threads: how many, where they are of this process.

    Raises:
        SchedulerUnreachable: the scheduler does not answer.
        NoWorkers: it has no worker.
        ClusterFailed: workers were lost, or run another version.
    """
    return _cluster(scheduler) if scheduler else _threads(threads)


@contextmanager
def _threads(number: int) -> Iterator[Pool]:
    # NumPy and Arrow release the interpreter lock, so threads are as fast as processes.
    with ThreadPoolExecutor(number) as executor:
        yield Pool(executor, number)


@contextmanager
def _cluster(scheduler: str) -> Iterator[Pool]:
    # The import takes half a second, which threads do not need.
    from distributed import KilledWorker  # noqa: PLC0415

    with _connected(scheduler) as client:
        try:
            yield Pool(client.get_executor(), max(sum(client.nthreads().values()), 1))
        # A scheduler without the product cannot deserialise the task.
        except (CancelledError, KilledWorker, ImportError, RuntimeError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ClusterFailed(
                f"{ClusterFailed.__doc__} ({reason}) Scheduler and workers need this version of"
                " the product with its packages, and have to stay until the end."
            ) from error


def _connected(scheduler: str) -> Any:
    from distributed import Client  # noqa: PLC0415

    # Every fault is raised as well; the log of it would fill pages.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(scheduler, timeout=_CONNECT)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SchedulerUnreachable(f"{SchedulerUnreachable.__doc__} ({reason})") from error
    try:
        client.wait_for_workers(1, timeout=_WORKERS)
    except TimeoutError as error:
        client.close()
        raise NoWorkers from error
    return client
