"""Versions never run back: a database that was restored or set back begins a new epoch."""

from typing import Any

import psycopg
import pytest

from tiles import changes
from tiles.changes import WHOLE

Connection = psycopg.Connection[Any]


@pytest.fixture
def version(conn: Connection) -> int:
    """The version of a layer that was changed once."""
    _insert(conn, "A")
    changes.drain(conn)
    return changes.version(conn, "camera")


def _insert(conn: Connection, code: str) -> None:
    conn.execute(
        "INSERT INTO layer.camera (code, name, geom)"
        " VALUES (%s, 'x', ST_SetSRID(ST_MakePoint(105.84, 21.59), 4326))",
        (code,),
    )


def _whole(conn: Connection, since: int) -> set[str]:
    return {c.layer for c in changes.since(conn, since) if c.cell == WHOLE}


def test_the_first_epoch_takes_nothing_as_changed(conn: Connection, version: int) -> None:
    assert version > 10**7, "beyond those of a database that was here before"
    conn.execute("DELETE FROM ops.epoch")
    assert changes.publish(conn, version)
    assert changes.since(conn, version) == []
    assert not changes.publish(conn, version)


def test_in_tables_that_were_restored_every_layer_changes(conn: Connection, version: int) -> None:
    conn.execute("CREATE TABLE ops.restored (LIKE ops.epoch INCLUDING ALL)")
    conn.execute("INSERT INTO ops.restored SELECT * FROM ops.epoch")
    conn.execute("DROP TABLE ops.epoch")
    conn.execute("ALTER TABLE ops.restored RENAME TO epoch")
    conn.execute("ALTER INDEX ops.restored_pkey RENAME TO epoch_pkey")
    assert changes.publish(conn)
    assert changes.version(conn, "camera") > version
    assert {"camera", "road", "land_parcel"} <= _whole(conn, version)
    assert not changes.publish(conn)


def test_a_database_behind_what_somebody_knows_of_goes_on_above_it(
    conn: Connection, version: int
) -> None:
    known = version + 10**8
    assert changes.publish(conn, known)
    assert changes.version(conn, "camera") > known
    assert "camera" in _whole(conn, known)
    assert not changes.publish(conn, known)


def test_nothing_is_published_until_a_restore_has_set_its_keys(
    conn: Connection, version: int
) -> None:
    conn.execute("ALTER TABLE ops.epoch DROP CONSTRAINT epoch_pkey")
    _insert(conn, "B")
    assert not changes.publish(conn, version + 1)
    changes.drain(conn)
    assert changes.version(conn, "camera") == version
    conn.execute("ALTER TABLE ops.epoch ADD CONSTRAINT epoch_pkey PRIMARY KEY (is_only)")
    assert changes.publish(conn)
    assert changes.version(conn, "camera") > version
