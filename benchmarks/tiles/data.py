"""388,832 city parcels in a table of a cluster of the benchmark's own."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import psycopg
import shapely

from gis_server.runtime.postgres import Cluster

COUNT = 388_832
LAYER = "city_parcel"
LAYERS = Path(__file__).parent / "layers"
REAL = "parcels_contagem/contagem_parcels.parquet"
"""Real parcels of a city, where the test data are at hand."""

_PORT = 5432
_WEST, _SOUTH = 105.5, 21.3


@dataclass(frozen=True, slots=True)
class Database:
    """The cluster; everyone connects over loopback, as not all peers know Unix sockets."""

    var: Path
    url: str = f"postgresql://gis@127.0.0.1:{_PORT}/gis"
    layers: Path = LAYERS

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection."""
        return psycopg.connect(self.url, autocommit=True)

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment in which our own programs run."""
        return {
            **os.environ,
            "GIS_DATABASE_URL": self.url,
            "GIS_VAR": str(self.var / "gis"),
            "GIS_LAYERS": str(self.layers),
            "GIS_PORT": str(port),
            "GIS_WORKERS": "2",
        }

    def gis(self, *args: str) -> str:
        """Run one of our verbs; return what it says."""
        command = [sys.executable, "-m", "gis_server", *args]
        done = subprocess.run(
            command, env=self.environment(8099), check=True, stdout=subprocess.PIPE
        )
        return done.stdout.decode()


def ready(var: Path, *, fresh: bool) -> Database:
    """Start the cluster and load the parcels, unless they are there."""
    database = started(var, LAYERS)
    ensure(database, LAYER, COUNT, partial(parcels, COUNT), fresh=fresh)
    return database


def started(var: Path, layers: Path) -> Database:
    """Start the cluster and make the tables of the layers in a folder."""
    database = Database(var.absolute(), layers=layers)
    _start(database.var)
    database.gis("migrate")
    return database


def ensure(
    database: Database,
    layer: str,
    count: int,
    make: Callable[[], gpd.GeoDataFrame],
    *,
    fresh: bool,
) -> bool:
    """Load what ``make`` gives into a layer unless it has so many rows; tell if it was loaded."""
    with database.connect() as conn:
        row = conn.execute(f"SELECT count(*) FROM layer.{layer}").fetchone()  # noqa: S608
    if row == (count,) and not fresh:
        return False
    file = database.var / f"{layer}.parquet"
    print(f"loading {count:,} rows into {layer} ...", flush=True)
    make().to_parquet(file)
    print(database.gis("load", layer, str(file), "--mode", "replace").splitlines()[0], flush=True)
    return True


def _start(var: Path) -> None:
    cluster = Cluster(var)
    cluster.start()
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as conn:
        (listens,) = conn.execute("SHOW listen_addresses").fetchone() or ("",)
        (access,) = conn.execute("SHOW hba_file").fetchone() or ("",)
        if not listens:
            conn.execute("ALTER SYSTEM SET listen_addresses = '127.0.0.1'")
    if not listens:
        cluster.stop()
        cluster.start()
    with Path(access).open("a") as file:
        file.write("host gis gis 127.0.0.1/32 trust\n")
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as conn:
        conn.execute("SELECT pg_reload_conf()")


def _real() -> Path | None:
    beside = Path(__file__).parents[3] / "shared" / "data"
    file = Path(os.environ.get("GIS_TEST_DATA", beside)) / REAL
    return file if file.is_file() else None


def parcels(count: int) -> gpd.GeoDataFrame:
    """Return so many parcels: copies of a real city's where they are at hand, else made up."""
    source = _real()
    shapes = _copies(gpd.read_parquet(source), count) if source else _lattice(count)
    print(f"parcels are {'copies of real ones' if source else 'made up'}")
    number = np.arange(count)
    columns = pd.DataFrame(
        {
            "sheet": (number // 300).astype(str),
            "number": (number % 300).astype(str),
            "land_code": np.array(["ODT", "LUC", "ONT", "CLN"])[number % 4],
            "area_m2": (number * 7919) % 1000 + 50.5,
        }
    )
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")


def _copies(frame: gpd.GeoDataFrame, count: int) -> npt.NDArray[np.object_]:
    """Put the city side by side with itself until there are enough parcels."""
    west, south, east, north = frame.total_bounds
    needed = ceil(count / len(frame))
    wide = ceil(sqrt(needed))
    steps = np.array([(n % wide, n // wide) for n in range(needed)]) * [
        east - west + 0.002,
        north - south + 0.002,
    ]
    shapes = np.asarray(frame.geometry.values)
    moved = [shapely.transform(shapes, partial(np.add, step)) for step in steps]
    return np.concatenate(moved)[:count]


def _lattice(count: int) -> npt.NDArray[np.object_]:
    """Make up blocks of twelve lots with streets between, with uneven edges of sixteen corners."""
    chance = np.random.default_rng(19)
    side = ceil(sqrt(count))
    column, row = np.arange(side * side) % side, np.arange(side * side) // side
    origin = np.column_stack([column * 1.2e-4 + column // 6 * 1e-4, row * 2e-4 + row // 2 * 1e-4])
    edge = np.linspace(0, 1, 5)[:-1]
    zeros, ones = np.zeros(4), np.ones(4)
    ring = np.concatenate(
        [
            np.column_stack([edge, zeros]),
            np.column_stack([ones, edge]),
            np.column_stack([1 - edge, ones]),
            np.column_stack([zeros, 1 - edge]),
        ]
    )
    lots = ring[None] * [1.2e-4, 2e-4] + chance.normal(0, 2e-6, (len(origin), 16, 2))
    places = lots + origin[:, None] + [_WEST, _SOUTH]
    polygons: npt.NDArray[np.object_] = shapely.polygons(places)[:count]
    return polygons
