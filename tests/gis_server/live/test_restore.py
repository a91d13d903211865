"""A drill of docs/operate.md: after a restore every answer is what the database holds."""

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.conninfo import conninfo_to_dict

from cells.generations import Generations
from gis_server.runtime.cube_sync import CubeSync
from gis_server.settings import Settings
from gis_server.state import Services
from gis_testing.applications import create_app
from gis_testing.places import DOCS
from gis_testing.random_events import put_incidents
from layers.audience import PUBLIC
from layers.geo import TileId
from layers.registry import Layers
from tiles import changes, pyramid

Connection = psycopg.Connection[Any]

AT = TileId.at(105.85, 21.55, 14)
TILE = f"/tiles/school/{AT.z}/{AT.x}/{AT.y}.mvt"
LIST = "/ogc/collections/school/items"
ITEM = f"{LIST}/S1"
HEAT = "/heatmap/incident/6/50/28.mvt"
NAMES = ("Trường một", "Trường hai", "Trường bốn")
"""Of the same length, so that tiles have the same number of bytes, too."""


class Drill:
    """The documented commands on the database of the test."""

    def __init__(self, url: str, file: Path) -> None:
        self._address, self._file = conninfo_to_dict(url), file

    def run(self, program: str) -> None:
        """Run the line of the document that begins with a program."""
        text = (DOCS / "operate.md").read_text("utf-8")
        (line,) = re.findall(rf"^    ({program} .*)$", text, re.MULTILINE)
        host, database = str(self._address["host"]), str(self._address["dbname"])
        words = shlex.split(line.replace('"$(readlink -f var/cluster/run)"', shlex.quote(host)))
        replaced = {"gis": database, "province.dump": str(self._file)}
        words = [replaced.get(word, word) for word in words]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def drill(database_url: str, tmp_path: Path) -> Drill:
    return Drill(database_url, tmp_path / "province.dump")


@pytest.fixture
def running(province: Connection, settings: Settings, database_url: str) -> Iterator[FlaskClient]:
    """A server that goes on through the restore; without its thread, so that nothing is chance."""
    put_incidents(province, 40)
    _name(province, NAMES[0])
    made = create_app(settings, database_url)
    made.extensions["gis"].tiles.store.claim(changes.database_id(province))
    yield made.test_client()
    made.extensions["gis"].close()


@pytest.fixture
def cubes(running: FlaskClient, layers: Layers, database_url: str) -> CubeSync:
    return CubeSync(lambda: layers, database_url, Generations(_gis(running).settings.var / "cells"))


def _gis(client: FlaskClient) -> Services:
    made: Services = client.application.extensions["gis"]
    return made


def _name(conn: Connection, name: str) -> None:
    conn.execute("UPDATE layer.school SET name = %s", (name,))


def _learn(client: FlaskClient) -> None:
    _gis(client).changes.ask()
    _gis(client).changes.ask()


def _build(client: FlaskClient, database_url: str) -> None:
    connect = partial(psycopg.connect, database_url, autocommit=True)
    school, store = _gis(client).live.now.get("school"), _gis(client).tiles.store
    pyramid.build(school, store, connect, lambda *_: None, processes=1)


def _answers(client: FlaskClient, tags: dict[str, str]) -> dict[str, Any]:
    """Ask everything as a client does that has the answers of ``tags``; decode what comes."""
    found = {}
    for path in (TILE, LIST, ITEM, HEAT):
        answer = client.get(path, headers={"If-None-Match": tags.get(path, '"none"')})
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:200])
        found[path] = _decoded(answer.data) if path.endswith("mvt") else answer.get_json(force=True)
    return found


def _decoded(body: bytes) -> list[dict[str, Any]]:
    ((_, layer),) = mapbox_vector_tile.decode(body).items()
    return sorted((f["properties"] for f in layer["features"]), key=repr)


def _tags(client: FlaskClient) -> dict[str, str]:
    return {path: client.get(path).headers["ETag"] for path in (TILE, LIST, ITEM, HEAT)}


def _check(client: FlaskClient, conn: Connection, tags: dict[str, str]) -> None:
    """Compare all answers with the database."""
    answers = _answers(client, tags)
    (name,) = conn.execute("SELECT name FROM layer.school").fetchone() or ("",)
    assert [feature["name"] for feature in answers[TILE]] == [name]
    assert [f["properties"]["name"] for f in answers[LIST]["features"]] == [name]
    assert answers[ITEM]["properties"]["name"] == name
    (count,) = conn.execute("SELECT count(*) FROM layer.incident").fetchone() or (0,)
    assert sum(cell["count"] for cell in answers[HEAT]) == count


def _check_catalogue(client: FlaskClient, conn: Connection) -> None:
    """Compare the catalogue: it may be a minute behind edits, but not behind a restore."""
    groups = client.get("/catalogue.json").get_json()["groups"]
    rows = {layer["id"]: layer["rows"] for group in groups for layer in group["layers"]}
    (count,) = conn.execute("SELECT count(*) FROM layer.incident").fetchone() or (0,)
    assert rows["incident"] == count


def test_after_a_restore_every_answer_equals_the_database(
    running: FlaskClient,
    province: Connection,
    drill: Drill,
    cubes: CubeSync,
    settings: Settings,
    database_url: str,
) -> None:
    _learn(running)
    cubes._look(province)
    _check(running, province, {})
    drill.run("pg_dump")
    _name(province, NAMES[1])
    put_incidents(province, 25, seed=2)
    _learn(running)
    _check_catalogue(running, province)
    _build(running, database_url)
    cubes._look(province)
    tags = _tags(running)
    before = changes.version(province, "school")

    drill.run("pg_restore")
    _learn(running)
    _check(running, province, tags)
    _check_catalogue(running, province)
    assert changes.version(province, "school") > before
    cubes._look(province)
    assert _gis(running).cubes.view(_gis(running).live.now.get("incident"), 0, PUBLIC)
    _check(running, province, tags)

    started = create_app(settings, database_url)
    try:
        _check(started.test_client(), province, tags)
        _name(province, NAMES[2])
        put_incidents(province, 5, seed=3)
        for client in (running, started.test_client()):
            _learn(client)
            _check(client, province, tags)
    finally:
        started.extensions["gis"].close()


def test_a_server_that_starts_after_a_restore_believes_no_tile_of_before(
    running: FlaskClient,
    province: Connection,
    drill: Drill,
    settings: Settings,
    database_url: str,
) -> None:
    _learn(running)
    drill.run("pg_dump")
    _name(province, NAMES[1])
    put_incidents(province, 25, seed=2)
    _learn(running)
    _build(running, database_url)
    tags = _tags(running)
    _gis(running).close()
    drill.run("pg_restore")
    started = create_app(settings, database_url)
    try:
        _check(started.test_client(), province, tags)
        (epoch,) = province.execute("SELECT began FROM ops.epoch").fetchone() or (0,)
        assert epoch >= int(tags[TILE].strip('"').split("-")[0], 16)
    finally:
        started.extensions["gis"].close()


def test_a_restore_while_the_server_answers_is_taken_up_within_a_moment(
    running: FlaskClient, province: Connection, drill: Drill, database_url: str
) -> None:
    running.get(TILE)
    drill.run("pg_dump")
    _name(province, NAMES[1])
    put_incidents(province, 25, seed=2)
    _gis(running).changes.renew()
    _build(running, database_url)
    tags = _tags(running)
    drill.run("pg_restore")
    with psycopg.connect(database_url, autocommit=True) as restored:
        deadline = time.monotonic() + 10
        while changes.version(restored, "school") <= int(tags[TILE].strip('"').split("-")[0], 16):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        _gis(running).changes.renew()
        _check(running, restored, tags)


def test_connections_that_know_postgis_of_before_a_restore_are_not_used_again(
    running: FlaskClient, drill: Drill
) -> None:
    # PostGIS remembers in each connection the numbers of its operators; a restore gives it others.
    asked = ("/search?q=19/5", TILE, HEAT)
    assert [running.get(path).status_code for path in asked] == [200] * 3
    drill.run("pg_dump")
    drill.run("pg_restore")
    _learn(running)
    assert [running.get(path).status_code for path in asked] == [200] * 3
