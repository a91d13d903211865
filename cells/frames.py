"""Counts of many windows of time one after the other, in as few bytes as they need. Pure.

A window slides over the time, so that a page can play what happened without asking again: numbers
only, in the order of the cells, whose shapes the page has from the tiles.
"""

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cells import index
from cells.index import Cells
from cells.question import Filter
from cells.view import View

MAGIC = b"H3F1"

_MICROSECOND = timedelta(microseconds=1)


class Frames(NamedTuple):
    """Numbers (frames, n) in n cells; whole numbers, or decimals with NaN for no data."""

    ends: list[datetime]
    cells: Cells
    numbers: NDArray[np.generic]


def ends(start: datetime, end: datetime, step: timedelta, window: timedelta) -> list[datetime]:
    """Return when the windows end: the first begins with the time, the last ends by its end."""
    number = (end - start - window) // step + 1
    return [start + window + place * step for place in range(number)]


def frames(
    view: View, wanted: Filter, resolution: int, window: timedelta, listed: list[datetime]
) -> Frames:
    """Count windows, the first instant of each inside, the last not.

    Args:
        view: of the events.
        wanted: which of them; its time is that of the windows.
        resolution: of the cells, up to 9.
        window: length of each.
        listed: when they end.
    """
    counted = [
        view.count(
            wanted._replace(start=end - window, end=end - _MICROSECOND), resolution, keep=False
        )
        for end in listed
    ]
    values = [one.events if one.value is None else one.value for one in counted]
    numbers = np.array(values) if values else np.zeros((0, len(view.cells(resolution))))
    has_any = np.array([one.events > 0 for one in counted], bool).any(axis=0)
    return Frames(listed, view.cells(resolution)[has_any], numbers[:, has_any])


def packed(found: Frames) -> Iterator[bytes]:
    """Yield the frames as bytes, all little-endian.

    ``H3F1``, then as 32-bit numbers how many cells, how many frames, bytes of a number; the cells
    as doubles (base cell and digits, exact in JavaScript); the frames one after the other: unsigned
    whole numbers of 1, 2 or 4 bytes, or, where that is given as 0, floats of 4 bytes.
    """
    numbers = _narrow(found.numbers)
    size = 0 if numbers.dtype.kind == "f" else numbers.dtype.itemsize
    yield MAGIC + struct.pack("<III", len(found.cells), len(found.ends), size)
    yield index.small_ids(found.cells).astype("<f8").tobytes()
    yield numbers.tobytes()


def _narrow(numbers: NDArray[np.generic]) -> NDArray[np.generic]:
    if numbers.dtype.kind == "f":
        return numbers.astype("<f4")
    largest = int(numbers.max(initial=0))
    kind = next(kind for kind in ("<u1", "<u2", "<u4") if largest <= np.iinfo(kind).max)
    return numbers.astype(kind)
