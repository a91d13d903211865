"""The whole pyramid, against tippecanoe; what is in it; and one changed parcel."""

import subprocess
import time

import mapbox_vector_tile

from benchmarks.tiles import report, servers
from benchmarks.tiles.data import LAYER, LAYERS, Database
from layers import pixels, registry
from layers.audience import PUBLIC
from layers.geo import TileId
from tiles import mvt, store
from tiles.mvt import MOST_BYTES
from tiles.store import Store


def pyramid(database: Database) -> None:
    """Draw zooms 0 to 16 of everything."""
    report.section("The whole pyramid, zooms 0 to 16")
    begun = time.perf_counter()
    print(database.gis("tiles", "build", LAYER).strip())
    own = time.perf_counter() - begun
    print(f"ours: {own:.1f} s")
    tile_store = Store(database.var / "gis" / "tiles")
    largest = 0
    for at in tile_store.tiles(LAYER):
        tile = tile_store.find(store.name_of(LAYER, at, PUBLIC))
        if tile:
            with open(tile.file, "rb") as file:  # noqa: PTH123
                largest = max(largest, len(store.unpack(file.read())))
    report.goal("largest tile", largest / 1000, MOST_BYTES / 1000, at_least=False, unit=" kB")
    tippecanoe = _tippecanoe(database)
    report.goal("pyramid: ours / tippecanoe", own / tippecanoe, 0.25, at_least=False, unit="x")


def _tippecanoe(database: Database) -> float:
    source, archive = database.var / "city.fgb", database.var / "city.pmtiles"
    if not source.exists():
        parcels = str(database.var / f"{LAYER}.parquet")
        import geopandas as gpd  # noqa: PLC0415 - needed once

        gpd.read_parquet(parcels).to_file(source, driver="FlatGeobuf")
    begun = time.perf_counter()
    subprocess.run(
        [
            str(servers.peers(database) / "tippecanoe"), "-q", "-f", "-Z0", "-z16", "-l", LAYER,
            "--drop-densest-as-needed", "-o", str(archive), str(source),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    seconds = time.perf_counter() - begun
    print(f"tippecanoe: {seconds:.1f} s, {archive.stat().st_size / 1e6:.1f} MB")
    return seconds


def changed(database: Database, times: int = 20) -> None:
    """Change a parcel, then draw every tile that shows it anew, as the server does when asked."""
    report.section("A changed parcel: its tiles drawn anew and compressed")
    layer = registry.load(LAYERS).get(LAYER)
    took: dict[tuple[int, int], list[float]] = {(14, 16): [], (10, 16): []}
    with database.connect() as conn:
        conn.execute("SET max_parallel_workers_per_gather = 0")
        for n in range(times):
            key, tiles = _some_parcel(conn, n)
            conn.execute(
                f"UPDATE layer.{LAYER} SET sheet = %s WHERE id = %s",  # noqa: S608
                (f"changed {n}", key),
            )
            for (low, high), seconds in took.items():
                begun = time.perf_counter()
                bodies = [mvt.tile(conn, layer, at) for at in tiles if low <= at.z <= high]
                for body in bodies:
                    store.pack(body, 1)
                seconds.append((time.perf_counter() - begun) * 1000)
                if not _shows(bodies[-1], key, f"changed {n}"):
                    raise RuntimeError("the tile does not show the change")
    for (low, high), seconds in took.items():
        seconds.sort()
        what = f"a changed parcel, zooms {low} to {high}"
        print(f"{what}: median {seconds[times // 2]:.1f} ms, most {seconds[-1]:.1f} ms")
        report.goal(what, seconds[times // 2], 50, at_least=False, unit=" ms")


def _some_parcel(conn: object, n: int) -> tuple[int, list[TileId]]:
    row = conn.execute(  # type: ignore[attr-defined]
        f"SELECT id, ST_XMin(px), ST_YMin(px) FROM layer.{LAYER}"  # noqa: S608
        " WHERE tile_from <= 13 ORDER BY id OFFSET %s LIMIT 1",
        (n * 15_000,),
    ).fetchone()
    key, x, y = row
    return key, [
        TileId(zoom, int(x // pixels.side(zoom)), int(y // pixels.side(zoom)))
        for zoom in range(10, 17)
    ]


def _shows(body: bytes, key: int, sheet: str) -> bool:
    if not body:
        return False
    features = mapbox_vector_tile.decode(body)[LAYER]["features"]
    return any(
        f["properties"]["id"] == key and f["properties"].get("sheet") == sheet for f in features
    )
