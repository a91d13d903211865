"""A million parcels and a million points, in tables as our loader makes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.tiles import data as of_tiles
from benchmarks.tiles.data import Database

COUNT = 1_000_000
PARCELS, POINTS = "million_parcel", "million_point"

COLUMNS = {
    PARCELS: ("id", "sheet", "number", "land_code", "area_m2"),
    POINTS: ("id", "category", "severity", "occurred_at"),
}
"""What every server sends of a row; the tables have inner columns as well."""

_LAYERS = Path(__file__).parent / "layers"
_WEST, _SOUTH, _SIDE = 105.5, 21.3, 0.7
_KINDS = ("traffic", "theft", "flood", "fire", "power", "medical", "crowd", "other")


def ready(var: Path, *, fresh: bool) -> Database:
    """Start the cluster and load what is not there."""
    database = of_tiles.started(var, _LAYERS)
    for layer, make in ((PARCELS, partial(of_tiles.parcels, COUNT)), (POINTS, _points)):
        if of_tiles.ensure(database, layer, COUNT, make, fresh=fresh):
            # Else the server would draw them while it is measured.
            database.gis("tiles", "build", layer)
            with database.connect() as conn:
                conn.execute(f"VACUUM (ANALYZE) layer.{layer}")
    return database


@contextmanager
def single(database: Database) -> Iterator[None]:
    """Have statements of new connections keep to one core each.

    To start a second process takes PostGIS 20 ms, several times what a page of 1,000 takes, and the
    cores are busy with other requests anyway: without this everyone's figures are a third.
    """
    change = "ALTER ROLE gis {} max_parallel_workers_per_gather"
    try:
        with database.connect() as conn:
            conn.execute(f"{change.format('SET')} = 0")
        yield
    finally:
        with database.connect() as conn:
            conn.execute(change.format("RESET"))


def end_statements(database: Database) -> None:
    """End what a server that is gone still has the database compute: the next would wait for it."""
    with database.connect() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_backend_pid()"
        )


def _points() -> gpd.GeoDataFrame:
    chance = np.random.default_rng(23)
    places = chance.random((COUNT, 2)) * _SIDE + [_WEST, _SOUTH]
    since = pd.Timestamp("2020-01-01", tz="UTC")
    columns = pd.DataFrame(
        {
            "category": np.array(_KINDS)[chance.integers(len(_KINDS), size=COUNT)],
            "severity": chance.integers(1, 6, size=COUNT),
            "occurred_at": since + pd.to_timedelta(np.arange(COUNT) * 180, unit="s"),
        }
    )
    return gpd.GeoDataFrame(columns, geometry=shapely.points(places), crs="EPSG:4326")
