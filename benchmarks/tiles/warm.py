"""Tiles that were asked for before: from caches, by 304, and by nginx in front."""

import http.client
from collections.abc import Sequence

from benchmarks.tiles import client, front, report, servers, wrk
from benchmarks.tiles.data import Database
from benchmarks.tiles.servers import Server
from benchmarks.tiles.walks import occupied

_ZOOM, _TILES, _SECONDS = 16, 1500, 6


def warm(database: Database, clients: tuple[int, ...]) -> None:
    """Second pass over the same tiles, martin with its cache on."""
    report.section(f"Warm: the same {_TILES} tiles of zoom {_ZOOM} again and again (wrk)")
    if not wrk.present():
        print("wrk is absent: apt-get install wrk")
        return
    tiles = occupied(database, _ZOOM)[:_TILES]
    best: dict[str, float] = {}
    print("| server | clients | answers/s | p50 ms | p95 ms | p99 ms | errors |")
    print("|---|---|---|---|---|---|---|")
    if servers.program("martin"):
        with servers.martin(database, cache_mb=512) as server:
            paths = [server.address(*at) for at in tiles]
            best["martin"] = _rate(server, "martin", paths, clients)
    with servers.ours(database) as server:
        paths = [server.address(*at) for at in tiles]
        best["ours"] = _rate(server, "ours", paths, clients)
        tags = [_tag(server, path) for path in paths]
        best["304"] = _rate(server, "ours, 304", paths, clients, tags)
    report.goal("304 a second", best["304"], 5000)
    if "martin" in best:
        report.goal("warm: ours / martin", best["ours"] / best["martin"], 1.5, unit="x")
        nginx(database, clients, best["martin"])


def nginx(database: Database, clients: tuple[int, ...], martin: float) -> None:
    """The same through nginx with the configuration that comes with the product."""
    if front.program() is None:
        print("nginx is absent: apt-get install nginx-light")
        return
    with servers.ours(database) as server, front.nginx(database, server) as before:
        paths = [before.address(*at) for at in occupied(database, _ZOOM)[:_TILES]]
        rate = _rate(before, "ours behind nginx", paths, clients)
    report.goal("nginx: ours / martin", rate / martin, 20, unit="x")


def _rate(
    server: Server,
    name: str,
    paths: Sequence[str],
    clients: tuple[int, ...],
    tags: Sequence[str] = (),
) -> float:
    client.ask(server.port, paths, clients=8, most_seconds=60)
    best = 0.0
    for count in clients:
        seen = wrk.ask(server.port, paths, clients=count, seconds=_SECONDS, tags=tags)
        latencies = [f"{value:.2f}" for value in (seen.p50, seen.p95, seen.p99)]
        print(f"| {name} | {count} | {seen.rate:.0f} | {' | '.join(latencies)} | {seen.errors} |")
        best = max(best, seen.rate)
    return best


def _tag(server: Server, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"] or ""
