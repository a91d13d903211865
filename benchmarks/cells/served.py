"""The server's own figures: the rebuild of a cube, tiles a second, and freshness."""

import random
import shutil
import time
import urllib.request
from pathlib import Path

import mapbox_vector_tile
import numpy as np
import psycopg
from psycopg.conninfo import make_conninfo

from benchmarks.cells import sample
from benchmarks.tiles import data as of_tiles
from benchmarks.tiles import servers, wrk
from benchmarks.tiles.data import Database
from benchmarks.tiles.servers import Server
from cells import index
from cells.events import Events
from gis_server.runtime.postgres import Cluster
from layers.geo import TileId

LAYER = "many_event"
_LAYERS = Path(__file__).parent / "layers"
_PART = 500_000
_CLIENTS, _SECONDS = 8, 10
_CHANGES = 40
_NEW = 1_000_000_000
"""Numbers of events that are added are above this."""


def ready(var: Path, events: Events) -> Database:
    """Start the cluster and fill the table, unless it has as many rows."""
    database = of_tiles.started(var, _LAYERS)
    with database.connect() as conn:
        row = conn.execute("SELECT count(*) FROM layer.many_event").fetchone()
    if row != (len(events),):
        print(f"writing {len(events):,} rows into {LAYER} ...", flush=True)
        _fill(database, events)
    return database


def rebuild(database: Database) -> tuple[float, str]:
    """Return the seconds of ``gis cells rebuild``, and what it says."""
    shutil.rmtree(database.var / "gis" / "cells" / LAYER, ignore_errors=True)
    begun = time.perf_counter()
    report = database.gis("cells", "rebuild", LAYER).strip()
    return time.perf_counter() - begun, report


def rate(database: Database) -> wrk.Rate:
    """Return how many tiles the server gives a second: views of twelve with one question each."""
    chance = random.Random(11)  # noqa: S311 - no secret
    paths = []
    for question in sample.questions(150, 13):
        query = f"datetime={_iso(question.start)}/{_iso(question.end)}"
        query += f"&category={','.join(question.categories)}" if question.categories else ""
        tiles = sample.tiles(chance.choice((8, 9, 10, 11, 12, 13)))
        chosen = chance.sample(tiles, min(12, len(tiles)))
        paths += [f"/heatmap/{LAYER}/{at.z}/{at.x}/{at.y}.mvt?{query}" for at in chosen]
    with servers.ours(database) as server:
        until_counted(server)
        wrk.ask(server.port, paths, clients=_CLIENTS, seconds=_SECONDS)
        return wrk.ask(server.port, paths, clients=_CLIENTS, seconds=_SECONDS)


def fresh(database: Database) -> list[float]:
    """Return seconds from the commit of an event to the first tile that counts it."""
    at = TileId.at(*sample.MIDDLE, 16)
    cell = int(index.cells_of([sample.MIDDLE[0]], [sample.MIDDLE[1]], 10)[0])
    name = f"{cell:x}"
    durations = []
    with servers.ours(database) as server, database.connect() as conn:
        until_counted(server)
        before = _count(server, at, name)
        for number in range(1, _CHANGES + 1):
            begun = time.perf_counter()
            conn.execute(
                f"INSERT INTO layer.{LAYER} (id, category, occurred_at, geom, h3) VALUES"  # noqa: S608
                " (%s, 'c00', '2025-06-01', ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s)",
                (_NEW + number, *sample.MIDDLE, cell),
            )
            while _count(server, at, name) < before + number:
                time.sleep(0.005)
            durations.append(time.perf_counter() - begun)
            time.sleep(random.random() / 4)  # noqa: S311 - no secret
        conn.execute("DELETE FROM layer.many_event WHERE id > %s", (_NEW,))
    return durations


def _count(server: Server, at: TileId, name: str) -> int:
    address = f"http://127.0.0.1:{server.port}/heatmap/{LAYER}/{at.z}/{at.x}/{at.y}.mvt"
    with urllib.request.urlopen(address) as answer:
        body = answer.read()
    features = mapbox_vector_tile.decode(body)["heatmap"]["features"] if body else []
    counts = (f["properties"]["count"] for f in features if f["properties"]["cell"] == name)
    return int(next(counts, 0))


def until_counted(server: Server) -> None:
    """Wait until the server has its cube: a tile of rows takes seconds."""
    for _ in range(60):
        begun = time.perf_counter()
        at = sample.tiles(9)[0]
        start = random.randrange(10**6)  # noqa: S311 - no secret
        address = f"http://127.0.0.1:{server.port}/heatmap/{LAYER}/{at.z}/{at.x}/{at.y}.mvt"
        address += f"?datetime=2025-01-01T00:00:00.{start:06}Z/.."
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - an address of ours
            answer.read()
        if time.perf_counter() - begun < 0.1:
            return
        time.sleep(0.5)
    raise RuntimeError("the server has no cube after half a minute")


def _iso(time_: object) -> str:
    return str(time_).replace(" ", "T").replace("+00:00", "Z")


def _fill(database: Database, events: Events) -> None:
    """Write the rows without triggers, which would take minutes and are not what is measured."""
    administrator = make_conninfo(Cluster(database.var).admin_dsn(), dbname="gis")
    with psycopg.connect(administrator) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute(f"TRUNCATE layer.{LAYER}")
        columns = "id, category, occurred_at, geom, h3"
        with (
            conn.cursor() as cursor,
            cursor.copy(f"COPY layer.{LAYER} ({columns}) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for first in range(0, len(events), _PART):
                part = events.take(np.arange(first, min(first + _PART, len(events))))
                copy.write(_binary(part, first).tobytes())
            copy.write(b"\xff\xff")
        conn.execute("INSERT INTO ops.cell_change (layer, sign) VALUES (%s, 0)", (LAYER,))
        conn.commit()
    with database.connect() as conn:
        conn.execute(f"VACUUM (ANALYZE) layer.{LAYER}")
        conn.execute(f"CREATE INDEX ON layer.{LAYER} USING brin (occurred_at)")


_COLUMNS = {"id": ">i8", "category": "S3", "at": ">i8", "geom": "V25", "h3": ">i8"}
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("srid", "<u4"), ("place", "<f8", 2)])


def _binary(events: Events, first: int) -> np.ndarray:
    """Return rows as COPY reads them: the number of columns, then length and bytes of each."""
    kinds = [("n", ">i2")]
    for name, kind in _COLUMNS.items():
        kinds += [(f"{name}_length", ">i4"), (name, kind)]
    rows = np.zeros(len(events), np.dtype(kinds))
    rows["n"] = 5
    for name in _COLUMNS:
        rows[f"{name}_length"] = rows.dtype[name].itemsize
    rows["id"] = np.arange(first + 1, first + 1 + len(events))
    rows["category"] = np.array(sample.NAMES, "S3")[events.category]
    rows["at"], rows["h3"] = events.at, events.cell
    points = np.zeros(
        len(events), np.dtype([("o", "u1"), ("t", "<u4"), ("s", "<u4"), ("p", "<f8", 2)])
    )
    points["o"], points["t"], points["s"] = 1, 0x20000001, 4326
    points["p"] = index.centres(events.cell)
    rows["geom"] = np.frombuffer(points.tobytes(), "V25")
    return rows
