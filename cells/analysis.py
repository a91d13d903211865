"""Where events gather in a time, how that came about, and where it is unusual. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import h3ronpy.vector
import numpy as np
from numpy.typing import NDArray

from cells.hotspots import Kinds, emerging, unusual
from cells.index import Cells
from cells.neighbours import Floats, Neighbours
from cells.question import Filter, instant, time_of
from cells.view import View
from layers.errors import Invalid

COARSEST, FINEST = 4, 9
"""Resolutions of an analysis."""

ENOUGH = 0.5
"""Events a cell and slice, on average, from which on chance makes few hot spots: 7 of 10,000 cells.

With a tenth of that 6 of 1,000 are; with coarser cells there are too few for any to stand out.
"""


class TooFewEvents(Invalid):
    """There are not enough events, or not enough time, to be analysed."""


@dataclass(frozen=True, slots=True)
class Hotspots:
    """What was found of n cells of a study area, those without events too.

    ``edges`` are the times at which slices begin, with the end of the last; ``kinds`` are places in
    ``tuple(Kind)``; ``z`` is Gi* of the last slice, ``trend`` the Mann-Kendall z of Gi*; ``now``
    counts the events of the last slice, ``usual`` the mean of the slices before; ``surprise`` is
    how likely so many or more are by the cell's own history. ``is_sparse`` where there are so few
    events that chance may look like a pattern.
    """

    resolution: int
    edges: tuple[datetime, ...]
    cells: Cells
    kinds: Kinds
    z: Floats
    trend: Floats
    now: NDArray[np.int64]
    usual: Floats
    surprise: Floats
    is_sparse: bool


def find(
    view: View,
    wanted: Filter,
    slices: int,
    shapes: Sequence[bytes] = (),
    resolution: int | None = None,
) -> Hotspots:
    """Analyse events.

    Args:
        view: of the events.
        wanted: which of them; an open end is that of the data.
        slices: of equal length into which the time is cut.
        shapes: the study area, polygons in degrees as WKB; with none, the cells of all events.
        resolution: of the cells; None is the finest for which there are enough events.

    Raises:
        TooFewEvents: no events at all, or so short a time that it cannot be cut.
    """
    edges = _edges(view, wanted, slices)
    whole = wanted._replace(start=time_of(edges[0]), end=time_of(edges[-1]))
    if resolution is None:
        resolution = _resolution(view, whole, slices, shapes)
    cells = area(view, shapes, resolution)
    series = _series(view, wanted, edges, cells, resolution)
    found = emerging(series, Neighbours.within(cells))
    past = series[:-1]
    return Hotspots(
        resolution,
        tuple(time_of(edge) for edge in edges),
        cells,
        found.kinds,
        found.z,
        found.trend,
        series[-1],
        past.mean(axis=0),
        unusual(series[-1], past),
        bool(series.mean() < ENOUGH),
    )


def area(view: View, shapes: Sequence[bytes], resolution: int) -> Cells:
    """Return the cells of a study area, and those of all events that ever were."""
    had = view.cells(resolution)
    if not shapes:
        return had
    inside = h3ronpy.vector.wkb_to_cells(list(shapes), resolution, flatten=True)
    return np.union1d(np.asarray(inside, np.uint64), had)


def _edges(view: View, wanted: Filter, slices: int) -> list[int]:
    """Return where slices begin and the last one ends, in microseconds."""
    known = view.extent or (None, None)
    start, end = wanted.start or known[0], wanted.end or known[1]
    if start is None or end is None:
        raise TooFewEvents("There are no events; name a time with datetime=START/END.")
    first, last = instant(start), instant(end)
    if last - first < slices:
        raise TooFewEvents("The time is too short to be cut into slices.")
    return [first + (last - first) * at // slices for at in range(slices + 1)]


def _resolution(view: View, whole: Filter, slices: int, shapes: Sequence[bytes]) -> int:
    """Return the finest resolution at which a cell has enough events in a slice, on average."""
    events = int(view.count(whole, COARSEST).events.sum())
    for resolution in range(FINEST, COARSEST, -1):
        # The area is looked at only where the cells that had events are few enough.
        if events < ENOUGH * slices * len(view.cells(resolution)):
            continue
        if events >= ENOUGH * slices * len(area(view, shapes, resolution)):
            return resolution
    return COARSEST


def _series(
    view: View, wanted: Filter, edges: list[int], cells: Cells, resolution: int
) -> NDArray[np.int64]:
    """Count slices (slices, n); an edge belongs to the slice that it begins."""
    found = np.zeros((len(edges) - 1, len(cells)), np.int64)
    places = np.searchsorted(cells, view.cells(resolution))
    for at, (begin, end) in enumerate(pairwise(edges)):
        last = end - (at + 1 < len(found))
        asked = wanted._replace(start=time_of(begin), end=time_of(last))
        found[at, places] = view.count(asked, resolution).events
    return found
