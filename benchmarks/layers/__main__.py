"""What 150 layers cost that nobody touches; run with ``python -m benchmarks.layers``."""

import argparse
import gzip
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.layers import folders, installation
from benchmarks.layers.installation import Server
from gis_server.runtime.postgres import Cluster
from layers.geo import TileId

SIZES = (20, 170)
"""Numbers of layers that are made up, all with rows in one place; the product's are beside them."""

_ASKED = 15
"""How often a question is asked; the median counts."""

_IDLE = 10
"""Seconds in which a server is left alone."""


def main() -> None:
    """Measure one size after the other; print the figures and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/bench"))
    chosen = parser.parse_args()
    cluster = Cluster(chosen.var)
    cluster.start()
    figures = [measured(cluster, size) for size in SIZES]
    few, many = SIZES
    print(f"{'':46} {few:>10} {many:>10} {'ratio':>8}")
    for name, (figure, unit) in figures[0].items():
        other = figures[1][name][0]
        ratio = other / figure if figure else float("nan")
        print(f"{name:46} {figure:>10.3f} {other:>10.3f} {ratio:>8.1f}  {unit}")


def measured(cluster: Cluster, size: int) -> dict[str, tuple[float, str]]:
    """Return the figures of so many layers, each with its unit."""
    folder = Path(tempfile.mkdtemp(prefix="gis-layers-"))
    try:
        names = folders.write(folder / "layers", size)
        made = installation.create(cluster, folder, f"layers_{size}")
        _tell(f"{size} layers: first start ...")
        first = made.migrate()
        folders.fill(made.url, names)
        second = made.migrate()
        found = {
            "first start": (first.waited, "s"),
            "second start": (second.waited, "s"),
            "second start, processor": (second.processor, "s"),
        }
        _tell(f"{size} layers: the server ...")
        with installation.serving(made) as (server, until):
            found["until the server answers"] = (until, "s")
            return found | _served(server, folder / "layers", names[0])
    finally:
        shutil.rmtree(folder)


def _served(server: Server, layers: Path, name: str) -> dict[str, tuple[float, str]]:
    """Ask a server; it draws tiles ahead first, which is no part of the measurement."""
    server.rest()
    before = server.processor()
    time.sleep(_IDLE)
    found = {"at rest, processor in a second": ((server.processor() - before) / _IDLE, "s")}
    waited, used = _changed(server, layers, name)
    found["a changed folder is served after"] = (waited, "s")
    found["a changed folder, processor"] = (used, "s")
    found["search of a word"] = (_median(server, ["/search?q=ch%E1%BB%A3%2017"] * _ASKED), "s")
    found["search of what is not there"] = (_median(server, ["/search?q=khongthay"] * _ASKED), "s")
    # Below the zooms that are drawn ahead: each is drawn for who asks, of each layer.
    found["a tile of all layers, drawn"] = (_median(server, _tiles(18)), "s")
    found["the same again"] = (_median(server, _tiles(18)), "s")
    found["a tile of all layers, drawn ahead"] = (_median(server, _tiles(14)), "s")
    # Far from all rows, so that the limits of every layer are looked at.
    found["a tile that no layer reaches"] = (_median(server, _tiles(14, (110.0, 14.0))), "s")
    found["descriptions of all layers"] = (_median(server, ["/catalogue.json"] * _ASKED), "s")
    definition = server.get("/ogc/openapi?f=json")
    found["OpenAPI definition"] = (len(definition) / 1e6, "MB")
    found["OpenAPI definition, compressed"] = (len(gzip.compress(definition)) / 1e6, "MB")
    found["OpenAPI definition, made"] = (_median(server, ["/ogc/openapi?f=json"] * 5), "s")
    return found


def _changed(server: Server, layers: Path, name: str) -> tuple[float, float]:
    """Give a layer another title; wait until it is served and all is at rest again."""
    before, began = server.processor(), time.monotonic()
    folders.retitle(layers, name, "Changed")
    while b"Changed" not in server.get(f"/ogc/collections/{name}?f=json&lang=en"):
        time.sleep(0.05)
    waited = time.monotonic() - began
    server.rest()
    return waited, server.processor() - before


def _median(server: Server, paths: list[str]) -> float:
    return statistics.median(server.seconds(path) for path in paths)


def _tiles(zoom: int, place: tuple[float, float] = folders.PLACE) -> list[str]:
    """Return the addresses of tiles side by side, by default where the rows are."""
    first = TileId.at(*place, zoom)
    return [
        f"/ogc/tiles/WebMercatorQuad/{zoom}/{first.y - n // 4}/{first.x + n % 4}"
        for n in range(_ASKED)
    ]


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
