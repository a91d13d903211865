"""Incidents and measurements at known places, and the zones that they are in."""

from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

import h3.api.basic_int as h3
import numpy as np

START = datetime(2026, 1, 1, tzinfo=UTC)
VIET_NAM = timezone(timedelta(hours=7))
FULL = h3.latlng_to_cell(21.59, 105.84, 7)
"""A zone in all of whose sub-zones there are incidents."""

PENTAGON = h3.get_pentagons(10)[6]
DATELINE = ((179.9999, 0.5), (-179.9999, 0.5), (179.99, -16.8), (-179.99, -16.8))


class Event(NamedTuple):
    """An event as a test remembers it: a cell of level 10, and what it adds to a value."""

    cell: int
    at: datetime
    category: str | None
    total: float | None
    by: float = 1


def _incidents() -> list[tuple[tuple[float, float], Event]]:
    chance = np.random.default_rng(7)
    places = [(x, y) for x, y in chance.normal((105.84, 21.59), 0.08, (400, 2)).tolist()]
    places += [h3.cell_to_latlng(cell)[::-1] for cell in h3.cell_to_children(FULL, 10)]
    places += [h3.cell_to_latlng(PENTAGON)[::-1], *DATELINE]
    made = []
    for number, (x, y) in enumerate(places):
        severity = int(chance.integers(1, 6)) if number % 5 else None
        at = START + timedelta(minutes=int(chance.integers(0, 60 * 24 * 60)))
        category = str(chance.choice(["theft", "flood", "traffic_accident"]))
        made.append(((x, y), Event(h3.latlng_to_cell(y, x, 10), at, category, severity)))
    return made


def _measurements() -> list[tuple[tuple[float, float], Event]]:
    chance = np.random.default_rng(8)
    made = []
    for x, y in chance.normal((105.84, 21.59), 0.03, (150, 2)).tolist():
        at = START + timedelta(minutes=int(chance.integers(0, 60 * 24 * 60)))
        speed, vehicles = float(chance.uniform(5, 80)), int(chance.integers(0, 30))
        made.append(((x, y), Event(h3.latlng_to_cell(y, x, 10), at, None, speed, vehicles)))
    return made


EVENTS = {"incident": _incidents(), "traffic": _measurements()}
