"""Tiles of hexagons are what a library that knows the format writes, with ids for JavaScript."""

import math
import random
from itertools import pairwise
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from cells import index
from cells.index import Cells
from cells.question import Counted
from layers.geo import TileId
from tiles import hexagon_sheets, hexagons
from tiles.hexagon_sheets import Sheets

LAT, LON = 21.59, 105.84


def _tile_of(lon: float, lat: float, zoom: int) -> TileId:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileId(zoom, int((lon + 180) / 360 * side), int(y * side))


def _cells(found: Any) -> Cells:
    return np.array(sorted(found), np.uint64)


def _around(lon: float, lat: float, resolution: int, rings: int = 4) -> Cells:
    return _cells(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), rings))


def _counted(cells: Cells, events: Any = None, value: Any = None) -> Counted:
    events = np.ones(len(cells), np.int64) if events is None else np.array(events, np.int64)
    if value is None:
        return Counted(cells, events)
    value = np.array(value, float)
    return Counted(cells, events, np.nan_to_num(value), (~np.isnan(value)).astype(float))


def _tile(at: TileId, counted: Counted) -> bytes:
    sheet = hexagon_sheets.sheet(at, counted.cells)
    return hexagons.encode("heatmap", sheet, counted.at(sheet.places))


def _decoded(body: bytes) -> list[dict[str, Any]]:
    tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    assert list(tile) == ["heatmap"]
    assert (tile["heatmap"]["extent"], tile["heatmap"]["version"]) == (4096, 2)
    features: list[dict[str, Any]] = tile["heatmap"]["features"]
    return features


def _ring(at: TileId, cell: int) -> list[tuple[float, float]]:
    side = 1 << at.z
    return [
        (
            ((lon + 180) / 360 * side - at.x) * 4096,
            ((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side - at.y) * 4096,
        )
        for lat, lon in h3.cell_to_boundary(cell)
    ]


def _as_by_library(at: TileId, counted: Counted) -> list[dict[str, Any]]:
    """Encode with mapbox-vector-tile what the projection by hand gives, and decode it."""
    features = []
    frame = shapely.box(-64, -64, 4096 + 64, 4096 + 64)
    values = [math.nan] * len(counted.cells) if counted.value is None else counted.value.tolist()
    listed = zip(counted.cells.tolist(), counted.events.tolist(), values, strict=True)
    for cell, events, value in listed:
        shape = shapely.Polygon(_ring(at, cell))
        properties = {"cell": f"{cell:x}", "count": events}
        properties |= {} if math.isnan(value) else {"value": value}
        if events and shape.intersects(frame):
            features.append({"geometry": shape, "properties": properties})
    made = mapbox_vector_tile.encode(
        [{"name": "heatmap", "features": features}],
        default_options={"extents": 4096, "y_coord_down": True},
    )
    return _decoded(made)


@pytest.mark.parametrize(
    ("zoom", "resolution"), [(0, 1), (5, 4), (7, 6), (10, 8), (12, 9), (14, 10), (19, 10), (22, 10)]
)
@pytest.mark.parametrize("values", ["none", "all", "some"])
def test_a_tile_says_what_a_library_would(zoom: int, resolution: int, values: str) -> None:
    chance, at = random.Random(zoom), _tile_of(LON, LAT, zoom)
    cells = _around(LON, LAT, resolution)
    events = [chance.choice([0, 1, 2, 3, 200, 70_000, 2**40]) for _ in cells]
    events[len(events) // 2] = 1
    kinds = [0.5, -3.0, 1e9] if values == "all" else [0.5, math.nan]
    value = None if values == "none" else [chance.choice(kinds) for _ in cells]
    if zoom >= 19:
        cells, events, value = _around(LON, LAT, resolution, 0), [7], value and value[:1]
    counted = _counted(cells, events, value)
    mine, theirs = _decoded(_tile(at, counted)), _as_by_library(at, counted)
    assert mine
    assert [f["properties"] for f in mine] == [f["properties"] for f in theirs]
    for one, other in zip(mine, theirs, strict=True):
        rings = [shapely.Polygon(f["geometry"]["coordinates"][0]) for f in (one, other)]
        assert rings[0].normalize() == rings[1].normalize()


@pytest.mark.deep
@pytest.mark.parametrize("resolution", range(1, 11))
def test_rings_turn_as_the_format_wants(resolution: int) -> None:
    """Everywhere on the map: pentagons, cells over the antimeridian and over edges of the grid."""
    chance = random.Random(resolution)
    cells = {h3.latlng_to_cell(chance.uniform(-80, 80), chance.uniform(-180, 180), resolution)
             for _ in range(100)}  # fmt: skip
    cells |= {h3.latlng_to_cell(lat, 180, resolution) for lat in range(-80, 81, 20)}
    cells |= set(h3.get_pentagons(resolution))
    for cell in cells:
        at = _tile_of(*reversed(h3.cell_to_latlng(cell)), max(resolution - 1, 0))
        (feature,) = _decoded(_tile(at, _counted(_cells([cell]))))
        ring = feature["geometry"]["coordinates"][0]
        assert len(ring) == len(h3.cell_to_boundary(cell)) + 1
        # Positive with y down: clockwise to the eye.
        assert sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) > 0


@pytest.mark.parametrize("zoom", [3, 6, 9])
def test_a_cell_over_the_antimeridian_is_drawn_on_both_sides(zoom: int) -> None:
    resolution = max(zoom - 2, 1)
    cells = _cells(h3.latlng_to_cell(lat / 10, 180, resolution) for lat in range(-30, 30))
    side = 1 << zoom
    for cell in cells:
        y = _tile_of(179, h3.cell_to_latlng(int(cell))[0], zoom).y
        for x in (0, side - 1):
            assert cell in cells[hexagon_sheets.sheet(TileId(zoom, x, y), cells).places]


@pytest.mark.parametrize("resolution", [1, 6, 10, 15])
def test_ids_are_exact_in_javascript_and_one_for_each_cell(resolution: int) -> None:
    chance = random.Random(3)
    places = [(chance.uniform(-90, 90), chance.uniform(-180, 180)) for _ in range(2000)]
    cells = _cells({h3.latlng_to_cell(*place, resolution) for place in places})
    ids = index.small_ids(cells)
    assert len(set(ids.tolist())) == len(cells)
    assert int(ids.max()) < 2**52
    for cell, small in zip(cells.tolist(), ids.tolist(), strict=True):
        tail = (1 << 3 * (15 - resolution)) - 1
        assert 1 << 59 | resolution << 52 | small << 3 * (15 - resolution) | tail == cell


def test_the_id_of_a_feature_is_that_of_its_cell() -> None:
    cells = _around(LON, LAT, 8)
    features = _decoded(_tile(_tile_of(LON, LAT, 9), _counted(cells)))
    assert [f["id"] for f in features] == index.small_ids(cells).tolist()


def test_what_does_not_touch_the_tile_is_not_drawn() -> None:
    at = _tile_of(LON, LAT, 12)
    cells = _around(LON, LAT, 8, 12)
    drawn = set(hexagon_sheets.sheet(at, cells).places.tolist())
    west, south, east, north = at.bbox()
    margin = (east - west) * hexagon_sheets.BUFFER / hexagon_sheets.EXTENT
    frame = shapely.box(west - margin, south - margin, east + margin, north + margin)
    for place, cell in enumerate(cells.tolist()):
        ring = shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])
        if ring.distance(frame) > 1e-4:
            assert place not in drawn
        if ring.intersection(frame).area > 1e-8:
            assert place in drawn
    assert 0 < len(drawn) < len(cells)


def test_a_tile_without_cells_or_events_is_empty() -> None:
    at, cells = _tile_of(LON, LAT, 10), _around(LON, LAT, 8)
    assert _tile(at, _counted(cells[:0])) == b""
    assert _tile(at, _counted(cells, np.zeros(len(cells)))) == b""
    assert _tile(_tile_of(0, 0, 10), _counted(cells)) == b""


def test_sheets_are_made_once_and_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    known, at, cells = Sheets(), _tile_of(LON, LAT, 10), _around(LON, LAT, 8)
    first = known.of(at, cells)
    assert known.of(at, cells) is first
    more = _around(LON, LAT, 8, 5)
    assert len(known.of(at, more).places) > len(first.places)
    monkeypatch.setattr(hexagon_sheets, "MOST", 10)
    second = known.of(at._replace(x=at.x + 1), more)
    assert known.of(at._replace(x=at.x + 1), more) is second
    again = known.of(at, cells)
    assert again is not first
    assert again.body.tobytes() == first.body.tobytes()
