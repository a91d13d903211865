"""Rows into layers: every mode, every refusal, whole or not at all."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections import Counter
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
    DatabaseRefused,
    ExpectationMissed,
    LayerBusy,
    NoKey,
    RowsRefused,
)
from etl.load import Mode, Order, Result
from layers.registry import Layers

Connection = psycopg.Connection[Any]
Writer = Callable[[str], Path]
Load = Callable[..., Result]

HEADER = "code,name,kind,bearing,lon,lat\n"


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


def test_keys_and_texts_are_held_to_the_rule_that_edits_are(
    conn: Connection, run: Load, tmp_path: Path
) -> None:
    place = ",traffic,,105.8,21.5\n"
    keys = ("/x", "x/", ".", "..", "a//b", '"a\nb"', "x" * 256)
    text = HEADER + "".join(f"{key},Một{place}" for key in keys)
    text += f"A,{'đ' * 10_001}{place}" + f"B/1,{'đ' * 10_000}{place}"
    result = run("camera", _csv(tmp_path, text))
    assert (result.rows_loaded, result.rows_refused) == (1, 8)
    reasons = Counter(row["reason"].partition(":")[0] for row in _report(result))
    assert reasons == {
        "no address can end with this": 6,
        "longer than 255 letters": 1,
        "longer than 10000 letters": 1,
    }
    assert _all(conn, "SELECT code FROM layer.camera") == [("B/1",)]


def test_a_refused_value_is_no_formula_where_the_report_is_opened(
    run: Load, tmp_path: Path
) -> None:
    values = ("=1+1", "+84", "-5", "@SUM(A1)", "drone")
    lines = [f"{n},Một,{value},10,105.8,21.5\n" for n, value in enumerate(values)]
    result = run("camera", _csv(tmp_path, HEADER + "".join(lines)), dry_run=True)
    assert [row["value"] for row in _report(result)] == [
        "'=1+1",
        "'+84",
        "'-5",
        "'@SUM(A1)",
        "drone",
    ]


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


@pytest.mark.deep
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


def test_progress_is_told(
    conn: Connection, layers: Layers, cameras: Writer, tmp_path: Path
) -> None:
    told: list[tuple[int, int | None]] = []
    order = Order(layers.get("camera"), cameras(".gpkg"), Mode.UPSERT, "lan", tmp_path)
    load.load(conn, order, lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]
