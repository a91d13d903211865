"""A cube from events. Pure; some 60 bytes of memory an event while it runs."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cells import index
from cells.cube import BASE, Column, Cube, EventColumns, Marks
from cells.events import Events
from cells.question import hours_of_week

LEAST = 50_000
"""Events between two checkpoints at least: to count them takes no longer than to look one up."""

MOST = 400 * 2**20
"""Bytes of all checkpoints at most."""

_BYTES = 32
"""Bytes of checkpoints an event at most, as long as this is less."""


_MANY = 0.3
"""Share of all cells from which on a category is counted in every cell."""


class _Groups(NamedTuple):
    """Equal keys: the different ones, where each begins in ``order``, and the places in order."""

    keys: NDArray[Any]
    starts: NDArray[np.int64]
    order: NDArray[np.intp]

    @property
    def of(self) -> NDArray[np.uint32]:
        """The group of each place."""
        found = np.empty(len(self.order), np.uint32)
        found[self.order] = np.repeat(
            np.arange(len(self.keys), dtype=np.uint32), np.diff(self.starts)
        )
        return found


class _Pairs(NamedTuple):
    """Pairs of category and cell; ``of`` (n,) is the pair of each event."""

    of: NDArray[np.uint32]
    cell: NDArray[np.uint32]
    starts: NDArray[np.int64]


class _Totals:
    """Sums by group, of ones where there are no weights."""

    def __init__(self, of: NDArray[np.uint32], weights: Column | None, width: int) -> None:
        self._of, self._weights, self._width = of, weights, width
        sizes = None if weights is None else np.abs(weights)
        largest = np.bincount(of, sizes, minlength=width).max(initial=0)
        whole = weights is None or weights.dtype.kind in "iu"
        kinds = (np.int16, np.int32, np.int64) if whole else (np.float64,)
        # Half the bytes are twice as many checkpoints, and read in half the time.
        self._kind = next((k for k in kinds if largest <= _largest(k)), np.float64)

    @property
    def size(self) -> int:
        """Bytes of a checkpoint."""
        return self._width * np.dtype(self._kind).itemsize

    def running(self, step: int) -> Column:
        """Return the totals after 0, step, 2 x step ... events; what comes after has none."""
        ends = range(step, len(self._of) + 1, step)
        found = np.zeros((len(ends) + 1, self._width), self._kind)
        for row, end in enumerate(ends, 1):
            some = slice(end - step, end)
            weights = None if self._weights is None else self._weights[some]
            added = np.bincount(self._of[some], weights, minlength=self._width)
            np.add(found[row - 1], added, out=found[row], casting="unsafe")
        return found


def _largest(kind: Any) -> float:
    return np.inf if kind is np.float64 else float(np.iinfo(kind).max)


def build(events: Events) -> Cube:
    """Return the cube of events."""
    made = events.take(np.argsort(events.at))
    rows = _rows(made)
    finest = _groups(made.cell)
    cells, above = np.unique(index.parents(finest.keys, BASE), return_inverse=True)
    place = above.astype(np.uint32)[finest.of]
    pairs = _pairs(rows.category, place, len(cells), len(made.names))
    totals = {
        name: (_Totals(pairs.of, weights, len(pairs.cell)), _Totals(place, weights, len(cells)))
        for name, weights in (("events", None), ("total", rows.total), ("base", rows.base))
        if name == "events" or weights is not None
    }
    step = _step(len(made), sum(one.size for two in totals.values() for one in two))
    marks = {name: Marks(*(one.running(step) for one in two)) for name, two in totals.items()}
    return Cube(
        names=made.names,
        step=step,
        cells=cells,
        times=made.at,
        place=place,
        rows=rows,
        pair=pairs.cell,
        starts=pairs.starts,
        events=marks["events"],
        total=marks.get("total"),
        base=marks.get("base"),
        fine=finest.keys,
        fine_starts=finest.starts,
        rank=finest.order.astype(np.uint32),
        fine_rows=rows.take(finest.order),
    )


def narrow(numbers: Column) -> Column:
    """Return numbers in the narrowest type that holds each of them exactly."""
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (0, 0)
    for kind in (np.uint8, np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= low and high <= limits.max:
            made = numbers.astype(kind)
            if bool((made == numbers).all()):
                return made
    return numbers


def _rows(made: Events) -> EventColumns:
    total, base = made.total, made.base
    is_one = base is None or bool((base == 1).all())
    return EventColumns(
        narrow(made.category),
        hours_of_week(made.at),
        None if total is None else narrow(total),
        None if base is None or is_one else narrow(base),
    )


def _groups(keys: NDArray[Any]) -> _Groups:
    """Group equal keys; within a group the order does not matter, and a stable one takes thrice."""
    order = np.argsort(keys)
    ordered = keys[order]
    is_first = np.concatenate([np.ones(min(len(keys), 1), bool), ordered[1:] != ordered[:-1]])
    starts = np.flatnonzero(is_first)
    return _Groups(ordered[starts], np.append(starts, len(keys)), order)


def _pairs(category: Column, place: NDArray[np.uint32], cells: int, names: int) -> _Pairs:
    """Pair categories with their cells; one that has many with all, which need no look-up."""
    found = _groups(category.astype(np.int64) * cells + place)
    old = np.searchsorted(found.keys, np.arange(names + 1) * cells)
    is_full = np.diff(old) >= _MANY * max(cells, 1)
    starts = np.concatenate([[0], np.cumsum(np.where(is_full, cells, np.diff(old)))])
    some = (found.keys % max(cells, 1)).astype(np.uint32)
    every = np.arange(cells, dtype=np.uint32)
    cell = [every if is_full[c] else some[old[c] : old[c + 1]] for c in range(names)]
    of = np.where(is_full[category], place, found.of - old[category]) + starts[category]
    return _Pairs(of.astype(np.uint32), np.concatenate([every[:0], *cell]), starts)


def _step(events: int, size: int) -> int:
    """Return how many events are between two checkpoints of some bytes, so that these fit."""
    room = min(MOST, max(_BYTES * events, 2**24))
    checkpoints = min(room // max(size, 1), events // LEAST)
    return -(-events // max(checkpoints, 1)) or 1
