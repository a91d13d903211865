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

_SECONDS = 6.0
_RUN = int(time.time())
"""Part of every filter: filtered tiles are kept, and those of an earlier run would be found."""

_SLOW = 16
"""First zoom that pygeoapi is asked at: a tile takes it seconds there, and minutes above."""

AHEAD, FILTERED = "ours, drawn ahead", "ours, filtered"

Start = Callable[[Database], AbstractContextManager[Server]]
Rates = dict[tuple[str, int], Seen]
"""What was seen by (server, zoom) with eight clients."""


def cold(database: Database, zooms: tuple[int, ...], clients: tuple[int, ...]) -> None:
    """Tiles never asked for: ours from the pyramid, ours with a filter, and the peers.

    The filter lets all parcels pass, so that the same is drawn, and nothing stored helps.
    """
    database.gis("tiles", "build", LAYER)
    report.section("Never asked for before; peers on request, without a cache")
    report.heading()
    who = {AHEAD: servers.ours, FILTERED: servers.ours, **_peers(database)}
    rates = _measure(database, zooms, clients, who)
    for zoom in zooms:
        _goals(rates, zoom)


def _goals(rates: Rates, zoom: int) -> None:
    times = 50 if zoom <= 12 else 15 if zoom <= 14 else 4
    _ratio(rates, zoom, AHEAD, "martin", times)
    p95 = rates[AHEAD, zoom].percentile(95)
    report.goal(f"zoom {zoom}: {AHEAD}, p95", p95, 20, at_least=False, unit=" ms")
    if zoom >= 12:
        _ratio(rates, zoom, FILTERED, "martin", 3)
        _ratio(rates, zoom, FILTERED, "tegola", 2)


def _peers(database: Database) -> dict[str, Start]:
    present: dict[str, Start] = {}
    if servers.program("martin"):
        present["martin"] = lambda shared: servers.martin(shared, cache_mb=0)
    if servers.program("tegola"):
        present["tegola"] = servers.tegola
    if servers.program("pg_tileserv"):
        present["pg_tileserv"] = servers.pg_tileserv
    for name in sorted(set(servers.HOW) - set(present)):
        print(f"{name} is absent: {servers.HOW[name]}")
    servers.peers(database)
    return {**present, "tipg": servers.tipg, "pygeoapi": servers.pygeoapi}


def _measure(
    database: Database,
    zooms: tuple[int, ...],
    clients: tuple[int, ...],
    who: dict[str, Start],
) -> Rates:
    rates: Rates = {}
    for name, start in who.items():
        with start(database) as server:
            _wake(database, server, name)
            for zoom in zooms:
                if name != "pygeoapi" or zoom >= _SLOW:
                    rates |= _at(database, server, name, zoom, clients)
    return rates


def _wake(database: Database, server: Server, name: str) -> None:
    """Ask for some tiles of the deepest zoom, which come quickest."""
    if name != AHEAD:
        tiles = occupied(database, max(ZOOMS))[:_FIRST]
        paths = list(_paths(server, tiles, series=0, choose=name == FILTERED))
        client.ask(server.port, paths, clients=8, most_seconds=_SECONDS)


def _at(
    database: Database, server: Server, name: str, zoom: int, clients: tuple[int, ...]
) -> Rates:
    rates: Rates = {}
    tiles = occupied(database, zoom)
    for count in clients:
        paths = list(_paths(server, tiles, series=count, choose=name == FILTERED))
        seen = client.ask(server.port, paths, clients=count, most_seconds=_SECONDS)
        report.row(zoom, count, name, seen)
        if count == 8 or len(clients) == 1:
            rates[name, zoom] = seen
    return rates


def _paths(server: Server, tiles: list[TileId], *, series: int, choose: bool) -> Iterator[str]:
    """Yield distinct addresses; where there are few tiles, each several times.

    A peer draws the same tile anew each time, its cache being off; ours gets another filter.
    """
    for n in range(max(_LEAST, min(len(tiles), _MOST))):
        at = tiles[n % len(tiles)]
        again = n // len(tiles)
        query = f"?filter=area_m2%20%3E%20-{_RUN}.{series * 1000 + again + 1}" if choose else ""
        yield server.address(*at, query)


def _ratio(rates: Rates, zoom: int, own: str, peer: str, times: float) -> None:
    if (peer, zoom) in rates:
        ratio = rates[own, zoom].rate / max(rates[peer, zoom].rate, 1e-9)
        report.goal(f"zoom {zoom}: {own} / {peer}", ratio, times, unit="x")
