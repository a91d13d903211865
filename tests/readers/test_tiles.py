"""vector-tile-js reads every tile of the demonstration province, in every grid.

The first tier reads one tile of each zoom. The second reads all that hold data down to zoom 14, or
to 12 in grids that are drawn from the stored geometry, and of each deeper zoom some hundreds of a
layer, evenly spread: all of them would take a quarter of an hour.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.sql import SQL

from gis_testing import tile_reader
from layers import pixels
from layers.geo import BBox, TileId
from layers.model import Layer
from layers.registry import Layers
from sql.schemas import layer_table
from tiles import mvt, pyramid, reprojected, tile_matrix_sets
from tiles.tile_matrix_sets import Tile, TileMatrixSet

Connection = psycopg.Connection[Any]
Drawn = Iterator[tuple[str, bytes]]

DEEPEST = 16
PLACE = (105.84, 21.59)
PROVINCE = BBox(105.4, 21.2, 106.3, 22.1)

ONCE_BROKEN = (
    ("road", 6, 50, 27),
    ("road", 6, 50, 28),
    ("road", 7, 101, 55),
    ("water", 9, 406, 224),
)
"""Tiles of the demonstration in which features had no shape, or a ring no area."""

TIME = "datetime=2026-06-01T00:00:00Z/2026-06-29T00:00:00Z"
HEXAGONS = ("heatmap", "hotspots", "usual")


@pytest.fixture(scope="module")
def conn(demonstration: str) -> Iterator[Connection]:
    with psycopg.connect(demonstration, autocommit=True) as opened:
        yield pyramid.calm(opened)


def _assert_readable(tiles: Drawn, reach: int = tile_reader.REACH) -> None:
    found = tile_reader.read(tiles, reach)
    assert found.features
    assert found.faults[:20] == []


def _answers(reader: FlaskClient, addresses: Iterator[str]) -> Drawn:
    for address in addresses:
        answer = reader.get(address)
        # The other addresses say with 404 that nothing of a layer is there.
        assert answer.status_code in (200, 204, 404), address
        yield address, answer.data if answer.status_code == HTTPStatus.OK else b""


def _column(layers: Layers) -> Iterator[str]:
    """Address one tile of each layer and zoom."""
    for name, z, x, y in ONCE_BROKEN:
        yield f"/tiles/{name}/{z}/{x}/{y}.mvt"
        yield f"/ogc/collections/{name}/tiles/WebMercatorQuad/{z}/{y}/{x}?f=mvt"
    for layer in layers:
        for zoom in range(layer.tiles.minzoom, DEEPEST + 1):
            z, x, y = TileId.at(*PLACE, zoom)
            yield f"/tiles/{layer.id}/{z}/{x}/{y}.mvt"


def _matrices(layers: Layers, grid: TileMatrixSet) -> Iterator[str]:
    at = BBox(*PLACE, *PLACE)
    for layer in layers:
        for matrix, (row, _), (col, _) in tile_matrix_sets.limits(grid, at, layer.tiles.minzoom):
            if matrix.zoom <= DEEPEST and matrix.zoom % 3 == 0:
                tile = f"{grid.id}/{matrix.id}/{row}/{col}"
                yield f"/ogc/collections/{layer.id}/tiles/{tile}?f=mvt"


def _hexagons(layers: Layers) -> Iterator[str]:
    for layer in layers:
        for kind in HEXAGONS if layer.heatmap else ():
            for zoom in range(0, DEEPEST + 1, 2):
                z, x, y = TileId.at(*PLACE, zoom)
                fine = "&resolution=7" if kind == "hotspots" else ""
                yield f"/{kind}/{layer.id}/{z}/{x}/{y}.mvt?{TIME}{fine}"


def test_a_tile_of_every_zoom(reader: FlaskClient, layers: Layers) -> None:
    _assert_readable(_answers(reader, _column(layers)))


def test_tiles_of_the_other_grids(reader: FlaskClient, layers: Layers) -> None:
    for grid in tile_matrix_sets.known(layers).values():
        if not grid.is_pyramid:
            _assert_readable(_answers(reader, _matrices(layers, grid)))


@pytest.mark.deep
def test_hexagons_of_many_zooms(reader: FlaskClient, layers: Layers) -> None:
    """They are never cut, and some are larger than a tile."""
    _assert_readable(_answers(reader, _hexagons(layers)), 8 * pixels.EXTENT)


def _spread(tiles: Sequence[Any], most: int) -> Sequence[Any]:
    """Choose evenly among many tiles, always the same."""
    return tiles[:: -(-len(tiles) // most)] if tiles else tiles


def _pyramid(conn: Connection, layer: Layer) -> Drawn:
    for tiles in pyramid.levels(conn, layer, DEEPEST):
        for at in tiles if tiles and tiles[0].z <= 14 else _spread(tiles, 300):
            yield f"{layer.id}/{at.z}/{at.x}/{at.y}", mvt.tile(conn, layer, at)


@pytest.mark.deep
def test_every_tile_of_the_pyramid(conn: Connection, layers: Layers) -> None:
    _assert_readable(drawn for layer in layers for drawn in _pyramid(conn, layer))


def _holding(conn: Connection, layer: Layer, tiles: Sequence[Tile]) -> list[Tile]:
    """Keep the tiles in which something may be."""
    boxes = [tile_matrix_sets.pixel_box(at, pixels.margin(layer) / pixels.EXTENT) for at in tiles]
    statement = SQL(
        "SELECT n - 1 FROM unnest(%s::float[], %s::float[], %s::float[], %s::float[])"
        " WITH ORDINALITY AS box (west, south, east, north, n)"
        " WHERE EXISTS (SELECT FROM {} AS t"
        " WHERE t.px && ST_MakeEnvelope(west, south, east, north))"
    ).format(layer_table(layer.id))
    rows = conn.execute(statement, [list(edge) for edge in zip(*boxes, strict=True)])
    return [tiles[row[0]] for row in rows]


def _in_grid(conn: Connection, layer: Layer, grid: TileMatrixSet) -> Drawn:
    for matrix, rows, cols in tile_matrix_sets.limits(grid, PROVINCE, layer.tiles.minzoom):
        if matrix.zoom > DEEPEST:
            return
        tiles = [
            Tile(grid, matrix, row, col)
            for row in range(rows[0], rows[1] + 1)
            for col in range(cols[0], cols[1] + 1)
        ]
        chosen = tiles if matrix.zoom <= 12 else _spread(tiles, 1000)
        for at in _holding(conn, layer, chosen):
            name = f"{layer.id} {grid.id}/{matrix.id}/{at.row}/{at.col}"
            yield name, reprojected.tile(conn, layer, at)


@pytest.mark.deep
def test_every_tile_of_the_other_grids(conn: Connection, layers: Layers) -> None:
    for grid in tile_matrix_sets.known(layers).values():
        if not grid.is_pyramid:
            _assert_readable(drawn for layer in layers for drawn in _in_grid(conn, layer, grid))
