"""What the tables keep for tiles and what the tiles make of it, for any shapes."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from etl import ddl
from layers import pixels
from layers.geo import WEB_MERCATOR_HALF, BBox, TileId
from layers.model import Layer
from layers.registry import Layers
from tiles import mvt

Connection = psycopg.Connection[Any]

WEST, SOUTH = 105.70, 21.40
MANY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Row(NamedTuple):
    """A feature as a test remembers it; the shape in degrees."""

    number: str
    shape: BaseGeometry


@st.composite
def _stars(draw: st.DrawFn) -> BaseGeometry:
    """An area of any form, from centimetres to a province, with or without a hole."""
    corners = draw(st.integers(3, 40))
    radius = 10 ** draw(st.floats(-6.5, -0.6))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    angles = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = radius * random.uniform(0.2, 1, corners)
    centre = np.array([WEST + draw(st.floats(0, 0.4)), SOUTH + draw(st.floats(0, 0.4))])
    ring = centre + np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None]
    star = shapely.make_valid(shapely.Polygon(ring))
    if draw(st.booleans()):
        star = star.difference(shapely.Point(centre).buffer(radius * 0.1))
    return _areas(star)


def _areas(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    inner = [p for part in shapely.get_parts(shape) for p in shapely.get_parts(part)]
    found = parts or [part for part in inner if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(found)


def _fill(conn: Connection, shapes: list[BaseGeometry]) -> list[Row]:
    conn.execute("TRUNCATE layer.land_parcel")
    rows = [Row(str(n), shape) for n, shape in enumerate(shapes) if not shape.is_empty]
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO layer.land_parcel (sheet, number, land_code, geom) VALUES"
            " ('1', %s, 'ODT', ST_Transform(ST_GeomFromWKB(%s, 4326), 9213))",
            [(row.number, shapely.to_wkb(row.shape)) for row in rows],
        )
    return rows


@pytest.fixture
def parcel(layers: Layers) -> Layer:
    """Parcels as they would be if they were drawn from zoom 0 on."""
    declared = layers.get("land_parcel")
    return replace(declared, tiles=replace(declared.tiles, minzoom=0, labels=None))


@pytest.fixture
def whole_table(conn: Connection, parcel: Layer) -> Connection:
    ddl.watch(conn, parcel)
    return conn


def _decoded(body: bytes, name: str = "land_parcel") -> list[dict[str, Any]]:
    if not body:
        return []
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).get(name)
    found: list[dict[str, Any]] = layer["features"] if layer else []
    return found


def _pixel_box(conn: Connection, row: Row) -> BBox:
    """Return the box of a row's shape in global tile pixels, reckoned without our functions."""
    (text,) = conn.execute(
        "SELECT ST_AsGeoJSON(ST_Transform(geom, 3857), 6) FROM layer.land_parcel WHERE number = %s",
        (row.number,),
    ).fetchone() or ("",)
    west, south, east, north = shapely.from_geojson(text).bounds
    scale = pixels.WORLD / (2 * WEB_MERCATOR_HALF)
    return BBox(
        (west + WEB_MERCATOR_HALF) * scale,
        (WEB_MERCATOR_HALF - north) * scale,
        (east + WEB_MERCATOR_HALF) * scale,
        (WEB_MERCATOR_HALF - south) * scale,
    )


def _around(box: BBox, zoom: int) -> Iterator[TileId]:
    side = pixels.side(zoom)
    for x in range(int(box.west // side) - 1, int(box.east // side) + 2):
        for y in range(int(box.south // side) - 1, int(box.north // side) + 2):
            yield TileId(zoom, x, y)


def _touches(box: BBox, at: TileId, slack: float) -> bool:
    side = pixels.side(at.z)
    margin = side * pixels.SHAPE_MARGIN / pixels.EXTENT + slack
    across = box.west <= (at.x + 1) * side + margin and box.east >= at.x * side - margin
    return across and box.south <= (at.y + 1) * side + margin and box.north >= at.y * side - margin


@MANY
@given(st.lists(_stars(), min_size=1, max_size=6), st.integers(13, 20))
def test_a_feature_is_in_exactly_the_tiles_that_its_box_touches(
    whole_table: Connection, parcel: Layer, shapes: list[BaseGeometry], zoom: int
) -> None:
    """Also with the margin. A shape whose box touches and which does not itself may be left out."""
    conn = whole_table
    for row in _fill(conn, [s for s in shapes if s.bounds and _extent(s) * 2**zoom < 3000]):
        box = _pixel_box(conn, row)
        side = pixels.side(zoom)
        for at in _around(box, zoom):
            numbers = {f["properties"]["number"] for f in _decoded(mvt.tile(conn, parcel, at))}
            # Down to zoom 16 the index decides alone; it keeps boxes in single precision.
            if not _touches(box, at, 1100.0 if zoom < 17 else 2.0):
                assert row.number not in numbers
            inside = box.west > at.x * side and box.east < (at.x + 1) * side
            if inside and box.south > at.y * side and box.north < (at.y + 1) * side:
                assert row.number in numbers


def _extent(shape: BaseGeometry) -> float:
    west, south, east, north = shape.bounds
    return float(max(east - west, north - south))


@MANY
@given(st.lists(_stars(), min_size=1, max_size=12))
def test_what_is_kept_is_valid_and_whole_numbers(
    whole_table: Connection, shapes: list[BaseGeometry]
) -> None:
    conn = whole_table
    _fill(conn, shapes)
    for column in ("px", "px12", "px8", "px4"):
        rows = conn.execute(
            f"SELECT ST_AsBinary({column}), px_size FROM layer.land_parcel"  # type: ignore[arg-type]
            f" WHERE {column} IS NOT NULL"
        ).fetchall()
        for wkb, size in rows:
            shape = shapely.from_wkb(wkb)
            assert shape.is_valid, shapely.is_valid_reason(shape)
            assert not shape.is_empty
            corners = shapely.get_coordinates(shape)
            assert np.array_equal(corners, np.round(corners))
            for part in shapely.get_parts(shape):
                # Anticlockwise in its own numbers is clockwise on the screen, where y goes down.
                assert shapely.is_ccw(part.exterior)
            if column == "px":
                assert shape.area == pytest.approx(size)


@MANY
@given(_stars(), st.text(min_size=1, max_size=40).filter(str.strip), st.floats(0, 1e9))
def test_fields_come_out_as_they_went_in(
    whole_table: Connection, parcel: Layer, shape: BaseGeometry, text: str, area: float
) -> None:
    conn = whole_table
    written = text.replace("\0", "").encode("utf-8", "ignore").decode() or "x"
    if not _fill(conn, [shape]):
        return
    conn.execute("UPDATE layer.land_parcel SET sheet = %s, area_paper = %s", (written, area))
    centre = shape.representative_point()
    (feature,) = _decoded(mvt.tile(conn, parcel, TileId.at(centre.x, centre.y, 14)))
    assert feature["properties"]["sheet"] == written
    assert feature["properties"]["area_paper"] == area
    assert feature["properties"]["land_code"] == "ODT"
    assert "use_term" not in feature["properties"]


@MANY
@given(_stars(), st.integers(5, 18))
def test_neighbouring_tiles_meet(
    whole_table: Connection, parcel: Layer, shape: BaseGeometry, zoom: int
) -> None:
    """Along the edge between two tiles, and in the margin of both, they show the same."""
    conn = whole_table
    if shape.is_empty:
        return
    west, south, east, north = shape.bounds
    _fill(conn, [shape])
    left = TileId.at((west + east) / 2, (south + north) / 2, zoom)
    parts = []
    for at, shift in ((left, 0), (left._replace(x=left.x + 1), pixels.EXTENT)):
        shapes = [_shape(f) for f in _decoded(mvt.tile(conn, parcel, at))]
        parts.append(
            shapely.transform(shapely.union_all(shapes), lambda c, s=shift: c + np.array([s, 0]))
        )
    strip = shapely.box(pixels.EXTENT - 60, 0, pixels.EXTENT + 60, pixels.EXTENT)
    one, two = (shapely.intersection(part, strip) for part in parts)
    # Cutting rounds crossings with the edge to whole units, so edges may lie a unit apart.
    assert shapely.difference(one, two.buffer(2.5)).area < 1
    assert shapely.difference(two, one.buffer(2.5)).area < 1


def _shape(feature: dict[str, Any]) -> BaseGeometry:
    return shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))


def test_shared_edges_stay_shared_in_every_band(whole_table: Connection) -> None:
    """Where two areas meet there is neither a gap nor an overlap after generalising."""
    conn = whole_table
    random = np.random.default_rng(5)
    line = np.column_stack([np.linspace(0, 0.3, 400), 0.1 + random.normal(0, 0.0006, 400)])
    line += [WEST, SOUTH]
    low, high = ([[WEST + 0.3, SOUTH + y], [WEST, SOUTH + y]] for y in (0.0, 0.3))
    _fill(conn, [shapely.MultiPolygon([shapely.Polygon([*line, *end])]) for end in (low, high)])
    for column in ("px12", "px8"):
        rows = conn.execute(
            f"SELECT ST_AsBinary({column}) FROM layer.land_parcel"  # type: ignore[arg-type]
        ).fetchall()
        one, two = (shapely.from_wkb(row[0]) for row in rows)
        together = shapely.union_all([one, two])
        assert one.intersection(two).area < 1e-6 * together.area
        assert sum(len(p.interiors) for p in shapely.get_parts(together)) == 0
        if column == "px8":
            assert shapely.get_num_coordinates(one) < 350


def test_small_features_thin_out_evenly_and_for_good(
    whole_table: Connection, parcel: Layer
) -> None:
    """At a zoom where an area is a part of a pixel, that part of all areas is drawn."""
    conn = whole_table
    conn.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, geom)"
        " SELECT '1', n, 'ODT', ST_Multi(ST_Translate(ST_MakeEnvelope(430000, 2380000, 430009,"
        " 2380009, 9213), 10 * (n % 100), 10 * (n / 100))) FROM generate_series(0, 9999) n"
    )
    drawn = {
        zoom: conn.execute(
            "SELECT count(*) FROM layer.land_parcel WHERE tile_from <= %s", (zoom,)
        ).fetchone()
        for zoom in range(8, 16)
    }
    counts = [row[0] for row in drawn.values() if row]
    assert counts == sorted(counts)
    # 9 m are 0.28 screen pixels at zoom 11 at this latitude (35.5 m to a pixel).
    assert drawn[11] is not None
    assert drawn[11][0] == pytest.approx(10_000 * (9 / 35.55) ** 2, rel=0.15)
    assert counts[-1] == 10_000


def test_a_crowded_tile_keeps_the_best_and_says_so(whole_table: Connection, parcel: Layer) -> None:
    conn = whole_table
    conn.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, area_paper, geom)"
        " SELECT repeat(md5(n::text), 3), n, 'ODT', n, ST_Multi(ST_Translate(ST_MakeEnvelope("
        " 430000, 2380000, 430009, 2380009, 9213), 10 * (n % 100), 10 * (n / 100)))"
        " FROM generate_series(0, 9999) n"
    )
    ranked = replace(parcel, tiles=replace(parcel.tiles, rank="area_paper"))
    (place,) = conn.execute(
        "SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakePoint(430500, 2380500), 9213), 4326))"
    ).fetchone() or ("",)
    centre = shapely.from_geojson(place)
    body = mvt.tile(conn, ranked, TileId.at(centre.x, centre.y, 13))
    assert len(body) <= mvt.MOST_BYTES
    shown = [f["properties"]["area_paper"] for f in _decoded(body)]
    (said,) = _decoded(body, "land_parcel_left_out")
    assert said["properties"]["shown"] == len(shown) > 1000
    assert said["properties"]["total"] > len(shown)
    assert min(shown) == 10_000 - len(shown), "the highest ranks, none left out between"


def test_names_are_within_the_budget_too(whole_table: Connection, parcel: Layer) -> None:
    conn = whole_table
    named = replace(parcel, tiles=replace(parcel.tiles, labels=10))
    ddl.watch(conn, named)
    conn.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, geom)"
        " SELECT repeat(md5(n::text), 3), n, 'ODT', ST_Multi(ST_Translate(ST_MakeEnvelope("
        " 430000, 2380000, 430009, 2380009, 9213), 10 * (n % 100), 10 * (n / 100)))"
        " FROM generate_series(0, 9999) n"
    )
    (place,) = conn.execute(
        "SELECT ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakePoint(430500, 2380500), 9213), 4326))"
    ).fetchone() or ("",)
    centre = shapely.from_geojson(place)
    for zoom in (12, 13, 14):
        body = mvt.tile(conn, named, TileId.at(centre.x, centre.y, zoom))
        assert len(body) <= mvt.MOST_BYTES
        assert _decoded(body)
        assert _decoded(body, "land_parcel_label")


def test_a_shape_far_beyond_the_tile_is_cut(whole_table: Connection, parcel: Layer) -> None:
    conn = whole_table
    _fill(conn, [shapely.MultiPolygon([shapely.box(104.0, 20.0, 108.0, 23.0)])])
    (feature,) = _decoded(mvt.tile(conn, parcel, TileId(16, 52033, 28781)))
    xs, ys = zip(*feature["geometry"]["coordinates"][0], strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (-64, 4160, -64, 4160)
