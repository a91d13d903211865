"""The Dask cluster that counts archived events: one that is there, or threads of our own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from distributed import Client, LocalCluster

from layers.errors import GisError

_CONNECT = 5
"""Seconds in which a scheduler has to answer."""

_WORKERS = 10
"""Seconds in which it has to have a worker."""


class SchedulerUnreachable(GisError):
    """The Dask scheduler of --scheduler does not answer; start it, or correct the address."""


class NoWorkers(GisError):
    """The Dask scheduler of --scheduler has no workers; start one with 'dask worker ADDRESS'."""


@contextmanager
def client(address: str | None, threads: int) -> Iterator[Client]:
    """Give a client of a cluster.

    Args:
        address: of its scheduler; None is this process.
        threads: of this process.

    Raises:
        SchedulerUnreachable: nobody answers there.
        NoWorkers: nobody works there.
    """
    with ExitStack() as opened:
        if address is None:
            # Threads, as what is counted is arrays; and nobody else can talk to them.
            local = LocalCluster(
                n_workers=1, threads_per_worker=threads, processes=False, dashboard_address=None
            )
            yield opened.enter_context(Client(opened.enter_context(local)))
        else:
            yield opened.enter_context(_connected(address))


def _connected(address: str) -> Client:
    try:
        found = Client(address, timeout=_CONNECT)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SchedulerUnreachable(f"{SchedulerUnreachable.__doc__} ({reason})") from error
    try:
        found.wait_for_workers(1, timeout=_WORKERS)
    except TimeoutError as error:
        found.close()
        raise NoWorkers from error
    return found
