"""The change mechanism: triggers write what changed, this turns it into versions of places.

Triggers write a row into ``ops.change`` in the transaction of the change (note_change.sql). Folding
gives all rows that are committed one new version and writes it to the places. A tile that was
rendered when its layer had been read up to version V is fresh as long as no place in it, or in its
margin, has a version above V.
"""

import time
from typing import NamedTuple

import sql
from layers.pixels import WHOLE
from sql import locks
from sql.connection import Connection
from tiles import epoch

_MOST_PLACES = 20_000
"""Dirty places of a layer above which the whole layer is taken as dirty."""


class Change(NamedTuple):
    """The last version in which something changed in a place; ``cell`` is a tile's code."""

    layer: str
    cell: int
    version: int


def publish(conn: Connection, given: int = 0) -> bool:
    """Give a version to what changed; return whether there was anything.

    Safe from any number of processes: one folds, the others go on. After a restore all of every
    layer has changed; while one is under way nothing is done.

    Args:
        conn: to the database.
        given: the highest version that the caller knows of.
    """
    state = epoch.state(conn)
    if not state.is_whole or not (state.is_waiting or state.is_over(given)):
        return False
    with conn.transaction():
        got = conn.execute("SELECT pg_try_advisory_xact_lock(%s)", (locks.FOLDING,)).fetchone()
        if not got or not got[0]:
            return False
        epoch.renew(conn, given)
        conn.execute(sql.query("changes_fold"))
        crowded = conn.execute(sql.query("changes_crowded"), {"most": _MOST_PLACES}).fetchall()
        for (layer_id,) in crowded:
            conn.execute(sql.query("change_record"), {"layer": layer_id, "cells": [WHOLE]})
    return True


def drain(conn: Connection, given: int = 0) -> None:
    """Fold until nothing waits that was committed before the call, whatever comes meanwhile.

    Args:
        conn: to the database.
        given: the highest version that the caller knows of.
    """
    row = conn.execute("SELECT coalesce(max(id), 0) FROM ops.change").fetchone()
    last = row[0] if row else 0
    while not publish(conn, given):
        state = epoch.state(conn, last)
        if not (state.is_whole and state.is_waiting):
            return
        time.sleep(0.01)


def since(conn: Connection, seen: int) -> list[Change]:
    """Return the places that became dirty after a version, oldest first."""
    return [Change(*row) for row in conn.execute(sql.query("changes_since"), {"seen": seen})]


def whole(conn: Connection) -> dict[str, int]:
    """Return the version in which all of a layer may have changed last, by layer."""
    return dict(conn.execute(sql.query("changes_whole")).fetchall())


def database_id(conn: Connection) -> str:
    """Return what tells this database from any other."""
    row = conn.execute("SELECT id::text FROM ops.database").fetchone()
    return str(row[0]) if row else ""


def version(conn: Connection, layer_id: str) -> int:
    """Return the last version in which a layer changed; 0 when never."""
    row = conn.execute(
        "SELECT version FROM ops.layer_version WHERE layer = %s", (layer_id,)
    ).fetchone()
    return int(row[0]) if row else 0
