"""Cubes of real tables: whatever happens to the rows, the answer is that of counting them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from cells import change_log, checkpoint, columns, sql_counts
from cells.cube_views import CubeViews
from cells.generations import Generations
from cells.question import Counted, Filter
from etl import cell_ddl, tables
from gis_testing.random_events import CELLS, START, put_incidents
from layers.audience import PUBLIC
from layers.model import Layer
from layers.registry import Layers

Connection = psycopg.Connection[Any]


FILTERS = [
    Filter(),
    Filter(START + timedelta(days=3, seconds=7), START + timedelta(days=20)),
    Filter(None, START + timedelta(days=11), ("flood", "none such")),
    Filter(categories=("theft",), hours=(7, 8, 17), weekdays=(1, 2, 3, 4, 5)),
]


@pytest.fixture
def incident(layers: Layers) -> Layer:
    """Give a layer with categories and a sum."""
    return layers.get("incident")


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    """Give a place for cubes."""
    return Generations(tmp_path / "cells")


@pytest.fixture
def served(generations: Generations, database_url: str) -> CubeViews:
    """Give what a process serves from there."""

    @contextmanager
    def connect() -> Iterator[Connection]:
        with psycopg.connect(database_url, autocommit=True) as conn:
            yield conn

    return CubeViews(generations, connect)


def alike(ours: Counted, theirs: Counted) -> bool:
    """Tell whether two answers say the same of cells with events."""
    ours, theirs = ours.counted, theirs.counted
    pairs = ((ours.cells, theirs.cells), (ours.events, theirs.events), (ours.value, theirs.value))
    return all(
        a is b is None or np.array_equal(a, b, equal_nan=a.dtype.kind == "f")  # type: ignore[union-attr, arg-type]
        for a, b in pairs
    )


def agree(conn: Connection, served: CubeViews, layer: Layer, version: int) -> None:
    """Check answers of the cube against counting the rows."""
    view = served.view(layer, version, PUBLIC)
    assert view is not None
    for wanted in FILTERS:
        for resolution in (6, 9, 10):
            theirs = sql_counts.count(conn, layer, wanted, resolution)
            assert alike(view.count(wanted, resolution), theirs), (wanted, resolution)


def test_a_layer_without_a_cube_has_no_view(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    assert served.view(incident, 1, PUBLIC) is None
    assert checkpoint.is_due(conn, incident, generations)
    checkpoint.checkpoint(conn, incident, generations)
    assert not checkpoint.is_due(conn, incident, generations)
    view = served.view(incident, 1, PUBLIC)
    assert view is not None
    assert len(view.count(Filter(), 8).cells) == 0


def test_a_cube_follows_what_happens_to_the_rows(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 300)
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)
    happenings: list[Callable[[], object]] = [
        lambda: put_incidents(conn, 20, seed=2),
        lambda: conn.execute("DELETE FROM layer.incident WHERE id %% 7 = 0", ()),
        lambda: conn.execute("UPDATE layer.incident SET category = 'flood' WHERE id %% 5 = 0", ()),
        lambda: conn.execute("UPDATE layer.incident SET severity = 4 WHERE severity IS NULL"),
        lambda: conn.execute(
            "UPDATE layer.incident SET occurred_at = occurred_at - '9 days'::interval"
        ),
        lambda: conn.execute("UPDATE layer.incident SET h3 = %s WHERE id %% 11 = 0", (CELLS[0],)),
        lambda: checkpoint.checkpoint(conn, incident, generations),
        lambda: put_incidents(conn, 5, seed=3),
        lambda: conn.execute("DELETE FROM layer.incident"),
        lambda: checkpoint.checkpoint(conn, incident, generations),
        lambda: put_incidents(conn, 5, seed=4),
    ]
    for version, happen in enumerate(happenings, 2):
        happen()
        agree(conn, served, incident, version)


def test_what_does_not_touch_an_event_writes_nothing(conn: Connection, incident: Layer) -> None:
    put_incidents(conn, 10)
    conn.execute("DELETE FROM ops.cell_change")
    conn.execute("UPDATE layer.incident SET description = 'x', status = 'open'")
    assert conn.execute("SELECT count(*) FROM ops.cell_change").fetchone() == (0,)


def test_a_transaction_that_runs_while_a_cube_is_made_counts_once(
    conn: Connection,
    database_url: str,
    incident: Layer,
    generations: Generations,
    served: CubeViews,
) -> None:
    put_incidents(conn, 30)
    with psycopg.connect(database_url) as slow:
        put_incidents(slow, 7, seed=2)
        put_incidents(conn, 3, seed=3)
        checkpoint.checkpoint(conn, incident, generations)
        agree(conn, served, incident, 1)
        slow.commit()
        agree(conn, served, incident, 2)
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 2)
    view = served.view(incident, 2, PUBLIC)
    assert view is not None
    assert len(view.changes) == 0
    assert int(view.count(Filter(), 9).events.sum()) == 40


def test_changes_are_forgotten_only_when_no_reader_can_need_them(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    def waiting() -> int:
        row = conn.execute("SELECT count(*) FROM ops.cell_change WHERE sign <> 0").fetchone()
        return int(row[0]) if row else 0

    checkpoint.checkpoint(conn, incident, generations)
    put_incidents(conn, 4, seed=2)
    agree(conn, served, incident, 1)
    checkpoint.checkpoint(conn, incident, generations)
    assert waiting() == 4
    put_incidents(conn, 2, seed=3)
    # The reader has not looked since, and meets a cube that has replaced its own.
    agree(conn, served, incident, 2)
    checkpoint.checkpoint(conn, incident, generations)
    assert waiting() == 2
    agree(conn, served, incident, 3)


@pytest.mark.parametrize("happening", ["TRUNCATE layer.incident", "many"])
def test_after_very_many_changes_the_rows_are_counted_until_there_is_a_new_cube(
    conn: Connection,
    incident: Layer,
    generations: Generations,
    served: CubeViews,
    happening: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_incidents(conn, 20)
    monkeypatch.setattr(cell_ddl, "MOST", 19)
    cell_ddl.watch(conn, incident, tables.ddl.table(incident))
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)
    conn.execute("DELETE FROM layer.incident" if happening == "many" else happening.encode())
    assert served.view(incident, 2, PUBLIC) is None
    assert checkpoint.is_due(conn, incident, generations)
    put_incidents(conn, 3, seed=2)
    assert served.view(incident, 3, PUBLIC) is None
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 3)


def test_so_many_changes_that_reading_them_takes_long_make_a_cube_due(
    conn: Connection, incident: Layer, generations: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint.checkpoint(conn, incident, generations)
    monkeypatch.setattr(checkpoint, "MOST", 5)
    put_incidents(conn, 5)
    assert not checkpoint.is_due(conn, incident, generations)
    put_incidents(conn, 1, seed=2)
    assert checkpoint.is_due(conn, incident, generations)


def test_a_cube_of_another_declaration_is_not_used(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 20)
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)
    assert incident.heatmap is not None
    plain = replace(incident, heatmap=replace(incident.heatmap, weight=None))
    assert served.view(plain, 1, PUBLIC) is None
    assert checkpoint.is_due(conn, plain, generations)
    tables.shape(conn, plain)
    assert tables.unsettled(conn, [plain]) == []
    checkpoint.checkpoint(conn, plain, generations)
    put_incidents(conn, 3, seed=2)
    agree(conn, served, plain, 2)


def test_a_layer_that_is_no_longer_aggregated_writes_nothing(
    conn: Connection, incident: Layer
) -> None:
    put_incidents(conn, 1)
    plain = replace(incident, heatmap=None)
    conn.execute("DELETE FROM ops.cell_change")
    assert tables.shape(conn, plain)
    assert not tables.shape(conn, plain)
    put_incidents(conn, 1)
    assert conn.execute("SELECT count(*) FROM ops.cell_change").fetchone() == (0,)
    assert tables.shape(conn, incident)
    assert tables.unsettled(conn, [incident]) == []


def test_a_cube_of_another_database_is_not_used(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 2)
    made = checkpoint.checkpoint(conn, incident, generations)
    generations.publish(incident.id, made.load(), replace(made.manifest, identity="another"))
    assert checkpoint.current(conn, incident, generations) is None
    assert served.view(incident, 1, PUBLIC) is None


def test_a_cube_of_a_table_that_was_restored_is_not_used(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 20)
    checkpoint.checkpoint(conn, incident, generations)
    conn.execute("CREATE TABLE layer.restored (LIKE layer.incident INCLUDING ALL)")
    conn.execute("DROP TABLE layer.incident")
    conn.execute("ALTER TABLE layer.restored RENAME TO incident")
    assert served.view(incident, 1, PUBLIC) is None
    assert checkpoint.is_due(conn, incident, generations)


def test_changes_that_came_with_a_dump_are_not_counted_twice(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 20)
    conn.execute("UPDATE ops.cell_change SET xid = '1000000000'")
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)
    assert conn.execute("SELECT count(*) FROM ops.cell_change").fetchone() == (0,)


def test_a_cube_that_cannot_be_read_is_made_anew(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 2)
    (checkpoint.checkpoint(conn, incident, generations).folder / "manifest.json").write_text("{")
    assert served.view(incident, 1, PUBLIC) is None
    assert checkpoint.is_due(conn, incident, generations)
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)


def test_a_change_of_what_the_cube_does_not_have_makes_it_from_the_table(
    conn: Connection, incident: Layer, generations: Generations, served: CubeViews
) -> None:
    put_incidents(conn, 20)
    checkpoint.checkpoint(conn, incident, generations)
    conn.execute(
        "INSERT INTO ops.cell_change (layer, sign, cell, at, category, total, base)"
        " VALUES ('incident', -1, %s, now(), 'flood', 1, 1)",
        (CELLS[0],),
    )
    checkpoint.checkpoint(conn, incident, generations)
    agree(conn, served, incident, 1)


def test_folders_of_old_cubes_go(
    conn: Connection, incident: Layer, generations: Generations
) -> None:
    made = [checkpoint.checkpoint(conn, incident, generations).folder for _ in range(4)]
    assert [folder.is_dir() for folder in made] == [False, False, True, True]
    generations.clear(incident.id)
    assert generations.current(incident.id) is None


def test_a_mean_of_speeds_is_weighed_by_vehicles(
    conn: Connection, layers: Layers, generations: Generations, served: CubeViews
) -> None:
    traffic = layers.get("traffic")
    for speed, vehicles in ((30, 1), (60, 3), (None, 5), (90, None)):
        conn.execute(
            "INSERT INTO layer.traffic (detector, observed_at, mean_speed, vehicles, geom, h3)"
            " VALUES ('d', now(), %s, %s, ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326), %s)",
            (speed, vehicles, CELLS[0]),
        )
    checkpoint.checkpoint(conn, traffic, generations)
    for counted in (
        sql_counts.count(conn, traffic, Filter(), 9),
        served.view(traffic, 1, PUBLIC).count(Filter(), 9),  # type: ignore[union-attr]
    ):
        assert counted.events.tolist() == [4]
        assert counted.value is not None
        # Whose vehicles nobody counted weighs as one: (30 + 180 + 90) / 5.
        assert counted.value.tolist() == [60]


def test_a_day_without_a_time_begins_at_midnight_in_viet_nam(
    conn: Connection, incident: Layer
) -> None:
    field = replace(incident.fields["occurred_at"], type=type(incident.fields["id"].type)("date"))
    dated = replace(incident, fields={**incident.fields, "occurred_at": field})
    time = columns.time(dated, "t").as_string(conn)
    row = conn.execute(
        f"SELECT {time} FROM (SELECT date '2026-03-01' AS occurred_at) AS t".encode()
    ).fetchone()
    assert row == (datetime(2026, 2, 28, 17, tzinfo=UTC),)


def test_reading_a_table_gives_its_rows(conn: Connection, incident: Layer) -> None:
    put_incidents(conn, 50)
    conn.execute("UPDATE layer.incident SET occurred_at = 'infinity' WHERE id = 1")
    found = change_log.events(conn, incident)
    assert len(found) == 50
    assert int(found.at.max()) == 2**63 - 1
    assert set(found.names) == {"flood", "theft", "fire"}
    assert found.total is not None
    listed = conn.execute("SELECT sum(severity) FROM layer.incident").fetchone()
    assert listed == (int(found.total.sum()),)
