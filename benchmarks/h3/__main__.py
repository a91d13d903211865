"""A tile of hexagons, encoded by us and by mapbox-vector-tile: ``python -m benchmarks.h3``."""

import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import shapely

from layers.geo import TileId
from tiles import hexagons
from tiles.hexagons import Drawn, Hexagon, Shapes

AT, RESOLUTION = TileId(10, 813, 450), 8
"""A tile in the province of Thái Nguyên, full of hexagons of the resolution of its zoom."""

_TIMES = 30
_GOAL_MS = 5.0
"""Of a tile, in the server."""


def main() -> None:
    """Measure and print."""
    found = _hexagons()
    cells = [hexagon.cell for hexagon in found]
    known = Shapes()
    first = _milliseconds(lambda: Shapes().of(AT, cells))
    shapes = known.of(AT, cells)
    seen = [(h, shape) for h, shape in zip(found, shapes, strict=True) if shape]
    kept, drawn = [h for h, _ in seen], [shape for _, shape in seen]

    def tile() -> bytes:
        known.of(AT, cells)
        return hexagons.encode("heatmap", kept, drawn)

    polygons = _polygons(drawn)
    ours, theirs = _milliseconds(tile), _milliseconds(lambda: _by_library(kept, polygons), 3)
    print(f"{len(kept):,} hexagons, {len(tile()):,} bytes; median, milliseconds\n")
    print("| | ms |\n|---|---|")
    print(f"| shapes, the first time | {first:.1f} |")
    print(f"| a tile, shapes known | {ours:.1f} |")
    print(f"| mapbox-vector-tile | {theirs:.1f} |\n")
    print(f"ours / mapbox-vector-tile: {theirs / ours:.0f}x as fast")
    print(f"a tile <= {_GOAL_MS} ms: {ours:.1f} {'met' if ours <= _GOAL_MS else 'MISSED'}")


def _hexagons() -> list[Hexagon]:
    west, south, east, north = AT.bbox()
    chance = random.Random(29)  # noqa: S311 - no secret
    middle = h3.latlng_to_cell((south + north) / 2, (west + east) / 2, RESOLUTION)
    return [
        Hexagon(cell, chance.randint(1, 500), float(chance.randint(1, 2_000)))
        for cell in sorted(h3.grid_disk(middle, 30))
    ]


def _by_library(kept: list[Hexagon], polygons: list[Any]) -> bytes:
    """Encode the same hexagons, whose shapes are at hand."""
    said = [{"cell": f"{h.cell:x}", "count": h.events, "value": h.value} for h in kept]
    features = [
        {"geometry": shape, "properties": properties}
        for shape, properties in zip(polygons, said, strict=True)
    ]
    made: bytes = mapbox_vector_tile.encode(
        [{"name": "heatmap", "features": features}],
        default_options={"extents": hexagons.EXTENT, "y_coord_down": True},
    )
    return made


def _polygons(drawn: list[Drawn]) -> list[Any]:
    body = hexagons.encode("heatmap", [Hexagon(0, 1, None)] * len(drawn), drawn)
    tile = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    rings = [feature["geometry"]["coordinates"][0] for feature in tile["heatmap"]["features"]]
    return [shapely.Polygon(ring) for ring in rings]


def _milliseconds(work: Callable[[], object], times: int = _TIMES) -> float:
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


if __name__ == "__main__":
    main()
