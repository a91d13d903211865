"""Counts by month, category and cell, of parts of all events and of these together. Pure."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cells import query
from cells.build import build
from cells.cube import Cube
from cells.events import Events
from cells.query import Choice
from cells.question import UNKNOWN, Filter, Instants
from layers import local_time

_BY = ("month", "category", "cell")

_SUMS = ("events", "total", "base")

_ZONE = np.timedelta64(local_time.UTC_OFFSET)
_BEGINNING = np.datetime64("2000-01-01", "us")


def by_month(events: Events, wanted: Filter, resolution: int) -> pa.Table:
    """Count events as the server does: from a cube of them.

    Returns:
        ``month`` (its first day in Viet Nam, null of an event without a time), ``category``,
        ``cell`` and the sums ``events``, ``total``, ``base``, the latter two null in a layer
        without a weight; no row without events.
    """
    cube = build(events)
    choice = query.chosen(cube, wanted)
    tables = [
        _counted(cube, some, resolution, month, code)
        for month, some in _months(cube, choice)
        for code in np.flatnonzero(_categories(cube, choice)).tolist()
    ]
    return together(tables)


def together(tables: Sequence[pa.Table]) -> pa.Table:
    """Add up counts; in the order of month, category and cell."""
    whole = pa.concat_tables([_SCHEMA.empty_table(), *tables])
    added = whole.group_by(list(_BY)).aggregate([(name, "sum") for name in _SUMS])
    named = added.rename_columns([name.removesuffix("_sum") for name in added.column_names])
    ordered = named.sort_by([(name, "ascending") for name in _BY])
    return ordered.select(_SCHEMA.names).cast(_SCHEMA)


_SCHEMA = pa.schema(
    {
        "month": pa.date32(),
        "category": pa.string(),
        "cell": pa.uint64(),
        "events": pa.int64(),
        "total": pa.float64(),
        "base": pa.float64(),
    }
)


def _categories(cube: Cube, choice: Choice) -> NDArray[np.bool_]:
    return np.ones(len(cube.names), bool) if choice.categories is None else choice.categories


def _months(cube: Cube, choice: Choice) -> Iterator[tuple[NDArray[np.datetime64], Choice]]:
    """Yield the months among the events that are chosen, each with those of them that it has."""
    month = _month(cube.times[choice.first : choice.end])
    for start, end in _runs(month):
        yield month[start], choice._replace(first=choice.first + start, end=choice.first + end)


def _month(at: Instants) -> NDArray[np.datetime64]:
    known = np.where(at == UNKNOWN, 0, at).astype("timedelta64[us]")
    month = (_BEGINNING + known + _ZONE).astype("datetime64[M]")
    return np.where(at == UNKNOWN, np.datetime64("NaT", "M"), month)


def _runs(ordered: NDArray[np.datetime64]) -> Iterator[tuple[int, int]]:
    """Yield where runs of equal values begin and end."""
    if not len(ordered):
        return
    number = ordered.astype(np.int64)
    edges = np.flatnonzero(np.diff(number)) + 1
    starts = [0, *edges.tolist()]
    yield from zip(starts, [*starts[1:], len(ordered)], strict=True)


def _counted(
    cube: Cube, choice: Choice, resolution: int, month: NDArray[np.datetime64], code: int
) -> pa.Table:
    """Return the counts of a month and category."""
    only = np.arange(len(cube.names)) == code
    sums = query.sums(cube, choice._replace(categories=only), resolution)
    there = np.flatnonzero(sums[0])
    columns = [
        pa.array(np.full(len(there), month, "datetime64[D]"), pa.date32()),
        pa.repeat(pa.scalar(cube.names[code], pa.string()), len(there)),
        pa.array(query.cells(cube, resolution)[there]),
        *(pa.nulls(len(there), pa.float64()) if s is None else pa.array(s[there]) for s in sums),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)
