"""When things happen: a year of hours up to an end, by season, weekday and hour of the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from etl.demo.noise import Floats, Ints
from layers.local_time import UTC_OFFSET

DAYS: Final = 365
"""Length of the time, days."""

PHASES: Final = (21, 14, 7, 3, 1)
"""So many days before the end a new phase begins: some places get worse from phase to phase."""

BATCH: Final = 200_000
"""Rows made at once, about."""

SECOND: Final = 1_000_000
"""Microseconds."""


class Pulse(NamedTuple):
    """How likely something is, relative to the mean."""

    hours: tuple[float, ...]
    """By hour of the local day, 24."""
    weekdays: tuple[float, ...]
    """From Monday, 7."""
    months: tuple[float, ...]
    """From January, 12."""


class Moments(NamedTuple):
    """Times in order, with what the calendar says of them."""

    utc: Ints
    """Microseconds since 1970."""
    hour: Ints
    """Of the local day."""
    month: Ints
    """From 0."""
    phase: Ints
    """How many of ``PHASES`` have begun."""


def micros(moment: datetime) -> int:
    """Return microseconds since 1970; a time without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def calendar(utc: Ints) -> tuple[Ints, Ints, Ints]:
    """Return hour of the day, weekday from Monday and month from 0, all local."""
    local = (utc + UTC_OFFSET // timedelta(microseconds=1)).astype("datetime64[us]")
    days = local.astype("datetime64[D]")
    hour = (local - days) // np.timedelta64(1, "h")
    weekday = (days.astype(np.int64) + 3) % 7
    month = local.astype("datetime64[M]").astype(np.int64) % 12
    return hour.astype(np.int64), weekday, month


def moments(
    pulse: Pulse, count: int, until: datetime, random: np.random.Generator
) -> Iterator[Moments]:
    """Yield ``count`` times of the year before ``until``, in order, batch by batch."""
    end, hour = micros(until), 3_600 * SECOND
    starts = end - np.arange(DAYS * 24, 0, -1) * hour
    counts = random.multinomial(count, _weights(pulse, starts))
    batch, begun = np.cumsum(counts) // BATCH, end - np.array(PHASES) * 24 * hour
    for number in np.unique(batch):
        here = batch == number
        drawn = np.repeat(starts[here], counts[here])
        seconds = random.integers(0, 3_600, len(drawn)) * SECOND
        utc = np.sort(drawn + seconds)
        if len(utc):
            hours, _, months = calendar(utc)
            phase = np.searchsorted(begun, utc, side="right")
            yield Moments(utc, hours, months, phase)


def _weights(pulse: Pulse, starts: Ints) -> Floats:
    hour, weekday, month = calendar(starts + 1_800 * SECOND)
    weight = np.array(pulse.hours)[hour] * np.array(pulse.weekdays)[weekday]
    weight = weight * np.array(pulse.months)[month]
    shares: Floats = weight / weight.sum()
    return shares
