"""Who builds a layer's cube, and which of those on disk is used."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cells import build, checkpoint
from cells.cube import Cube
from cells.events import Events
from cells.generations import Generations
from gis_testing.random_events import put_incidents
from layers.model import Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]


@pytest.fixture
def incident(layers: Layers) -> Layer:
    """Give a layer with categories and a sum."""
    return layers.get("incident")


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    """Give a place for cubes."""
    return Generations(tmp_path / "cells")


def _built_by_two(
    database_url: str, layer: Layer, generations: Generations, slow: "_SlowBuild", *, anew: bool
) -> list[Path]:
    """Let two build at once; return the folders of what they got."""

    def make() -> Path:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return checkpoint.checkpoint(conn, layer, generations, anew=anew).folder

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(make)
        assert slow.has_begun.wait(10)
        second = pool.submit(make)
        assert not slow.has_begun_again.wait(0.4)
        slow.go_on.set()
        return [first.result(10), second.result(10)]


class _SlowBuild:
    """Builds a cube when it is told to."""

    def __init__(self) -> None:
        self.has_begun, self.has_begun_again, self.go_on = (threading.Event() for _ in range(3))

    def __call__(self, events: Events) -> Cube:
        (self.has_begun_again if self.has_begun.is_set() else self.has_begun).set()
        assert self.go_on.wait(10)
        return build.build(events)


@pytest.fixture
def slow_build(monkeypatch: pytest.MonkeyPatch) -> _SlowBuild:
    slow = _SlowBuild()
    monkeypatch.setattr("cells.checkpoint.build", slow)
    return slow


def test_who_waited_for_another_builder_uses_its_cube(
    conn: Connection,
    database_url: str,
    incident: Layer,
    generations: Generations,
    slow_build: _SlowBuild,
) -> None:
    put_incidents(conn, 30)
    first, second = _built_by_two(database_url, incident, generations, slow_build, anew=False)
    assert first == second
    assert not slow_build.has_begun_again.is_set()
    assert generations.layers() == [incident.id]


def test_two_who_read_the_table_anew_build_one_after_the_other(
    conn: Connection,
    database_url: str,
    incident: Layer,
    generations: Generations,
    slow_build: _SlowBuild,
) -> None:
    put_incidents(conn, 30)
    folders = _built_by_two(database_url, incident, generations, slow_build, anew=True)
    assert [folder.name for folder in folders] == ["00000001", "00000002"]


def test_a_cube_whose_manifest_has_its_former_name_is_built_anew(
    conn: Connection, incident: Layer, generations: Generations
) -> None:
    put_incidents(conn, 3)
    folder = checkpoint.checkpoint(conn, incident, generations).folder
    (folder / "manifest.json").rename(folder / "seal.json")
    assert checkpoint.is_due(conn, incident, generations)
    assert len(checkpoint.checkpoint(conn, incident, generations).load()) == 3
