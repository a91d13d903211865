"""No stale tile stays where a web server in front would find it without asking anybody."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask

from gis_server.settings import Settings
from gis_server.state import Services
from gis_testing.applications import create_app
from layers.audience import PUBLIC
from layers.geo import TileId
from layers.registry import Layers
from tiles import changes, mvt, pyramid, store
from tiles.statements import ALL
from tiles.store import Store

Connection = psycopg.Connection[Any]

AT = TileId.at(105.85, 21.55, 14)
NAME = store.name_of("school", AT, PUBLIC)


@pytest.fixture
def gis(app: Flask, province: Connection) -> Services:
    """A server that has drawn a school's tile."""
    made: Services = app.extensions["gis"]
    made.changes.ensure()
    _learn(made)
    made.tiles.tile(made.live.now.get("school"), PUBLIC, AT)
    assert made.tiles.store.find(NAME)
    return made


@pytest.fixture
def other(gis: Services, database_url: str) -> Iterator[Services]:
    """A second server process over the same store; all tiles of the schools are drawn."""
    connect = partial(psycopg.connect, database_url, autocommit=True)
    school = gis.live.now.get("school")
    pyramid.build(school, gis.tiles.store, connect, lambda *_: None, processes=1)
    made: Services = create_app(gis.settings, database_url).extensions["gis"]
    made.changes.ask()
    yield made
    made.close()


def _learn(gis: Services) -> None:
    with gis.pool.connection() as conn:
        changes.drain(conn)
    gis.changes.ask()


def _rename(conn: Connection) -> None:
    conn.execute("UPDATE layer.school SET name = 'Mới'")


def _during(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen between the reading of the rows and the putting of the tile."""
    drawn = mvt.tile

    def draw(*words: Any) -> bytes:
        body = drawn(*words)
        happens()
        return body

    monkeypatch.setattr(mvt, "tile", draw)


def test_a_change_heard_of_while_a_tile_was_drawn_leaves_none(
    gis: Services, province: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rename(province)
    _learn(gis)
    assert gis.tiles.store.find(NAME) is None

    def happens() -> None:
        _rename(province)
        _learn(gis)

    _during(monkeypatch, happens)
    found = gis.tiles.tile(gis.live.now.get("school"), PUBLIC, AT)
    assert found is not None
    assert Path(found.file).read_bytes()
    assert gis.tiles.store.find(NAME) is None


def test_a_change_that_another_process_heard_of_first_leaves_none(
    gis: Services, province: Connection
) -> None:
    found = gis.tiles.store.find(NAME)
    assert found is not None
    packed = Path(found.file).read_bytes()
    _rename(province)
    _learn(gis)
    gis.tiles.store.put(NAME, found.version, packed)
    gis.tiles.store.set_synced(10**9)
    _rename(province)
    _learn(gis)
    assert gis.tiles.store.find(NAME) is None


def test_a_change_while_tiles_are_drawn_ahead_leaves_none(
    gis: Services, province: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def happens() -> None:
        _rename(province)
        _learn(gis)

    _during(monkeypatch, happens)
    connect = partial(psycopg.connect, database_url, autocommit=True)
    school = gis.live.now.get("school")
    pyramid.build(school, gis.tiles.store, connect, lambda *_: None, processes=1)
    assert list(gis.tiles.store.tiles("school")) == []


def test_tiles_of_a_layer_that_is_gone_are_thrown_away(
    app: Flask, layers: Layers, settings: Settings
) -> None:
    kept = Store(settings.var / "tiles")
    made: Services = app.extensions["gis"]
    with made.pool.connection() as conn:
        kept.claim(changes.database_id(conn))
    for name in ("withdrawn/0/0/0", NAME, ".more/ab/cd"):
        kept.put(name, 1, b"x")
    made.changes.ensure()
    assert kept.layers() == ["school"]
    assert kept.find(".more/ab/cd")


def test_changes_are_watched_before_the_first_request(app: Flask, province: Connection) -> None:
    made: Services = app.extensions["gis"]
    made.tiles.tile(made.live.now.get("school"), PUBLIC, AT)
    assert made.tiles.store.find(NAME)
    made.changes.watch()
    deadline = time.monotonic() + 5
    while made.tiles.store.find(NAME) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert made.tiles.store.find(NAME) is None


def test_a_process_that_is_behind_takes_no_tile_for_empty(
    gis: Services, other: Services, province: Connection
) -> None:
    school = other.live.now.get("school")
    assert other.tiles.tile(school, PUBLIC, AT)
    _rename(province)
    _learn(gis)
    assert gis.tiles.store.find(NAME) is None
    assert other.tiles.tile(school, PUBLIC, AT), (
        "thrown away by the first, unheard of by the second"
    )
    assert other.tiles.chosen(school, PUBLIC, AT, "all", ALL)
    nowhere = AT._replace(x=AT.x + 3)
    assert other.tiles.tile(school, PUBLIC, nowhere) is None
    assert gis.tiles.tile(school, PUBLIC, nowhere) is None


def test_a_build_that_hears_of_a_change_first_makes_no_tile_look_empty(
    gis: Services,
    other: Services,
    province: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def happens() -> None:
        _rename(province)
        changes.drain(province)

    gis.changes.stop()
    connect = partial(psycopg.connect, database_url, autocommit=True)
    school = other.live.now.get("school")
    with monkeypatch.context() as patched:
        _during(patched, happens)
        pyramid.build(school, gis.tiles.store, connect, lambda *_: None, processes=1)
    assert gis.tiles.store.find(NAME) is None
    assert other.tiles.tile(school, PUBLIC, AT)


def test_what_is_known_to_be_empty_asks_nothing_once_a_change_was_heard_of(
    gis: Services, other: Services, province: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rename(province)
    _learn(gis)
    other.changes.ask()
    far, drawn = AT._replace(x=AT.x + 3), []
    monkeypatch.setattr(mvt, "tile", lambda *_: drawn.append(1) or b"")
    assert other.tiles.tile(other.live.now.get("school"), PUBLIC, far) is None
    assert drawn == []
