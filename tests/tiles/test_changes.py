"""Whatever changes a layer is written down: both places of a move, deletes, TRUNCATE, COPY."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from etl.load import Mode, Order, load
from layers import pixels
from layers.geo import TileId
from layers.pixels import WHOLE
from layers.registry import Layers
from tiles import changes, purge

Connection = psycopg.Connection[Any]

HERE, THERE = (105.84, 21.59), (106.20, 21.90)


def _insert(conn: Connection, code: str, place: tuple[float, float]) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " VALUES (%s, 'x', ST_SetSRID(ST_MakePoint(%s, %s), 4326))",
        (code, *place),
    )


def _cell(place: tuple[float, float], zoom: int = 14) -> int:
    return pixels.code(TileId.at(*place, zoom))


def _written(conn: Connection) -> list[set[int]]:
    """Take the changes that were written since the last call."""
    rows = conn.execute("DELETE FROM ops.change RETURNING id, cells").fetchall()
    return [set(cells) for _, cells in sorted(rows)]


@pytest.fixture(autouse=True)
def _nothing_before(conn: Connection) -> None:
    _written(conn)


def test_an_insert_writes_its_place(conn: Connection) -> None:
    _insert(conn, "A", HERE)
    assert _written(conn) == [{_cell(HERE)}]


def test_a_move_writes_both_places(conn: Connection) -> None:
    _insert(conn, "A", HERE)
    _written(conn)
    conn.execute("UPDATE layer.camera SET geom = ST_SetSRID(ST_MakePoint(%s, %s), 4326)", THERE)
    assert _written(conn) == [{_cell(HERE), _cell(THERE)}]


def test_a_change_of_a_field_and_a_delete_write_the_place(conn: Connection) -> None:
    _insert(conn, "A", HERE)
    conn.execute("UPDATE layer.camera SET name = 'y'")
    conn.execute("DELETE FROM layer.camera")
    assert _written(conn) == [{_cell(HERE)}] * 3


def test_a_truncate_writes_the_whole_layer(conn: Connection) -> None:
    conn.execute("TRUNCATE layer.camera")
    assert _written(conn) == [{WHOLE}]


def test_a_statement_without_rows_writes_nothing(conn: Connection) -> None:
    conn.execute("DELETE FROM layer.camera")
    conn.execute("UPDATE layer.camera SET name = 'y'")
    assert _written(conn) == []


def test_what_is_rolled_back_is_not_written(conn: Connection) -> None:
    with conn.transaction(force_rollback=True):
        _insert(conn, "A", HERE)
    assert _written(conn) == []


def test_a_long_line_is_written_as_few_large_places(conn: Connection) -> None:
    conn.execute(
        "INSERT INTO layer.road (class, geom) VALUES ('national',"
        " ST_SetSRID(ST_GeomFromText('MULTILINESTRING((105.5 21.4, 106.2 22.0))'), 4326))"
    )
    ((cells),) = _written(conn)
    assert 1 <= len(cells) <= 4
    for place in ((105.5, 21.4), (105.85, 21.7), (106.2, 22.0)):
        assert any(_cell(place, pixels.decode(cell).z) == cell for cell in cells)


def test_a_copy_of_many_rows_is_one_short_row(conn: Connection) -> None:
    with (
        conn.cursor() as cursor,
        cursor.copy("COPY layer.incident (category, occurred_at, geom, h3) FROM STDIN") as copy,
    ):
        for n in range(20_000):
            place = f"SRID=4326;POINT({105.3 + n % 200 / 200} {21.4 + n // 200 / 160})"
            copy.write_row(("theft", "2026-01-01", place, 1))
    ((cells),) = _written(conn)
    assert 0 < len(cells) <= 256
    for place in ((105.3, 21.4), (106.295, 22.01)):
        assert any(_cell(place, pixels.decode(cell).z) == cell for cell in cells)


def test_a_load_that_replaces_writes_the_whole_layer(
    conn: Connection, layers: Layers, tmp_path: Path
) -> None:
    file = tmp_path / "cameras.csv"
    file.write_text("code,name,lon,lat\nA,Một,105.84,21.59\n", encoding="utf-8")
    load(conn, Order(layers.get("camera"), file, Mode.REPLACE, "tests", tmp_path))
    assert {WHOLE} in _written(conn)
    _insert(conn, "B", HERE)
    assert _written(conn) == [{_cell(HERE)}], "the new table is watched like the old one"


def test_folding_gives_rising_versions_to_places(conn: Connection) -> None:
    _insert(conn, "A", HERE)
    changes.drain(conn)
    first = changes.version(conn, "camera")
    assert [c[:2] for c in changes.since(conn, 0) if c.layer == "camera"] == [
        ("camera", _cell(HERE))
    ]
    _insert(conn, "B", THERE)
    changes.drain(conn)
    (later,) = changes.since(conn, first)
    assert later.cell == _cell(THERE)
    assert later.version == changes.version(conn, "camera") > first
    assert not changes.publish(conn)


def test_settling_ends_while_others_go_on_writing(conn: Connection, database_url: str) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(database_url, autocommit=True) as other:
            while not stop.is_set():
                other.execute("INSERT INTO ops.change (layer, cells) VALUES ('road', '{0}')")

    writer = threading.Thread(target=write)
    _insert(conn, "A", HERE)
    writer.start()
    try:
        settled = threading.Thread(target=changes.drain, args=(conn,), daemon=True)
        settled.start()
        settled.join(20)
        assert not settled.is_alive()
    finally:
        stop.set()
        writer.join()
    assert changes.version(conn, "camera") > 0


def test_a_whole_layer_makes_its_smaller_places_needless(conn: Connection) -> None:
    _insert(conn, "A", HERE)
    changes.drain(conn)
    conn.execute("TRUNCATE layer.camera")
    changes.drain(conn)
    assert [c.cell for c in changes.since(conn, 0) if c.layer == "camera"] == [WHOLE]


def test_two_that_fold_do_not_disturb_each_other(conn: Connection, database_url: str) -> None:
    _insert(conn, "A", HERE)
    with psycopg.connect(database_url) as other:
        assert changes.publish(other)
        assert not changes.publish(conn), "the other one has it"
        other.commit()
    assert [c.cell for c in changes.since(conn, 0) if c.layer == "camera"] == [_cell(HERE)]


def test_too_many_places_become_the_whole_layer(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_MOST_PLACES", 3)
    for n in range(5):
        _insert(conn, str(n), (105.5 + n / 10, 21.5))
    # Folding finds out and writes it as a change, for the next folding.
    changes.drain(conn)
    changes.drain(conn)
    assert [c.cell for c in changes.since(conn, 0) if c.layer == "camera"] == [WHOLE]


def test_rows_that_are_on_no_map_change_the_data_all_the_same(conn: Connection) -> None:
    _insert(conn, "A", (10.0, 89.9))
    changes.drain(conn)
    assert changes.version(conn, "camera") > 0
    assert [c for c in changes.since(conn, 0) if c.layer == "camera"] == []


def test_a_purge_is_written_like_a_change(conn: Connection) -> None:
    at = TileId(9, 406, 224)
    purge.purge(conn, "camera", purge.tiles([at]))
    purge.purge(conn, "camera")
    assert _written(conn) == [{pixels.code(at)}, {WHOLE}]


def test_the_triggers_follow_the_declaration(conn: Connection, layers: Layers) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from etl import table_facts, tables  # noqa: PLC0415

    parcel = layers.get("land_parcel")
    assert table_facts.read(conn, [parcel])[parcel.id].is_watched(parcel)
    conn.execute(
        "INSERT INTO layer.land_parcel (sheet, number, land_code, geom) SELECT '1', '2', 'ONT',"
        " ST_Multi(ST_Transform(ST_MakeEnvelope(105.80, 21.50, 105.90, 21.60, 4326), 9213))"
    )
    assert conn.execute("SELECT px8 FROM layer.land_parcel").fetchone() == (None,)
    wider = replace(parcel, tiles=replace(parcel.tiles, minzoom=5))
    assert not table_facts.read(conn, [wider])[wider.id].is_watched(wider)
    tables.prepare(conn, Layers({"land_parcel": wider}, layers.groups))
    assert table_facts.read(conn, [wider])[wider.id].is_watched(wider)
    row = conn.execute("SELECT px8 IS NOT NULL FROM layer.land_parcel").fetchone()
    assert row == (True,)
