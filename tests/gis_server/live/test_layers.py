"""Layers come, change and go while the server runs, and nobody's request fails."""

import json
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, g

from etl import table_facts, tables
from gis_server.live import layers as live_layers
from gis_server.runtime import table_sync
from gis_server.settings import Settings
from gis_testing.applications import create_app
from layers import declared, registry
from layers.geo import TileId
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Serve = Callable[..., AbstractContextManager[str]]

SCHOOL = Path(str(registry.__file__)).parent / "school"

MARKETS = (
    "INSERT INTO layer.market (code, name, level, pupils, geom)"
    " SELECT 'M' || n, 'Chợ ' || n, 'primary', n, ST_SetSRID(ST_MakePoint(105.85, 21.55), 4326)"
    " FROM generate_series(1, 30) AS n"
)
ROOFS = "  roofs:\n    title: {vi: Mái, en: Roofs}\n    type: integer\n  pupils:"
"""A field more, to stand in the place of ``pupils``."""

AT = TileId.at(105.85, 21.55, 14)
TILE = f"/tiles/market/14/{AT.x}/{AT.y}.mvt"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the province's own, with no layer in it."""
    place = tmp_path / "own"
    place.mkdir()
    return place


def _copy(own: Path) -> None:
    """A folder arrives in one piece, as from a version control system or a careful person."""
    shutil.copytree(SCHOOL, own.parent / "market")
    (own.parent / "market").rename(own / "market")


def _change(own: Path, was: str, now: str) -> None:
    file = own / "market" / "layer.yaml"
    text = file.read_text("utf-8")
    assert was in text
    file.write_text(text.replace(was, now), "utf-8")


# One process.


@pytest.fixture
def app(
    own: Path, settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    monkeypatch.setattr(declared, "_STILL", 0)
    monkeypatch.setattr(table_sync, "_TAKEN_OVER", 0)
    monkeypatch.setattr(live_layers, "LOOK_PAUSE", 0)
    made = create_app(replace(settings, layers=own), database_url)
    yield made
    made.extensions["gis"].close()


def _prepared(conn: Connection, own: Path, tmp_path: Path) -> Layers:
    return table_sync.prepare(conn, registry.load(own), tmp_path / "reports")


def test_a_layer_appears_when_its_table_is_there(
    app: Flask, conn: Connection, own: Path, tmp_path: Path
) -> None:
    client, live = app.test_client(), app.extensions["gis"].live
    address = "/ogc/collections/market/items?f=json"
    _copy(own)
    assert client.get(address).status_code == 404
    assert "market" in live.waiting
    _prepared(conn, own, tmp_path)
    conn.execute(MARKETS)
    assert client.get(address).json["numberMatched"] == 30
    assert live.waiting == ()


def test_every_description_follows(app: Flask, conn: Connection, own: Path, tmp_path: Path) -> None:
    client = app.test_client()
    places = {
        "/ogc/collections?f=json": '"market"',
        "/ogc/openapi?f=json": "/collections/market/items",
        "/styles/light.json": "/tiles/market.json",
        "/catalogue.json": '"market"',
        "/ogc/tiles/WebMercatorQuad?f=json": "market",
    }
    for address, told in places.items():
        assert told not in client.get(address).text, address
    _copy(own)
    _prepared(conn, own, tmp_path)
    app.extensions["gis"].live.renew()
    for address, told in places.items():
        assert told in client.get(address).text, address


def test_a_field_that_comes_can_be_asked_for_at_once(
    app: Flask, conn: Connection, own: Path, tmp_path: Path
) -> None:
    """Also where another process told the client of it: what fails is tried once more."""
    _copy(own)
    _prepared(conn, own, tmp_path)
    conn.execute(MARKETS)
    client, live = app.test_client(), app.extensions["gis"].live
    address = "/ogc/collections/market/items?f=json&roofs=2"
    assert client.get(address).status_code == 400
    _change(own, "  pupils:", ROOFS)
    assert client.get(address).status_code == 400
    assert "market" in live.waiting
    assert client.get("/ogc/collections/market/items?f=json").status_code == 200
    _prepared(conn, own, tmp_path)
    conn.execute("UPDATE layer.market SET roofs = 2 WHERE code = 'M7'")
    found = client.get(address).json["features"]
    assert [feature["id"] for feature in found] == ["M7"]
    assert found[0]["properties"]["roofs"] == 2


def test_a_field_that_is_hidden_is_gone_at_once_and_no_client_keeps_it(
    app: Flask, conn: Connection, own: Path, tmp_path: Path
) -> None:
    _copy(own)
    ready = _prepared(conn, own, tmp_path)
    conn.execute(MARKETS)
    client = app.test_client()
    address = "/ogc/collections/market/items?f=json&limit=3"
    before = client.get(address)
    assert "classes" in before.json["features"][0]["properties"]
    tile = client.get(TILE)
    _change(own, "  classes:\n", "  classes:\n    access: internal\n")
    app.extensions["gis"].live.renew()
    known = {"If-None-Match": before.headers["ETag"]}
    after = client.get(address, headers=known)
    assert after.status_code == 200
    assert "classes" not in after.text
    _prepared(conn, own, tmp_path)
    assert "classes" not in client.get(address).text
    app.extensions["gis"].changes.renew()
    assert tile.status_code == 200
    assert client.get(TILE).headers["ETag"] != tile.headers["ETag"]
    assert tables.prepare(conn, ready) == ["market"]


def test_a_layer_that_goes_leaves_its_table_and_no_tile(
    app: Flask, conn: Connection, own: Path, tmp_path: Path, settings: Settings
) -> None:
    _copy(own)
    _prepared(conn, own, tmp_path)
    conn.execute(MARKETS)
    client = app.test_client()
    assert client.get(TILE).status_code == 200
    kept = settings.var / "tiles" / "market"
    assert list(kept.rglob("*.mvt.gz"))
    shutil.rmtree(own / "market")
    app.extensions["gis"].live.renew()
    app.extensions["gis"].changes.renew()
    for address in (TILE, "/tiles/market.json", "/ogc/collections/market/items?f=json"):
        assert client.get(address).status_code == 404
    assert not list(kept.rglob("*.mvt.gz"))
    row = conn.execute("SELECT count(*) FROM layer.market").fetchone()
    assert row == (30,)


@pytest.fixture
def looks(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times of looks at the folders, which are as rare as in a server that runs."""
    times: list[float] = []
    look = declared.Declared.look

    def counted(self: declared.Declared) -> bool:
        times.append(time.monotonic())
        return look(self)

    monkeypatch.setattr(declared.Declared, "look", counted)
    monkeypatch.setattr(live_layers, "LOOK_PAUSE", 1.0)
    return times


@pytest.mark.parametrize(
    "address",
    [
        "/ogc/collections/school/items/none",
        "/ogc/collections/school/nothing",
        "/nothing",
        "/tiles/school/3/9/9.mvt",
        "/tiles/school/99/0/0.mvt",
        "/land/parcels/1",
        "/ogc/collections/school/items?limit=0",
    ],
)
def test_what_is_missing_in_a_known_layer_costs_no_look(
    app: Flask, looks: list[float], address: str
) -> None:
    assert app.test_client().get(address).status_code in (400, 404)
    assert looks == []


def test_layers_that_nobody_knows_are_looked_for_once_a_second(
    app: Flask, looks: list[float]
) -> None:
    def ask(number: int) -> int:
        address = f"/ogc/collections/nobody{number}/items?f=json"
        return app.test_client().get(address).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(40))) == {404}
    assert app.test_client().get("/tiles/nobody.json").status_code == 404
    assert len(looks) == 1


def test_layers_that_others_took_over_are_answered_without_a_look(
    app: Flask, conn: Connection, own: Path, tmp_path: Path, looks: list[float]
) -> None:
    live = app.extensions["gis"].live
    with app.test_request_context("/ogc/collections/market/items?f=json"):
        g.layers = live.now
        _copy(own)
        _prepared(conn, own, tmp_path)
        live.renew()
        looks.clear()
        assert app.full_dispatch_request().status_code == 200
    assert looks == []


def test_a_mistake_is_told_where_people_look(app: Flask, own: Path) -> None:
    client = app.test_client()
    (own / "market").mkdir()
    assert client.get("/ogc/collections/market").status_code == 404
    told = client.get("/health").json
    assert told["status"] == "ok"
    assert "market/layer.yaml: file: a layer folder needs this file" in told["layers_problem"]


def test_a_table_that_cannot_follow_leaves_the_layer_as_it_was(
    app: Flask, conn: Connection, own: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _copy(own)
    _prepared(conn, own, tmp_path)
    conn.execute(MARKETS)
    client = app.test_client()
    address = "/ogc/collections/market/items?f=json&pupils=7"
    assert client.get(address).json["numberMatched"] == 1
    _change(own, "    type: integer\n", "    type: date\n")
    ready = _prepared(conn, own, tmp_path)
    assert "market" not in ready.by_id
    assert "layer.market has rows but no" in caplog.text
    app.extensions["gis"].live.renew()
    assert client.get(address).json["numberMatched"] == 1
    assert client.get("/health").json["layers_waiting"] == ["market"]


def test_a_table_that_others_use_is_waited_for(
    conn: Connection, database_url: str, own: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(table_sync, "_TAKEN_OVER", 0.1)
    _copy(own)
    _prepared(conn, own, tmp_path)
    _change(own, "  pupils:", ROOFS)
    conn.execute(MARKETS)
    with psycopg.connect(database_url) as other:
        other.execute("SELECT count(*) FROM layer.market")
        ended = threading.Timer(1.5, other.rollback)
        ended.start()
        assert "market" in _prepared(conn, own, tmp_path).by_id
        ended.join()
    assert table_facts.fitting(conn, [registry.load(own).get("market")])


def test_what_is_served_is_what_is_wanted_and_fits(layers: Layers) -> None:
    school, clinic = layers.get("school"), layers.get("clinic")
    now = Layers({"school": school}, layers.groups)
    changed = replace(school, visible=not school.visible)
    wanted = Layers({"clinic": clinic, "school": changed}, layers.groups)
    served = live_layers.merge(now, wanted, {"clinic"})
    assert dict(served.by_id) == {"clinic": clinic, "school": school}
    assert live_layers.redrawn(now, served) == {"clinic"}
    assert live_layers.redrawn(now, Layers({}, {})) == {"school"}
    assert live_layers.redrawn(now, Layers({"school": changed}, {})) == set()


# Two processes, and clients that do not stop asking.


@dataclass
class Asking:
    """Clients that ask all the time; every answer that is not good is kept."""

    address: str
    places: list[str]
    bad: list[str] = field(default_factory=list)
    count: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self.ended.is_set():
            for place in list(self.places):
                status, body = _get(self.address + place)
                self.count += 1
                if status != 200:
                    self.bad.append(f"{status} {place} {body[:300]!r}")


@contextmanager
def asking(address: str, places: list[str]) -> Iterator[Asking]:
    """Ask in two threads until the end of the block."""
    made = Asking(address, places)
    threads = [threading.Thread(target=made.run) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        for thread in threads:
            thread.join()


def _get(address: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _within(seconds: float, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be so"
        time.sleep(0.1)


@pytest.mark.deep
def test_layers_come_change_and_go_under_load_in_all_processes(
    own: Path, province: Connection, settings: Settings, database_url: str, serve: Serve
) -> None:
    used = replace(settings, layers=own)
    with serve(database_url, used, workers=2) as address:
        places = ["/ogc/collections?f=json", "/ogc/collections/school/items?f=json",
                  "/ogc/openapi?f=json", "/catalogue.json", "/styles/light.json",
                  TILE.replace("market", "school")]  # fmt: skip
        with asking(address, places) as clients:
            _copy(own)
            _within(60, lambda: b'"market"' in _get(f"{address}/ogc/collections?f=json")[1])
            # From the first time that it is told of, it is there, whichever process is asked.
            places += ["/ogc/collections/market/items?f=json", "/tiles/market.json"]
            province.execute(MARKETS)
            items = f"{address}/ogc/collections/market/items"
            _within(60, lambda: json.loads(_get(f"{items}?f=json")[1])["numberMatched"] == 30)
            _change(own, "  pupils:",
                  ROOFS)  # fmt: skip
            schema = f"{address}/ogc/collections/market/queryables?f=json"
            _within(60, lambda: b'"roofs"' in _get(schema)[1])
            places.append("/ogc/collections/market/items?f=json&roofs=3")
            time.sleep(1)
            (own / "market" / "layer.yaml").write_text("title: [", "utf-8")
            _within(60, lambda: b"market/layer.yaml" in _get(f"{address}/health")[1])
            del places[-3:]
            time.sleep(0.5)
            shutil.rmtree(own / "market")
            _within(60, lambda: all(_get(items)[0] == 404 for _ in range(6)))
        assert clients.bad == []
        assert clients.count > 50
    row = province.execute("SELECT count(*) FROM layer.market").fetchone()
    assert row == (30,)
