"""Traffic detectors on the roads between towns: vehicles and mean speed of each interval."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np

from etl.demo import plane, rhythm, words
from etl.demo.anchors import Anchors
from etl.demo.geoparquet import Rows
from etl.demo.noise import Floats, Ints, generator
from etl.demo.rhythm import BATCH, SECOND
from etl.demo.world import World

FIELDS: Final = ("detector", "observed_at", "vehicles", "mean_speed", "road_name")

_STEPS: Final = (60, 15, 5, 1)
"""Possible lengths of an interval, minutes; the longest that gives enough rows within a year."""

_LEAST, _MOST = 40, 150
"""Detectors."""

_DAY: Final = (
    0.12, 0.08, 0.06, 0.07, 0.14, 0.35, 0.72, 1.0, 0.92, 0.7, 0.68, 0.72,
    0.66, 0.62, 0.66, 0.75, 0.9, 1.05, 0.85, 0.6, 0.5, 0.42, 0.3, 0.2,
)  # fmt: skip
"""Share of the capacity that is used, by hour of the local day."""

_WEEK: Final = (1.04, 1.0, 1.0, 1.02, 1.1, 0.9, 0.82)

_CLASSES: Final = {"national": (1_900, 72.0), "provincial": (1_100, 58.0), "district": (700, 46.0)}
"""Vehicles an hour that a road can take, and its free speed in km/h."""


class _Detectors(NamedTuple):
    codes: list[str]
    roads: list[str | None]
    degrees: Floats
    capacity: Floats
    """Vehicles an hour."""
    free: Floats
    """Speed on an empty road, km/h."""
    load: Floats
    """How much of its capacity is used in the worst hours."""


def traffic(world: World, anchors: Anchors, count: int, until: datetime) -> Iterator[Rows]:
    """Yield ``count`` observations up to ``until``, in the order of time.

    All detectors report for each interval; the first interval is cut so that the count is met.
    """
    random = generator(world.seed, "traffic")
    detectors = _place(world, anchors, int(np.clip(count // 500, _LEAST, _MOST)), random)
    size = len(detectors.codes)
    intervals = -(-count // size)
    step = next((s for s in _STEPS if intervals * s <= rhythm.DAYS * 1_440), _STEPS[-1])
    end, rows = rhythm.micros(until), max(BATCH // size, 1)
    for first in range(0, intervals, rows):
        turn = np.arange(first, min(first + rows, intervals))
        utc = np.repeat(end - (intervals - turn) * step * 60 * SECOND, size)
        observed = _observe(detectors, utc, np.tile(np.arange(size), len(turn)), step, random)
        skipped = intervals * size - count if first == 0 else 0
        yield Rows({k: v[skipped:] for k, v in observed.columns.items()}, observed.where[skipped:])


def _place(world: World, anchors: Anchors, count: int, random: np.random.Generator) -> _Detectors:
    """Put detectors where most people live."""
    weight = world.people[anchors.commune] * (1.0 + 4 * world.wards[anchors.commune])
    chosen = np.sort(random.choice(len(weight), count, replace=False, p=weight / weight.sum()))
    roads = [world.roads[road] for road in anchors.road[chosen]]
    return _Detectors(
        [f"GT{n:03d}" for n in range(1, count + 1)],
        [road.name for road in roads],
        plane.to_degrees(anchors.points[chosen]),
        np.array([_CLASSES[road.rank][0] for road in roads]) * random.uniform(0.7, 1.2, count),
        np.array([_CLASSES[road.rank][1] for road in roads]) * random.uniform(0.85, 1.1, count),
        random.uniform(0.45, 1.05, count),
    )


def _observe(
    detectors: _Detectors, utc: Ints, which: Ints, step: int, random: np.random.Generator
) -> Rows:
    """Count vehicles, and slow them down as the road fills."""
    hour, weekday, _ = rhythm.calendar(utc)
    used = np.array(_DAY)[hour] * np.array(_WEEK)[weekday] * detectors.load[which]
    used = used * random.lognormal(0, 0.12, len(utc))
    vehicles = random.poisson(used * detectors.capacity[which] * step / 60)
    speed = detectors.free[which] / (1 + 0.9 * used**3.5) + random.normal(0, 1.8, len(utc))
    columns = {
        "detector": words.take(detectors.codes, which),
        "observed_at": utc,
        "vehicles": vehicles,
        "mean_speed": np.round(np.maximum(speed, 4), 1),
        "road_name": words.take(detectors.roads, which),
    }
    return Rows(columns, detectors.degrees[which])
