"""How long a committed change is not in the tiles, under load; and that none stays out."""

import threading
import time
import urllib.request
from collections.abc import Callable

import mapbox_vector_tile
import numpy as np

from benchmarks.tiles import client, report, servers
from benchmarks.tiles.data import Database
from benchmarks.tiles.servers import Server
from layers.geo import TileId

_PLACE = (105.84, 21.59)
_AT = TileId.at(*_PLACE, 15)
_SECONDS, _RATE = 60, 200
_LATE = 1.0


def get(server: Server, at: TileId, layer: str | None = None) -> bytes:
    """Ask for a tile; empty when it has nothing."""
    path = f"/tiles/{layer}/{at.z}/{at.x}/{at.y}.mvt" if layer else server.address(*at)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        body: bytes = answer.read()
        return body


def fresh(database: Database, seconds: int = _SECONDS) -> None:
    """Commit a change twice a second while tiles are asked for 200 times a second."""
    report.section(f"Fresh: a change every half second under {_RATE} tiles a second, {seconds} s")
    with servers.ours(database) as server, database.connect() as conn:
        conn.execute("TRUNCATE layer.camera")
        _camera(database, "0")
        stop = threading.Event()
        load = threading.Thread(target=_load, args=(server, stop))
        load.start()
        took = []
        try:
            for n in range(1, seconds * 2):
                conn.execute("UPDATE layer.camera SET code = %s", (str(n),))
                took.append(_until(server, {str(n)}.__eq__))
                time.sleep(max(0.0, 0.5 - took[-1]))
        finally:
            stop.set()
            load.join()
    p50, p99 = np.percentile(took, [50, 99])
    print(f"{len(took)} changes: p50 {p50:.3f} s, p99 {p99:.3f} s, most {max(took):.3f} s")
    report.goal("fresh p99", float(p99), _LATE, at_least=False, unit=" s")
    never(database)


def never(database: Database) -> None:
    """Move, delete, truncate, copy a million rows, change while the server is down."""
    late: dict[str, float] = {}
    with servers.ours(database) as server, database.connect() as conn:
        conn.execute("TRUNCATE layer.camera")
        late["truncate"] = _until(server, lambda codes: codes == set())
        _camera(database, "A")
        late["insert"] = _until(server, lambda codes: codes == {"A"})
        conn.execute("UPDATE layer.camera SET geom = ST_Translate(geom, 1, 0)")
        late["move away"] = _until(server, lambda codes: codes == set())
        conn.execute("UPDATE layer.camera SET geom = ST_Translate(geom, -1, 0)")
        late["move back"] = _until(server, lambda codes: codes == {"A"})
        conn.execute("DELETE FROM layer.camera")
        late["delete"] = _until(server, lambda codes: codes == set())
        _copy(database, 1_000_000)
        late["copy of a million"] = _until(server, lambda codes: codes != set())
    with database.connect() as conn:
        conn.execute("TRUNCATE layer.camera")
        _camera(database, "down")
    with servers.ours(database) as server:
        late["while the server was down"] = _until(server, lambda codes: codes == {"down"})
    for what, seconds in late.items():
        print(f"{what}: {seconds:.3f} s")
    report.goal("the latest of these", max(late.values()), _LATE, at_least=False, unit=" s")


def _until(server: Server, fits: Callable[[set[str]], bool]) -> float:
    begun = time.perf_counter()
    while time.perf_counter() - begun < 30:
        body = get(server, _AT, "camera")
        features = mapbox_vector_tile.decode(body)["camera"]["features"] if body else []
        if fits({feature["properties"]["code"] for feature in features}):
            return time.perf_counter() - begun
        time.sleep(0.005)
    return time.perf_counter() - begun


def _load(server: Server, stop: threading.Event) -> None:
    """Ask for the changing tile and those around it, at an even rate."""
    around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    tiles = [_AT._replace(x=_AT.x + x, y=_AT.y + y) for x, y in around]
    paths = [f"/tiles/camera/{at.z}/{at.x}/{at.y}.mvt" for at in tiles * 3][: _RATE // 10]
    while not stop.is_set():
        begun = time.perf_counter()
        client.ask(server.port, paths, clients=4, most_seconds=5)
        time.sleep(max(0.0, 0.1 - (time.perf_counter() - begun)))


def _camera(database: Database, code: str) -> None:
    with database.connect() as conn:
        conn.execute(
            "INSERT INTO layer.camera (code, name, geom)"
            " VALUES (%s, 'x', ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
            (code, *_PLACE),
        )


def _copy(database: Database, count: int) -> None:
    with (
        database.connect() as conn,
        conn.cursor() as cursor,
        cursor.copy("COPY layer.camera (code, name, geom) FROM STDIN") as copy,
    ):
        for n in range(count):
            x, y = _PLACE[0] + n % 1000 / 1000 - 0.5, _PLACE[1] + n // 1000 / 1000 - 0.5
            copy.write_row((str(n), "x", f"SRID=4326;POINT({x} {y})"))
