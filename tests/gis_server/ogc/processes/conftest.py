"""Fires around one place and traffic that stands still, counted by cell.

The tests only read, so that one database and one application serve them all.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest
from flask import Flask

from cells import checkpoint
from cells.generations import Generations
from cells.index import cells_of
from gis_server.settings import Settings
from layers.registry import Layers

START, MONDAY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
JAM, FREE = (105.84, 21.59), (105.70, 21.70)

_FIRE = """
INSERT INTO layer.fire_event (category, occurred_at, geom, h3)
VALUES (%s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)
"""
_SPEED = """
INSERT INTO layer.traffic (detector, observed_at, mean_speed, vehicles, geom, h3)
VALUES (%s, %s, %s, 100, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)
"""


@pytest.fixture(scope="module")
def database_url(module_database: str) -> str:
    """The module's database."""
    return module_database


@pytest.fixture(scope="module")
def settings(module_settings: Settings) -> Settings:
    """The module's settings."""
    return module_settings


@pytest.fixture(scope="module")
def app(module_app: Flask) -> Flask:
    """The module's application."""
    return module_app


@pytest.fixture(scope="module")
def events(database_url: str, layers: Layers, settings: Settings) -> None:
    """Put events of two layers into the database, and count them."""
    chance = np.random.default_rng(4)
    places = np.concatenate([
        chance.random((600, 2)) * 0.3 + [105.7, 21.45], chance.normal(0, 0.004, (200, 2)) + JAM,
    ])  # fmt: skip
    at = [*chance.integers(0, 120, 600).tolist(), *([115] * 200)]
    kinds = ("forest", "grass")
    fires = [
        (kinds[number % 2], START + timedelta(days=day, hours=number % 24), *place, cell)
        for number, (day, place, cell) in enumerate(
            zip(at, places.tolist(), cells_of(*places.T, 10).tolist(), strict=True)
        )
    ]
    speeds = [
        (name, MONDAY - timedelta(days=7 * week, minutes=-5), speed, *place, cell)
        for week in range(5)
        for name, place, speed in (("jam", JAM, 48 if week else 12), ("free", FREE, 48))
        for cell in cells_of([place[0]], [place[1]], 10).tolist()
    ]
    with psycopg.connect(database_url, autocommit=True) as conn:
        with conn.cursor() as cursor:
            cursor.executemany(_FIRE, fires)
            cursor.executemany(_SPEED, speeds)
        for name in ("fire_event", "traffic"):
            checkpoint.checkpoint(conn, layers.get(name), Generations(settings.var / "cells"))
