"""Tiles that nobody has asked for before: drawn on request, and from the pyramid."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from benchmarks.tiles import client, report, servers
from benchmarks.tiles.client import Seen
from benchmarks.tiles.data import LAYER, Database
from benchmarks.tiles.servers import Server
from benchmarks.tiles.walks import occupied
from layers.geo import TileId

ZOOMS = (6, 8, 10, 12, 13, 14, 15, 16)
_LEAST, _MOST = 60, 1600
_FIRST = 64
"""Tiles that are asked for before the clock starts, so that connections to the database are up."""

_SECONDS = 20.0
_RUN = int(time.time())
"""Part of every filter: filtered tiles are kept, and those of an earlier run would be found."""

Rates = dict[tuple[str, int], Seen]
"""What was seen by (server, zoom) with eight clients."""


def fly(database: Database, zooms: tuple[int, ...], clients: tuple[int, ...]) -> None:
    """Draw on request: ours with a filter that all parcels pass, so that nothing stored helps."""
    report.section("Drawn on request, caches off or cold")
    report.heading()
    deep = tuple(zoom for zoom in zooms if zoom >= 12)
    rates = _measure(database, deep, clients, {"ours": servers.ours, **_peers(database)})
    for zoom in deep:
        _ratio(rates, zoom, "martin", 3)
        _ratio(rates, zoom, "tegola", 2)


def stored(database: Database, zooms: tuple[int, ...], clients: tuple[int, ...]) -> None:
    """Never requested before: ours from the pyramid, the server just started."""
    database.gis("tiles", "build", LAYER)
    report.section("Never requested before: ours drawn ahead, peers on request")
    report.heading()
    rates = _measure(
        database, zooms, clients, {"ours": servers.ours, **_peers(database)}, choose=False
    )
    for zoom in zooms:
        wanted = 50 if zoom <= 12 else 15 if zoom <= 14 else 4
        _ratio(rates, zoom, "martin", wanted)
        if ("ours", zoom) in rates:
            p95 = rates["ours", zoom].percentile(95)
            report.goal(f"p95 at zoom {zoom}", p95, 20, at_least=False, unit=" ms")


def _peers(database: Database) -> dict[str, Callable[[Database], AbstractContextManager[Server]]]:
    found: dict[str, Callable[[Database], AbstractContextManager[Server]]] = {}
    if servers.program("martin"):
        found["martin"] = lambda of: servers.martin(of, cache_mb=0)
    if servers.program("tegola"):
        found["tegola"] = servers.tegola
    if servers.program("pg_tileserv"):
        found["pg_tileserv"] = servers.pg_tileserv
    for name in sorted(set(servers.HOW) - set(found)):
        print(f"{name} is absent: {servers.HOW[name]}")
    servers.peers(database)
    return {**found, "tipg": servers.tipg}


def _measure(
    database: Database,
    zooms: tuple[int, ...],
    clients: tuple[int, ...],
    who: dict[str, Callable[[Database], AbstractContextManager[Server]]],
    *,
    choose: bool = True,
) -> Rates:
    found: Rates = {}
    for name, start in who.items():
        for zoom in zooms:
            tiles = occupied(database, zoom)
            for count in clients:
                # A server just started has nothing in its memory.
                with start(database) as server:
                    paths = list(_paths(server, tiles, choose=choose and name == "ours", of=count))
                    if choose or name != "ours":
                        client.ask(server.port, paths[:_FIRST], clients=8, most_seconds=30)
                        paths = paths[_FIRST:]
                    seen = client.ask(server.port, paths, clients=count, most_seconds=_SECONDS)
                report.row(zoom, count, name, seen)
                if count == 8 or len(clients) == 1:
                    found[name, zoom] = seen
    return found


def _paths(server: Server, tiles: list[TileId], *, choose: bool, of: int) -> Iterator[str]:
    """Yield distinct addresses; where there are few tiles, each several times.

    A peer draws the same tile anew each time, its cache being off; ours gets another filter.
    """
    wanted = max(_LEAST, min(len(tiles), _MOST)) + _FIRST
    for n in range(wanted):
        at = tiles[n % len(tiles)]
        again = n // len(tiles)
        query = f"?filter=area_m2%20%3E%20-{_RUN}.{of * 1000 + again + 1}" if choose else ""
        yield server.address(*at, query)


def _ratio(rates: Rates, zoom: int, peer: str, wanted: float) -> None:
    if (peer, zoom) in rates and ("ours", zoom) in rates:
        ratio = rates["ours", zoom].rate / max(rates[peer, zoom].rate, 1e-9)
        report.goal(f"zoom {zoom}: ours / {peer}", ratio, wanted, unit="x")
