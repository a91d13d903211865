"""A tile comes from the store while it is fresh, and from the database once when it is not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from psycopg.sql import SQL

from layers.audience import PUBLIC, Audience
from layers.geo import TileId
from layers.model import Layer
from layers.registry import Layers
from tiles import changes, pyramid, store
from tiles.source import Source
from tiles.statements import RowFilter
from tiles.store import Store, StoredTile
from tiles.versions import Versions

Connection = psycopg.Connection[Any]

PLACE = (105.84, 21.59)
AT = TileId.at(*PLACE, 14)


class Desk:
    """A source, and how often it went to the database."""

    def __init__(self, conn: Connection, layer: Layer, url: str, folder: Path) -> None:
        self.conn, self.layer, self.url = conn, layer, url
        self.asked = 0
        self.versions = Versions()
        self.store = Store(folder)
        self.source = Source(self.store, self.versions, self._connect)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        self.asked += 1
        yield self.conn

    def learn(self) -> None:
        changes.drain(self.conn)
        self.versions.apply(changes.since(self.conn, self.versions.seen))

    def build(self) -> pyramid.Built:
        connect = partial(psycopg.connect, self.url, autocommit=True)
        return pyramid.build(self.layer, self.store, connect, lambda *_: None, processes=2)

    def put(self, code: str, lon: float, lat: float, name: str = "x") -> None:
        self.conn.execute(
            "INSERT INTO layer.camera (code, name, geom)"
            " VALUES (%s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
            (code, name, lon, lat),
        )

    def codes(self, at: TileId = AT) -> set[str]:
        return _codes(self.source.tile(self.layer, PUBLIC, at))


def _codes(found: StoredTile | None) -> set[str]:
    if found is None:
        return set()
    body = store.unpack(Path(found.file).read_bytes())
    return {f["properties"]["code"] for f in mapbox_vector_tile.decode(body)["camera"]["features"]}


@pytest.fixture
def desk(conn: Connection, layers: Layers, database_url: str, tmp_path: Path) -> Desk:
    made = Desk(conn, layers.get("camera"), database_url, tmp_path / "tiles")
    made.put("A", *PLACE)
    made.learn()
    return made


def test_a_tile_is_drawn_once(desk: Desk) -> None:
    assert [desk.codes() for _ in range(3)] == [{"A"}] * 3
    assert desk.asked == 1


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("UPDATE layer.camera SET code = 'B'", {"B"}),
        ("UPDATE layer.camera SET geom = ST_Translate(geom, 0.5, 0)", set()),
        ("DELETE FROM layer.camera", set()),
        ("TRUNCATE layer.camera", set()),
    ],
)
def test_a_change_is_in_the_next_tile(desk: Desk, change: str, left: set[str]) -> None:
    desk.build()
    assert desk.codes() == {"A"}
    desk.conn.execute(change.encode())
    desk.learn()
    assert desk.codes() == left
    moved = TileId.at(PLACE[0] + 0.5, PLACE[1], 14)
    assert desk.codes(moved) == ({"A"} if "Translate" in change else set())


def test_a_change_elsewhere_leaves_a_tile_as_it_is(desk: Desk) -> None:
    desk.codes()
    desk.put("far", 106.5, 22.0)
    desk.learn()
    assert desk.codes() == {"A"}
    assert desk.asked == 1


def test_after_a_build_nothing_is_asked(desk: Desk) -> None:
    desk.build()
    zooms = range(desk.layer.tiles.minzoom, 15)
    assert [desk.codes(TileId.at(*PLACE, zoom)) for zoom in zooms] == [{"A"}] * len(zooms)
    for empty in (AT._replace(x=AT.x + 3), TileId.at(104.0, 20.0, 18), TileId(0, 0, 0)):
        assert desk.source.tile(desk.layer, PUBLIC, empty) is None
    assert desk.asked == 0


def test_a_build_throws_away_what_is_empty_now(desk: Desk) -> None:
    desk.build()
    desk.conn.execute("DELETE FROM layer.camera")
    built = desk.build()
    assert built.tiles == 0
    assert list(desk.store.tiles("camera")) == []


def test_tiles_below_the_last_zoom_are_drawn_and_kept(desk: Desk) -> None:
    deep = TileId.at(*PLACE, 22)
    assert desk.codes(deep) == desk.codes(deep) == {"A"}
    assert desk.asked == 1
    desk.conn.execute("UPDATE layer.camera SET code = 'B'")
    desk.learn()
    assert desk.codes(deep) == {"B"}


def test_chosen_rows_are_kept_by_their_choice(desk: Desk) -> None:
    desk.put("B", *PLACE, name="y")
    desk.learn()

    def chosen(name: str) -> set[str]:
        wanted = RowFilter(SQL("t.name = %(name_is)s"), {"name_is": name})
        return _codes(desk.source.chosen(desk.layer, PUBLIC, AT, name, wanted))

    assert [chosen("x"), chosen("y"), chosen("z"), chosen("x")] == [{"A"}, {"B"}, set(), {"A"}]
    assert desk.asked == 3
    desk.conn.execute("UPDATE layer.camera SET name = 'y'")
    desk.learn()
    assert chosen("y") == {"A", "B"}


def test_a_tile_drawn_before_a_change_was_known_is_drawn_again(desk: Desk) -> None:
    """The row is committed, the version not yet known: the tile shows it, and is drawn anew."""
    desk.codes()
    desk.conn.execute("UPDATE layer.camera SET code = 'B'")
    desk.store.drop_older(store.name_of("camera", AT, PUBLIC), 2**31)
    assert desk.codes() == {"B"}
    before = desk.source.tile(desk.layer, PUBLIC, AT)
    desk.learn()
    after = desk.source.tile(desk.layer, PUBLIC, AT)
    assert before is not None
    assert after is not None
    assert before.version < after.version
    assert desk.codes() == {"B"}


def test_a_build_during_which_rows_change_leaves_nothing_stale(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = pyramid._drop_rest

    def late(*args: Any) -> None:
        desk.conn.execute("UPDATE layer.camera SET code = 'late'")
        real(*args)

    monkeypatch.setattr(pyramid, "_drop_rest", late)
    desk.build()
    desk.learn()
    assert desk.codes() == {"late"}


OFFICERS = Audience("officers")


def test_two_audiences_never_get_each_other_s_tile(desk: Desk) -> None:
    audiences = (PUBLIC, OFFICERS)
    everything = RowFilter(SQL("true"), {})
    for of_kind in (
        [desk.source.tile(desk.layer, audience, AT) for audience in audiences],
        [desk.source.chosen(desk.layer, audience, AT, "x", everything) for audience in audiences],
        [
            desk.source.other(desk.layer, audience, AT, "x", lambda _: b"x")
            for audience in audiences
        ],
        [desk.source.kept(audience, "x", 1, lambda: b"x") for audience in audiences],
    ):
        tiles = [tile for tile in of_kind if tile]
        assert len({tile.file for tile in tiles}) == 2
        tags = {tile.tag(audience) for tile, audience in zip(tiles, audiences, strict=True)}
        assert len(tags) == 2
    assert desk.asked == 4, "each audience has its own drawn"
    assert pyramid.digest(desk.layer, PUBLIC) != pyramid.digest(desk.layer, OFFICERS)


def test_tiles_of_everybody_are_where_a_web_server_looks_for_them(desk: Desk) -> None:
    assert store.name_of("camera", AT, PUBLIC) == f"camera/{AT.z}/{AT.x}/{AT.y}"
    assert store.name_of("camera", AT, OFFICERS).startswith(".more/")


def test_what_is_empty_for_everybody_need_not_be_for_another_audience(desk: Desk) -> None:
    desk.build()
    far = AT._replace(x=AT.x + 3)
    assert desk.source.tile(desk.layer, PUBLIC, far) is None
    assert desk.asked == 0
    assert desk.source.tile(desk.layer, OFFICERS, far) is None
    assert desk.asked == 1
    assert [at for at in desk.store.tiles("camera") if at.z == AT.z] == [AT]
