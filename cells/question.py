"""What is asked of events in cells, and the answer. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cells.index import Cells
from layers import local_time

Instants = NDArray[np.int64]
"""Times in microseconds after 2000-01-01T00:00Z, as PostgreSQL keeps them."""

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

HOURS = 168
"""Hours of a week; the first is that of Monday from 0 to 1 o'clock in Viet Nam."""

UNKNOWN = -(2**63)
"""Time of an event that has none: it counts where no time is asked for."""

_HOUR = 3_600_000_000
_FIRST_HOUR = 5 * 24 + local_time.UTC_OFFSET // timedelta(hours=1)
"""Hour of the week at the beginning: a Saturday, seven o'clock in Viet Nam."""


class Filter(NamedTuple):
    """Which events count.

    A closed interval (None is open), categories, hours of the day (0 to 23) and days of the week
    (1, Monday, to 7) in Viet Nam; none of them is all.
    """

    start: datetime | None = None
    end: datetime | None = None
    categories: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()

    @property
    def week(self) -> NDArray[np.bool_] | None:
        """The hours of the week that count, (168,); None is all."""
        if not self.hours and not self.weekdays:
            return None
        wanted = np.zeros((7, 24), bool)
        days = [day - 1 for day in self.weekdays] or list(range(7))
        wanted[np.ix_(days, list(self.hours) or list(range(24)))] = True
        return wanted.ravel()


@dataclass(frozen=True, slots=True)
class Counted:
    """Events by cell.

    ``cells`` (n,) are sorted and of one resolution; ``events`` (n,) are their numbers, also zero;
    ``total`` (n,) and ``base`` (n,) are the sums that a value is made from, None in a layer without
    a weight: of the weights, and of what they are weighed by.
    """

    cells: Cells
    events: NDArray[np.int64]
    total: NDArray[np.float64] | None = None
    base: NDArray[np.float64] | None = None
    is_mean: bool = False

    @property
    def value(self) -> NDArray[np.float64] | None:
        """What the layer declares: sum or mean of the weight, NaN where nothing was weighed."""
        if self.total is None or self.base is None:
            return None
        base = np.where(self.base > 0, self.base, np.nan)
        return self.total / base if self.is_mean else np.where(self.base > 0, self.total, np.nan)

    def at(self, places: Any) -> "Counted":
        """Return some of the cells, by their places or a mask."""
        total = None if self.total is None else self.total[places]
        base = None if self.base is None else self.base[places]
        return Counted(self.cells[places], self.events[places], total, base, self.is_mean)

    @property
    def nbytes(self) -> int:
        """Bytes of the sums."""
        columns = (self.events, self.total, self.base)
        return sum(column.nbytes for column in columns if column is not None)

    @property
    def counted(self) -> "Counted":
        """The cells with events."""
        return self.at(np.flatnonzero(self.events))


def instant(time: datetime) -> int:
    """Return a time as PostgreSQL counts it."""
    return (time - _BEGINNING) // _MICROSECOND


def time_of(moment: int) -> datetime:
    """Return the time of an instant."""
    return _BEGINNING + timedelta(microseconds=int(moment))


def hours_of_week(at: Instants) -> NDArray[np.uint8]:
    """Return the hour of the week in which times are in Viet Nam; 0 is Monday's first."""
    return ((at // _HOUR + _FIRST_HOUR) % HOURS).astype(np.uint8)
