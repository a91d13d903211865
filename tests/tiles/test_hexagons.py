"""Tiles of hexagons are what a library that knows the format writes, with ids for JavaScript."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import pytest
import shapely

from layers.geo import TileId
from tiles import hexagons
from tiles.hexagons import Drawn, Hexagon, Shapes

LAT, LON = 21.59, 105.84


def _tile_of(lon: float, lat: float, zoom: int) -> TileId:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileId(zoom, int((lon + 180) / 360 * side), int(y * side))


def _around(lon: float, lat: float, resolution: int, rings: int = 4) -> list[int]:
    return sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), rings))


def _seen(at: TileId, found: Sequence[Hexagon]) -> tuple[list[Hexagon], list[Drawn]]:
    shapes = Shapes().of(at, [hexagon.cell for hexagon in found])
    pairs = [(h, shape) for h, shape in zip(found, shapes, strict=True) if shape]
    return [h for h, _ in pairs], [shape for _, shape in pairs]


def _decoded(body: bytes) -> list[dict[str, Any]]:
    tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    assert list(tile) == ["heatmap"]
    assert (tile["heatmap"]["extent"], tile["heatmap"]["version"]) == (4096, 2)
    features: list[dict[str, Any]] = tile["heatmap"]["features"]
    return features


def _as_by_library(at: TileId, found: Sequence[Hexagon]) -> list[dict[str, Any]]:
    """Encode with mapbox-vector-tile what the projection by hand gives, and decode it."""
    features = []
    side = 1 << at.z
    for cell, events, value in found:
        ring = [
            (
                ((lon + 180) / 360 * side - at.x) * 4096,
                ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - at.y) * 4096,
            )
            for lat, lon in h3.cell_to_boundary(cell)
        ]
        properties = {"cell": f"{cell:x}", "count": events}
        properties |= {} if value is None else {"value": value}
        features.append({"geometry": shapely.Polygon(ring), "properties": properties})
    made = mapbox_vector_tile.encode(
        [{"name": "heatmap", "features": features}],
        default_options={"extents": 4096, "y_coord_down": True},
    )
    return _decoded(made)


@pytest.mark.parametrize(("zoom", "resolution"), [(7, 6), (10, 8), (12, 9), (14, 10)])
@pytest.mark.parametrize("has_values", [True, False])
def test_a_tile_says_what_a_library_would(zoom: int, resolution: int, has_values: bool) -> None:
    chance, at = random.Random(zoom), _tile_of(LON, LAT, zoom)
    found = [
        Hexagon(cell, chance.choice([1, 2, 3, 200, 70_000, 2**40]),
                chance.choice([0.5, -3.0, 1e9]) if has_values else None)
        for cell in _around(LON, LAT, resolution)
    ]  # fmt: skip
    kept, drawn = _seen(at, found)
    mine, theirs = _decoded(hexagons.encode("heatmap", kept, drawn)), _as_by_library(at, kept)
    assert [f["properties"] for f in mine] == [f["properties"] for f in theirs]
    for one, other in zip(mine, theirs, strict=True):
        rings = [shapely.Polygon(f["geometry"]["coordinates"][0]) for f in (one, other)]
        assert rings[0].normalize() == rings[1].normalize()


@pytest.mark.parametrize("resolution", range(1, 11))
def test_rings_turn_as_the_format_wants(resolution: int) -> None:
    """Everywhere on the map: pentagons, cells over the antimeridian and over edges of the grid."""
    chance = random.Random(resolution)
    cells = {h3.latlng_to_cell(chance.uniform(-80, 80), chance.uniform(-180, 180), resolution)
             for _ in range(100)}  # fmt: skip
    cells |= {h3.latlng_to_cell(lat, 180, resolution) for lat in range(-80, 81, 20)}
    cells |= set(h3.get_pentagons(resolution))
    known = Shapes()
    for cell in cells:
        at = _tile_of(*reversed(h3.cell_to_latlng(cell)), max(resolution - 1, 0))
        (shape,) = known.of(at, [cell])
        assert shape is not None
        (feature,) = _decoded(hexagons.encode("heatmap", [Hexagon(cell, 1, None)], [shape]))
        ring = feature["geometry"]["coordinates"][0]
        assert len(ring) == len(h3.cell_to_boundary(cell)) + 1
        # Positive with y down: clockwise to the eye.
        assert sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) > 0


@pytest.mark.parametrize("resolution", [1, 6, 10, 15])
def test_ids_are_exact_in_javascript_and_one_for_each_cell(resolution: int) -> None:
    chance = random.Random(3)
    cells = {h3.latlng_to_cell(chance.uniform(-90, 90), chance.uniform(-180, 180), resolution)
             for _ in range(2000)}  # fmt: skip
    ids = {hexagons.small_id(cell) for cell in cells}
    assert len(ids) == len(cells)
    assert max(ids) < 2**52
    for cell in cells:
        tail = (1 << 3 * (15 - resolution)) - 1
        digits = hexagons.small_id(cell) << 3 * (15 - resolution)
        assert 1 << 59 | resolution << 52 | digits | tail == cell


def test_the_id_of_a_feature_is_that_of_its_cell() -> None:
    found = [Hexagon(cell, 1, None) for cell in _around(LON, LAT, 8)]
    kept, drawn = _seen(_tile_of(LON, LAT, 10), found)
    features = _decoded(hexagons.encode("heatmap", kept, drawn))
    assert [f["id"] for f in features] == [hexagons.small_id(h.cell) for h in kept]


def test_what_does_not_touch_the_tile_is_not_drawn() -> None:
    at = _tile_of(LON, LAT, 12)
    cells = _around(LON, LAT, 8, 12)
    shapes = Shapes().of(at, cells)
    west, south, east, north = at.bbox()
    margin = (east - west) * hexagons.BUFFER / hexagons.EXTENT
    frame = shapely.box(west - margin, south - margin, east + margin, north + margin)
    for cell, shape in zip(cells, shapes, strict=True):
        ring = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
        if ring.distance(frame) > 1e-4:
            assert shape is None
        if ring.intersection(frame).area > 1e-8:
            assert shape is not None
    assert any(shapes)
    assert not all(shapes)


def test_shapes_are_made_once_and_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    known, at, cells = Shapes(), _tile_of(LON, LAT, 10), _around(LON, LAT, 8)
    first = known.of(at, cells)
    monkeypatch.setattr(hexagons, "_drawn", lambda *_: pytest.fail("they were made again"))
    assert all(one is two for one, two in zip(first, known.of(at, cells), strict=True))
    monkeypatch.undo()
    monkeypatch.setattr(hexagons, "MOST", 10)
    more = known.of(at._replace(x=at.x + 1), cells)
    assert known.of(at._replace(x=at.x + 1), cells) == more
    assert known.of(at, cells) == first
