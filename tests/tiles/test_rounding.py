"""Rounding to tile units leaves no feature without a shape and no ring without area."""

from typing import Any

import h3.api.basic_int as h3
import numpy as np
import psycopg

from cells.question import Counted
from gis_testing import tile_reader
from layers.geo import BBox, TileId
from layers.registry import Layers
from tiles import hexagon_sheets, hexagons, mvt, reprojected, tile_matrix_sets
from tiles.tile_matrix_sets import Tile

Connection = psycopg.Connection[Any]

PLACE = (105.84, 21.59)

SHORT_ROADS = """
INSERT INTO layer.road (id, class, geom)
SELECT n, 'primary', ST_SetSRID(ST_Multi(ST_MakeLine(
    ST_MakePoint(105.7 + 0.0003 * n, 21.5), ST_MakePoint(105.7 + 0.0003 * n, 21.5 + length))), 4326)
FROM generate_series(1, 1000) AS n, LATERAL (VALUES (0.0003 * (1 + n % 5))) AS of (length)
"""

FLAT_WHEN_ROUNDED = """
INSERT INTO layer.water (id, kind, geom)
SELECT n, 'lake', ST_SetSRID(ST_GeomFromText(format(
    'MULTIPOLYGON (((105.7 21.4, 105.9 21.4, 105.9 21.6, 105.7 21.6, 105.7 21.4),
                    (%2$s %4$s, %1$s %4$s, %3$s %5$s, %2$s %4$s)),
                   ((%1$s 21.7, %2$s 21.7, %3$s 21.7001, %1$s 21.7)))',
    105.71, 105.75, 105.73, 21.41 + 0.0001 * n, 21.4102 + 0.0001 * n)), 4326)
FROM generate_series(1, 20) AS n
"""
"""Lakes with an island and a neighbour, both flat triangles of some ten metres."""


def _over(conn: Connection, layers: Layers, layer_id: str) -> list[tuple[str, bytes]]:
    """Draw a layer around the place at all zooms, in every tile matrix set."""
    layer, found = layers.get(layer_id), []
    for zoom in range(layer.tiles.minzoom, 15):
        at = TileId.at(*PLACE, zoom)
        found.append((f"{layer_id} {at}", mvt.tile(conn, layer, at)))
    for grid in tile_matrix_sets.known(layers).values():
        for limits in tile_matrix_sets.limits(grid, BBox(*PLACE, *PLACE), layer.tiles.minzoom):
            if grid.is_pyramid or limits.matrix.zoom > 14:
                continue
            drawn = Tile(grid, limits.matrix, limits.rows[0], limits.cols[0])
            name = f"{layer_id} {grid.id} {limits.matrix.id}"
            found.append((name, reprojected.tile(conn, layer, drawn)))
    return found


def _assert_readable(tiles: list[tuple[str, bytes]]) -> None:
    found = tile_reader.read(tiles)
    assert found.features
    assert found.faults == []


def test_a_line_that_rounding_empties_is_left_out(conn: Connection, layers: Layers) -> None:
    conn.execute(SHORT_ROADS)
    _assert_readable(_over(conn, layers, "road"))


def test_a_ring_without_area_is_left_out(conn: Connection, layers: Layers) -> None:
    conn.execute(FLAT_WHEN_ROUNDED)
    _assert_readable(_over(conn, layers, "water"))


def test_a_hexagon_that_falls_into_a_point_is_left_out() -> None:
    """Hot spots have the resolution that is asked for, at every zoom."""
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(*PLACE[::-1], 7), 9)), np.uint64)
    counted = Counted(cells, np.ones(len(cells), np.int64))
    tiles = []
    for zoom in range(9):
        sheet = hexagon_sheets.sheet(TileId.at(*PLACE, zoom), cells)
        body = hexagons.encode("hotspots", sheet, counted.at(sheet.places))
        tiles.append((f"zoom {zoom}", body))
    _assert_readable(tiles)
