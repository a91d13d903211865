"""Synthetic events of a year in a province of 0.9 by 0.9 degrees: four of five in 400 places."""

import math
import random
from collections.abc import Iterator

import numpy as np

from cells import index
from cells.events import Events
from cells.question import Filter, time_of
from layers.geo import TileId

NAMES = tuple(f"c{number:02}" for number in range(20))
WEST, SOUTH, SIDE = 105.4, 21.2, 0.9
MIDDLE = (WEST + SIDE / 2, SOUTH + SIDE / 2)

_FIRST = 26 * 365 * 86_400_000_000
_YEAR = 365 * 86_400_000_000
_POOL = 3_000_000


def events(count: int) -> Events:
    """Return so many events, in any order, with categories of which each is rarer than the last."""
    chance = np.random.default_rng(29)
    share = 1 / np.arange(1, len(NAMES) + 1)
    return Events(
        _FIRST + chance.integers(0, _YEAR, count),
        chance.choice(_cells(chance), count),
        chance.choice(len(NAMES), count, p=share / share.sum()).astype(np.int32),
        NAMES,
    )


def _cells(chance: np.random.Generator) -> index.Cells:
    longitude, latitude = places(chance, _POOL)
    return index.cells_of(longitude, latitude, 10)


def places(chance: np.random.Generator, count: int) -> np.ndarray:
    """Return longitudes and latitudes, (2, n)."""
    hot = chance.random((400, 2)) * SIDE
    near = hot[chance.integers(0, 400, count)] + chance.normal(0, 0.01, (count, 2))
    anywhere = chance.random((count, 2)) * SIDE
    is_near = chance.random((count, 1)) < 0.8
    return (np.where(is_near, near, anywhere) + np.array([WEST, SOUTH])).T


def questions(count: int, seed: int = 3) -> Iterator[Filter]:
    """Yield ranges of time and categories at random."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(count):
        start, end = sorted(chance.randrange(_YEAR) for _ in range(2))
        names = tuple(sorted(chance.sample(NAMES, chance.randint(1, len(NAMES)))))
        categories = () if len(names) == len(NAMES) else names
        yield Filter(time_of(_FIRST + start), time_of(_FIRST + end), categories)


def tiles(zoom: int) -> list[TileId]:
    """Return the tiles of the province."""
    left, bottom = _tile(zoom, WEST, SOUTH)
    right, top = _tile(zoom, WEST + SIDE, SOUTH + SIDE)
    columns, rows = range(left, right + 1), range(top, bottom + 1)
    return [TileId(zoom, x, y) for x in columns for y in rows]


def _tile(zoom: int, longitude: float, latitude: float) -> tuple[int, int]:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return int((longitude + 180) / 360 * side), int(y * side)
