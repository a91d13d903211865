"""A feature that is more than a tile may hold is drawn with less of it, and the tile says so."""

from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
from psycopg.sql import SQL

from gis_testing import tile_reader
from layers.geo import BBox, TileId
from layers.registry import Layers
from tiles import mvt, reprojected, tile_matrix_sets
from tiles.tile_matrix_sets import Tile

Connection = psycopg.Connection[Any]

SQUARES = """
INSERT INTO layer.water (id, kind, geom)
SELECT 1, 'lake',
       ST_Multi(ST_Collect(ST_MakeEnvelope(west, south, west + size, south + size, 4326)))
FROM generate_series(0, %(count)s - 1) AS n, LATERAL (VALUES (105.5 + 0.0015 * (n %% 250),
    21.8 + 0.0015 * (n / 250), CASE WHEN n < %(count)s / 50 THEN 0.0008 ELSE 0.0005 END)
) AS at (west, south, size)
"""
"""Squares of some 50 m in one feature, every fiftieth larger."""

COAST = """
INSERT INTO layer.road (id, class, geom)
SELECT 1, 'primary', ST_Multi(ST_MakeLine(array_agg(ST_SetSRID(ST_MakePoint(
    105.5 + 0.3 * n / 6000, 21.89 + 0.05 * sin(n) * sin(n / 97.0)), 4326) ORDER BY n)))
FROM generate_series(0, 5999) AS n
"""
"""A line of 6,000 corners in one part."""

OTHERS = """
INSERT INTO layer.water (id, kind, geom)
SELECT n + 1, 'lake', ST_Multi(ST_MakeEnvelope(west, 21.75, west + 0.02, 21.77, 4326))
FROM generate_series(1, 10) AS n, LATERAL (VALUES (105.5 + 0.03 * n)) AS at (west)
"""

PLACE = (105.61, 21.81)
AT = TileId.at(*PLACE, 9)


@pytest.fixture
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a tile hold so little that a thousand squares are too much."""
    monkeypatch.setattr(mvt, "MOST_POINTS", 4000)


def _decoded(body: bytes) -> dict[str, list[dict[str, Any]]]:
    found = mapbox_vector_tile.decode(body)
    return {name: layer["features"] for name, layer in found.items()}


def _checked(body: bytes) -> dict[str, list[dict[str, Any]]]:
    found = tile_reader.read([("tile", body)])
    assert found.faults == []
    assert found.corners <= mvt.MOST_POINTS
    assert len(body) <= mvt.MOST_BYTES
    return _decoded(body)


def _assert_largest(found: dict[str, list[dict[str, Any]]], count: int) -> None:
    """One feature, with most of its squares and all of the larger ones, and a word about it."""
    (feature,) = found["water"]
    polygons = feature["geometry"]["coordinates"]
    assert count / 2 < len(polygons) < count
    widths = [max(x for x, _ in ring) - min(x for x, _ in ring) for ring, *_ in polygons]
    assert len([width for width in widths if width > min(widths) + 1]) >= 0.9 * count / 50
    assert [note["properties"] for note in found["water_left_out"]] == [{"thinned": True}]


def test_the_largest_of_too_many_parts_are_kept(
    conn: Connection, layers: Layers, small_budget: None
) -> None:
    conn.execute(SQUARES, {"count": 1000})
    _assert_largest(_checked(mvt.tile(conn, layers.get("water"), AT)), 1000)


@pytest.mark.deep
def test_fifty_thousand_squares_are_in_their_tiles(conn: Connection, layers: Layers) -> None:
    conn.execute(SQUARES, {"count": 50_000})
    for zoom in (8, 9, 10, 14):
        body = mvt.tile(conn, layers.get("water"), TileId.at(*PLACE, zoom))
        found = tile_reader.read([(f"zoom {zoom}", body)])
        assert found.features
        assert found.faults == []
        assert found.corners <= mvt.MOST_POINTS
        assert len(body) <= mvt.MOST_BYTES


def test_one_part_of_too_many_corners_is_generalised(
    conn: Connection, layers: Layers, small_budget: None
) -> None:
    conn.execute(COAST)
    found = _checked(mvt.tile(conn, layers.get("road"), AT))
    (line,) = found["road"]
    assert len(line["geometry"]["coordinates"]) > 1000
    assert found["road_left_out"][0]["properties"] == {"thinned": True}


def test_others_have_room_beside_it(conn: Connection, layers: Layers, small_budget: None) -> None:
    conn.execute(SQUARES, {"count": 1000})
    conn.execute(OTHERS)
    assert len(_checked(mvt.tile(conn, layers.get("water"), AT))["water"]) == 11


def test_tiles_of_other_grids_are_not_empty_either(
    conn: Connection, layers: Layers, small_budget: None
) -> None:
    conn.execute(SQUARES, {"count": 1000})
    for grid in (tile_matrix_sets.WORLD_CRS84, tile_matrix_sets.vn2000(9213)):
        places = tile_matrix_sets.limits(grid, BBox(*PLACE, *PLACE), 6)
        (at,) = (one for one in places if one.matrix.zoom == 9)
        tile = Tile(grid, at.matrix, at.rows[0], at.cols[0])
        assert _checked(reprojected.tile(conn, layers.get("water"), tile))["water"]


@pytest.mark.parametrize("make", ["ST_Multi({})", "ST_Multi(ST_Boundary({}))"])
def test_fewer_corners_are_a_shape_of_the_same_kind(conn: Connection, make: str) -> None:
    circle = SQL("ST_SnapToGrid(ST_Buffer(ST_MakePoint(2000, 2000), 1000, 500), 1)")
    shape = SQL(make).format(circle)  # type: ignore[arg-type]
    row = conn.execute(
        SQL(
            "SELECT ST_GeometryType(fewer), ST_GeometryType(shape), ST_NPoints(shape),"
            " ST_NPoints(fewer), ST_IsValid(fewer), ST_HausdorffDistance(shape, fewer)"
            " FROM (SELECT {0} AS shape, gis_fewer_corners({0}, 300) AS fewer) AS found"
        ).format(shape)
    ).fetchone()
    assert row
    assert row[0] == row[1]
    assert row[2] > 1000
    assert 100 < row[3] <= 300
    assert row[4]
    assert row[5] < 64
