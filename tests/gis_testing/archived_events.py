"""Events of several months, as unlike as a table may have them."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import psycopg

from etl.archive import Moved, archive
from gis_testing.random_events import CELLS
from layers.model import Layer

Connection = psycopg.Connection[Any]

BEFORE = date(2025, 1, 1)

ALL = {"2024-01": 6, "2024-03": 6, "2024-04": 12, "2024-12": 6}
"""Events before that day of sixty that were put, by month."""

MIDNIGHT = datetime(2024, 3, 31, 17, tzinfo=UTC)
"""In Viet Nam, April begins."""

_TIMES: tuple[datetime | str, ...] = (
    MIDNIGHT - timedelta(microseconds=1),
    MIDNIGHT,
    MIDNIGHT + timedelta(days=2, microseconds=123_456),
    datetime(2023, 12, 31, 17, 0, tzinfo=UTC),
    datetime(2024, 12, 31, 16, 59, 59, 999_999, tzinfo=UTC),
    datetime(2024, 12, 31, 17, tzinfo=UTC),
    datetime(2026, 5, 5, tzinfo=UTC),
    "infinity",
    "-infinity",
    "0044-03-15 BC",
)

_TEXTS = (None, "", "  Ngã tư Đán, tổ 12 – “sạt lở”\n", "Thịnh Đán", "'; --")


def put(conn: Connection, number: int = 60) -> None:
    """Put incidents, the same with every call but for their keys."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO layer.incident"
            " (category, severity, occurred_at, status, description, geom, h3)"
            " VALUES (%s, %s, %s::timestamptz, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
            [_incident(place) for place in range(number)],
        )


def _incident(place: int) -> tuple[Any, ...]:
    cell = CELLS[place * 7 % len(CELLS)]
    latitude, longitude = h3.cell_to_latlng(cell)
    return (
        ("flood", "theft", "một loại khác")[place % 3],
        (None, 1, 2, 5)[place % 4],
        _TIMES[place % len(_TIMES)],
        ("open", None)[place % 2],
        _TEXTS[place % len(_TEXTS)],
        longitude,
        latitude,
        cell,
    )


def rows(conn: Connection) -> list[tuple[Any, ...]]:
    """Return all rows with all that they have, also what triggers keep."""
    return conn.execute("SELECT id, t::text FROM layer.incident AS t ORDER BY id").fetchall()


def archived(conn: Connection, layer: Layer, folder: Path, before: date = BEFORE) -> dict[str, int]:
    """Archive; return events by month."""
    return said(archive(conn, layer, folder, before, "tests"))


def said(moved: Any) -> dict[str, int]:
    """Return events by month."""
    found: list[Moved] = list(moved)
    return {f"{one.month:%Y-%m}": one.rows for one in found}


def files_of(folder: Path) -> list[str]:
    """Return the files below a folder."""
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
