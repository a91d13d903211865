"""Snapshot of a layer's events: a cube, and the delta since its checkpoint. Pure."""

import itertools
import threading
from datetime import UTC, datetime
from typing import Any

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from cells import index, query
from cells.cube import Cube
from cells.events import STORED, Changes, together
from cells.index import Cells
from cells.question import UNKNOWN, Counted, Filter, hours_of_week, instant, time_of

_REMEMBERED = 64 * 2**20
"""Bytes of answers that are kept: the tiles of a map ask the same question one after the other."""

_numbers = itertools.count(1)


class View:
    """Answers equal those that counting all rows would give."""

    def __init__(self, cube: Cube, changes: Changes, *, is_mean: bool) -> None:
        """Take a cube.

        Args:
            cube: of the checkpoint.
            changes: all that happened since.
            is_mean: whether the layer's value is a mean.
        """
        self.cube, self.changes, self.is_mean = cube, changes, is_mean
        self._grids: dict[int, tuple[Cells, NDArray[np.intp] | None]] = {}
        self._answers: LRUCache[tuple[Filter, int], Counted]
        self._answers = LRUCache(_REMEMBERED, getsizeof=lambda answer: answer.nbytes)
        self.number = next(_numbers)
        """Tells this view from any other of the process."""
        self._lock = threading.Lock()

    @property
    def extent(self) -> tuple[datetime, datetime] | None:
        """The times of the first and the last event in the cube; None without any."""
        times = self.cube.times
        first = np.searchsorted(times, instant(datetime.min.replace(tzinfo=UTC)))
        end = np.searchsorted(times, instant(datetime.max.replace(tzinfo=UTC)), "right")
        return (time_of(times[first]), time_of(times[end - 1])) if first < end else None

    def with_more(self, changes: Changes) -> "View":
        """Return a view with further changes; its lists of cells stay as long as no cell is new."""
        view = View(self.cube, together([self.changes, changes]), is_mean=self.is_mean)
        for resolution, (cells, own) in list(self._grids.items()):
            if not len(_new(changes, cells, resolution)):
                view._grids[resolution] = cells, own
        return view

    def cells(self, resolution: int) -> Cells:
        """Return the sorted cells of a resolution up to 10 that have or had any event."""
        return self._grid(resolution)[0]

    def count(self, wanted: Filter, resolution: int, *, keep: bool = True) -> Counted:
        """Count all cells of a resolution; the answer is kept for whoever asks the same."""
        key = wanted, resolution
        try:
            with self._lock:
                return self._answers[key]
        except KeyError:
            answer = self._count(wanted, resolution, None)
        if keep and answer.nbytes <= self._answers.maxsize:
            with self._lock:
                answer = self._answers.setdefault(key, answer)
        return answer

    def count_some(self, wanted: Filter, resolution: int, places: NDArray[np.intp]) -> Counted:
        """Count some cells of a resolution, by their places."""
        if resolution != STORED:
            return self.count(wanted, resolution).at(places)
        return self._count(wanted, resolution, places)

    def _count(self, wanted: Filter, resolution: int, places: Any) -> Counted:
        cells, own = self._grid(resolution)
        choice = query.chosen(self.cube, wanted)
        if places is None:
            sums = query.sums(self.cube, choice, resolution)
            if own is not None:
                sums = _spread(sums, own, len(cells))
        else:
            cells = cells[places]
            sums = self._subset(choice, resolution, cells)
        return self._with_changes(Counted(cells, *sums, is_mean=self.is_mean), wanted)

    def _subset(self, choice: query.Choice, resolution: int, cells: Cells) -> query.Sums:
        """Count cells, of which the cube need not know all."""
        known = query.cells(self.cube, resolution)
        places = np.searchsorted(known, cells)
        is_own = np.take(known, places, mode="clip") == cells if len(known) else places < 0
        sums = query.sums(self.cube, choice, resolution, places[is_own])
        return sums if is_own.all() else _spread(sums, np.flatnonzero(is_own), len(cells))

    def _grid(self, resolution: int) -> tuple[Cells, NDArray[np.intp] | None]:
        """Return the cells, and the places of the cube's own among them unless these are all."""
        if resolution not in self._grids:
            own = query.cells(self.cube, resolution)
            new = _new(self.changes, own, resolution)
            cells = np.insert(own, np.searchsorted(own, new), new) if len(new) else own
            self._grids[resolution] = cells, np.searchsorted(cells, own) if len(new) else None
        return self._grids[resolution]

    def _with_changes(self, counted: Counted, wanted: Filter) -> Counted:
        if not len(self.changes) or not len(counted.cells):
            return counted
        events, cells = self.changes.events, counted.cells
        kept = self._kept(wanted)
        cell = index.parents(events.cell[kept], index.resolution(int(cells[0])))
        place = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        is_asked = cells[place] == cell
        kept, place = kept[is_asked], place[is_asked]
        sign = self.changes.sign[kept]

        def added(sums: Any, weights: Any) -> Any:
            delta = np.bincount(place, weights, minlength=len(cells))
            return sums + delta.astype(sums.dtype)

        return Counted(
            cells,
            added(counted.events, sign),
            None if events.total is None else added(counted.total, sign * events.total[kept]),
            None if events.base is None else added(counted.base, sign * events.base[kept]),
            self.is_mean,
        )

    def _kept(self, wanted: Filter) -> NDArray[np.intp]:
        """Return the changes that count."""
        events = self.changes.events
        kept = np.ones(len(events), bool)
        if wanted.start is not None:
            kept &= events.at >= instant(wanted.start)
        if wanted.end is not None:
            kept &= (events.at <= instant(wanted.end)) & (events.at != UNKNOWN)
        if wanted.categories:
            kept &= np.array([name in wanted.categories for name in events.names])[events.category]
        if wanted.week is not None:
            kept &= wanted.week[hours_of_week(events.at)]
        return np.flatnonzero(kept)


def _new(changes: Changes, cells: Cells, resolution: int) -> Cells:
    """Return the cells of changes that are not among sorted ones."""
    touched = np.unique(index.parents(changes.events.cell, resolution))
    if not len(cells):
        return touched
    places = np.minimum(np.searchsorted(cells, touched), len(cells) - 1)
    new: Cells = touched[cells[places] != touched]
    return new


def _spread(sums: query.Sums, places: NDArray[np.intp], size: int) -> query.Sums:
    """Return sums of more cells, at some of which those are that are known."""
    columns: list[Any] = []
    for column in sums:
        columns.append(None if column is None else np.zeros(size, column.dtype))
        if column is not None:
            columns[-1][places] = column
    events, total, base = columns
    return events, total, base
