"""The number of a layer's rows is exact in every snapshot, whatever happened to the table."""

import random
from collections.abc import Callable
from typing import Any

import psycopg

from etl import tables
from layers.registry import Layers
from tiles import changes

Connection = psycopg.Connection[Any]


def _kept(conn: Connection) -> int | None:
    row = conn.execute("SELECT ops.rows_of('camera')").fetchone()
    return row[0] if row else None


def _counted(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) FROM layer.camera").fetchone()
    return int(row[0]) if row else 0


def _insert(conn: Connection, count: int, chance: random.Random) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom) SELECT gen_random_uuid()::text, 'x',"
        " ST_SetSRID(ST_MakePoint(%s, 21.5), 4326) FROM generate_series(1, %s)",
        (105.5 + chance.random(), count),
    )


def test_the_number_follows_every_statement(conn: Connection) -> None:
    chance = random.Random(5)
    acts: list[Callable[[], object]] = [
        lambda: _insert(conn, chance.randrange(9), chance),
        lambda: conn.execute("UPDATE layer.camera SET name = 'y' WHERE random() < 0.3"),
        lambda: conn.execute("DELETE FROM layer.camera WHERE random() < 0.3"),
        lambda: changes.drain(conn),
        lambda: conn.execute("TRUNCATE layer.camera") if chance.random() < 0.3 else None,
    ]
    assert _kept(conn) == 0
    for _ in range(120):
        chance.choice(acts)()
        assert _kept(conn) == _counted(conn)


def test_what_is_not_committed_is_not_counted_by_others(
    conn: Connection, database_url: str
) -> None:
    with psycopg.connect(database_url) as writer:
        _insert(writer, 3, random.Random(1))
        assert _kept(conn) == 0
        assert _kept(writer) == 3
        changes.drain(conn)
        writer.commit()
    assert _kept(conn) == 3
    changes.drain(conn)
    assert _kept(conn) == 3


def test_a_table_that_nobody_counted_is_counted_once(conn: Connection, layers: Layers) -> None:
    _insert(conn, 4, random.Random(1))
    conn.execute("DELETE FROM ops.change")
    conn.execute("DELETE FROM ops.layer_rows")
    assert _kept(conn) is None
    assert "camera" in tables.prepare(conn, layers)
    assert _kept(conn) == 4
    assert tables.prepare(conn, layers) == []
