"""Files into layers: every format, every mode, every refusal."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from etl import crs, load, mapping
from etl.errors import (
    CrsMissing,
    DatabaseRefused,
    ExpectationMissed,
    FileMissing,
    FileUnreadable,
    FormatUnknown,
    LayerBusy,
    LoadError,
    NoKey,
    RowsRefused,
)
from etl.load import Mode, Order, Result
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Writer = Callable[[str], Path]
Load = Callable[..., Result]

FORMATS = (".geojson", ".gpkg", ".fgb", ".shp", ".zip", ".parquet", ".csv", ".tsv", ".xlsx")

HEADER = "code,name,kind,bearing,lon,lat\n"


@pytest.fixture
def run(conn: Connection, layers: Layers, tmp_path: Path) -> Load:
    """Load a file into a layer, with the layer's own mode unless one is given."""

    def go(layer_id: str, file: Path, mode: Mode | None = None, **more: Any) -> Result:
        layer = layers.get(layer_id)
        wanted = mode or load.default_mode(layer)
        return load.load(conn, Order(layer, file, wanted, "lan", tmp_path / "reports", **more))

    return go


def _csv(folder: Path, text: str, name: str = "cameras.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def _all(conn: Connection, statement: str) -> list[tuple[Any, ...]]:
    return conn.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]


def _report(result: Result) -> list[dict[str, str]]:
    assert result.report is not None
    with result.report.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_the_same_rows(
    conn: Connection, run: Load, cameras: Writer, ending: str
) -> None:
    result = run("camera", cameras(ending))
    assert (result.rows_in, result.rows_loaded, result.rows_refused) == (3, 3, 0)
    rows = _all(
        conn,
        "SELECT code, name, kind, bearing, round(ST_X(geom)::numeric, 5), ST_SRID(geom)"
        " FROM layer.camera ORDER BY code",
    )
    assert [row[:4] for row in rows] == [
        ("C1", "Ngã tư Đán", "traffic", 90.0),
        ("C2", "Cầu Gia Bảy", "traffic", None),
        ("C3", "Chợ Thái", "plate", 359.5),
    ]
    assert [(float(x), srid) for *_, x, srid in rows] == [
        (105.8, 4326),
        (105.83, 4326),
        (105.84, 4326),
    ]


def test_refused_rows_are_listed_and_the_rest_loads(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    text = HEADER + (
        "A,Một,traffic,10,105.8,21.5\n"
        ",Hai,traffic,10,105.8,21.5\n"
        "C,Ba,drone,400,105.8,21.5\n"
        "D,Bốn,plate,,,21.5\n"
        "\n"
        "A,Năm,plate,,105.8,21.5\n"
        "E,Sáu,plate,,105.8,95\n"
    )
    result = run("camera", _csv(tmp_path, text))
    assert (result.rows_in, result.rows_loaded, result.rows_refused) == (6, 1, 5)
    found = {(row["row"], row["field"]): row["reason"] for row in _report(result)}
    assert found["3", "code"] == "missing"
    assert "not in the code list" in found["4", "kind"]
    assert found["4", "bearing"] == "above the maximum 360"
    assert found["5", "geometry"] == "missing"
    assert found["7", "code"] == "the same key as in row 2"
    assert "not degrees" in found["8", "geometry"]
    assert len(found) == 6
    assert _all(conn, "SELECT code, name FROM layer.camera") == [("A", "Một")]


def test_strict_loads_nothing(conn: Connection, run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\nB,,,,105.8,21.5\n")
    with pytest.raises(RowsRefused, match=r"1 rows refused.*nothing loaded.*\.csv"):
        run("camera", file, strict=True)
    assert _all(conn, "SELECT count(*) FROM layer.camera") == [(0,)]
    assert _all(conn, "SELECT status, rows_in, rows_loaded, rows_refused FROM ops.load") == [
        ("refused", 2, 0, 1)
    ]


def test_a_dry_run_counts_and_changes_nothing(conn: Connection, run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\nB,,,,105.8,21.5\n")
    result = run("camera", file, dry_run=True)
    assert (result.rows_loaded, result.rows_refused) == (1, 1)
    assert _all(conn, "SELECT count(*) FROM layer.camera") == [(0,)]
    assert _all(conn, "SELECT count(*) FROM ops.load") == [(0,)]


def test_each_load_is_a_row_of_the_journal(conn: Connection, run: Load, cameras: Writer) -> None:
    file = cameras(".geojson")
    run("camera", file)
    (row,) = _all(
        conn,
        "SELECT layer, file, checksum, mode, status, rows_in, rows_loaded, rows_refused, who,"
        " duration_s > 0, started_at < now(), is_demo FROM ops.load",
    )
    assert row == (
        "camera", "cameras.geojson", load.checksum(file), "upsert", "done", 3, 3, 0, "lan",
        True, True, False,
    )  # fmt: skip


def test_upsert_changes_what_has_the_key_and_keeps_the_rest(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,traffic,10,105.8,21.5\nB,Hai,,,105.8,21.5\n"))
    run("camera", _csv(tmp_path, "code,name,lon,lat\nA,Mới,105.9,21.6\nC,Ba,105.8,21.5\n"))
    assert _all(conn, "SELECT code, name, bearing FROM layer.camera ORDER BY code") == [
        ("A", "Mới", 10.0),
        ("B", "Hai", None),
        ("C", "Ba", None),
    ]


def test_append_refuses_keys_that_the_layer_has(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n"))
    file = _csv(tmp_path, HEADER + "A,Hai,,,105.8,21.5\nB,Ba,,,105.8,21.5\n")
    result = run("camera", file, Mode.APPEND)
    assert (result.rows_loaded, result.rows_refused) == (1, 1)
    assert "--mode upsert" in _report(result)[0]["reason"]
    assert _all(conn, "SELECT name FROM layer.camera ORDER BY code") == [("Một",), ("Ba",)]


def test_replace_leaves_only_the_new_rows(conn: Connection, run: Load, tmp_path: Path) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n"))
    run("camera", _csv(tmp_path, HEADER + "B,Hai,,,105.8,21.5\n"), Mode.REPLACE)
    assert _all(conn, "SELECT code FROM layer.camera") == [("B",)]
    indexes = _all(conn, "SELECT count(*) FROM pg_indexes WHERE tablename = 'camera'")
    assert indexes[0][0] >= 2
    assert _all(conn, "SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == [(0,)]


def test_numbers_go_on_after_those_of_a_file(conn: Connection, run: Load, tmp_path: Path) -> None:
    parcels = 'ma,sheet,number,land_code,wkt\n{},12,7,ONT,"{}"\n'
    square = shapely.box(431000, 2388000, 431010, 2388010).wkt
    first = _csv(tmp_path, parcels.format(41, square))
    zone = crs.parse("EPSG:9213")
    run("land_parcel", first, Mode.UPSERT, columns=mapping.parse(["ma=id"]), crs=zone)
    run("land_parcel", _csv(tmp_path, parcels.format("x", square)), crs=zone)
    assert _all(conn, "SELECT id, area_geometry FROM layer.land_parcel ORDER BY id") == [
        (41, 100.0),
        (42, 100.0),
    ]


def test_upsert_without_a_key_says_how_to_name_it(run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, "category,occurred_at,lon,lat\ntheft,2026-01-01,105.8,21.5\n")
    with pytest.raises(NoKey, match="--map COLUMN=id"):
        run("incident", file, Mode.UPSERT)


def test_events_get_the_cell_of_the_reference_library(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    import h3.api.basic_int as h3  # noqa: PLC0415

    file = _csv(tmp_path, "category,occurred_at,x,y\ntheft,01/02/2026 08:30,105.8,21.5\n")
    run("incident", file)
    assert _all(conn, "SELECT h3, occurred_at::text FROM layer.incident") == [
        (h3.latlng_to_cell(21.5, 105.8, 10), "2026-02-01 08:30:00+00")
    ]


def test_vietnamese_x_is_northing(conn: Connection, run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, "code,name,X,Y\nA,Một,2388859.029,431879.371\n")
    run("camera", file, crs=crs.parse("EPSG:9213"))
    (place,) = _all(conn, "SELECT ST_X(geom), ST_Y(geom) FROM layer.camera")
    assert place == pytest.approx((105.844, 21.594), abs=1e-7)


def test_metres_without_a_named_zone_are_refused(run: Load, tmp_path: Path) -> None:
    file = _csv(tmp_path, "code,name,X,Y\nA,Một,431879.371,2388859.029\n")
    with pytest.raises(CrsMissing, match=r"--crs EPSG:n"):
        run("camera", file)


def test_a_shapefile_without_its_projection_is_refused(
    run: Load, cameras: Writer, tmp_path: Path
) -> None:
    import geopandas as gpd  # noqa: PLC0415

    file = tmp_path / "parcels.shp"
    square = gpd.GeoDataFrame(
        {"shbando": [1], "shthua": [2], "mdsd": ["ONT"]},
        geometry=[shapely.box(431000, 2388000, 431010, 2388010)],
    )
    square.to_file(file)
    with pytest.raises(CrsMissing, match="name it with --crs"):
        run("land_parcel", file)
    assert run("land_parcel", file, crs=crs.parse("EPSG:9213")).rows_loaded == 1


def test_an_empty_replacement_keeps_the_old_rows(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n"))
    for text in (HEADER, HEADER + ",x,,,1,1\n"):
        with pytest.raises(ExpectationMissed, match="No row could be loaded"):
            run("camera", _csv(tmp_path, text), Mode.REPLACE)
    assert _all(conn, "SELECT code FROM layer.camera") == [("A",)]


def test_rows_in_the_wrong_part_of_the_world_do_not_replace(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n"))
    with pytest.raises(ExpectationMissed, match="expected inside"):
        run("camera", _csv(tmp_path, HEADER + "B,Hai,,,2.35,48.85\n"), Mode.REPLACE)
    assert _all(conn, "SELECT code FROM layer.camera") == [("A",)]


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("nowhere.csv", None, FileMissing, "no such file"),
        ("cameras.doc", b"x", FormatUnknown, "the ending must be one of"),
        ("cameras.geojson", b"{not json", FileUnreadable, "cannot be read"),
        ("cameras.gpkg", b"x" * 200, FileUnreadable, "cannot be read"),
        ("cameras.parquet", b"PAR1xxxx", FileUnreadable, "cannot be read"),
        ("cameras.xlsx", b"PK\x03\x04xx", FileUnreadable, "cannot be read"),
        ("cameras.zip", b"PK\x03\x04xx", FileUnreadable, "cannot be read"),
        ("cameras.csv", b"", FileUnreadable, "the first line must name the columns"),
        ("cameras.csv", "code,name\nA,Ngã".encode("cp1258", "replace"), LoadError, "UTF-8|needs"),
        ("cameras.csv", b"\xff\xfe", FileUnreadable, "the first line"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    run: Load,
    tmp_path: Path,
    name: str,
    content: bytes | None,
    error: type[LoadError],
    message: str,
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message) as refused:
        run("camera", tmp_path / name)
    assert name in str(refused.value) or error is LoadError


def test_text_in_another_encoding_is_refused_not_mangled(run: Load, tmp_path: Path) -> None:
    file = tmp_path / "cameras.csv"
    file.write_bytes(HEADER.encode() + b"A,Ng\xf2 t\xed,,,105.8,21.5\n")
    with pytest.raises(FileUnreadable, match="not UTF-8"):
        run("camera", file)


def test_a_second_load_of_the_same_layer_waits_for_nobody(
    conn: Connection, database_url: str, run: Load, tmp_path: Path
) -> None:
    file = _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n")
    with psycopg.connect(database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(4712, hashtext('camera'))")
        with pytest.raises(LayerBusy, match="Another load"):
            run("camera", file)
    assert run("camera", file).rows_loaded == 1


def test_what_the_database_refuses_leaves_the_layer_as_it_was(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    run("camera", _csv(tmp_path, HEADER + "A,Một,,,105.8,21.5\n"))
    conn.execute("ALTER TABLE layer.camera ADD CHECK (name <> 'Hai')")
    with pytest.raises(DatabaseRefused, match="violates check constraint"):
        run("camera", _csv(tmp_path, HEADER + "B,Hai,,,105.8,21.5\n"))
    assert _all(conn, "SELECT code FROM layer.camera") == [("A",)]
    assert _all(conn, "SELECT status FROM ops.load ORDER BY id") == [("done",), ("failed",)]


KILLED = """
import sys, time
from pathlib import Path
import psycopg
from etl import load
from etl.load import Mode, Order
from layers import registry

def slow(done, total):
    print(done, flush=True)
    time.sleep(0.2)

conn = psycopg.connect(sys.argv[1], autocommit=True)
layer = registry.load().get("incident")
load.load(conn, Order(layer, Path(sys.argv[2]), Mode.REPLACE, "lan", Path(sys.argv[3])), slow)
"""


def test_a_load_that_is_killed_leaves_the_old_rows_live_and_whole(
    conn: Connection, database_url: str, run: Load, tmp_path: Path
) -> None:
    run("incident", _csv(tmp_path, "category,occurred_at,lon,lat\ntheft,2026-01-01,105.8,21.5\n"))
    big = tmp_path / "big.parquet"
    count = 200_000
    pq.write_table(
        pa.table(
            {
                "category": ["flood"] * count,
                "occurred_at": ["2026-01-02T00:00:00Z"] * count,
                "lon": [105.8] * count,
                "lat": [21.5] * count,
            }
        ),
        big,
    )
    arguments = [sys.executable, "-c", KILLED, database_url, str(big), str(tmp_path)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert int(process.stdout.readline()) > 0
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert _all(conn, "SELECT category FROM layer.incident") == [("theft",)]
    _await_no_other_session(conn)
    assert run("incident", big, Mode.REPLACE).rows_loaded == count


def _await_no_other_session(conn: Connection) -> None:
    """The server takes a moment to see that the other side is gone."""
    deadline = time.monotonic() + 20
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    while _all(conn, query) != [(1,)]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("declared", [True, False])
def test_binary_geometry_is_read_whoever_wrote_the_parquet(
    conn: Connection, run: Load, tmp_path: Path, declared: bool
) -> None:
    """Some writers keep the description in the file only, not in Arrow's schema; some keep none."""
    import json  # noqa: PLC0415

    point = shapely.to_wkb(shapely.Point(105.8, 21.5))
    table = pa.table({"code": ["A"], "name": ["Một"], "geometry": pa.array([point], pa.binary())})
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Point"]}},
    }
    with pq.ParquetWriter(tmp_path / "a.parquet", table.schema) as writer:
        writer.write_table(table)
        if declared:
            writer.add_key_value_metadata({"geo": json.dumps(geo)})
    assert run("camera", tmp_path / "a.parquet").rows_loaded == 1
    assert _all(conn, "SELECT ST_AsText(geom) FROM layer.camera") == [("POINT(105.8 21.5)",)]


def test_progress_is_told(
    conn: Connection, layers: Layers, cameras: Writer, tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    order = Order(layers.get("camera"), cameras(".gpkg"), Mode.UPSERT, "lan", tmp_path)
    load.load(conn, order, lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]
