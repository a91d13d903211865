"""Counting many files of events on a Dask cluster: a task a part, what it gives is added up."""

from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from distributed import CancelledError, Client, Future, KilledWorker, as_completed

from cells import parquet, totals
from cells.errors import ClusterFailed
from cells.parquet import Form, Part
from cells.question import Filter

_AHEAD = 3
"""Parts a thread that are given out at a time: none waits for work, and results do not pile up."""


class Asked(NamedTuple):
    """What is counted; goes to other machines."""

    form: Form
    wanted: Filter
    resolution: int


def count(client: Client, files: Iterable[Path], asked: Asked) -> pa.Table:
    """Count the events of files by month, category and cell (cells.totals).

    No more is in memory than a part a thread, and what has been counted: rows by cell.

    Args:
        client: of a cluster that finds the files under the same names.
        files: in any number; they are opened as it goes on.
        asked: what is counted.

    Raises:
        ArchiveUnreadable: a file is damaged, or is none.
        ClusterFailed: workers were lost, or run something else.
    """
    parts = chain.from_iterable(parquet.parts(file, asked.form, asked.wanted) for file in files)
    ahead = _AHEAD * max(sum(client.nthreads().values()), 1)
    running = as_completed([_given(client, part, asked) for part in islice(parts, ahead)])
    found = totals.together([])
    try:
        for done in running:
            found = totals.together([found, done.result()])
            for part in islice(parts, 1):
                running.add(_given(client, part, asked))
    except (CancelledError, KilledWorker, ImportError, AttributeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ClusterFailed(
            f"The cluster did not finish ({reason}). Its workers need this version of the product"
            " and its packages, and to stay until the end."
        ) from error
    return found


def of_part(part: Part, asked: Asked) -> pa.Table:
    """Count the events of a part; this is what a worker does."""
    return totals.of(parquet.events(part, asked.form), asked.wanted, asked.resolution)


def _given(client: Client, part: Part, asked: Asked) -> Future:
    # Not pure: a file may have changed since something of the same name was counted.
    return client.submit(of_part, part, asked, pure=False)
