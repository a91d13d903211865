"""Tiles of other tile matrix sets: places, edges, budget, thinning, as in the pyramid."""

import math
from typing import Any

import mapbox_vector_tile
import psycopg
import pyproj
import pytest
import shapely
from shapely.geometry import shape

from layers.registry import Layers
from tiles import mvt, reprojected, tile_matrix_sets
from tiles.statements import RowFilter
from tiles.tile_matrix_sets import Tile, TileMatrixSet

Connection = psycopg.Connection[Any]

ZONE = tile_matrix_sets.vn2000(9213)

PARCELS = """
INSERT INTO layer.land_parcel (id, sheet, number, land_code, geom)
SELECT 1 + x + 20 * y, y::text, x::text, 'ODT',
       ST_Multi(ST_MakeEnvelope(425000 + 500 * x, 2380000 + 500 * y,
                                425500 + 500 * x, 2380500 + 500 * y, 9213))
FROM generate_series(0, 19) AS x, generate_series(0, 19) AS y
"""
CAMERAS = """
INSERT INTO layer.camera (code, name, geom)
SELECT n, n, ST_SetSRID(ST_MakePoint(105.80 + 0.001 * (n % 40), 21.50 + 0.001 * (n / 40)), 4326)
FROM generate_series(0, 1599) AS n
"""


def _at(of: TileMatrixSet, level: int, easting: float, northing: float) -> Tile:
    matrix = of.matrices[level]
    (west, north), side = of.origin, matrix.side
    row, col = math.floor((north - northing) / side), math.floor((easting - west) / side)
    return Tile(of, matrix, row, col)


def _decoded(body: bytes) -> dict[str, Any]:
    options = {"y_coord_down": True}
    found: dict[str, Any] = mapbox_vector_tile.decode(body, default_options=options)
    return found


def _placed(at: Tile, feature: Any) -> shapely.Geometry:
    """Return a feature's shape in the CRS of the set."""
    box, per = at.bounds(), at.matrix.side / 4096
    return shapely.transform(
        shape(feature["geometry"]),
        lambda units: [(box.west + x * per, box.north - y * per) for x, y in units],
    )


@pytest.mark.parametrize(
    "of", [ZONE, tile_matrix_sets.WORLD_CRS84, tile_matrix_sets.vn2000(9218)], ids=lambda of: of.id
)
def test_a_shape_is_where_it_is_stored(conn: Connection, layers: Layers, of: TileMatrixSet) -> None:
    conn.execute(PARCELS)
    turn = pyproj.Transformer.from_crs(9213, of.crs.srid, always_xy=True)
    level = next(n for n, matrix in enumerate(of.matrices) if matrix.zoom == 17)
    at = _at(of, level, *turn.transform(430_250, 2_385_250))
    found = _decoded(reprojected.tile(conn, layers.get("land_parcel"), at))
    numbers = {f["properties"]["id"]: _placed(at, f) for f in found["land_parcel"]["features"]}
    row = conn.execute(
        "SELECT id, ST_AsBinary(ST_Transform(geom, %s)) FROM layer.land_parcel"
        " WHERE ST_Contains(geom, ST_SetSRID(ST_MakePoint(430250, 2385250), 9213))",
        (of.crs.srid,),
    ).fetchone()
    assert row
    box, unit = at.bounds(64 / 4096), at.matrix.side / 4096
    expected = shapely.from_wkb(row[1]).intersection(shapely.box(*box))
    assert numbers[row[0]].hausdorff_distance(expected) < 1.5 * unit


def test_a_shape_in_its_own_zone_is_not_moved(conn: Connection, layers: Layers) -> None:
    conn.execute(PARCELS)
    at = _at(ZONE, 15, 430_001, 2_385_001)
    found = _decoded(reprojected.tile(conn, layers.get("land_parcel"), at))
    corners = {
        (round(x, 6), round(y, 6))
        for feature in found["land_parcel"]["features"]
        for x, y in shapely.get_coordinates(_placed(at, feature))
    }
    assert (430_000.0, 2_385_000.0) in corners


@pytest.mark.parametrize("level", [9, 12, 16])
def test_neighbours_meet(conn: Connection, layers: Layers, level: int) -> None:
    conn.execute(PARCELS)
    road = "ST_Multi(ST_MakeLine(ST_MakePoint(105.7, 21.4), ST_MakePoint(106.0, 21.7)))"
    conn.execute(
        "INSERT INTO layer.road (id, class, geom)"
        f" SELECT 1, 'primary', ST_SetSRID({road}, 4326)".encode()
    )
    left = _at(ZONE, level, 430_000, 2_384_000)
    right = left._replace(col=left.col + 1)
    edge = right.bounds().west
    met = []
    for at in (left, right):
        found = _decoded(reprojected.tile(conn, layers.get("road"), at)).get("road")
        line = found and _placed(at, found["features"][0])
        box = at.bounds()
        border = shapely.LineString([(edge, box.south), (edge, box.north)])
        met.append(line.intersection(border) if line else None)
    if met[0] is not None and met[1] is not None:
        assert met[0].distance(met[1]) <= 1.5 * left.matrix.side / 4096


@pytest.mark.parametrize("level", range(6, 11))
def test_points_are_gathered_by_cells_and_none_is_lost(
    conn: Connection, layers: Layers, level: int
) -> None:
    conn.execute(CAMERAS)
    turn = pyproj.Transformer.from_crs(4326, 9213, always_xy=True)
    first = _at(ZONE, level, *turn.transform(105.79, 21.55))
    last = _at(ZONE, level, *turn.transform(105.85, 21.49))
    counted = 0
    for row in range(first.row, last.row + 1):
        for col in range(first.col, last.col + 1):
            at = first._replace(row=row, col=col)
            found = _decoded(reprojected.tile(conn, layers.get("camera"), at) or b"")
            for feature in found.get("camera", {"features": []})["features"]:
                x, y = feature["geometry"]["coordinates"]
                # A point right at the edge of a cell is rounded onto the edge.
                if 0 <= x < 4096 and 0 <= y < 4096:
                    counted += feature["properties"]["point_count"]
    assert counted == pytest.approx(1600, rel=0.02)


def test_all_points_are_there_at_the_deepest_zoom(conn: Connection, layers: Layers) -> None:
    conn.execute(CAMERAS)
    turn = pyproj.Transformer.from_crs(4326, 9213, always_xy=True)
    at = _at(ZONE, 11, *turn.transform(105.81, 21.51))
    assert at.matrix.zoom == layers.get("camera").tiles.maxzoom
    found = _decoded(reprojected.tile(conn, layers.get("camera"), at))["camera"]["features"]
    assert len(found) > 100
    assert all("point_count" not in feature["properties"] for feature in found)


def test_a_choice_of_rows(conn: Connection, layers: Layers) -> None:
    from psycopg.sql import SQL  # noqa: PLC0415

    conn.execute(PARCELS)
    at = _at(ZONE, 12, 430_250, 2_385_250)
    wanted = RowFilter(SQL("t.number = %(which)s"), {"which": "10"}, "x")
    found = _decoded(reprojected.tile(conn, layers.get("land_parcel"), at, wanted))
    assert {f["properties"]["number"] for f in found["land_parcel"]["features"]} == {"10"}


def test_a_crowded_tile_keeps_to_the_budget_and_says_so(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.land_plan (id, land_code, area_m2, geom)"
        " SELECT n + 1, 'ODT', n, ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint("
        "   430000 + 40 * (n % 150), 2380000 + 40 * (n / 150)), 9213), 60, 6))"
        " FROM generate_series(0, 22499) AS n"
    )
    at = _at(ZONE, 8, 432_000, 2_382_000)
    body = reprojected.tile(conn, layers.get("land_plan"), at)
    found = _decoded(body)
    assert len(body) <= mvt.MOST_BYTES + 1000
    (said,) = found["land_plan_left_out"]["features"]
    assert said["properties"]["shown"] < said["properties"]["total"]
    # Ranked by area_m2, which goes up with the key here.
    assert min(f["properties"]["id"] for f in found["land_plan"]["features"]) > 2000


def test_a_shape_around_the_world_is_cut_to_where_it_can_be_computed(
    conn: Connection, layers: Layers
) -> None:
    conn.execute(
        "INSERT INTO layer.province (code, name, full_name, geom)"
        " VALUES ('1', 'x', 'x', ST_Multi(ST_MakeEnvelope(-179, -89, 179, 89, 4326)))"
    )
    for level in (1, 2, 5, 12):
        at = _at(ZONE, level, 430_000, 2_380_000)
        found = _decoded(reprojected.tile(conn, layers.get("province"), at))
        (feature,) = found["province"]["features"]
        inside = shapely.box(*at.bounds())
        assert _placed(at, feature).buffer(0).intersection(inside).area > 0.99 * inside.area
