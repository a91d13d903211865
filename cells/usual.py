"""A time against the same hours and weekdays before: flow and congestion, more and fewer. Pure."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from cells.neighbours import Floats
from cells.question import Counted, Filter
from cells.view import View
from layers.errors import Invalid

BEFORE = 8
"""Earlier times that are compared with."""

_WEEK = timedelta(days=7)

CLEAR, STRONG = 0.85, 0.6
"""Shares of what is usual from which on less is a little and a lot less; more is the inverse."""


class NoTime(Invalid):
    """A time with a start and an end is needed: datetime=START/END."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cells (n,) in a time and in earlier ones.

    ``now`` is what was counted; ``flow`` and ``usual_flow`` (n,) are what values are weighed by
    (vehicles at detectors), else the events; ``value`` and ``usual`` (n,) are the layer's value, or
    the events where it has none. ``level`` (n,) is 1 where it is as usual or better, 2 where worse,
    3 where much worse, 0 where that cannot be said: there is nothing to compare, now or before.
    """

    now: Counted
    flow: Floats
    usual_flow: Floats
    value: Floats
    usual: Floats
    level: NDArray[np.int64]

    @property
    def ratio(self) -> Floats:
        """The value by the usual one, (n,); NaN where there is none."""
        ratio = np.full(len(self.usual), np.nan)
        np.divide(self.value, self.usual, out=ratio, where=self.usual > 0)
        return ratio


def compare(view: View, wanted: Filter, resolution: int, *, is_low_worse: bool) -> Comparison:
    """Compare a time with the same hours and weekdays in the weeks before it.

    Args:
        view: of the events.
        wanted: which of them, with both ends of the time.
        resolution: of the cells, up to 9.
        is_low_worse: whether small values are the bad ones, as with speeds.

    Raises:
        NoTime: the time has no start or no end.
    """
    now = view.count(wanted, resolution)
    before = [view.count(earlier, resolution) for earlier in earlier_times(view, wanted)]
    flow, value = _flow(now), _value(now)
    usual_flow, usual = _usual(before, len(now.cells))
    level = _level(value, usual, is_low_worse=is_low_worse)
    return Comparison(now, flow, usual_flow, value, usual, level)


def earlier_times(view: View, wanted: Filter) -> list[Filter]:
    """Return the baseline: the same question of earlier times, whole weeks before.

    Only times that lie wholly in the known data count: one that the data begin in would be counted
    as whole though nobody knows what happened in its first part.
    """
    if wanted.start is None or wanted.end is None:
        raise NoTime(str(NoTime.__doc__))
    step = _WEEK * (int((wanted.end - wanted.start) / _WEEK) + 1)
    extent = view.extent
    known = wanted.start - extent[0] if extent else timedelta()
    return [
        wanted._replace(start=wanted.start - step * number, end=wanted.end - step * number)
        for number in range(1, BEFORE + 1)
        if step * number <= known
    ]


def _flow(counted: Counted) -> Floats:
    return (counted.events if counted.base is None else counted.base).astype(float)


def _value(counted: Counted) -> Floats:
    value = counted.value
    return counted.events.astype(float) if value is None else value


def _usual(before: list[Counted], size: int) -> tuple[Floats, Floats]:
    """Return usual flow and value: means over earlier times; of a mean, weighed as it is itself."""
    if not before:
        return np.full(size, np.nan), np.full(size, np.nan)
    flow = np.mean([_flow(counted) for counted in before], axis=0)
    first = before[0]
    if first.total is None or first.base is None:
        return flow, flow
    total = np.sum([counted.total for counted in before], axis=0)
    base = np.sum([counted.base for counted in before], axis=0)
    divisor = base if first.is_mean else np.full(size, float(len(before)))
    usual = np.full(size, np.nan)
    np.divide(total, divisor, out=usual, where=base > 0)
    return flow, usual


def _level(value: Floats, usual: Floats, *, is_low_worse: bool) -> NDArray[np.int64]:
    """Return how much worse than usual values are."""
    good, bad = (usual, value) if not is_low_worse else (value, usual)
    known = np.isfinite(value) & (usual > 0)
    share = np.ones(len(value))
    np.divide(good, bad, out=share, where=known & (bad > 0))
    level = 1 + (share < CLEAR).astype(np.int64) + (share < STRONG)
    return np.where(known, level, 0)
