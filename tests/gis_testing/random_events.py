"""Events at random, and counting them one by one."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import h3.api.basic_int as h3
import numpy as np
import psycopg
import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cells.events import Events
from cells.question import Filter, instant, time_of

Connection = psycopg.Connection[Any]

VIET_NAM = timezone(timedelta(hours=7))

START = datetime(2026, 1, 1, tzinfo=UTC)

MIDDLE = h3.latlng_to_cell(21.59, 105.84, 10)
CELLS = sorted(h3.grid_disk(MIDDLE, 12)) + sorted(
    h3.grid_disk(h3.latlng_to_cell(21.7, 105.7, 10), 2)
)
NAMES = ("flood", "theft", None, "fire")

_FIRST = 820_000_000_000_000
_SPAN = 30 * 86_400_000_000


class Event(NamedTuple):
    """An event as a test remembers it; ``at`` in microseconds after 2000."""

    at: int
    cell: int
    category: str | None
    total: float
    base: float


events = st.lists(
    st.builds(
        Event,
        st.one_of(
            st.integers(_FIRST, _FIRST + _SPAN),
            st.sampled_from([_FIRST, _FIRST + 1, _FIRST + _SPAN // 2]),
        ),
        st.sampled_from(CELLS),
        st.sampled_from(NAMES),
        st.integers(-3, 5).map(float),
        st.sampled_from([0.0, 1.0, 2.0]),
    ),
    max_size=120,
)

_times = st.none() | st.integers(_FIRST - 10, _FIRST + _SPAN + 10).map(time_of)

filters = st.builds(
    Filter,
    _times,
    _times,
    st.lists(st.sampled_from(["flood", "theft", "fire", "none such"]), unique=True).map(tuple),
    st.lists(st.integers(0, 23), unique=True, max_size=20).map(tuple),
    st.lists(st.integers(1, 7), unique=True, max_size=4).map(tuple),
)


def columns(listed: list[Event], *, has_weight: bool = True) -> Events:
    """Return events as columns."""
    names = tuple(dict.fromkeys(event.category for event in listed))
    return Events(
        np.array([event.at for event in listed], np.int64),
        np.array([event.cell for event in listed], np.uint64),
        np.array([names.index(event.category) for event in listed], np.int32),
        names,
        np.array([event.total for event in listed], float) if has_weight else None,
        np.array([event.base for event in listed], float) if has_weight else None,
    )


def counts(event: Event, wanted: Filter) -> bool:
    """Tell whether an event is one that is wanted."""
    local = time_of(event.at).astimezone(VIET_NAM)
    return (
        (wanted.start is None or event.at >= instant(wanted.start))
        and (wanted.end is None or event.at <= instant(wanted.end))
        and (not wanted.categories or event.category in wanted.categories)
        and (not wanted.hours or local.hour in wanted.hours)
        and (not wanted.weekdays or local.isoweekday() in wanted.weekdays)
    )


def by_hand(listed: list[Event], wanted: Filter, resolution: int) -> dict[int, tuple[Any, ...]]:
    """Count one by one: events, total, base by cell."""
    found: dict[int, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for event in listed:
        if counts(event, wanted):
            sums = found[h3.cell_to_parent(event.cell, resolution)]
            for place, more in enumerate((1, event.total, event.base)):
                sums[place] += more
    return {cell: tuple(sums) for cell, sums in found.items()}


RESOLUTIONS = st.sampled_from([1, 4, 7, 8, 9, 10])

patient = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sums_by_cell(table: pa.Table) -> dict[int, tuple[Any, ...]]:
    """Return sums by cell, whatever the month and category."""
    added = table.group_by("cell").aggregate([(n, "sum") for n in ("events", "total", "base")])
    return {cell: tuple(sums) for cell, *sums in zip(*added.to_pydict().values(), strict=True)}


def put_incidents(conn: Connection, number: int, seed: int = 1) -> None:
    """Put incidents at random cells."""
    chance = random.Random(seed)
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO layer.incident (category, severity, occurred_at, geom, h3) VALUES"
            " (%s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
            [_incident(chance) for _ in range(number)],
        )


def _incident(chance: random.Random) -> tuple[Any, ...]:
    cell = chance.choice(CELLS)
    latitude, longitude = h3.cell_to_latlng(cell)
    category = chance.choice(["flood", "theft", "fire"])
    at = START + timedelta(seconds=chance.randrange(30 * 86_400))
    return category, chance.choice([None, 1, 2, 5]), at, longitude, latitude, cell
