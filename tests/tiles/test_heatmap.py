"""Hexagons hold exactly the events that a count by hand gives."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import psycopg
import pytest
import shapely

from cells import checkpoint, sql_counts
from cells.events import Changes
from cells.generations import Generations
from cells.question import Filter
from cells.view import View
from layers.geo import WEB_MERCATOR_HALF, TileId
from layers.model import Layer
from layers.registry import Layers
from tiles import heatmap
from tiles.errors import CategoryUnknown, NotAggregated

Connection = psycopg.Connection[Any]


def _tile_of(lon: float, lat: float, zoom: int) -> TileId:
    side = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TileId(zoom, int((lon + 180) / 360 * side), int(y * side))


def _tile(conn: Connection, layer: Layer, at: TileId, wanted: Filter) -> bytes:
    """Return a tile from the rows, which has to be what the cube gives."""
    with TemporaryDirectory() as folder:
        cube = checkpoint.checkpoint(conn, layer, Generations(Path(folder))).load()
        is_mean = layer.heatmap is not None and layer.heatmap.aggregate == "mean"
        none = Changes(cube.all_events().take(np.arange(0)), np.zeros(0, np.int8))
        by_cube = heatmap.tile(View(cube, none, is_mean=is_mean), at, wanted)
    by_rows = heatmap.tile_of_rows(conn, layer, at, wanted)
    assert by_cube == by_rows
    return by_rows


def _count(
    conn: Connection, layer: Layer, resolution: int, wanted: Filter
) -> dict[int, tuple[int, float | None]]:
    found = sql_counts.count(conn, layer, wanted, resolution)
    values = [None] * len(found.cells) if found.value is None else found.value.tolist()
    listed = zip(found.cells.tolist(), found.events.tolist(), values, strict=True)
    return {cell: (events, value) for cell, events, value in listed}


def _by_hand(events: Iterable[Any], resolution: int) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        fine = h3.latlng_to_cell(event.place[1], event.place[0], 10)
        found[f"{h3.cell_to_parent(fine, resolution):x}"].append(event)
    return found


def _decoded(body: bytes) -> dict[str, dict[str, Any]]:
    if not body:
        return {}
    layer = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})["heatmap"]
    return {f["properties"]["cell"]: f for f in layer["features"]}


def test_resolution_follows_the_zoom() -> None:
    wanted = {0: 1, 3: 3, 5: 4, 7: 6, 8: 7, 9: 7, 10: 8, 11: 8, 12: 9, 13: 10, 14: 10, 22: 10}
    assert {zoom: heatmap.resolution(zoom) for zoom in wanted} == wanted


@pytest.mark.parametrize("zoom", [0, 5, 7, 8, 9, 10, 11, 12, 13, 15])
def test_a_tile_counts_as_by_hand(
    conn: Connection, layers: Layers, events: Callable[[int], list[Any]], zoom: int
) -> None:
    made = events(800)
    at = _tile_of(105.84, 21.59, zoom)
    body = _tile(conn, layers.get("incident"), at, Filter())
    found = _decoded(body)
    by_hand = _by_hand(made, heatmap.resolution(zoom))
    assert found
    for cell, feature in found.items():
        assert feature["properties"]["count"] == len(by_hand[cell])
        assert feature["properties"]["value"] == sum(e.severity for e in by_hand[cell])
    west, south, east, north = at.bbox()
    for cell, inside in by_hand.items():
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(int(cell, 16))]
        if shapely.box(west, south, east, north).intersects(shapely.Polygon(ring)):
            assert cell in found, f"{len(inside)} events are missing"


def test_neighbouring_tiles_agree_on_the_cells_between_them(
    conn: Connection, layers: Layers
) -> None:
    left = _tile_of(105.84, 21.59, 12)
    _, south, edge, north = left.bbox()
    for step in range(40):
        lon, lat = edge + (step % 5 - 2) * 2e-4, south + (north - south) * step / 40
        conn.execute(
            "INSERT INTO layer.incident (category, occurred_at, geom, h3) VALUES"
            " ('theft', now(), ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
            (lon, lat, h3.latlng_to_cell(lat, lon, 10)),
        )
    pair = (left, left._replace(x=left.x + 1))
    one, two = (_decoded(_tile(conn, layers.get("incident"), at, Filter())) for at in pair)
    assert set(one) == set(two)
    assert sum(feature["properties"]["count"] for feature in one.values()) == 40
    assert all(one[cell]["properties"] == two[cell]["properties"] for cell in one)


def test_time_and_category_filter_as_by_hand(
    conn: Connection, layers: Layers, events: Callable[[int], list[Any]]
) -> None:
    made = events(600)
    start = sorted(e.at for e in made)[100]
    end = start + timedelta(days=20)
    wanted = Filter(start, end, ("flood", "theft"))
    kept = [e for e in made if start <= e.at <= end and e.category in wanted.categories]
    assert 0 < len(kept) < len(made)
    counted = _count(conn, layers.get("incident"), 6, wanted)
    assert {f"{cell:x}": said for cell, said in counted.items()} == {
        cell: (len(inside), sum(e.severity for e in inside))
        for cell, inside in _by_hand(kept, 6).items()
    }


def test_both_ends_of_the_time_belong_to_it(
    conn: Connection, layers: Layers, events: Callable[[int], list[Any]]
) -> None:
    made = events(1)
    incident = layers.get("incident")
    (counted,) = _count(conn, incident, 1, Filter(made[0].at, made[0].at)).values()
    assert counted[0] == 1
    later = made[0].at + timedelta(microseconds=1)
    assert _count(conn, incident, 1, Filter(later)) == {}


def test_a_hexagon_stands_where_its_cell_is(
    conn: Connection, layers: Layers, events: Callable[[int], list[Any]]
) -> None:
    events(50)
    at = _tile_of(105.84, 21.59, 9)
    found = _decoded(_tile(conn, layers.get("incident"), at, Filter()))
    side = 2 * WEB_MERCATOR_HALF / (1 << at.z)
    west, north = at.x * side - WEB_MERCATOR_HALF, WEB_MERCATOR_HALF - at.y * side
    east, south = west + side, north - side
    for cell, feature in found.items():
        ring = feature["geometry"]["coordinates"][0]
        assert len(ring) == 7
        x, y = shapely.Polygon(ring).centroid.coords[0]
        lat, lon = h3.cell_to_latlng(int(cell, 16))
        merc_x = math.radians(lon) * 6378137
        merc_y = math.asinh(math.tan(math.radians(lat))) * 6378137
        assert x == pytest.approx((merc_x - west) / (east - west) * 4096, abs=2)
        assert y == pytest.approx((north - merc_y) / (north - south) * 4096, abs=2)


def test_a_weightless_layer_has_no_value(conn: Connection, layers: Layers) -> None:
    conn.execute(
        "INSERT INTO layer.report (category, status, received_at, geom, h3) VALUES"
        " ('traffic', 'new', now(), ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326), %s)",
        (h3.latlng_to_cell(21.59, 105.84, 10),),
    )
    (feature,) = _decoded(_tile(conn, layers.get("report"), TileId(0, 0, 0), Filter())).values()
    assert set(feature["properties"]) == {"cell", "count"}


def test_an_empty_tile_is_empty(conn: Connection, layers: Layers) -> None:
    assert _tile(conn, layers.get("incident"), TileId(5, 0, 0), Filter()) == b""


def test_what_a_layer_cannot_be_asked_is_refused(layers: Layers) -> None:
    known = layers.heatmaps
    with pytest.raises(NotAggregated, match="With one: .*incident"):
        heatmap.checked(layers.get("camera"), (), known)
    fire = layers.get("fire_event")
    assert fire.fields["category"].codes is not None
    with pytest.raises(CategoryUnknown, match="no category 'arson' .known: .*forest"):
        heatmap.checked(fire, ("forest", "arson"), known)
    heatmap.checked(layers.get("incident"), ("of_another_office",), known)
    with pytest.raises(CategoryUnknown, match="no categories"):
        heatmap.checked(layers.get("traffic"), ("car",), known)
