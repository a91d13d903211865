"""Cubes are there soon after events are, and follow the layers."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import h3.api.basic_int as h3
import psycopg
import pytest

from cells import checkpoint
from cells.generations import Generations
from etl import cell_ddl, ddl
from gis_server.runtime.cube_sync import CubeSync
from gis_server.settings import Settings
from layers.registry import Layers

Connection = psycopg.Connection[Any]
CELL = h3.latlng_to_cell(21.59, 105.84, 10)


@pytest.fixture
def generations(settings: Settings) -> Generations:
    """Give the place of cubes."""
    return Generations(settings.var / "cells")


@pytest.fixture
def syncing(layers: Layers, database_url: str, generations: Generations) -> Iterator[CubeSync]:
    """Run the loop for all layers."""
    made = CubeSync(lambda: layers, database_url, generations)
    made.watch()
    yield made
    made.stop()


def _until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _put(conn: Connection, number: int) -> None:
    conn.execute(
        "INSERT INTO layer.incident (category, occurred_at, geom, h3)"
        " SELECT 'flood', now(), ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326), %s"
        " FROM generate_series(1, %s)",
        (CELL, number),
    )


def test_every_layer_with_events_gets_its_cube(
    syncing: CubeSync, generations: Generations, layers: Layers
) -> None:
    wanted = {layer.id for layer in layers.heatmaps}
    _until(lambda: {name for name in wanted if generations.current(name)} == wanted)


def test_a_cube_is_made_again_when_very_much_has_happened(
    conn: Connection,
    syncing: CubeSync,
    generations: Generations,
    layers: Layers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    incident = layers.get("incident")
    _until(lambda: generations.current("incident") is not None)
    _put(conn, 3)
    first = generations.name("incident")
    monkeypatch.setattr(cell_ddl, "MOST", 5)
    cell_ddl.watch(conn, incident, ddl.table(incident))
    _put(conn, 10)
    _until(lambda: generations.name("incident") != first)
    _until(lambda: not checkpoint.is_due(conn, incident, generations))
    made = generations.current("incident")
    assert made is not None
    assert len(made.load()) == 13


def test_the_cube_of_a_layer_that_is_gone_goes(
    syncing: CubeSync, generations: Generations, settings: Settings
) -> None:
    left = settings.var / "cells" / "of_before"
    left.mkdir(parents=True)
    _until(lambda: not left.exists())


def test_a_database_that_comes_late_is_waited_for(
    layers: Layers, generations: Generations, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr("gis_server.runtime.cube_sync._PAUSE", 0.1)
    syncing = CubeSync(lambda: layers, "postgresql://127.0.0.1:1/nowhere", generations)
    syncing.watch()
    time.sleep(0.3)
    syncing._database_url = database_url
    _until(lambda: generations.current("incident") is not None)
    syncing.stop()
