"""Hot spots and frames over HTTP: as GeoJSON, as tiles, and what is said when there are none."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cells import checkpoint
from cells.generations import Generations
from cells.index import cells_of
from gis_server.answers import current
from gis_server.settings import Settings
from layers.audience import Audience
from layers.geo import TileId
from layers.registry import Layers

Connection = psycopg.Connection[Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
HOT = (105.84, 21.59)
WEST, SOUTH, SIDE = 105.7, 21.45, 0.3


@pytest.fixture(scope="module")
def client(module_app: Flask) -> FlaskClient:
    """A client of the module's application."""
    return module_app.test_client()


@pytest.fixture(scope="module")
def fires(module_database: str, layers: Layers, module_settings: Settings) -> Iterator[Connection]:
    """Put fires all over a district, and many around one place in the last month; count them."""
    chance = np.random.default_rng(4)
    places = chance.random((2_000, 2)) * SIDE + [WEST, SOUTH]
    at = chance.integers(0, 120, len(places))
    more = chance.normal(0, 0.004, (400, 2)) + HOT
    places, at = np.concatenate([places, more]), [*at.tolist(), *([115] * len(more))]
    cells = cells_of(*places.T, 10).tolist()
    rows = [
        ("forest", START + timedelta(days=day, minutes=7), *place, cell)
        for day, place, cell in zip(at, places.tolist(), cells, strict=True)
    ]
    with psycopg.connect(module_database, autocommit=True) as conn:
        with conn.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO layer.fire_event (category, occurred_at, geom, h3)"
                " VALUES (%s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
                rows,
            )
        checkpoint.checkpoint(
            conn, layers.get("fire_event"), Generations(module_settings.var / "cells")
        )
        yield conn


def test_a_new_hot_spot_is_told_as_geojson(fires: Connection, client: FlaskClient) -> None:
    answer = client.get("/hotspots/fire_event.geojson?slices=12&datetime=2026-01-01/2026-04-30")
    assert answer.content_type == "application/geo+json"
    found = answer.get_json()
    assert len(found["slices"]) == 13
    assert found["slices"][0] == "2026-01-01T00:00:00Z"
    assert not found["sparse"]
    middle = f"{h3.latlng_to_cell(HOT[1], HOT[0], found['resolution']):x}"
    hot = {feature["id"]: feature for feature in found["features"]}
    assert hot[middle]["properties"]["kind"] == "new"
    assert hot[middle]["properties"]["count"] > 10 * hot[middle]["properties"]["usual"]
    assert hot[middle]["properties"]["p"] < 1e-6
    assert hot[middle]["geometry"]["type"] == "Polygon"


def test_tiles_say_the_same_as_the_geojson(fires: Connection, client: FlaskClient) -> None:
    query = "?slices=12&resolution=8"
    found = client.get(f"/hotspots/fire_event.geojson{query}").get_json()
    described = client.get(f"/hotspots/fire_event.json{query}").get_json()
    assert described["tiles"][0].endswith("/{z}/{x}/{y}.mvt" + query)
    at = TileId.at(*HOT, 9)
    answer = client.get(f"/hotspots/fire_event/{at.z}/{at.x}/{at.y}.mvt{query}")
    assert answer.content_type == "application/vnd.mapbox-vector-tile"
    features = mapbox_vector_tile.decode(answer.data)["heatmap"]["features"]
    words = ("none", "new", "growing", "persistent", "fading", "unusual")
    told = {f["properties"]["cell"]: words[f["properties"]["kind"]] for f in features}
    assert told
    assert told == {f["id"]: f["properties"]["kind"] for f in found["features"]}
    known = {"If-None-Match": answer.headers["ETag"]}
    again = client.get(answer.request.path + query, headers=known)
    assert again.status_code == 304


def test_a_tile_without_findings_is_empty(fires: Connection, client: FlaskClient) -> None:
    assert client.get("/hotspots/fire_event/9/0/0.mvt").status_code == 204


def test_a_time_in_which_nothing_happened_has_no_features(
    fires: Connection, client: FlaskClient
) -> None:
    for path in ("hotspots", "usual"):
        answer = client.get(f"/{path}/fire_event.geojson?datetime=2001-01-01/2001-01-31")
        assert answer.status_code == 200
        assert answer.get_json()["features"] == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("fire_event.geojson?slices=2", 400, "slices"),
        ("fire_event.geojson?slices=3-9", 400, "one whole number"),
        ("fire_event.geojson?resolution=10", 400, "resolution"),
        ("fire_event.geojson?colour=red", 400, "not known here"),
        ("fire_event.geojson?category=arson", 400, "no category 'arson'"),
        ("fire_event.geojson?hour=24", 400, "hour"),
        ("fire_event.geojson?datetime=2026-01-01T00:00:00Z", 400, "too short"),
        ("fire_event/9/600/0.mvt", 404, "no tile"),
        ("camera.geojson", 404, "no heatmap"),
        ("nowhere.geojson", 404, "nowhere"),
        ("incident.geojson", 503, "being counted"),
    ],
)
def test_what_cannot_be_answered_is_said(
    fires: Connection, client: FlaskClient, path: str, status: int, said: str
) -> None:
    answer = client.get(f"/hotspots/{path}")
    assert answer.status_code == status
    assert said in answer.get_json()["detail"]


def test_the_study_area_is_that_of_the_province(fires: Connection, client: FlaskClient) -> None:
    query = "/hotspots/fire_event.geojson?resolution=7"
    without = client.get(query).get_json()["cells"]
    at = TileId.at(*HOT, 9)
    tile = f"/hotspots/fire_event/{at.z}/{at.x}/{at.y}.mvt?resolution=7"
    before = client.get(tile).headers["ETag"]
    fires.execute(
        "INSERT INTO layer.province (code, name, full_name, geom)"
        " SELECT '19', 'Thái Nguyên', 'Tỉnh Thái Nguyên',"
        " ST_Multi(ST_MakeEnvelope(105.5, 21.2, 106.3, 22.1, 4326))"
    )
    client.application.extensions["gis"].changes.renew()
    assert client.get(query).get_json()["cells"] > 2 * without
    assert client.get(tile).headers["ETag"] != before
    fires.execute("TRUNCATE layer.province")
    client.application.extensions["gis"].changes.renew()


def test_frames_are_played_from_one_answer(fires: Connection, client: FlaskClient) -> None:
    query = "datetime=2026-04-20T00:00:00Z/2026-05-01T00:00:00Z&step=P1D&window=P2D&resolution=8"
    answer = client.get(f"/heatmap/fire_event.frames?{query}")
    assert answer.content_type == "application/octet-stream"
    magic, cells, frames, size = struct.unpack_from("<4sIII", answer.data)
    assert (magic, frames, size) == (b"H3F1", 10, 1) or size == 2
    kind = {1: "<u1", 2: "<u2"}[size]
    numbers = np.frombuffer(answer.data, kind, offset=16 + 8 * cells).reshape(frames, cells)
    row = fires.execute(
        "SELECT count(*) FROM layer.fire_event"
        " WHERE occurred_at >= '2026-04-25T00:00Z' AND occurred_at < '2026-04-27T00:00Z'"
    ).fetchone()
    assert row == (int(numbers[5].sum()),)
    again = client.get(answer.request.full_path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("step=P1D&window=P1D", "a start and an end"),
        ("datetime=2026-01-01/..&step=P1D&window=P1D", "a start and an end"),
        ("datetime=2026-01-01/2026-01-05&window=P1D", "step"),
        ("datetime=2026-01-01/2026-01-05&step=P1D&window=x", "length of time"),
        ("datetime=2026-01-01/2026-01-05&step=PT0S&window=P1D", "length of time"),
        ("datetime=2026-01-01/2026-01-05&step=PT1S&window=P1D", "1 to 400"),
        ("datetime=2026-01-01/2026-01-05&step=P1D&window=P9D", "frames"),
        ("datetime=2026-01-01/2026-01-05&step=P1D&window=P1D&resolution=10", "resolution"),
    ],
)
def test_frames_that_cannot_be_made_are_refused(
    fires: Connection, client: FlaskClient, query: str, said: str
) -> None:
    answer = client.get(f"/heatmap/fire_event.frames?{query}")
    assert answer.status_code == 400
    assert said in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/heatmap/fire_event/9/406/224.mvt",
        "/heatmap/fire_event.frames?datetime=2026-01-01/2026-01-05&step=P1D&window=P1D",
        "/hotspots/fire_event/9/406/224.mvt",
        "/usual/fire_event/9/406/224.mvt?datetime=2026-04-01/2026-04-05",
        "/ogc/collections/fire_event/dggs/H3/zones",
    ],
)
def test_what_one_audience_has_is_not_current_for_another(
    fires: Connection, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    has = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=has).status_code == 304
    monkeypatch.setattr(current, "audience", lambda: Audience("staff"))
    assert client.get(path, headers=has).status_code in (200, 204)
