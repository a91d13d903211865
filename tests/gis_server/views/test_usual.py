"""Traffic against what is usual, over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cells import checkpoint
from cells.generations import Generations
from cells.index import cells_of
from gis_server.settings import Settings
from layers.geo import TileId
from layers.registry import Layers

Connection = psycopg.Connection[Any]

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
JAM, FREE = (105.84, 21.59), (105.70, 21.70)
HOUR = "datetime=2026-03-02T00:00:00Z/2026-03-02T01:00:00Z"


@pytest.fixture(scope="module")
def client(module_app: Flask) -> FlaskClient:
    """A client of the module's application."""
    return module_app.test_client()


@pytest.fixture(scope="module")
def traffic(
    module_database: str, layers: Layers, module_settings: Settings
) -> Iterator[Connection]:
    """Put five Mondays of two detectors; on the last one stands still."""
    rows = []
    for week in range(5):
        at = MONDAY - timedelta(days=7 * week)
        for name, place in (("jam", JAM), ("free", FREE)):
            cell = int(cells_of([place[0]], [place[1]], 10)[0])
            speed = 12 if name == "jam" and week == 0 else 48
            rows += [
                (name, at + timedelta(minutes=minute), speed, 100, *place, cell)
                for minute in (5, 20, 35, 50)
            ]
    with psycopg.connect(module_database, autocommit=True) as conn:
        with conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO layer.traffic (detector, observed_at, mean_speed, vehicles, geom, h3)"
                " VALUES (%s, %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
                rows,
            )
        checkpoint.checkpoint(
            conn, layers.get("traffic"), Generations(module_settings.var / "cells")
        )
        yield conn


def test_where_traffic_stands_still_is_told(traffic: Connection, client: FlaskClient) -> None:
    answer = client.get(f"/usual/traffic.geojson?{HOUR}")
    assert answer.content_type == "application/geo+json"
    found = {one["id"]: one["properties"] for one in answer.get_json()["features"]}
    assert len(found) == 2
    cells = cells_of([JAM[0], FREE[0]], [JAM[1], FREE[1]], 9).tolist()
    told = {f"{cell:x}": name for cell, name in zip(cells, ("jam", "free"), strict=True)}
    by_name = {told[cell]: properties for cell, properties in found.items()}
    assert {name: one["level"] for name, one in by_name.items()} == {
        "jam": "much worse", "free": "usual",
    }  # fmt: skip
    assert by_name["jam"]["value"] == 12
    assert by_name["jam"]["usual"] == 48
    assert by_name["jam"]["ratio"] == 0.25
    assert by_name["jam"]["flow"] == by_name["jam"]["usual_flow"] == 400


def test_tiles_say_the_same(traffic: Connection, client: FlaskClient) -> None:
    described = client.get(f"/usual/traffic.json?{HOUR}").get_json()
    assert described["tiles"][0].endswith(f"/usual/traffic/{{z}}/{{x}}/{{y}}.mvt?{HOUR}")
    at = TileId.at(*JAM, 12)
    answer = client.get(f"/usual/traffic/{at.z}/{at.x}/{at.y}.mvt?{HOUR}")
    (feature,) = mapbox_vector_tile.decode(answer.data)["heatmap"]["features"]
    assert feature["properties"]["level"] == 3
    assert feature["properties"]["ratio"] == 0.25
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"{answer.request.path}?{HOUR}", headers=known).status_code == 304
    assert client.get(f"/usual/traffic/12/0/0.mvt?{HOUR}").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("traffic.geojson", 400, "a start and an end"),
        ("traffic.geojson?datetime=2026-03-02/..", 400, "a start and an end"),
        ("traffic.geojson?resolution=10&" + HOUR, 400, "resolution"),
        ("traffic/12/0/0.mvt?resolution=8&" + HOUR, 400, "not known here"),
        ("traffic.geojson?category=car&" + HOUR, 400, "no categories"),
        ("camera.geojson?" + HOUR, 404, "no heatmap"),
        ("incident.geojson?" + HOUR, 503, "being counted"),
    ],
)
def test_what_cannot_be_answered_is_said(
    traffic: Connection, client: FlaskClient, path: str, status: int, said: str
) -> None:
    answer = client.get(f"/usual/{path}")
    assert answer.status_code == status
    assert said in answer.get_json()["detail"]
