"""Boxes, tiles and reference systems."""

import pytest

from layers.errors import CrsUnknown
from layers.geo import BBox, Crs, TileId, definition


def test_a_box_across_the_antimeridian_is_two_boxes() -> None:
    assert BBox(170, -10, -170, 10).parts() == (
        BBox(170, -10, 180, 10),
        BBox(-180, -10, -170, 10),
    )
    assert BBox(102, 8, 110, 24).parts() == (BBox(102, 8, 110, 24),)


@pytest.mark.parametrize(
    ("address", "exists"),
    [
        ((0, 0, 0), True),
        ((22, 4194303, 4194303), True),
        ((1, 2, 0), False),
        ((1, 0, -1), False),
        ((-1, 0, 0), False),
        ((23, 0, 0), False),
    ],
)
def test_a_tile_exists_inside_the_grid_only(address: tuple[int, int, int], exists: bool) -> None:
    assert TileId(*address).exists() is exists


def test_the_world_tile_is_the_mercator_square() -> None:
    assert TileId(0, 0, 0).bbox() == pytest.approx((-180, -85.0511, 180, 85.0511), abs=1e-4)


def test_rows_of_tiles_count_from_the_north() -> None:
    north, south = TileId(1, 0, 0).bbox(), TileId(1, 0, 1).bbox()
    assert north.south == south.north == pytest.approx(0)


def test_degrees_are_named_longitude_first() -> None:
    assert Crs(4326).uri == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert Crs(9213).uri == "http://www.opengis.net/def/crs/EPSG/0/9213"
    assert Crs(4326).is_geographic
    assert not Crs(9213).is_geographic


def test_an_unknown_number_is_refused() -> None:
    with pytest.raises(CrsUnknown, match="EPSG:999999"):
        definition(999999)
