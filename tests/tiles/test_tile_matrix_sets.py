"""Tile matrix sets: the numbers of the register, round metres, boxes, covers, limits."""

import math
import random

import pytest

from layers.geo import BBox, TileId
from layers.pixels import WORLD
from layers.registry import Layers
from tiles import tile_matrix_sets
from tiles.tile_matrix_sets import Tile


def test_the_sets_of_the_world_have_the_numbers_of_the_register() -> None:
    web, world = tile_matrix_sets.WEB_MERCATOR.matrices, tile_matrix_sets.WORLD_CRS84.matrices
    assert (len(web), len(world)) == (25, 24)
    assert web[0].scale_denominator == pytest.approx(559082264.028717, rel=1e-12)
    assert web[24].cell_size == pytest.approx(0.00933069192934, rel=1e-11)
    assert world[0].scale_denominator == pytest.approx(279541132.014358, rel=1e-12)
    assert world[23].scale_denominator == pytest.approx(33.3238997476528, rel=1e-12)
    assert (world[23].width, world[23].height) == (16777216, 8388608)
    assert tile_matrix_sets.WORLD_CRS84.origin == (-180, 90)
    assert [m.zoom for m in web] == list(range(25))
    assert [m.zoom for m in world] == list(range(1, 25))


def test_a_cadastral_set_is_in_round_metres_and_holds_the_country(layers: Layers) -> None:
    known = tile_matrix_sets.known(layers)
    assert list(known) == ["WebMercatorQuad", "WorldCRS84Quad", "VN2000-9213"]
    for srid in range(9205, 9219):
        of = tile_matrix_sets.vn2000(srid)
        assert [m.cell_size for m in of.matrices[:15]] == [2.0**n for n in range(14, -1, -1)]
        whole = Tile(of, of.matrices[0], 0, 0).bounds()
        country = tile_matrix_sets.in_crs(of, BBox(102, 7, 118, 24))
        assert whole.west < country.west < country.east < whole.east
        assert whole.south < country.south < country.north < whole.north
        mainland = tile_matrix_sets.in_crs(of, BBox(102.1, 8.55, 109.5, 23.4))
        first = Tile(of, of.matrices[1], 0, 0).bounds()
        assert first.west < mainland.west < mainland.east < first.east
        assert first.south < mainland.south < mainland.north < first.north
    assert not tile_matrix_sets.is_cadastral(3405)
    assert tile_matrix_sets.is_cadastral(5899)


def test_every_matrix_that_is_served_has_a_zoom_of_the_pyramid(layers: Layers) -> None:
    for of in tile_matrix_sets.known(layers).values():
        zooms = [matrix.zoom for matrix in of.available]
        assert zooms == list(range(zooms[0], zooms[-1] + 1))
        assert zooms[-1] <= 22
        assert of.matrix("x") is None
        assert of.matrix("23") is None


def test_a_tile_is_covered_by_at_most_four_of_the_pyramid(layers: Layers) -> None:
    chance = random.Random(7)
    for of in tile_matrix_sets.known(layers).values():
        for matrix in of.available:
            at = Tile(of, matrix, chance.randrange(matrix.height), chance.randrange(matrix.width))
            assert at.exists()
            box = tile_matrix_sets.pixel_box(at, 0.05)
            found = tile_matrix_sets.over(box)
            assert 1 <= len(found) <= 4
            assert all(tile.exists() for tile in found)
            side = WORLD >> found[0].z
            held = [min(max(edge, 0), WORLD - 1) for edge in (box.west, box.east)]
            assert min(t.x for t in found) * side <= held[0]
            assert held[1] <= (max(t.x for t in found) + 1) * side


def test_a_pixel_box_holds_the_tile(layers: Layers) -> None:
    of = tile_matrix_sets.vn2000(9213)
    at = Tile(of, of.matrices[14], 2421, 3632)
    turn = tile_matrix_sets._transformer(9213, 4326)
    west, south, east, _ = at.bounds()
    box = tile_matrix_sets.pixel_box(at, 0.0)
    for step in range(11):
        for x, y in ((west + (east - west) * step / 10, south), (east, south + step / 10)):
            lon, lat = turn.transform(x, y)
            place = TileId.at(lon, lat, 22)
            assert box.west <= (place.x + 1) * 4096
            assert place.x * 4096 <= box.east
            assert box.north <= (place.y + 1) * 4096
            assert place.y * 4096 <= box.south
    # A few metres more, not a tile more.
    assert box.east - box.west < 2 * (east - west) / 0.0023


def test_limits_hold_what_is_there() -> None:
    box = BBox(105.5, 21.3, 106.2, 22.0)
    for at in tile_matrix_sets.limits(tile_matrix_sets.WEB_MERCATOR, box, 0):
        zoom = int(at.matrix.id)
        low, high = TileId.at(105.5, 22.0, zoom), TileId.at(106.2, 21.3, zoom)
        assert (at.rows, at.cols) == ((low.y, high.y), (low.x, high.x))
    found = tile_matrix_sets.limits(tile_matrix_sets.vn2000(9213), box, 14)
    assert found[0].matrix.id == "11"
    assert found[-1].matrix.id == "18"
    assert all(math.prod(pair[1] - pair[0] + 1 for pair in (at.rows, at.cols)) > 1 for at in found)


def test_limits_stay_inside_the_grid() -> None:
    everything = BBox(-180, -90, 180, 90)
    for of in (tile_matrix_sets.WEB_MERCATOR, tile_matrix_sets.WORLD_CRS84):
        for at in tile_matrix_sets.limits(of, everything, 0):
            assert (at.rows, at.cols) == ((0, at.matrix.height - 1), (0, at.matrix.width - 1))
