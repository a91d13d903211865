"""Requests of items a second, side by side; run with ``python -m benchmarks.features``."""

import argparse
import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.features import servers
from benchmarks.features.servers import Items
from benchmarks.tiles import data, report, wrk
from benchmarks.tiles.data import LAYER, Database

BOXES = {10: 0.0004, 1000: 0.0065, 10_000: 0.018}
"""Half the side of a box in degrees that holds somewhat more than so many parcels."""

_ASKED = 2_000
DEEP = 300_000


def main() -> None:
    """Measure each server alone, then compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"))
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--seconds", type=int, default=6, help="of a cell")
    parser.add_argument("--only", nargs="+", default=["ours", "tipg", "pygeoapi"])
    chosen = parser.parse_args()
    database = data.ready(chosen.var, fresh=False)
    places = _places(database)
    seen = {
        name: _measured(database, name, places, chosen.clients, chosen.seconds)
        for name in chosen.only
    }
    _goals(seen)


def _places(database: Database) -> list[tuple[float, float]]:
    statement = f"SELECT ST_XMin(geom), ST_YMin(geom) FROM layer.{LAYER} TABLESAMPLE SYSTEM (2)"  # noqa: S608
    with database.connect() as conn:
        found: list[Any] = conn.execute(statement).fetchall()
    order = np.random.default_rng(19).permutation(len(found))
    return [found[n] for n in order[:_ASKED]]


def _measured(
    database: Database, name: str, places: list[tuple[float, float]], clients: list[int], secs: int
) -> dict[str, float]:
    found: dict[str, float] = {}
    report.section(name)
    print(
        "| question | clients | answers/s | p50 ms | p95 ms | errors |\n|---|---|---|---|---|---|"
    )
    with getattr(servers, name)(database) as server:
        for what, paths in _cells(server, places).items():
            for count in clients:
                rate = wrk.ask(server.port, paths, clients=count, seconds=secs)
                if not rate.rate:
                    print(f"| {what} | {count} | NONE FINISHED in {secs} s | | | |", flush=True)
                    continue
                found[f"{what} {count}"] = rate.rate
                print(
                    f"| {what} | {count} | {rate.rate:.1f} | {rate.p50:.1f} | {rate.p95:.1f} |"
                    f" {rate.errors} |",
                    flush=True,
                )
        if name == "ours":
            _downloads(server)
    return found


def _cells(server: Items, places: list[tuple[float, float]]) -> dict[str, list[str]]:
    cells = {
        f"limit {limit} in a box": [
            server.listed(f"limit={limit}&bbox={x - w:.6f},{y - w:.6f},{x + w:.6f},{y + w:.6f}")
            for x, y in places
        ]
        for limit, w in BOXES.items()
    }
    keys = np.random.default_rng(7).integers(1, data.COUNT, _ASKED)
    cells["one feature"] = [server.one(int(key)) for key in keys]
    cells["first page of 100"] = [server.listed("limit=100")]
    cells[f"page at {DEEP:,}"] = [_deep(server)]
    for paths in cells.values():
        _check(server, paths[0])
    return cells


def _deep(server: Items) -> str:
    """Ours is where the link ``next`` of the page before leads; the others only know numbers."""
    query = f"limit=100&offset={DEEP}"
    if server.name != "ours":
        return server.listed(query)
    document = _get(server, server.listed(query))
    link = next(link["href"] for link in document["links"] if link["rel"] == "next")
    return str(link.partition(f":{server.port}")[2])


def _get(server: Items, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=60) as answer:
        return json.load(answer)


def _check(server: Items, path: str) -> None:
    found = _get(server, path)
    features = found.get("features", [found])
    if not features or not features[0]["geometry"]["coordinates"]:
        raise RuntimeError(f"{server.name} gives nothing at {path}")


def _downloads(server: Items) -> None:
    print(f"\n| all {data.COUNT:,} as | first byte s | s | MB |\n|---|---|---|---|")
    for form in ("geojsonseq", "csv", "fgb", "parquet"):
        begun, length = time.monotonic(), 0
        address = f"http://127.0.0.1:{server.port}{server.path}?f={form}"
        with urllib.request.urlopen(address, timeout=300) as answer:
            length += len(answer.read(1))
            first = time.monotonic() - begun
            while piece := answer.read(1 << 20):
                length += len(piece)
        whole = time.monotonic() - begun
        print(f"| {form} | {first:.2f} | {whole:.2f} | {length / 1e6:.0f} |", flush=True)


def _goals(seen: dict[str, dict[str, float]]) -> None:
    mine, other = seen.get("ours"), seen.get("tipg")
    if not mine or not other or "one feature 8" not in mine:
        return
    report.section("Goals, 8 clients")
    for what, wanted in (("limit 1000 in a box 8", 8.0), ("one feature 8", 5.0)):
        if what in mine and what in other:
            report.goal(f"{what} by tipg's", mine[what] / other[what], wanted, unit="x")
    deep = mine[f"page at {DEEP:,} 8"] / mine["first page of 100 8"]
    report.goal("deep page by the first", deep, 0.9)


if __name__ == "__main__":
    main()
