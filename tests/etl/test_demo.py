"""The demonstration province: official where it must be, clean, lively, and always the same."""

import os
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from filelock import FileLock

from etl import demo, mapping, readers
from etl.demo import units
from etl.demo.noise import Warp, generator
from etl.rows import Intake
from layers.model import Type
from layers.registry import Layers

pytestmark = pytest.mark.deep

UNTIL = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
PARCELS, EVENTS = 4_000, 20_000

LAYERS = (
    "province", "commune", "road", "water", "camera", "report", "land_parcel",
    "land_use", "land_plan", "school", "clinic", "tourism_site", "fire_alarm", "fire_event",
    "fire_station", "hydrant", "incident", "traffic",
)  # fmt: skip

AGAIN = """
import sys
from datetime import datetime
from pathlib import Path
from etl import demo
until = datetime.fromisoformat(sys.argv[2])
parcels, events = int(sys.argv[3]), int(sys.argv[4])
list(demo.write(Path(sys.argv[1]), parcels=parcels, events=events, until=until))
"""

Frames = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Path, Path]:
    """Write the province twice, once a test run: here, and in a process with another hash seed."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    here, there = shared / "demo", shared / "demo-again"
    with FileLock(f"{shared / 'demo'}.lock"):
        if not there.exists():
            here.mkdir()
            there.mkdir()
            _write_both(here, there)
    return here, there


def _write_both(here: Path, there: Path) -> None:
    arguments = [str(there), UNTIL.isoformat(), str(PARCELS), str(EVENTS)]
    command = [sys.executable, "-c", AGAIN, *arguments]
    with subprocess.Popen(command, env={**os.environ, "PYTHONHASHSEED": "7"}) as again:
        for _ in demo.write(here, parcels=PARCELS, events=EVENTS, until=UNTIL):
            pass
        assert again.wait() == 0


@pytest.fixture(scope="module")
def frames(folders: tuple[Path, Path]) -> Frames:
    """Read each layer once."""
    return {name: gpd.read_parquet(folders[0] / f"{name}.parquet") for name in LAYERS}


def _local_hour(times: pd.Series) -> pd.Series:
    return times.dt.tz_convert("Asia/Ho_Chi_Minh").dt.hour


def test_all_layers_are_written(folders: tuple[Path, Path]) -> None:
    assert {file.stem for file in folders[0].iterdir()} == set(LAYERS)


def test_the_same_seed_gives_the_same_tables(folders: tuple[Path, Path]) -> None:
    here, there = folders
    for name in LAYERS:
        file = f"{name}.parquet"
        assert pq.read_table(here / file).equals(pq.read_table(there / file)), name


@pytest.mark.parametrize("name", LAYERS)
def test_the_load_takes_every_row_without_a_word(
    name: str, folders: tuple[Path, Path], layers: Layers
) -> None:
    layer = layers.get(name)
    with readers.read(folders[0] / f"{name}.parquet", None) as table:
        plan = mapping.plan(layer, table.columns, {}, has_geometry=table.has_geometry)
        intake = Intake(layer, table, plan)
        taken = [intake.take(batch) for batch in table.batches]
    assert plan.unused == ()
    assert [fault for rows in taken for fault in (*rows.faults, *rows.warnings)] == []


@pytest.mark.parametrize("name", LAYERS)
def test_files_say_their_crs_and_hold_no_decomposed_letters(
    name: str, frames: Frames, layers: Layers
) -> None:
    frame = frames[name]
    assert frame.crs.to_epsg() == layers.get(name).geometry.crs.srid
    for column, field in layers.get(name).fields.items():
        if field.type is Type.TEXT and column in frame:
            texts = frame[column].dropna().unique()
            assert all(unicodedata.is_normalized("NFC", text) for text in texts), column


def test_there_are_the_92_official_communes(frames: Frames) -> None:
    found = frames["commune"]
    official = units.units()
    assert len(official) == 92
    assert list(found["code"]) == [unit.code for unit in official]
    assert list(found["full_name"]) == [unit.full_name for unit in official]
    assert set(found["unit_type"]) == {"commune", "ward"}
    centres = shapely.points([(unit.lon, unit.lat) for unit in official])
    assert shapely.contains(found.geometry.to_numpy(), centres).all()


def test_communes_share_their_borders_exactly_and_make_up_the_province(frames: Frames) -> None:
    communes = frames["commune"].geometry.to_numpy()
    union = shapely.union_all(communes)
    assert shapely.is_valid(communes).all()
    assert shapely.coverage_is_valid(communes)
    assert shapely.area(communes).sum() == pytest.approx(union.area, rel=1e-12)
    assert frames["province"].geometry.iloc[0].equals(union)
    stated = frames["commune"]["area_km2"]
    drawn = frames["commune"].to_crs(9213).area / 1e6
    assert drawn.sum() == pytest.approx(stated.sum(), rel=0.01)
    assert (drawn / stated).between(0.5, 1.6).all()


def test_parcels_neither_overlap_nor_leave_their_commune(frames: Frames) -> None:
    found = frames["land_parcel"]
    shapes = found.geometry.to_numpy()
    assert len(found) == PARCELS
    one, other = shapely.STRtree(shapes).query(shapes, "intersects")
    pairs = one < other
    shared = shapely.intersection(shapes[one[pairs]], shapes[other[pairs]])
    assert shapely.area(shared).max() < 0.001
    assert (shapely.length(shared) > 1).sum() > PARCELS / 2, "neighbours share an edge"
    communes = frames["commune"].set_index("code").geometry.to_crs(9213)
    assert shapely.covers(communes[found["commune_code"]].to_numpy(), shapes).all()


def test_a_parcel_is_known_by_commune_sheet_and_number(frames: Frames) -> None:
    found = frames["land_parcel"]
    assert not found.duplicated(["commune_code", "sheet", "number"]).any()
    for _, sheet in found.groupby(["commune_code", "sheet"]):
        assert sorted(sheet["number"].astype(int)) == list(range(1, len(sheet) + 1))
    wrong = (found["area_paper"] / found.area - 1).abs() > 0.02
    assert 0 < wrong.mean() < 0.04


def test_land_use_is_a_clean_coverage_with_its_commune(frames: Frames) -> None:
    found = frames["land_use"]
    assert shapely.coverage_is_valid(found.geometry.to_numpy())
    assert set(found["commune_code"]) == set(frames["commune"]["code"])
    assert {"ODT", "ONT", "LUC", "CLN", "RSX", "MNC"} <= set(found["land_code"])


@pytest.mark.parametrize("name", ["school", "fire_alarm", "report", "incident"])
def test_points_lie_in_the_commune_they_name(name: str, frames: Frames) -> None:
    communes = frames["commune"].set_index("code").geometry
    found = frames[name]
    outlines = communes[found["commune_code"]].to_numpy()
    assert shapely.intersects(outlines, found.geometry.to_numpy()).all()


def test_events_fill_the_year_and_no_more(frames: Frames) -> None:
    times = {"incident": "occurred_at", "report": "received_at", "fire_event": "occurred_at"}
    rows = len(frames["traffic"])
    for name, time in times.items():
        found = frames[name][time]
        rows += len(found)
        assert found.is_monotonic_increasing
        assert UNTIL - timedelta(days=365) <= found.min() < UNTIL - timedelta(days=355)
        assert UNTIL - timedelta(days=10) < found.max() < UNTIL
    assert rows == EVENTS


def test_incidents_follow_the_day_and_the_season(frames: Frames) -> None:
    found = frames["incident"]
    hours = _local_hour(found["occurred_at"]).value_counts()
    assert hours[[7, 8, 16, 17]].sum() > 3 * hours[[1, 2, 3, 4]].sum()
    floods = found[found["category"] == "flood"]["occurred_at"].dt.month
    assert floods.isin([6, 7, 8, 9]).mean() > 0.6
    fires = frames["fire_event"]["occurred_at"].dt.month.value_counts()
    assert fires[[1, 2, 3]].sum() > 2 * fires[[6, 7, 8]].sum()


def test_incidents_gather_in_a_few_places_and_some_rise_late(frames: Frames) -> None:
    found = frames["incident"].to_crs(9213)
    cells = found.geometry.x // 500 * 100_000 + found.geometry.y // 500
    counts = cells.value_counts()
    assert len(counts) > 300
    assert counts.head(30).sum() > 0.3 * len(found)
    weeks = (UNTIL - found["occurred_at"]) // timedelta(days=14)
    now, before = (found["commune_code"][weeks == n].value_counts() for n in (0, 1))
    assert now.sub(before, fill_value=0).max() >= 8


def test_reports_tell_one_story(frames: Frames) -> None:
    found = frames["report"]
    is_open = found["status"].isin(["new", "received", "assigned", "in_progress", "waiting"])
    overdue = is_open & (found["due_at"] < UNTIL)
    assert found["code"].is_unique
    assert (found["due_at"] > found["received_at"]).all()
    assert (found["resolved_at"].notna() == (found["status"] == "resolved")).all()
    resolved = found[found["status"] == "resolved"]
    assert resolved["resolved_at"].between(resolved["received_at"], UNTIL).all()
    assert found["satisfaction"][is_open].isna().all()
    assert 0 < overdue.sum() < 0.02 * len(found)
    assert 0 < is_open.mean() < 0.05


def test_traffic_slows_down_when_the_roads_are_full(frames: Frames) -> None:
    found = frames["traffic"]
    hours = found.groupby(_local_hour(found["observed_at"]))[["vehicles", "mean_speed"]].mean()
    assert hours["vehicles"][17] > 4 * hours["vehicles"][2]
    assert hours["mean_speed"][17] < hours["mean_speed"][2] - 5
    assert not found.duplicated(["detector", "observed_at"]).any()
    assert found["observed_at"].max() < UNTIL


def test_some_devices_need_attention(frames: Frames) -> None:
    assert (frames["fire_alarm"]["status"] == "alarm").sum() == 4
    assert 0.85 < (frames["camera"]["status"] == "online").mean() < 0.97
    assert (frames["fire_alarm"]["last_signal_at"] <= UNTIL).all()


def test_a_warp_never_folds() -> None:
    warp = Warp.of(generator(5, "test"), (2_000.0, 380.0), (700.0, 130.0))
    east, north = np.meshgrid(np.arange(0, 9_000, 30.0), np.arange(0, 9_000, 30.0))
    bent = warp.apply(np.stack([east, north], axis=-1))
    along, across = bent[1:, 1:] - bent[1:, :-1], bent[1:, 1:] - bent[:-1, 1:]
    assert (along[..., 0] * across[..., 1] - along[..., 1] * across[..., 0] > 0).all()
