"""Zones of H3 up to the finest that events are kept in: names, relatives, lists. Pure.

A zone is an H3 index, a number. Zones of several levels in ascending order have the coarse ones
first, as the level is in the high bits.
"""

from typing import Any, NamedTuple

import h3.api.basic_int as h3
import h3ronpy
import numpy as np
from numpy.typing import NDArray

from cells import index
from cells.index import Cells
from cells.question import Counted

FINEST = 10
"""The level at which events are kept."""

DEEPEST = 5
"""Levels between a zone and its finest sub-zones in one answer: 7^5, or 16,807 of them."""

_DIGITS = 15
_HEXADECIMAL = frozenset("0123456789abcdef")


class ZoneInvalid(ValueError):
    """A text is not the identifier of a zone that there is here."""


class Page(NamedTuple):
    """A part of a list of zones.

    ``zones`` are sorted, ``is_last`` tells whether no others follow.
    """

    zones: Cells
    is_last: bool


def read(text: str) -> int:
    """Read an identifier: 15 hexadecimal digits in small letters.

    Raises:
        ZoneInvalid: with a sentence that says why.
    """
    shown = text[:40]
    if len(text) != _DIGITS or not _HEXADECIMAL.issuperset(text):
        raise ZoneInvalid(
            f"'{shown}' is not 15 hexadecimal digits in small letters, such as 85415c3bfffffff"
        )
    zone = int(text, 16)
    if not h3.is_valid_cell(zone):
        raise ZoneInvalid(f"'{shown}' is not the index of an H3 cell")
    if index.resolution(zone) > FINEST:
        raise ZoneInvalid(
            f"'{shown}' is of level {index.resolution(zone)}; the finest here is {FINEST}"
        )
    return zone


def name(zone: int) -> str:
    """Return the textual identifier of a zone."""
    return f"{zone:x}"


def levels(zones: Cells) -> NDArray[np.intp]:
    """Return the levels of zones."""
    return (zones >> np.uint64(52) & np.uint64(15)).astype(np.intp)


def shape_type(zone: int) -> str:
    """Return what the shape of a zone is called; twelve of every level are pentagons."""
    return "pentagon" if h3.is_pentagon(zone) else "hexagon"


def parent(zone: int) -> int | None:
    """Return the zone that a zone is a child of; None at level 0."""
    level = index.resolution(zone)
    return h3.cell_to_parent(zone, level - 1) if level else None


def sub_zones(zone: int, depth: int) -> Cells:
    """Return the zones that descend from a zone at a relative depth, in their order."""
    found = h3ronpy.change_resolution(np.array([zone], np.uint64), index.resolution(zone) + depth)
    return np.sort(np.asarray(found, np.uint64))


def neighbours(zone: int) -> list[int]:
    """Return the zones that share an edge with a zone."""
    return sorted(set(h3.grid_disk(zone, 1)) - {zone})


def area(zones: Cells) -> float:
    """Return the area of zones together, in square metres.

    A zone is as large as its sub-zones together, to a thousandth.
    """
    return float(index.areas(zones).sum()) * 1e6


def page(cells: Cells, after: int, limit: int, *, is_compact: bool) -> Page:
    """Return the part of a list that begins after a zone.

    Args:
        cells: sorted zones of one level.
        after: an index, 0 for the first part.
        limit: the most zones of the part.
        is_compact: whether a zone stands for all its sub-zones where these are in the list.
    """
    whole = np.sort(np.asarray(h3ronpy.compact(cells), np.uint64)) if is_compact else cells
    first = int(np.searchsorted(whole, np.uint64(after), "right"))
    found = whole[first : first + limit]
    return Page(found, first + limit >= len(whole))


def folded(counted: Counted, level: int) -> Counted:
    """Return what is counted in the ancestors of cells at a level that is not finer."""
    cells, places = np.unique(index.parents(counted.cells, level), return_inverse=True)

    def summed(parts: Any) -> Any:
        return None if parts is None else np.bincount(places, parts, minlength=len(cells))

    events = summed(counted.events).astype(np.int64)
    return Counted(cells, events, summed(counted.total), summed(counted.base), counted.is_mean)


def values(counted: Counted, cells: Cells, field: str) -> NDArray[Any]:
    """Return the values of sorted cells, among which are all that anything is counted in.

    Args:
        counted: where events are.
        cells: whose values are wanted.
        field: ``count``, which is 0 where nothing happened, or ``value``, which is NaN there.
    """
    places = np.searchsorted(cells, counted.cells)
    if field == "count":
        counts = np.zeros(len(cells), np.int64)
        counts[places] = counted.events
        return counts
    found = np.full(len(cells), np.nan)
    found[places] = np.nan if counted.value is None else counted.value
    return found
