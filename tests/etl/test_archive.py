"""Old events in files: nothing is lost, whatever happens in between."""

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest

from cells import months
from cells.errors import ArchiveEmpty, ArchiveUnreadable
from etl import archive as archiving
from etl import archive_files
from etl.errors import ArchiveBusy, ArchiveTaken, ArchiveUnfit, LayerBusy, NoTime, RowsChanged
from etl.restore import restore
from gis_testing.archived_events import ALL, archived, files_of, put, rows, said
from layers.model import Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]


def test_events_are_the_same_after_they_were_away(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    put(conn)
    before = rows(conn)
    assert archived(conn, incident, folder) == ALL
    assert len(rows(conn)) == 30
    assert said(restore(conn, incident, folder, ())) == ALL
    assert rows(conn) == before
    assert list(folder.iterdir()) == []


def test_months_are_those_of_viet_nam(conn: Connection, incident: Layer, folder: Path) -> None:
    put(conn)
    archived(conn, incident, folder)
    assert files_of(folder) == [
        "year=2024/month=01/incident.parquet",
        "year=2024/month=03/incident.parquet",
        "year=2024/month=04/incident.parquet",
        "year=2024/month=12/incident.parquet",
    ]
    march = pq.read_table(folder / "year=2024/month=03/incident.parquet", partitioning=None)
    assert {time.microsecond for time in march["occurred_at"].to_pylist()} == {999_999}
    left = conn.execute(
        "SELECT DISTINCT occurred_at::text FROM layer.incident WHERE occurred_at < '2025-01-01'"
    ).fetchall()
    assert {time for (time,) in left} == {
        "-infinity",
        "0044-03-15 00:00:00+00 BC",
        "2024-12-31 17:00:00+00",
    }


def test_other_programs_read_the_files(conn: Connection, incident: Layer, folder: Path) -> None:
    put(conn)
    conn.execute("UPDATE layer.incident SET geom = ST_SetSRID(ST_MakePoint(105.1, 21.3), 4326)")
    archived(conn, incident, folder)
    file = months.place(folder, "incident", date(2024, 4, 1))
    read = geopandas.read_parquet(file)
    assert read.crs == "OGC:CRS84"
    assert {(p.x, p.y) for p in read.geometry} == {(105.1, 21.3)}
    assert list(read.columns) == [*incident.fields, "geometry", "h3"]
    assert any("Ngã tư Đán" in text for text in read["description"])
    if "Parquet" in pyogrio.list_drivers():
        assert len(pyogrio.read_dataframe(file)) == 12
    assert list(read["h3"]) == sorted(read["h3"])
    whole = pq.read_table(folder)
    assert len(whole) == 30
    assert set(whole["month"].to_pylist()) == {1, 3, 4, 12}


def test_fields_that_nobody_may_see_are_in_a_file_of_its_owner_alone(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    put(conn)
    archived(conn, incident, folder)
    for name in files_of(folder):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_events_that_come_late_are_added_to_their_month(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    put(conn)
    before = rows(conn)
    archived(conn, incident, folder)
    put(conn, 20)
    both = before + rows(conn)[-20:]
    assert archived(conn, incident, folder) == {m: n // 3 for m, n in ALL.items()}
    assert said(restore(conn, incident, folder, [date(2024, 4, 1)])) == {"2024-04": 16}
    restored = said(restore(conn, incident, folder, ()))
    assert restored == {"2024-01": 8, "2024-03": 8, "2024-12": 8}
    assert rows(conn) == both


def test_a_part_of_a_month_can_go(conn: Connection, incident: Layer, folder: Path) -> None:
    put(conn)
    assert archived(conn, incident, folder, date(2024, 4, 2)) == {
        "2024-01": 6, "2024-03": 6, "2024-04": 6
    }  # fmt: skip
    assert archived(conn, incident, folder) == {"2024-04": 6, "2024-12": 6}
    assert archived(conn, incident, folder) == {}


def test_a_field_that_came_later_is_empty_in_what_was_archived_before(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    fields = {n: f for n, f in incident.fields.items() if n != "description"}
    put(conn, 10)
    archived(conn, replace(incident, fields=fields), folder)
    put(conn, 10)
    archived(conn, incident, folder)
    file = months.place(folder, "incident", date(2024, 3, 1))
    assert pq.read_table(file, partitioning=None)["description"].null_count == 2
    restore(conn, incident, folder, ())
    with pytest.raises(ArchiveUnfit, match="has description, which the layer does not"):
        said(restore(conn, replace(incident, fields=fields), folder, ()))


def test_the_same_key_is_not_taken_for_the_same_event(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    """Numbers begin anew in a layer that was replaced."""
    put(conn)
    archived(conn, incident, folder)
    conn.execute("TRUNCATE layer.incident RESTART IDENTITY")
    put(conn)
    before, files = rows(conn), _contents(folder)
    with pytest.raises(ArchiveTaken, match="an event with id 4, and so has the table"):
        archived(conn, incident, folder)
    with pytest.raises(ArchiveTaken, match="6 of 6 events have a key that the table has too"):
        said(restore(conn, incident, folder, ()))
    assert rows(conn) == before
    assert _contents(folder) == files


def _contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_of(folder)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE layer.incident SET description = 'mới' WHERE id = 2",
        "DELETE FROM layer.incident WHERE id = 2",
    ],
)
def test_an_event_that_is_changed_meanwhile_is_not_lost(
    conn: Connection,
    database_url: str,
    incident: Layer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
) -> None:
    put(conn)
    before = rows(conn)
    tally = archive_files.tally

    def later(file: Path, columns: pa.Schema) -> Any:
        if "month=04" in str(file):
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(statement.encode())
        return tally(file, columns)

    with monkeypatch.context() as patched:
        patched.setattr(archive_files, "tally", later)
        with pytest.raises(RowsChanged, match="2024-04.*all in the table"):
            archived(conn, incident, folder)
    assert archived(conn, incident, folder)["2024-04"] >= 11
    said(restore(conn, incident, folder, ()))
    after = rows(conn)
    assert [row for row in after if row[0] != 2] == [row for row in before if row[0] != 2]
    changed = [text for number, text in after if number == 2]
    assert ["mới" in text for text in changed] == [True] * statement.startswith("UPDATE")


def test_an_event_that_comes_meanwhile_stays(
    conn: Connection,
    database_url: str,
    incident: Layer,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(conn)
    tally = archive_files.tally

    def later(file: Path, columns: pa.Schema) -> Any:
        with psycopg.connect(database_url, autocommit=True) as other:
            put(other, 10)
        return tally(file, columns)

    with monkeypatch.context() as patched:
        patched.setattr(archive_files, "tally", later)
        assert archived(conn, incident, folder)["2024-01"] == 6
    assert archived(conn, incident, folder)["2024-01"] == 4


def test_two_runs_and_a_load_keep_apart(
    conn: Connection, database_url: str, incident: Layer, folder: Path
) -> None:
    put(conn)
    with psycopg.connect(database_url, autocommit=True) as other:
        with archiving.alone(other, incident), pytest.raises(ArchiveBusy, match="try again"):
            archived(conn, incident, folder)
        with other.transaction():
            other.execute("SELECT pg_advisory_xact_lock(4712, hashtext('incident'))")
            with pytest.raises(LayerBusy):
                archived(conn, incident, folder)
    assert archived(conn, incident, folder) == ALL


def test_the_journal_tells_where_events_are(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    put(conn)
    archived(conn, incident, folder)
    said(restore(conn, incident, folder, [date(2024, 3, 1)]))
    found = conn.execute(
        "SELECT month::text, rows, who, restored_at IS NULL FROM ops.archive ORDER BY month"
    ).fetchall()
    assert found[:2] == [("2024-01-01", 6, "tests", True), ("2024-03-01", 6, "tests", False)]


def test_a_file_of_another_database_stays(conn: Connection, incident: Layer, folder: Path) -> None:
    put(conn)
    before = rows(conn)
    archived(conn, incident, folder)
    conn.execute("DELETE FROM ops.archive")
    assert said(restore(conn, incident, folder, ())) == ALL
    assert rows(conn) == before
    assert len(files_of(folder)) == 4


def test_new_events_get_numbers_above_those_that_came_back(
    conn: Connection, incident: Layer, folder: Path
) -> None:
    put(conn)
    archived(conn, incident, folder, date(2026, 12, 1))
    conn.execute("ALTER TABLE layer.incident ALTER id RESTART")
    said(restore(conn, incident, folder, ()))
    put(conn, 1)
    assert rows(conn)[-1][0] > 58


def test_an_event_with_a_time_that_files_do_not_have_stays(
    conn: Connection, layers: Layers, folder: Path
) -> None:
    for due in ("infinity", "-infinity", "10000-01-01", "2024-02-01", None):
        conn.execute(
            "INSERT INTO layer.report (category, status, received_at, due_at, geom, h3) VALUES"
            " ('other', 'new', '2024-01-09', %s, ST_SetSRID(ST_MakePoint(105.8, 21.6), 4326), 1)",
            (due,),
        )
    assert archived(conn, layers.get("report"), folder) == {"2024-01": 2}
    left = conn.execute("SELECT due_at::text FROM layer.report ORDER BY due_at").fetchall()
    assert [due for (due,) in left] == ["-infinity", "10000-01-01 00:00:00+00", "infinity"]


def test_cubes_and_counts_hear_of_it(conn: Connection, incident: Layer, folder: Path) -> None:
    put(conn)
    conn.execute("DELETE FROM ops.cell_change")
    archived(conn, incident, folder)
    said(restore(conn, incident, folder, [date(2024, 4, 1)]))
    found = conn.execute(
        "SELECT sign, count(*) FROM ops.cell_change WHERE layer = 'incident' GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert found == [(-1, 30), (1, 12)]
    assert conn.execute("SELECT ops.rows_of('incident')").fetchone() == (42,)


def test_what_cannot_be_done_is_said(
    conn: Connection, incident: Layer, layers: Layers, folder: Path
) -> None:
    with pytest.raises(NoTime, match="Layer 'incident' has no time"):
        archived(conn, replace(incident, time=None), folder)
    with pytest.raises(ArchiveEmpty, match="no archived events of layer 'incident'"):
        said(restore(conn, incident, folder, ()))
    with pytest.raises(ArchiveEmpty, match="month=03/incident.parquet: there is no such file"):
        said(restore(conn, incident, folder, [date(2024, 3, 1)]))
    put(conn)
    file = months.place(folder, "incident", date(2024, 3, 1))
    file.parent.mkdir(parents=True)
    file.write_text("nothing", "utf-8")
    for wanted in (archived, lambda *given: said(restore(*given, ()))):
        with pytest.raises(ArchiveUnreadable, match="incident.parquet: cannot be read"):
            wanted(conn, incident, folder)
    assert len(rows(conn)) == 60
