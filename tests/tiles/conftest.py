"""Rows of events at known places."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import h3.api.basic_int as h3
import numpy as np
import psycopg
import pytest

Connection = psycopg.Connection[Any]


class Event(NamedTuple):
    """An event as a test remembers it. ``place`` is longitude, latitude."""

    place: tuple[float, float]
    category: str
    severity: int
    at: datetime


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def events(conn: Connection) -> Callable[[int], list[Event]]:
    """Put incidents around Thái Nguyên, most of them in two clusters; give them."""

    def put(count: int) -> list[Event]:
        chance = np.random.default_rng(11)
        centres = np.array([[105.84, 21.59], [105.70, 21.70]])
        places = centres[chance.integers(0, 2, count)] + chance.normal(0, 0.02, (count, 2))
        made = [
            Event(
                (float(x), float(y)),
                str(chance.choice(["theft", "flood", "traffic_accident"])),
                int(chance.integers(1, 6)),
                START + timedelta(minutes=int(chance.integers(0, 60 * 24 * 60))),
            )
            for x, y in places
        ]
        with conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO layer.incident (category, severity, occurred_at, geom, h3) VALUES"
                " (%s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
                [
                    (
                        e.category,
                        e.severity,
                        e.at,
                        *e.place,
                        h3.latlng_to_cell(e.place[1], e.place[0], 10),
                    )
                    for e in made
                ],
            )
        return made

    return put
