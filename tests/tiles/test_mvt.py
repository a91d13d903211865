"""Vector tiles hold what their declaration says, where it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest

from etl import seed
from layers.geo import TileId
from layers.registry import Layers
from tiles import mvt, statements

Connection = psycopg.Connection[Any]

HERE = TileId(14, 13008, 7195)
"""A tile in Thái Nguyên."""


def _decoded(body: bytes, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(body)[name]["features"]
    return found


def _camera(conn: Connection, code: str, lon: float, lat: float) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " VALUES (%s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
        (code, f"Camera {code}", lon, lat),
    )


def test_a_point_is_in_its_tile_with_its_fields(conn: Connection, layers: Layers) -> None:
    west, south, east, north = HERE.bbox()
    _camera(conn, "A", (west + east) / 2, (south + north) / 2)
    (feature,) = _decoded(mvt.tile(conn, layers.get("camera"), HERE), "camera")
    assert feature["properties"]["code"] == "A"
    assert feature["properties"]["name"] == "Camera A"
    assert set(feature["properties"]) <= {"code", *layers.get("camera").tiles.fields}
    assert feature["geometry"]["coordinates"] == pytest.approx([2048, 2048], abs=3)


def test_a_point_in_the_margin_is_in_both_tiles(conn: Connection, layers: Layers) -> None:
    _, south, east, north = HERE.bbox()
    _camera(conn, "A", east + 1e-5, (south + north) / 2)
    for at in (HERE, HERE._replace(x=HERE.x + 1)):
        assert len(_decoded(mvt.tile(conn, layers.get("camera"), at), "camera")) == 1


def test_nothing_and_other_zooms_are_empty(conn: Connection, layers: Layers) -> None:
    camera = layers.get("camera")
    assert mvt.tile(conn, camera, HERE) == b""
    _camera(conn, "A", 105.84, 21.59)
    assert camera.tiles.minzoom > 0
    assert mvt.tile(conn, camera, TileId(0, 0, 0)) == b""


def test_parcels_in_a_national_zone_stand_right(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, geom) SELECT '1', '2', 'ONT',"
        " ST_Multi(ST_Transform(ST_MakeEnvelope(105.84, 21.59, 105.841, 21.591, 4326), 9213))"
    )
    at = TileId(14, int((105.8405 + 180) / 360 * (1 << 14)), 7187)
    while not at.bbox().south < 21.5905 < at.bbox().north:
        at = at._replace(y=at.y + (1 if at.bbox().south > 21.5905 else -1))
    (feature,) = _decoded(mvt.tile(conn, layers.get("land_parcel"), at), "land_parcel")
    assert feature["properties"]["land_code"] == "ONT"
    west, south, east, north = at.bbox()
    xs, ys = zip(*feature["geometry"]["coordinates"][0], strict=True)
    wanted_x = [(lon - west) / (east - west) * 4096 for lon in (105.84, 105.841)]
    wanted_y = [(lat - south) / (north - south) * 4096 for lat in (21.59, 21.591)]
    assert [min(xs), max(xs)] == pytest.approx(wanted_x, abs=3)
    assert [min(ys), max(ys)] == pytest.approx(wanted_y, abs=3)


def test_the_world_tile_can_be_asked_of_every_layer(conn: Connection, layers: Layers) -> None:
    """The world does not fit into every reference system; the answer is a tile all the same."""
    for layer in layers:
        for zoom in range(layer.tiles.minzoom, layer.tiles.minzoom + 2):
            assert mvt.tile(conn, layer, TileId(zoom, 0, 0)) == b""


def test_the_best_of_a_crowd_of_points_stands_for_all(conn: Connection, layers: Layers) -> None:
    camera = layers.get("camera")
    ranked = replace(camera, tiles=replace(camera.tiles, rank="code"))
    above = HERE._replace(z=13, x=HERE.x // 2, y=HERE.y // 2)
    west, south, east, north = HERE.bbox()
    for number in range(20):
        _camera(conn, f"{number:02}", (west + east) / 2, (south + north) / 2)
    _camera(conn, "alone", west + (east - west) / 4, (south + north) / 2)
    found = _decoded(mvt.tile(conn, ranked, above), "camera")
    counts = {f["properties"]["code"]: f["properties"]["point_count"] for f in found}
    assert counts == {"19": 20, "alone": 1}
    assert len(_decoded(mvt.tile(conn, ranked, HERE), "camera")) == 21


def test_what_a_leader_must_see_is_never_behind_something_else(
    conn: Connection, layers: Layers
) -> None:
    """By key or rank others would come first; the alarm and the longest overdue do."""
    west, south, east, north = HERE.bbox()
    middle = ((west + east) / 2, (south + north) / 2)
    conn.execute(
        "INSERT INTO layer.fire_alarm (code, premises, kind, status, geom) SELECT n, n, 'smoke', s,"
        " ST_SetSRID(ST_MakePoint(%s, %s), 4326) FROM (VALUES"
        " ('1', 'normal'), ('2', 'offline'), ('3', 'alarm'), ('4', 'normal')) AS rows (n, s)",
        middle,
    )
    conn.execute(
        "INSERT INTO layer.report (code, category, status, received_at, due_at, h3, geom)"
        " SELECT n, 'environment', s, now(), d::timestamptz, 0,"
        " ST_SetSRID(ST_MakePoint(%s, %s), 4326) FROM (VALUES"
        " ('1', 'resolved', '2025-01-01'), ('2', 'new', '2026-03-01'), ('3', 'new', NULL),"
        " ('4', 'assigned', '2026-02-01')) AS rows (n, s, d)",
        middle,
    )
    above = HERE._replace(z=13, x=HERE.x // 2, y=HERE.y // 2)
    for layer, code in (("fire_alarm", "3"), ("report", "4")):
        (found,) = _decoded(mvt.tile(conn, layers.get(layer), above), layer)
        assert (found["properties"]["code"], found["properties"]["point_count"]) == (code, 4)


def test_codes_that_come_first_stand_for_the_points_around_them(
    conn: Connection, layers: Layers
) -> None:
    west, south, east, north = HERE.bbox()
    for code, status in (("1", "normal"), ("2", "offline"), ("3", "fault")):
        conn.execute(
            "INSERT INTO layer.fire_alarm (code, premises, kind, status, geom) VALUES"
            " (%s, 'A', 'smoke', %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
            (code, status, (west + east) / 2, (south + north) / 2),
        )
    above = HERE._replace(z=13, x=HERE.x // 2, y=HERE.y // 2)
    (found,) = _decoded(mvt.tile(conn, layers.get("fire_alarm"), above), "fire_alarm")
    assert found["properties"]["status"] == "fault"


def test_what_must_be_on_every_map_is_in_the_tile_of_the_whole_world(
    conn: Connection, layers: Layers, tmp_path: Path
) -> None:
    seed.plant(conn, layers, tmp_path)
    found = _decoded(mvt.tile(conn, layers.get("islands"), TileId(0, 0, 0)), "islands")
    assert {"HS", "TS"} < {f["properties"]["code"] for f in found}
    assert all("point_count" not in f["properties"] for f in found)


def test_the_index_of_the_shapes_is_used(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom) SELECT n, n,"
        " ST_SetSRID(ST_MakePoint(105 + random(), 21 + random()), 4326)"
        " FROM generate_series(1, 20000) n"
    )
    conn.execute("ANALYZE layer.camera")
    camera = layers.get("camera")
    statement = statements.shapes(camera, HERE.z, statements.ALL)
    values = mvt._values(camera, HERE, statements.ALL)
    plan = conn.execute(b"EXPLAIN " + statement, values).fetchall()
    assert "camera_px_idx" in "\n".join(row[0] for row in plan)


def test_an_area_of_many_parts_is_named_once(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.commune (code, name, full_name, province_code, geom)"
        " SELECT '00001', 'Đảo', 'Đặc khu Đảo', '19', ST_Multi(ST_Union(g)) FROM (VALUES"
        " (ST_MakeEnvelope(105.80, 21.40, 105.90, 21.50, 4326)),"
        " (ST_MakeEnvelope(105.91, 21.40, 105.92, 21.41, 4326)),"
        " (ST_MakeEnvelope(105.91, 21.45, 105.92, 21.46, 4326))) AS parts (g)"
    )
    body = mvt.tile(conn, layers.get("commune"), TileId(9, 406, 224))
    assert len(_decoded(body, "commune")) == 1
    (label,) = _decoded(body, "commune_label")
    assert label["geometry"]["type"] == "Point"
    assert label["properties"]["name"] == "Đảo"
    west, _, east, _ = TileId(9, 406, 224).bbox()
    longitude = west + label["geometry"]["coordinates"][0] / 4096 * (east - west)
    assert 105.80 < longitude < 105.90
