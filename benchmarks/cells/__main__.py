"""Events counted by cell and time, side by side with other ways: ``python -m benchmarks.cells``."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import numpy as np
import shapely

from benchmarks.cells import peers, played, sample, served
from cells import cube, index
from cells.build import build
from cells.events import Events
from cells.question import Counted
from layers.geo import TileId
from tiles import hexagon_sheets, hexagons

AT = TileId(10, 813, 450)
"""A tile in the province of Thái Nguyên, full of hexagons of the resolution of its zoom."""

PARTS = ("index", "tile", "cube", "peers", "served", "played", "many")

_TEN, _HUNDRED = 10_000_000, 100_000_000
_POINTS = 1_000_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"))
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    args = parser.parse_args()
    parts: dict[str, Callable[[Path], None]] = {
        "index": _index, "tile": _tile, "cube": _cube, "peers": _peers, "served": _served,
        "played": _played, "many": _many,
    }  # fmt: skip
    for name in PARTS:
        if name in args.only:
            parts[name](args.var.absolute())


def _index(_: Path) -> None:
    _section(f"Index of {_POINTS:,} points at resolution 10")
    longitude, latitude = sample.places(np.random.default_rng(1), _POINTS)
    ours = _seconds(lambda: index.cells_of(longitude, latitude, 10))
    pairs = list(zip(latitude.tolist(), longitude.tolist(), strict=True))
    library = _seconds(lambda: [h3.latlng_to_cell(*pair, 10) for pair in pairs], 1)
    _row("ours", [ours])
    _row("h3, point by point", [library], ours)
    _goal("index", ours, 0.6, "s")


def _tile(_: Path) -> None:
    cells = _full()
    sheet = hexagon_sheets.sheet(AT, cells)
    chance = np.random.default_rng(29)
    count = len(sheet.places)
    counted = Counted(
        cells[sheet.places], chance.integers(1, 500, count),
        chance.integers(1, 2000, count).astype(float), np.ones(count),
    )  # fmt: skip
    tile = hexagons.encode("heatmap", sheet, counted)
    _section(f"A tile of {count:,} hexagons with counts and values, {len(tile):,} bytes")
    ours = _seconds(lambda: hexagons.encode("heatmap", sheet, counted), 50)
    polygons = _polygons(tile)
    library = _seconds(lambda: _by_library(counted, polygons), 3)
    _row("the sheet, once", [_seconds(lambda: hexagon_sheets.sheet(AT, cells), 10)])
    _row("ours", [ours])
    _row("mapbox-vector-tile", [library], ours)


def _cube(var: Path) -> None:
    _cube_of(var, _TEN, whole=0.025)


def _many(var: Path) -> None:
    _cube_of(var, _HUNDRED, whole=0.060)


def _cube_of(var: Path, count: int, *, whole: float) -> None:
    """Build a cube of so many events, and query it in a process of its own."""
    _section(f"A cube of {count:,} events, 20 categories, a year")
    events = sample.events(count)
    begun = time.perf_counter()
    built = build(events)
    took = time.perf_counter() - begun
    folder = var / "cube"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cube.save(built, folder)
    print(f"{len(built.cells):,} cells of resolution 9, {len(built.events.cells)} checkpoints\n")
    _row("built from columns", [took])
    del events, built
    command = [sys.executable, "-m", "benchmarks.cells.cube_process", str(folder)]
    figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    for what, seconds in figures["seconds"].items():
        _row(what, seconds)
    print(", ".join(f"{size:.0f} MiB {what}" for what, size in figures["MiB"].items()))
    _goal("whole province, p95", _p95(figures["seconds"]["whole province"]), whole, "s")
    if count == _TEN:
        _goal("built", took, 20, "s")
        for what in ("a tile, question of its own", "a tile of twelve"):
            _goal(f"{what}, p95", _p95(figures["seconds"][what]), 0.005, "s")
    else:
        _goal("in memory", figures["MiB"]["in memory"], 2048, "MiB")


def _peers(var: Path) -> None:
    _section(f"The same questions of the whole province to others, {_TEN:,} events")
    events = sample.events(_TEN)
    ours = _ours(events)
    _row("ours", ours)
    for name, seconds in peers.sql(served.ready(var, events)).items():
        _row(name, seconds, median(ours))
    _row("DuckDB", peers.duckdb(events, var), median(ours))


def _ours(events: Events) -> list[float]:
    from cells import query  # noqa: PLC0415

    built = build(events)
    durations = []
    for question in sample.questions(50):
        begun = time.perf_counter()
        query.sums(built, query.chosen(built, question), 9)
        durations.append(time.perf_counter() - begun)
    return durations


def _served(var: Path) -> None:
    _section(f"The server, {_TEN:,} events in a table")
    database = served.ready(var, sample.events(_TEN))
    took, report = served.rebuild(database)
    print(f"gis cells rebuild: {report}\n")
    tiles = served.rate(database)
    print(
        f"{tiles.rate:,.0f} tiles a second, p50 {tiles.p50:.1f} ms, p95 {tiles.p95:.1f} ms,"
        f" {tiles.errors} errors (8 clients, two workers)"
    )
    late = served.fresh(database)
    _row("an event is in the tile after", late)
    _goal("gis cells rebuild", took, 20, "s")
    _goal("tiles a second", tiles.rate, 1000, "/s", at_least=True)
    _goal("an event is in the tile, at most", max(late), 1, "s")


def _played(var: Path) -> None:
    _section("The map plays a week in Chromium without a graphics card, 1366 x 768")
    database = served.ready(var, sample.events(_TEN))
    for zoom in (9.5, 10.5):
        number, seconds = played.frames(database, zoom)
        print(f"- zoom {zoom}: {number} of 145 frames in {seconds:.1f} s")
        _goal(f"frames a second at zoom {zoom}", number / seconds, 10, "/s", at_least=True)


def _full() -> index.Cells:
    west, south, east, north = AT.bbox()
    middle = h3.latlng_to_cell((south + north) / 2, (west + east) / 2, 8)
    return np.array(sorted(h3.grid_disk(middle, 30)), np.uint64)


def _by_library(counted: Counted, polygons: list[Any]) -> bytes:
    """Encode the same hexagons, whose shapes are at hand."""
    arrays = (counted.cells, counted.events, np.asarray(counted.value))
    columns = [array.tolist() for array in arrays]
    features = [
        {"geometry": shape, "properties": {"cell": f"{cell:x}", "count": count, "value": value}}
        for shape, cell, count, value in zip(polygons, *columns, strict=True)
    ]
    encoded: bytes = mapbox_vector_tile.encode(
        [{"name": "heatmap", "features": features}],
        default_options={"extents": hexagon_sheets.EXTENT, "y_coord_down": True},
    )
    return encoded


def _polygons(tile: bytes) -> list[Any]:
    decoded = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    features = decoded["heatmap"]["features"]
    return [shapely.Polygon(feature["geometry"]["coordinates"][0]) for feature in features]


def _seconds(work: Callable[[], object], times: int = 5) -> float:
    work()
    durations = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        durations.append(time.perf_counter() - begun)
    return median(durations)


def _p95(seconds: Sequence[float]) -> float:
    return float(np.percentile(seconds, 95))


def _section(title: str) -> None:
    print(f"\n## {title}\n", flush=True)


def _row(what: str, seconds: Sequence[float], ours: float | None = None) -> None:
    low, high = (float(np.percentile(seconds, share)) * 1000 for share in (50, 95))
    ratio = f", ours is {median(seconds) / ours:.1f} times as fast" if ours else ""
    spread = f", p95 {high:,.1f} ms, most {max(seconds) * 1000:,.1f} ms" if len(seconds) > 1 else ""
    print(f"- {what}: {low:,.1f} ms{spread}{ratio}", flush=True)


def _goal(what: str, value: float, goal: float, unit: str, *, at_least: bool = False) -> None:
    is_met = value >= goal if at_least else value <= goal
    sign = ">=" if at_least else "<="
    print(f"  goal: {what} {sign} {goal} {unit}: {value:,.4g} {'met' if is_met else 'MISSED'}")


if __name__ == "__main__":
    main()
