"""Counting many files of events in parallel: a task a part, what it gives is added up."""

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from cells import parquet, totals
from cells.parquet import EventFormat, Part
from cells.question import Filter

_AHEAD = 3
"""Parts a thread that are given out at a time: none waits for work, and results do not pile up."""

_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class Pool(NamedTuple):
    """What runs tasks, here or on other machines, and how many at a time."""

    executor: Executor
    threads: int


class CountTask(NamedTuple):
    """Task: what is counted; goes to other machines."""

    format: EventFormat
    wanted: Filter
    resolution: int


def count(pool: Pool, files: Iterable[Path], task: CountTask) -> pa.Table:
    """Count the events of files by month, category and cell (cells.totals).

    No more is in memory than a part a thread, and what has been counted: rows by cell.

    Args:
        pool: where the files are found under the same names.
        files: in any number; they are opened as it goes on.
        task: what is counted.

    Raises:
        ArchiveUnreadable: a file is damaged, or is none.
    """
    parts = chain.from_iterable(parquet.parts(file, task.format, task.wanted) for file in files)
    tables = [totals.together([])]
    room = _AHEAD * pool.threads
    running = {pool.executor.submit(count_part, part, task) for part in islice(parts, room)}
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        tables += [pa.ipc.open_stream(future.result()).read_all() for future in done]
        # Each time as much has come as there was, so that no row is added up over and over.
        if sum(map(len, tables[1:])) > len(tables[0]):
            tables = [totals.together(tables)]
        more = islice(parts, len(done))
        running |= {pool.executor.submit(count_part, part, task) for part in more}
    return totals.together(tables)


def count_part(part: Part, task: CountTask) -> bytes:
    """Count the events of a part; this is what a worker does.

    Returns:
        The table as Arrow's stream: columns that Dask takes apart do not come back in their places.
    """
    counts = totals.by_month(parquet.events(part, task.format), task.wanted, task.resolution)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, counts.schema, options=_PACKED) as stream:
        stream.write_table(counts)
    return bytes(sink.getvalue())
