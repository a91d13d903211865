"""Where archived events are counted: in threads of this process, or on a Dask cluster."""

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
    """Give what counts.

    Args:
        scheduler: address of a Dask scheduler; None is this process.
        threads: of this process.

    Raises:
        SchedulerUnreachable: nobody answers there.
        NoWorkers: nobody works there.
        ClusterFailed: workers were lost, or run something else.
    """
    return _there(scheduler) if scheduler else _here(threads)


@contextmanager
def _here(threads: int) -> Iterator[Pool]:
    # Arrays leave the interpreter free, so threads do what processes would.
    with ThreadPoolExecutor(threads) as executor:
        yield Pool(executor, threads)


@contextmanager
def _there(scheduler: str) -> Iterator[Pool]:
    # It takes half a second to load, which nobody else needs to wait for.
    from distributed import KilledWorker  # noqa: PLC0415

    with _connected(scheduler) as client:
        try:
            yield Pool(client.get_executor(), max(sum(client.nthreads().values()), 1))
        # Where the product is not installed, the scheduler says that it cannot read the task.
        except (CancelledError, KilledWorker, ImportError, RuntimeError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ClusterFailed(
                f"{ClusterFailed.__doc__} ({reason}) Scheduler and workers need this version of"
                " the product with its packages, and have to stay until the end."
            ) from error


def _connected(scheduler: str) -> Any:
    from distributed import Client  # noqa: PLC0415

    # What goes wrong is raised, too; its own words would be pages.
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
