"""Goals: what the figures have to be, with eight clients."""

from collections.abc import Callable

from benchmarks.features.data import PARCELS, POINTS
from benchmarks.features.questions import DEEP, in_boxes
from benchmarks.features.table import Cell, Goal, Seen

CLIENTS = 8

MEMORY_BEFORE, MEMORY_AFTER = "MB before the questions", "MB after the questions"
MEMORY_PEAK = "MB at most in the download of parcels"

_TIPG, _PG_FEATURESERV, _BARE = 8.0, 2.5, 1.3
_ONE = 5.0
_DEEP = 0.9
"""The same as page 1, but for what two runs of the same differ by."""

_FLAT = 1.25
"""Memory after all questions by memory after a few, and of a download by that before it."""


def goals() -> list[Goal]:
    """Return all goals."""
    listed = []
    for layer in (PARCELS, POINTS):
        cell, plain = _boxes(layer), _boxes(layer, "identity")
        listed.append(Goal(cell, "by tipg", _by(cell, "tipg"), _TIPG))
        listed.append(Goal(cell, "by pg_featureserv", _by(cell, "pg_featureserv"), _PG_FEATURESERV))
        listed.append(Goal(plain, "bare statement by ours", _bare(plain), _BARE, at_most=True))
    single = ("one parcel", CLIENTS)
    listed.append(Goal(single, "by tipg", _by(single, "tipg"), _ONE))
    deep, first = (f"100 parcels at {DEEP:,}", CLIENTS), ("first 100 parcels", CLIENTS)
    listed.append(Goal(deep, "by the first page", _ours(deep, first), _DEEP))
    after, before, peak = ((name, 0) for name in (MEMORY_AFTER, MEMORY_BEFORE, MEMORY_PEAK))
    listed.append(Goal(after, "by before", _ours(after, before), _FLAT, at_most=True))
    listed.append(Goal(peak, "by after", _ours(peak, after), _FLAT, at_most=True))
    return listed


def _boxes(layer: str, encoding: str = "gzip") -> Cell:
    return in_boxes(layer, 1000, encoding), CLIENTS


def _by(cell: Cell, peer: str) -> Callable[[Seen], float | None]:
    return lambda seen: seen.ratio(cell, peer)


def _bare(cell: Cell) -> Callable[[Seen], float | None]:
    """Compare with the statement that has PostGIS write, as the peers ask it."""

    def value(seen: Seen) -> float | None:
        ratio = seen.ratio(cell, "written")
        return 1 / ratio if ratio else None

    return value


def _ours(cell: Cell, other: Cell) -> Callable[[Seen], float | None]:
    def value(seen: Seen) -> float | None:
        mine, its = (seen.figures.get(name, {}).get("ours") for name in (cell, other))
        return mine / its if mine and its else None

    return value
