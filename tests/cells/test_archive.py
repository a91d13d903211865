"""Events in files are counted as the rows were from which they came."""

import datetime
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from psycopg import sql

from cells import months, parallel, parquet, sql_counts, totals
from cells.errors import ArchiveEmpty, ArchiveUnreadable
from cells.events import Events
from cells.parallel import Pool
from cells.question import UNKNOWN, Filter, time_of
from etl.archive import archive
from gis_testing.random_events import (
    CELLS,
    NAMES,
    RESOLUTIONS,
    START,
    Event,
    by_hand,
    columns,
    events,
    filters,
    patient,
    put_incidents,
    sums_by_cell,
)
from layers.model import Layer, Type
from layers.registry import Layers

Connection = psycopg.Connection[Any]

BEFORE = datetime.date(2027, 1, 1)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with ThreadPoolExecutor(2) as made:
        yield Pool(made, 2)


@given(events, filters, RESOLUTIONS)
@patient
def test_totals_are_what_is_counted_by_hand(
    listed: list[Event], wanted: Filter, resolution: int
) -> None:
    found = totals.by_month(columns(listed), wanted, resolution)
    assert sums_by_cell(found) == by_hand(listed, wanted, resolution)
    assert 0 not in found["events"].to_pylist()
    for row in found.to_pylist():
        start, end = months.span(row["month"])
        inside = [event for event in listed if start <= time_of(event.at) < end]
        alike = [event for event in inside if event.category == row["category"]]
        counted = by_hand(alike, wanted, resolution)
        assert counted[row["cell"]] == (row["events"], row["total"], row["base"])


@given(events, filters, RESOLUTIONS)
@patient
def test_parts_add_up(listed: list[Event], wanted: Filter, resolution: int) -> None:
    whole = totals.by_month(columns(listed), wanted, resolution)
    some = [columns(listed[first::3]) for first in range(3)]
    assert totals.together([totals.by_month(part, wanted, resolution) for part in some]).equals(
        whole
    )


def test_events_without_a_time_have_no_month_and_those_without_a_weight_no_sum() -> None:
    listed = [Event(UNKNOWN, CELLS[0], "fire", 0, 0), Event(0, CELLS[0], "fire", 0, 0)]
    found = totals.by_month(columns(listed, has_weight=False), Filter(), 5).to_pylist()
    assert [row["month"] for row in found] == [datetime.date(2000, 1, 1), None]
    assert {row["total"] for row in found} == {None}


FILTERS = [
    Filter(),
    Filter(START + datetime.timedelta(days=3, seconds=7), START + datetime.timedelta(days=20)),
    Filter(None, START + datetime.timedelta(days=11), ("flood", "none such")),
    Filter(START + datetime.timedelta(days=400)),
    Filter(categories=("theft",), hours=(7, 8, 17), weekdays=(1, 2, 3, 4, 5)),
]


@pytest.mark.parametrize("rows_of_a_part", [1, 400, 10**6])
def test_an_archive_is_counted_as_its_rows_were(
    conn: Connection,
    layers: Layers,
    pool: Pool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rows_of_a_part: int,
) -> None:
    monkeypatch.setattr(parquet, "ROWS", rows_of_a_part)
    monkeypatch.setattr("etl.geoparquet.GROUP", 100)
    monkeypatch.setattr("etl.archive._READ", 1)
    monkeypatch.setattr("etl.archive_rows.BATCH", 100)
    incident = layers.get("incident")
    put_incidents(conn, 700)
    put_incidents(conn, 30, seed=3)
    conn.execute("UPDATE layer.incident SET occurred_at = occurred_at + interval '2 months'"
                 " WHERE id % 3 = 0")  # fmt: skip
    asked = [(wanted, fineness) for wanted in FILTERS for fineness in (0, 6, 9, 10)]
    before = [sql_counts.count(conn, incident, *one) for one in asked]
    assert len(list(archive(conn, incident, tmp_path, BEFORE, "tests"))) >= 2
    files = months.everywhere(tmp_path, "incident")
    for one, counted in zip(asked, before, strict=True):
        found = parallel.count(
            pool, files, parallel.CountTask(parquet.event_format(incident), *one)
        )
        theirs = counted.counted
        assert theirs.total is not None
        assert theirs.base is not None
        listed = (theirs.cells, theirs.events, theirs.total, theirs.base)
        assert sums_by_cell(found) == {
            cell: tuple(sums) for cell, *sums in zip(*(a.tolist() for a in listed), strict=True)
        }


@pytest.mark.parametrize("layer_id", ["traffic", "report", "fire_event"])
def test_layers_are_counted_as_they_are_declared(
    conn: Connection, layers: Layers, pool: Pool, tmp_path: Path, layer_id: str
) -> None:
    layer = layers.get(layer_id)
    _fill(conn, layer)
    counted = sql_counts.count(conn, layer, Filter(), 8)
    list(archive(conn, layer, tmp_path, BEFORE, "tests"))
    asked = parallel.CountTask(parquet.event_format(layer), Filter(), 8)
    found = sums_by_cell(parallel.count(pool, months.everywhere(tmp_path, layer_id), asked))
    assert counted.events.sum() > 20
    assert list(found) == counted.cells.tolist()
    assert [sums[0] for sums in found.values()] == counted.events.tolist()
    for place, theirs in ((1, counted.total), (2, counted.base)):
        ours = [sums[place] for sums in found.values()]
        assert ours == [None] * len(ours) if theirs is None else np.allclose(ours, theirs)


def _fill(conn: Connection, layer: Layer) -> None:
    """Put rows with every second of the values that they need not have."""
    names = [n for n in layer.fields if layer.fields[n].derive is None]
    statement = sql.SQL("INSERT INTO {} ({}, geom, h3) VALUES ({}, {}, %s)").format(
        sql.Identifier("layer", layer.id),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join([sql.SQL("%s")] * len(names)),
        sql.SQL("ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326)"),
    )
    for row in range(24):
        values = [
            _value(layer, name, row) if (row + place) % 3 or _is_needed(layer, name) else None
            for place, name in enumerate(names)
        ]
        conn.execute(statement, [*values, CELLS[row % 5]])


def _is_needed(layer: Layer, name: str) -> bool:
    return layer.fields[name].required or name in (layer.key, layer.time)


def _value(layer: Layer, name: str, row: int) -> Any:
    field = layer.fields[name]
    if field.type in (Type.DATE, Type.DATETIME):
        return START + datetime.timedelta(days=row)
    if field.type is Type.BOOLEAN:
        return row % 2 == 0
    if field.type is Type.TEXT:
        return f"{name} {row if name == layer.key else row % 4}"
    return row % 4 + (0.3 if field.type is Type.NUMBER else 0)


def test_a_day_begins_at_midnight_in_viet_nam(tmp_path: Path) -> None:
    file = tmp_path / "x.parquet"
    days = [datetime.date(2026, 3, 1), None]
    pq.write_table(pa.table({"h3": CELLS[:2], "day": pa.array(days, pa.date32())}), file)
    made = parquet.EventFormat("day", True, None, None, None)
    (part,) = parquet.parts(file, made, Filter(START))
    found = parquet.events(part, made)
    assert time_of(int(found.at[0])) == datetime.datetime(2026, 2, 28, 17, tzinfo=datetime.UTC)
    assert found.at[1] == UNKNOWN
    assert found.names == (None,)


def test_months_that_are_not_wanted_are_not_read(tmp_path: Path, layers: Layers) -> None:
    file = tmp_path / "incident.parquet"
    _write(file, columns([Event(0, CELLS[0], NAMES[0], 1, 1)]))
    made = parquet.event_format(layers.get("incident"))
    assert len(list(parquet.parts(file, made, Filter(end=time_of(0))))) == 1
    assert list(parquet.parts(file, made, Filter(time_of(1)))) == []


def _write(file: Path, made: Events) -> None:
    at = pa.array([time_of(moment) for moment in made.at.tolist()], pa.timestamp("us", "UTC"))
    names = [made.names[code] for code in made.category.tolist()]
    pq.write_table(
        pa.table({"h3": made.cell, "occurred_at": at, "category": names, "severity": made.total}),
        file,
    )


def test_files_that_cannot_be_counted_are_named(tmp_path: Path, layers: Layers, pool: Pool) -> None:
    made = parquet.event_format(layers.get("incident"))
    file = tmp_path / "deep" / "incident.parquet"
    with pytest.raises(ArchiveEmpty, match="no archived events"):
        months.everywhere(tmp_path, "incident")
    file.parent.mkdir()
    file.write_bytes(b"PAR1 and nothing more PAR1")
    asked = parallel.CountTask(made, Filter(), 6)
    for _ in range(2):
        with pytest.raises(ArchiveUnreadable, match="incident.parquet"):
            parallel.count(pool, months.everywhere(tmp_path, "incident"), asked)
        pq.write_table(pa.table({"h3": CELLS}), file)
    with pytest.raises(ArchiveUnreadable, match="has no column category, occurred_at, severity"):
        parallel.count(pool, [file], asked)
    _write(file, columns([Event(0, 5, "fire", 1, 1)]))
    with pytest.raises(ArchiveUnreadable, match="h3 are not cells of resolution 10"):
        parallel.count(pool, [file], asked)


def test_a_file_that_is_damaged_inside_is_named(
    tmp_path: Path, layers: Layers, pool: Pool, conn: Connection
) -> None:
    incident = layers.get("incident")
    put_incidents(conn, 500)
    list(archive(conn, incident, tmp_path, BEFORE, "tests"))
    file = months.everywhere(tmp_path, "incident")[0]
    content = bytearray(file.read_bytes())
    for place in range(4, len(content) * 3 // 4, 50):
        content[place] ^= 255
    file.write_bytes(content)
    with pytest.raises(ArchiveUnreadable, match="cannot be read"):
        parallel.count(
            pool, [file], parallel.CountTask(parquet.event_format(incident), Filter(), 6)
        )
